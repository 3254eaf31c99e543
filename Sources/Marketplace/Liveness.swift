package import Domain

/// Which nodes answer, by the market's clock. Kept in memory, rebuilt after a restart.
///
/// A node is *suspect* after 3 s without a heartbeat. Each of its leases is *lost* no earlier than
/// its fence plus 10 % after the last renewal that the market answered, and after the market's own
/// restart no lease is lost before a full fence (plus 10 %) has passed. Pure; the program pumps it.
///
/// The market answers no heartbeat later than `promiseSeconds` after a sign of life of its own was
/// asked for that is now committed: so after a crash it knows until when nodes may have been
/// answered, and takes no second from them. A market whose store has let it lapse knows nobody
/// silent; it counts anew, as after a restart, when the store is back.
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
    package static let promiseSeconds: Int64 = 10
    private var sessions: [NodeID: Session] = [:]
    /// The last sign of life before this start: from then on nobody may have been answered.
    private let lastAlive: Timestamp
    /// Nodes may have been answered until then before this start.
    private let aliveUntil: Timestamp
    /// Since when heartbeats are answered without a gap.
    private var answersSince: Timestamp
    private var answersUntil: Timestamp

    /// - Parameters:
    ///   - startedAt: not after the sign of life of `Sessions.atStart`.
    ///   - lastAlive: the stored `Alive` row, or nil on the first start.
    package init(startedAt: Timestamp, lastAlive: Timestamp?) {
        self.lastAlive = min(lastAlive ?? startedAt, startedAt)
        aliveUntil = min(
            lastAlive?.advanced(seconds: Self.promiseSeconds) ?? startedAt, startedAt)
        answersSince = startedAt
        answersUntil = startedAt.advanced(seconds: Self.promiseSeconds)
    }

    /// A sign of life is committed that was asked for at `asked`.
    package mutating func promise(from asked: Timestamp, at now: Timestamp) {
        if !answers(at: now) { answersSince = now }
        answersUntil = max(answersUntil, asked.advanced(seconds: Self.promiseSeconds))
    }

    /// Whether a heartbeat may be answered now.
    package func answers(at now: Timestamp) -> Bool { now <= answersUntil }

    /// - Returns: false when another live session of this node stands; the new one is refused.
    package mutating func connect(_ node: NodeID, at now: Timestamp) -> Bool {
        if let session = sessions[node], session.connected, !isStale(session, at: now) {
            return false
        }
        sessions[node] = Session(
            connected: true, connectedAt: now, lastHeartbeat: lastHeard(node))
        return true
    }

    package mutating func disconnect(_ node: NodeID) { sessions[node]?.connected = false }

    /// The last heartbeat that was answered, or could have been before a restart.
    package func lastHeard(_ node: NodeID) -> Timestamp {
        sessions[node]?.lastHeartbeat ?? aliveUntil
    }

    /// Since when a node may not have been answered because the market answered nobody; nil: it was there.
    package func awaySince(_ node: NodeID) -> Timestamp? {
        let heard = lastHeard(node)
        let since = heard > aliveUntil ? heard : lastAlive
        return since < answersSince ? since : nil
    }

    /// Milliseconds since then.
    package func silence(of node: NodeID, at now: Timestamp) -> Int64 {
        now.millisecondsSince(lastHeard(node))
    }

    /// Notes a heartbeat that arrived at `now` and is being answered; every silence before it must
    /// be booked.
    package mutating func hear(_ node: NodeID, at now: Timestamp) {
        sessions[node] = Session(
            connected: sessions[node]?.connected ?? false,
            connectedAt: sessions[node]?.connectedAt ?? now,
            lastHeartbeat: max(now, lastHeard(node)))
    }

    package func health(of node: NodeID, at now: Timestamp) -> Health {
        guard let session = sessions[node] else { return .silent }
        let silence = silence(of: session, at: now)
        if !session.connected || silence >= Self.silentSeconds * 1000 { return .silent }
        return silence >= Self.suspectSeconds * 1000 ? .suspect : .live
    }

    /// Whether a live lease must be called lost now.
    package func isLost(_ lease: Lease, at now: Timestamp) -> Bool {
        guard lease.life.isLive else { return false }
        let grace = lease.fence * 1100
        // A lease that was never renewed counts from its placing.
        let heard = max(sessions[lease.node]?.lastHeartbeat ?? answersSince, lease.placedAt)
        return answers(at: now) && now.millisecondsSince(max(heard, answersSince)) > grace
    }

    private func isStale(_ session: Session, at now: Timestamp) -> Bool {
        silence(of: session, at: now) >= Self.suspectSeconds * 1000
    }

    /// As far as it is the node's: while nobody is answered, nobody is silent.
    private func silence(of session: Session, at now: Timestamp) -> Int64 {
        answers(at: now) ? now.millisecondsSince(max(session.lastSign, answersSince)) : 0
    }
}
