import Domain

/// What is committed, as far as sessions need it: live leases, their jobs, effects for nodes.
struct CommittedView: Sendable {
    /// An effect that its node has not acknowledged.
    struct Unacknowledged: Sendable {
        let entry: OutboxEntry
        /// When it was last sent on the session that stands; nil: not yet.
        var sentAt: Timestamp?
    }

    private var leases: [NodeID: [Lease]] = [:]
    private var jobs: [JobID: Job] = [:]
    private var outbox: [NodeID: [Unacknowledged]] = [:]
    private var nodeOfEffect: [EffectID: NodeID] = [:]
    private var wishes: [NodeID: NumberedWish] = [:]
    private(set) var liveCount = 0

    /// Nodes with live leases, in the order of their ids.
    var nodes: [NodeID] { leases.keys.sorted() }
    func live(on node: NodeID) -> [Lease] { leases[node] ?? [] }
    func job(of lease: Lease) -> Job? { jobs[lease.task.job] }

    func lease(_ id: LeaseID, on node: NodeID) -> Lease? {
        let found = place(of: id, on: node)
        return found.isKnown ? leases[node]?[found.index] : nil
    }

    func wish(of node: NodeID) -> NumberedWish { wishes[node] ?? .none }

    /// - Returns: whether its owner wishes something else than before.
    @discardableResult
    mutating func take(_ offer: Offer) -> Bool {
        guard offer.wish != wish(of: offer.node) else { return false }
        wishes[offer.node] = offer.wish
        return true
    }

    mutating func take(_ job: Job) {
        if case .closed = job.life { jobs[job.id] = nil } else { jobs[job.id] = job }
    }

    mutating func take(_ lease: Lease) {
        let (index, isKnown) = place(of: lease.id, on: lease.node)
        switch (lease.life.isLive, isKnown) {
        case (true, true): leases[lease.node]?[index] = lease
        case (true, false):
            leases[lease.node, default: []].insert(lease, at: index)
            liveCount += 1
        case (false, true):
            leases[lease.node]?.remove(at: index)
            if leases[lease.node]?.isEmpty == true { leases[lease.node] = nil }
            liveCount -= 1
        case (false, false): break
        }
    }

    private func place(of id: LeaseID, on node: NodeID) -> (index: Int, isKnown: Bool) {
        let known = leases[node] ?? []
        var (low, high) = (0, known.count)
        while low < high {
            let middle = (low + high) / 2
            if known[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return (low, low < known.count && known[low].id == id)
    }
}

// MARK: - The outbox

extension CommittedView {
    /// The effects that wait for a node, in commit order.
    func effects(for node: NodeID) -> [Unacknowledged] { outbox[node] ?? [] }

    /// - Returns: whether it is news for its node; verdicts are for no node.
    @discardableResult
    mutating func add(_ entry: OutboxEntry) -> Bool {
        if case .verify = entry.effect { return false }
        guard nodeOfEffect[entry.id] == nil else { return false }
        nodeOfEffect[entry.id] = entry.node
        outbox[entry.node, default: []].append(Unacknowledged(entry: entry))
        return true
    }

    /// - Returns: the node that it waited for, if it did.
    mutating func remove(_ effect: EffectID) -> NodeID? {
        guard let node = nodeOfEffect.removeValue(forKey: effect) else { return nil }
        outbox[node]?.removeAll { $0.entry.id == effect }
        if outbox[node]?.isEmpty == true { outbox[node] = nil }
        return node
    }

    mutating func note(sent index: Int, for node: NodeID, at now: Timestamp) {
        outbox[node]?[index].sentAt = now
    }

    mutating func forgetSendings(to node: NodeID) {
        for index in (outbox[node] ?? []).indices { outbox[node]?[index].sentAt = nil }
    }
}
