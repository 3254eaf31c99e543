package import Domain

/// Open orders and offers, resident and mutable: fed by commits, rebuilt at start, never the truth.
///
/// One offer per node and one order per task. Feeding it the same commit twice, or an older one
/// after a newer, changes nothing.
package struct OrderBook: Sendable {
    private var index = OfferIndex()
    /// Ascending by age, then task: the order of service.
    private(set) var queue: [Turn] = []
    /// Looked up by task, never iterated.
    private var entries: [TaskID: Entry] = [:]

    package init() {}

    package var offerCount: Int { index.count }
    package var orderCount: Int { queue.count }

    /// Offers in the order of their nodes.
    package var offers: [Offer] { index.listings.map(\.offer).sorted { $0.node < $1.node } }

    package func offer(of node: NodeID) -> Offer? {
        index.listing(of: node)?.offer
    }

    package func order(of task: TaskID) -> Order? { entries[task]?.order }

    /// What each offer on the book says to `needs`, whether or not such an order is open.
    package func explain(_ needs: Needs) -> Explanation {
        Explanation(needs, of: index.listings.lazy.map(\.offer))
    }

    /// The leases that the book would make now: oldest order first, each on the cheapest offer
    /// that can take it, together within every offer's free capacity. An order that fits nowhere
    /// does not hold up those behind it. The book stays as it is until a commit feeds it.
    ///
    /// Equal rates: the least free share left over first (best fit), then the node's ID.
    package mutating func proposals(limit: Int) -> [Proposal] {
        var round = Round()
        for turn in queue {
            guard round.proposals.count < limit else { break }
            guard let entry = entries[turn.task], entry.standing == .live else { continue }
            round.place(entry, in: &index)
        }
        round.undo(in: &index)
        return round.proposals
    }
}

/// One round of proposals. What it gives away is taken in the index, and given back at its end.
private struct Round {
    private(set) var proposals: [Proposal] = []
    /// As the offers were, in the order in which they were taken from.
    private var before: [Listing] = []
    /// Needs that fit nowhere: capacity only shrinks within a round.
    private var hopeless: Set<Needs> = []

    mutating func place(_ entry: Entry, in index: inout OfferIndex) {
        let needs = entry.order.needs
        guard !hopeless.contains(needs) else { return }
        let mayHave: ((Offer) -> Bool)? = entry.hasRefused ? { entry.mayHave($0) } : nil
        guard let best = index.cheapest(needs, where: mayHave),
            var listing = index.listing(at: best.place)
        else {
            if !entry.hasRefused { hopeless.insert(needs) }
            return
        }
        before.append(listing)
        let devices = Feasibility.freeDevices(needs.devices, in: listing.offer)
        listing.offer.free = listing.offer.free.subtracting(needs.slice)
        listing.offer.freeDevices.removeAll(where: devices.contains)
        index.put(listing)
        proposals.append(
            Proposal(
                task: entry.order.task, attempt: entry.order.attempt, node: listing.offer.node,
                offerVersion: listing.offer.version, rate: best.rate, devices: devices))
    }

    mutating func undo(in index: inout OfferIndex) {
        for listing in before.reversed() { index.put(listing) }
        before = []
    }
}

// Offers
extension OrderBook {
    /// Inserts the offer or replaces its node's; an older version never replaces a newer one.
    package mutating func put(_ offer: Offer) {
        if let known = index.listing(of: offer.node)?.offer {
            guard offer.version >= known.version, offer != known else { return }
        }
        index.put(Listing(offer: offer, standing: .live))
    }

    package mutating func removeOffer(_ node: NodeID) { index.remove(node) }
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
        let listed = index.listing(of: proposal.node).flatMap { listing in
            listing.offer.version == proposal.offerVersion ? listing : nil
        }
        switch stale {
        case .offer:
            guard var listed else { return }
            listed.standing = .stale
            index.put(listed)
        case .order: if isOrder { entries[proposal.task]?.standing = .stale }
        case .pair:
            guard isOrder, listed != nil else { return }
            entries[proposal.task]?.refuse(proposal)
        }
    }
}
