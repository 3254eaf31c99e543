package import Domain

/// Open orders and offers, resident and mutable: fed by commits, rebuilt at start, never the truth.
///
/// One offer per node and one order per task. Feeding it the same commit twice, or an older one
/// after a newer, changes nothing.
package struct OrderBook: Sendable {
    var offerBook: OfferBook
    /// In the order of service (`OrderOfService`), then by task.
    private(set) var queue: [Turn] = []
    /// Looked up by task, never iterated.
    private(set) var entries: [TaskID: Entry] = [:]
    /// Orders that are kept a place, in the order in which that came to be.
    private(set) var keeping: [TaskID] = []
    /// The last overdue order that a place was looked for in vain, where the walk stopped there.
    var reservedUpTo: Turn?
    /// Tasks of jobs that keep them apart.
    var spreading = Spreading()
    /// Orders with siblings that have no place.
    var homeless = HomelessOrders()

    package init(weights: ScoreWeights = .standard) { offerBook = OfferBook(weights: weights) }

    /// What places are weighed by.
    package var weights: ScoreWeights { offerBook.weights }

    package var offerCount: Int { offerBook.count }
    package var orderCount: Int { queue.count }

    /// Offers in the order of their nodes.
    package var offers: [Offer] {
        offerBook.listings.map(\.offer).sorted { $0.node < $1.node }
    }

    /// Offers of which nobody is kept anything, in no particular order.
    var offersUnkept: some Sequence<Offer> {
        offerBook.listings.lazy.filter(\.kept.isEmpty).map(\.offer)
    }

    /// As an order sees them that comes now, in no particular order.
    var offersNow: some Sequence<Offer> { offerBook.listings.lazy.map { $0.shown(to: nil) } }

    /// As it will be if what is proposed on it is taken.
    package func offer(of node: NodeID) -> Offer? { offerBook.listing(of: node)?.offer }

    package func order(of task: TaskID) -> Order? { entries[task]?.order }

    /// What each offer on the book says to `needs`, whether or not such an order is open.
    ///
    /// - Parameters:
    ///   - job: whose order it is, if it has one already.
    package func explain(
        _ needs: Needs, of job: JobID? = nil, _ formation: Formation? = nil, at now: Timestamp
    ) -> Explanation {
        Explanation(needs, of: offersNow, without: closed(to: job, formation), at: now)
    }

    /// What orders are expected to ask for: how many of each.
    package mutating func expect(_ demand: [(needs: Needs, count: Int64)]) {
        offerBook.expect(demand)
    }

    /// The leases that the book would make now: in the order of service, each where it costs least,
    /// together within every offer's free capacity. An order that fits nowhere does not hold up those
    /// behind it.
    ///
    /// A proposal stands until its order is removed, because a commit told that it was placed, or
    /// until `markRefused` or `withdraw` tells that it was not taken: until then its order is not
    /// proposed again, and its capacity is given to nobody else. Several proposals on one offer name
    /// the versions that it will have one after another.
    ///
    /// Of equal costs: the offer that has waited longest (`Offer.waitingSince`).
    package mutating func proposals(limit: Int, at now: Timestamp) -> [Proposal] {
        var round = Round()
        // Orders that fit nowhere: capacity only shrinks within a round.
        var hopeless: Set<OrderFigures> = []
        // The same where figures do not tell all.
        var hopelessNeeds: Set<Needs> = []
        turns: for turn in queue {
            guard round.proposals.count < limit else { break }
            guard let bare = entries[turn.task], bare.standing == .live else { continue }
            if homeless.contains(siblingsOf: bare, at: offerBook.growth) { continue }
            guard let entry = entry(of: turn.task) else { continue }
            let needs = entry.order.needs
            let figures = offerBook.figures(of: needs)
            let isKept = entry.keptOn != nil
            let isKnown =
                !isKept
                && (!hopeless.isEmpty && hopeless.contains(figures)
                    || !hopelessNeeds.isEmpty && hopelessNeeds.contains(needs))
            if !isKnown {
                switch gangTurn(entry, room: limit - round.proposals.count, limit: limit, at: now) {
                case .alone: break
                case .taken(let gang):
                    round.proposals += gang
                    continue
                case .passed, .fitsNowhere: continue
                case .postponed: break turns
                }
                if let proposal = offerBook.propose(entry, figures, at: now) {
                    round.proposals.append(proposal)
                    note(proposal, of: entry.order)
                    continue
                }
            }
            if !isKnown { homeless.note(bare, at: offerBook.growth) }
            if round.waiting.count < Assignment.mostOrders, isOfBatch(entry, at: now) {
                round.waiting.append(turn.task)
            }
            guard !isKnown, !isKept, !entry.hasRefused else { continue }
            let isExact = !figures.isInexact && !needs.isBeyondFigures
            if isExact { hopeless.insert(figures) } else { hopelessNeeds.insert(needs) }
        }
        assign(&round, limit: limit, at: now)
        return round.proposals
    }

    func standing(of task: TaskID) -> Standing? { entries[task]?.standing }

    /// With what its siblings keep it from.
    func entry(of task: TaskID) -> Entry? {
        guard var entry = entries[task], entry.order.formation != nil else {
            return entries[task]
        }
        entry.closed = closed(to: task.job, entry.order.formation)
        return entry
    }

    /// Proposes an order where it costs least now.
    mutating func propose(_ task: TaskID, at now: Timestamp) -> Proposal? {
        guard let entry = entry(of: task),
            let proposal = offerBook.propose(
                entry, offerBook.figures(of: entry.order.needs), at: now)
        else { return nil }
        note(proposal, of: entry.order)
        return proposal
    }

    /// Proposes an order on that offer, if it can have it.
    mutating func propose(_ task: TaskID, on node: NodeID, at now: Timestamp) -> Proposal? {
        guard let entry = entry(of: task), entry.standing == .live,
            let proposal = offerBook.propose(entry, on: node, at: now)
        else { return nil }
        note(proposal, of: entry.order)
        return proposal
    }

    private mutating func note(_ proposal: Proposal, of order: Order) {
        entries[order.task]?.propose(on: proposal.node)
        noteProposed(order, on: proposal.node)
    }

    /// What such an order would pay where it would go now; nil where it fits nowhere.
    package mutating func rate(of needs: Needs, at now: Timestamp) -> Rate? {
        offerBook.rate(of: needs, at: now)
    }

    /// What an hour of an order costs with this node's offer, by which the best is found; nil where it
    /// has none.
    package mutating func cost(of needs: Needs, on node: NodeID) -> Int64? {
        offerBook.cost(of: needs, on: node)
    }
}

// Offers
extension OrderBook {
    /// Inserts the offer or replaces its node's; an older version never replaces a newer one.
    package mutating func put(_ offer: Offer) { offerBook.put(offer) }

    package mutating func removeOffer(_ node: NodeID) {
        for task in offerBook.remove(node) {
            entries[task]?.keptOn = nil
            keeping.removeAll { $0 == task }
        }
    }
}

// Kept places
extension OrderBook {
    /// Shows what this order needs of this offer to nobody else, as far as it is free, and from now on
    /// as it becomes free: until the order is removed, or the offer, or `unkeep`. It is kept one place,
    /// the last one; an order that is not on the book is kept none.
    package mutating func keep(_ node: NodeID, for task: TaskID) {
        unkeep(task)
        guard let order = entries[task]?.order, offerBook.keep(node, for: order) else { return }
        entries[task]?.keptOn = node
        keeping.append(task)
    }

    package mutating func unkeep(_ task: TaskID) {
        guard let node = entries[task]?.keptOn else { return }
        entries[task]?.keptOn = nil
        keeping.removeAll { $0 == task }
        offerBook.unkeep(task, on: node)
    }

    /// Where a place is kept for it.
    package func place(keptFor task: TaskID) -> NodeID? { entries[task]?.keptOn }

    /// Places that cannot be had any more, whatever ends there, are kept no longer.
    mutating func giveUpKeeping(at now: Timestamp) {
        for task in keeping {
            guard let entry = entries[task], let node = entry.keptOn,
                let listing = offerBook.listing(of: node)
            else { continue }
            let offer = listing.shown(to: task)
            let reason = Feasibility.check(entry.order.needs, offer, at: now)
            if entry.standing != .proposed, reason != nil, reason != .busy { unkeep(task) }
        }
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
        let turn = Turn(order)
        queue.insert(turn, at: queue.firstSortedIndex { $0 >= turn })
        entries[order.task] = Entry(order: order)
    }

    /// What is proposed for it and not committed is given back.
    package mutating func removeOrder(_ task: TaskID) {
        unkeep(task)
        guard let entry = entries.removeValue(forKey: task) else { return }
        if let node = entry.proposedOn {
            offerBook.withdraw(task, on: node)
            spreading.withdraw(task)
        }
        let turn = Turn(entry.order)
        queue.remove(at: queue.firstSortedIndex { $0 >= turn })
    }
}

// Repair
extension OrderBook {
    /// The proposal was not taken, and may be made again: the book is as if it had not been made.
    package mutating func withdraw(_ proposal: Proposal) {
        offerBook.withdraw(proposal.task, on: proposal.node)
        guard let entry = entries[proposal.task], entry.order.attempt == proposal.attempt else {
            return
        }
        entries[proposal.task]?.withdraw(from: proposal.node)
        spreading.withdraw(proposal.task)
    }

    /// Keeps `proposal` from being made again after the market refused it, until the stale side
    /// changes: a `put` or `add` of other content, or removal. No effect when it already has.
    ///
    /// A proposal on a version that another, withdrawn one was to lead to says nothing of the offer.
    /// Give a round's refusals in the order of its proposals.
    package mutating func markRefused(_ proposal: Proposal, stale: Proposal.Stale = .pair) {
        let version = offerBook.version(refusedBy: proposal)
        withdraw(proposal)
        mark(proposal, stale, version)
    }

    /// The order may not have this offer as it is now.
    package mutating func refuse(_ task: TaskID, on node: NodeID) {
        guard let version = offerBook.listing(of: node)?.committedVersion else { return }
        entries[task]?.refuse(node, version: version)
    }

    /// - Parameter version: which one of the offer's the refusal says something of, if of any.
    mutating func mark(_ proposal: Proposal, _ stale: Proposal.Stale, _ version: Int64?) {
        let isOrder = entries[proposal.task]?.order.attempt == proposal.attempt
        switch stale {
        case .offer: if version != nil { offerBook.markStale(proposal.node) }
        case .order: if isOrder { entries[proposal.task]?.standing = .stale }
        case .pair:
            guard isOrder, let version else { return }
            entries[proposal.task]?.refuse(proposal.node, version: version)
        }
    }
}
