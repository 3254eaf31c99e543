import Domain

// Where several orders want the same places, they are given together.
extension OrderBook {
    /// Places that are looked at for each order of a batch, the cheapest first.
    private static let mostPlaces = 16
    /// How long after its turn an order may be passed by another one of its batch that gains more: a
    /// second, which nobody notices, and in which a round and its commit are over. After that it is
    /// served in its turn: with a minute the longest waits were some hundredths longer.
    package static let batchMilliseconds: Int64 = 1_000

    /// What one round has come to so far.
    struct Round {
        /// In the order of service.
        var proposals: [Proposal] = []
        /// Orders that fit nowhere, the first of them.
        var waiting: [TaskID] = []
    }

    /// Whether an order may be given another place, or wait for another order's sake: not who has waited
    /// too long for that, nor whoever has a time to keep, siblings, or a place kept; nor spot orders, who
    /// come after all others.
    func isOfBatch(_ entry: Entry, at now: Timestamp) -> Bool {
        now.millisecondsSince(Turn(entry.order).moment) < Self.batchMilliseconds
            && entry.order.deadline?.latestStart == nil && entry.order.needs.spot == nil
            && entry.keptOn == nil && entry.order.formation == nil && !entry.hasRefused
    }

    /// Gives the round's places anew if an order waits that could have had one of them: so that all
    /// orders of the batch together gain most, where an order gains what it would have paid at most less
    /// what it costs, for as long as it is expected to run.
    ///
    /// Not in a round in which a gang has its turn: what is proposed for it stands. Spot orders have
    /// theirs in the next round then: they come after all others.
    mutating func assign(_ round: inout Round, limit: Int, at now: Timestamp) {
        let all = round.proposals
        guard !all.contains(where: { order(of: $0.task)?.formation?.gang != nil }) else { return }
        let open = all.filter { entry(of: $0.task).map { isOfBatch($0, at: now) } ?? false }
        guard !open.isEmpty, !round.waiting.isEmpty else { return }
        // Each is on the version that the one before it leads to: all go, and come again.
        for proposal in all.reversed() { withdraw(proposal) }
        let others = all.filter { !open.contains($0) && order(of: $0.task)?.needs.spot == nil }
        round.proposals = others.compactMap { propose($0.task, on: $0.node, at: now) }
        let (members, waits) = batch(open, round.waiting, at: now)
        guard waits else {
            for proposal in round.proposals.reversed() { withdraw(proposal) }
            round.proposals = all.compactMap { propose($0.task, on: $0.node, at: now) }
            return
        }
        for choice in choices(members) where round.proposals.count < limit {
            guard let proposal = propose(choice.task, on: choice.node, at: now) else { continue }
            round.proposals.append(proposal)
        }
    }

    private struct Member {
        let task: TaskID
        let places: [OfferBook.Place]
    }

    /// The orders with what each could have; and whether one of those that wait could have anything.
    private mutating func batch(
        _ open: [Proposal], _ waiting: [TaskID], at now: Timestamp
    ) -> (orders: [Member], waits: Bool) {
        var known: [OrderFigures: [OfferBook.Place]] = [:]
        var members: [Member] = []
        var waits = false
        for (number, task) in (open.map(\.task) + waiting).enumerated() {
            guard members.count < Assignment.mostOrders, let entry = entry(of: task) else { break }
            let figures = offerBook.figures(of: entry.order.needs)
            let isPlain = !entry.order.needs.isBeyondFigures && !figures.isInexact
            let places =
                (isPlain ? known[figures] : nil)
                ?? offerBook.places(for: entry, most: Self.mostPlaces, at: now)
            if isPlain { known[figures] = places }
            guard !places.isEmpty else { continue }
            members.append(Member(task: task, places: places))
            if number >= open.count { waits = true }
        }
        return (members, waits)
    }

    private func choices(_ members: [Member]) -> [(task: TaskID, node: NodeID)] {
        var numbers: [NodeID: Int] = [:]
        var offers: [NodeID] = []
        for place in members.flatMap(\.places) where numbers[place.node] == nil {
            numbers[place.node] = offers.count
            offers.append(place.node)
        }
        let waiting = members.compactMap { member -> Assignment.Waiting? in
            guard let order = order(of: member.task) else { return nil }
            return Assignment.Waiting(
                slice: order.needs.slice, devices: order.needs.devices.count,
                candidates: member.places.compactMap { place in
                    numbers[place.node].map {
                        Assignment.Candidate(offer: $0, surplus: surplus(of: order, place))
                    }
                })
        }
        let free = offers.map { node in
            offerBook.listing(of: node).map { $0.shown(to: nil) }.map {
                Assignment.Free(resources: $0.free, devices: $0.freeDevices.count)
            } ?? Assignment.Free(resources: .zero, devices: 0)
        }
        let choices = Assignment.best(waiting, on: free)
        return zip(members, choices.offers).compactMap { member, offer in
            offer.map { (member.task, offers[$0]) }
        }
    }

    /// Micro-units. At least one: who can pay the rate is better off with a place than without, also
    /// where the place costs others more than that.
    private func surplus(of order: Order, _ place: OfferBook.Place) -> Int64 {
        let hour: Int64 = 3_600_000
        let duration = order.deadline?.expectedMilliseconds ?? order.needs.stay ?? hour
        let hourly = Int128(order.needs.bid.microPerHour) - Int128(place.cost) / 1_024
        return max(Int64(clamping: hourly * Int128(duration) / Int128(hour)), 1)
    }
}
