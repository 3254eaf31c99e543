package import Domain

// Who has waited long is kept a place, for else smaller orders could pass it for ever.
extension OrderBook {
    /// How long after its turn an order is kept a place. What is kept free is missing to everybody, so
    /// it is for those whom no turn ever serves, not for all who wait (`docs/benchmarks.md`).
    package static let reservedAfterMilliseconds: Int64 = 86_400_000
    /// Orders that are kept a place at once, at most; and at most one for so many offers.
    private static let mostReserved = 8
    private static let offersForEach = 32
    /// Kinds of needs that one call looks for places for: each is a walk over all offers.
    private static let mostWalks = 8

    /// Whether there is anything to keep, or to give up.
    package func mayReserve(overdueSince moment: Timestamp) -> Bool {
        !keeping.isEmpty || queue.first.map { $0.moment < moment } ?? false
    }

    /// Keeps places for orders whose turn came before `moment` and that fit nowhere yet: each where room
    /// is first, as these leases end. Places kept in vain are given up: where the offer cannot have the
    /// order any more.
    ///
    /// A spot order is kept none: it comes after all others. Nor is one with a deadline: when its time
    /// is up, others make way for it, or it goes. Nor one that has siblings to heed: a place for one of
    /// a gang helps nobody, and one beside a sibling is none.
    package mutating func reserve(
        overdueSince moment: Timestamp, _ occupied: [Occupation], at now: Timestamp
    ) {
        giveUpKeeping(at: now)
        let overdue = queue.prefix { $0.moment < moment }
        let most = min(Self.mostReserved, max(offerCount / Self.offersForEach, 1))
        let byNode = Dictionary(grouping: occupied, by: \.node)
        // Of those that are kept a place some await one that is being freed for them.
        var kept = keeping.count { task in
            order(of: task).map { Turn($0).moment < moment } ?? false
        }
        var inVain: Set<Needs> = []
        for turn in overdue.drop(while: { turn in reservedUpTo.map { turn <= $0 } ?? false }) {
            guard kept < most else { return }
            guard inVain.count < Self.mostWalks else {
                reservedUpTo = turn
                return
            }
            guard let order = order(of: turn.task), place(keptFor: turn.task) == nil,
                order.deadline?.latestStart == nil, order.formation == nil,
                order.needs.spot == nil,
                !inVain.contains(order.needs)
            else { continue }
            let place = ExpectedStart.first(for: order.needs, offersUnkept, byNode, at: now)
            if let place {
                keep(place.node, for: turn.task)
                kept += 1
            } else {
                inVain.insert(order.needs)
            }
        }
        reservedUpTo = nil
    }
}
