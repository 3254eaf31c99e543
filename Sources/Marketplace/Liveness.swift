package import Domain

/// Which nodes answer, by the market's clock. Kept in memory, rebuilt after a restart.
///
/// A node is *suspect* after 3 s without a heartbeat. Each of its leases is *lost* no earlier than
/// its fence plus 10 % after the last renewal that the market answered, and after the market's own
/// restart no lease is lost before a full fence (plus 10 %) has passed. Pure; the program pumps it.
package struct Liveness: Sendable {
    package enum Health: String, Hashable, Sendable {
        case live, suspect, silent
    }

    private struct Session: Sendable {
        var connected: Bool
        let connectedAt: Timestamp
        var lastHeartbeat: Timestamp

        /// A session that has just begun has not been silent yet.
        var lastSign: Timestamp { max(connectedAt, lastHeartbeat) }
    }

    package static let suspectSeconds: Int64 = 3
    /// No silence up to this one takes a second from any lease.
    package static let shortestFenceMilliseconds: Int64 = 3000
    /// The default fence and a tenth: a session that says nothing for so long is over.
    package static let silentSeconds: Int64 = 9
    private var sessions: [NodeID: Session] = [:]
    private let startedAt: Timestamp
    /// The market's last sign of life before this start; nodes may have been answered until then.
    private let aliveUntil: Timestamp

    /// - Parameter lastAlive: the stored `Alive` row, or nil on the first start.
    package init(startedAt: Timestamp, lastAlive: Timestamp?) {
        self.startedAt = startedAt
        // `Alive` is written each second, so an answer may be up to a second newer than it.
        aliveUntil = min(lastAlive?.advanced(seconds: 1) ?? startedAt, startedAt)
    }

    /// - Returns: false when another live session of this node stands; the new one is refused.
    package mutating func connect(_ node: NodeID, at now: Timestamp) -> Bool {
        if let session = sessions[node], session.connected, !isStale(session, at: now) {
            return false
        }
        let last = sessions[node]?.lastHeartbeat ?? aliveUntil
        sessions[node] = Session(connected: true, connectedAt: now, lastHeartbeat: last)
        return true
    }

    package mutating func disconnect(_ node: NodeID) { sessions[node]?.connected = false }

    /// Milliseconds since the last heartbeat that was answered, or could have been before a restart.
    package func silence(of node: NodeID, at now: Timestamp) -> Int64 {
        now.millisecondsSince(sessions[node]?.lastHeartbeat ?? aliveUntil)
    }

    /// Notes a heartbeat that arrived at `now` and is being answered: every silence before it counts
    /// as booked.
    package mutating func hear(_ node: NodeID, at now: Timestamp) {
        let last = sessions[node]?.lastHeartbeat ?? aliveUntil
        sessions[node] = Session(
            connected: sessions[node]?.connected ?? false,
            connectedAt: sessions[node]?.connectedAt ?? now, lastHeartbeat: max(now, last))
    }

    package func health(of node: NodeID, at now: Timestamp) -> Health {
        guard let session = sessions[node] else { return .silent }
        let silence = now.millisecondsSince(session.lastSign)
        if !session.connected || silence >= Self.silentSeconds * 1000 { return .silent }
        return silence >= Self.suspectSeconds * 1000 ? .suspect : .live
    }

    /// Whether a live lease must be called lost now.
    package func isLost(_ lease: Lease, at now: Timestamp) -> Bool {
        guard lease.life.isLive else { return false }
        let grace = lease.fence * 1100
        // A lease that was never renewed counts from its placing.
        let heard = max(sessions[lease.node]?.lastHeartbeat ?? startedAt, lease.placedAt)
        return now.millisecondsSince(heard) > grace && now.millisecondsSince(startedAt) > grace
    }

    private func isStale(_ session: Session, at now: Timestamp) -> Bool {
        now.millisecondsSince(session.lastSign) >= Self.suspectSeconds * 1000
    }
}
