package import Domain

/// Open orders and offers, resident and mutable: fed by commits, rebuilt at start, never the truth.
///
/// One offer per node and one order per task. Feeding it the same commit twice, or an older one
/// after a newer, changes nothing.
package struct OrderBook: Sendable {
    /// Ascending by node.
    private(set) var listings: [Listing] = []
    /// Ascending by age, then task: the order of service.
    private(set) var queue: [Turn] = []
    /// Looked up by task, never iterated.
    private var entries: [TaskID: Entry] = [:]

    package init() {}

    package var offerCount: Int { listings.count }
    package var orderCount: Int { queue.count }

    /// Offers in the order of their nodes.
    package var offers: [Offer] { listings.map(\.offer) }

    package func offer(of node: NodeID) -> Offer? {
        slot(of: node).map { listings[$0].offer }
    }

    package func order(of task: TaskID) -> Order? { entries[task]?.order }

    /// What each offer on the book says to `needs`, whether or not such an order is open.
    package func explain(_ needs: Needs) -> Explanation {
        Explanation(needs, of: listings.lazy.map(\.offer))
    }

    /// The leases that the book would make now: oldest order first, each on the cheapest offer
    /// that can take it, together within every offer's free capacity. An order that fits nowhere
    /// does not hold up those behind it. The book stays as it is until a commit feeds it.
    ///
    /// Equal rates: the least free share left over first (best fit), then the node's ID.
    package func proposals(limit: Int) -> [Proposal] {
        var planner = Planner(listings)
        var proposals: [Proposal] = []
        for turn in queue {
            guard proposals.count < limit else { break }
            guard let entry = entries[turn.task], entry.standing == .live else { continue }
            if let proposal = planner.place(entry) { proposals.append(proposal) }
        }
        return proposals
    }
}

// Offers
extension OrderBook {
    /// Inserts the offer or replaces its node's; an older version never replaces a newer one.
    package mutating func put(_ offer: Offer) {
        let slot = insertionSlot(of: offer.node)
        guard slot < listings.count, listings[slot].offer.node == offer.node else {
            listings.insert(Listing(offer: offer, standing: .live), at: slot)
            return
        }
        let known = listings[slot].offer
        guard offer.version >= known.version, offer != known else { return }
        listings[slot] = Listing(offer: offer, standing: .live)
    }

    package mutating func removeOffer(_ node: NodeID) {
        if let slot = slot(of: node) { listings.remove(at: slot) }
    }

    private func insertionSlot(of node: NodeID) -> Int {
        listings.firstSortedIndex { $0.offer.node >= node }
    }

    private func slot(of node: NodeID) -> Int? {
        let slot = insertionSlot(of: node)
        return slot < listings.count && listings[slot].offer.node == node ? slot : nil
    }
}

// Orders
extension OrderBook {
    /// Inserts the order or replaces its task's; an older attempt never replaces a newer one.
    package mutating func add(_ order: Order) {
        if let known = entries[order.task]?.order {
            guard order.attempt >= known.attempt, order != known else { return }
            removeOrder(order.task)
        }
        let turn = Turn(since: order.since, task: order.task)
        queue.insert(turn, at: queue.firstSortedIndex { $0 >= turn })
        entries[order.task] = Entry(order: order)
    }

    package mutating func removeOrder(_ task: TaskID) {
        guard let order = entries.removeValue(forKey: task)?.order else { return }
        let turn = Turn(since: order.since, task: task)
        queue.remove(at: queue.firstSortedIndex { $0 >= turn })
    }
}

// Repair
extension OrderBook {
    /// Keeps `proposal` from being made again after the market refused it, until the stale side
    /// changes: a `put` or `add` of other content, or removal. No effect when it already has.
    package mutating func markRefused(_ proposal: Proposal, stale: Proposal.Stale = .pair) {
        let isOrder = entries[proposal.task]?.order.attempt == proposal.attempt
        let slot = slot(of: proposal.node)
        let listed = slot.flatMap { slot in
            listings[slot].offer.version == proposal.offerVersion ? slot : nil
        }
        switch stale {
        case .offer: if let listed { listings[listed].standing = .stale }
        case .order: if isOrder { entries[proposal.task]?.standing = .stale }
        case .pair:
            guard isOrder, listed != nil else { return }
            entries[proposal.task]?.refuse(proposal)
        }
    }
}
