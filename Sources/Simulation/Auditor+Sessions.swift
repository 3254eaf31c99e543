import Domain
import Marketplace

// Sessions: who is heard, what silence that ends, and that a node has one session at a time.
extension Auditor {
    mutating func heard(
        _ node: NodeID, heartbeat: Int64, on connection: Int, at now: Timestamp
    ) {
        arrivals[Heartbeat(connection: connection, number: heartbeat)] = now
    }

    /// The market answers a heartbeat: silences beyond the fence, up to its arrival, are over.
    mutating func answered(
        _ node: NodeID, heartbeat: Int64, on connection: Int, renewing renewals: [Renewal]
    ) {
        let key = Heartbeat(connection: connection, number: heartbeat)
        guard let arrival = arrivals.removeValue(forKey: key) else {
            return fail("only a heartbeat is answered", "\(node): \(heartbeat)")
        }
        for lease in (liveOnNode[node] ?? []).compactMap({ leases[$0] })
        where started[lease.id] != nil {
            silence[lease.id, default: 0] += silence(of: lease, until: arrival)
            realSilence[lease.id, default: 0] += realSilence(of: lease, until: arrival)
        }
        for renewal in renewals { lastRenewal[renewal.lease] = arrival }
        lastAnswer[node] = arrival
        realLastAnswer[node] = arrival
        answeredOn[node] = (connection, arrival)
    }

    /// The market ends a lease by itself, and may place its task again in the same moment.
    mutating func checkEnd(_ lease: Lease, at now: Timestamp) {
        guard let last = lastRenewal[lease.id] else { return }
        require(
            now.millisecondsSince(last) > lease.fence * 1100,
            "a renewed lease lives for its fence and a tenth",
            "\(lease.id): ended \(now.millisecondsSince(last)) ms after its renewal")
    }

    /// A session is let in: no other one of this node is live.
    mutating func accepted(_ node: NodeID, on connection: Int, at now: Timestamp) {
        hellos[node] = nil
        guard let last = answeredOn[node], last.connection != connection else { return }
        require(
            now.millisecondsSince(last.at) >= 3000, "one live session per node",
            "\(node): \(connection) beside \(last.connection)")
    }

    mutating func sessionEnded(_ node: NodeID, _ connection: Int) {
        if answeredOn[node]?.connection == connection { answeredOn[node] = nil }
        welcomed(node, connection)
    }

    /// After a restart the market can only know that it was alive until then.
    mutating func marketRestarted(
        at now: Timestamp, alive: Timestamp, aliveUntil: Timestamp, nodes: [NodeID]
    ) {
        restart = Restart(at: now, alive: alive)
        for node in nodes {
            require(
                realLastAnswer[node] ?? aliveUntil <= aliveUntil,
                "no heartbeat is answered beyond the market's promise", "\(node)")
            lastAnswer[node] = max(lastAnswer[node] ?? aliveUntil, aliveUntil)
        }
    }

    /// Up to `now`, beyond the lease's fence, since its node was last answered.
    func silence(of lease: Lease, until now: Timestamp) -> Int64 {
        guard let last = lastAnswer[lease.node], let start = started[lease.id] else { return 0 }
        return max(0, now.millisecondsSince(max(last.advanced(seconds: lease.fence), start)))
    }

    private func realSilence(of lease: Lease, until now: Timestamp) -> Int64 {
        guard let start = started[lease.id] else { return 0 }
        let last = realLastAnswer[lease.node]?.advanced(seconds: lease.fence) ?? start
        return max(0, now.millisecondsSince(max(last, start)))
    }

    /// What is booked as silence is what the node was not answered, once: no more is taken from it.
    mutating func checkSilence(_ lease: Lease, until: Timestamp) {
        let real = (realSilence[lease.id] ?? 0) + realSilence(of: lease, until: until)
        require(
            lease.silenceMilliseconds <= real, "a silence is booked once",
            "\(lease.id): \(lease.silenceMilliseconds) ms booked of \(real) ms")
    }
}
