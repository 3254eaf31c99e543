package import Domain

/// How the whole book answers one order: who could serve it now, and what is against the others.
package struct Explanation: Hashable, Sendable, Codable {
    /// How many offers have one and the same reason first against them.
    package struct Count: Hashable, Sendable, Codable {
        package let reason: MismatchReason
        package let offers: Int

        package init(reason: MismatchReason, offers: Int) {
            self.reason = reason
            self.offers = offers
        }
    }

    /// Offers on the book; `feasible` and the counts in `rejected` add up to it.
    package let total: Int
    package let feasible: Int
    /// Largest count first; equal counts in the order of `MismatchReason`'s cases.
    package let rejected: [Count]
    /// Rate of the slice on the cheapest offer that can take it now at its bid.
    package let cheapest: Rate?
    /// Rate of the slice on the cheapest offer that could take it now at any bid.
    package let cheapestIgnoringPrice: Rate?
    /// Where nothing is feasible: what would make it so, each by itself.
    package let relaxations: [Relaxation]
    /// Of an order with a latency ceiling: the offer with the least upper bound, whatever else it lacks.
    package let nearest: Near?

    /// How far away an offer is.
    package struct Near: Hashable, Sendable, Codable {
        package let node: NodeID
        package let roundTrip: RoundTripEstimate

        package init(node: NodeID, roundTrip: RoundTripEstimate) {
            self.node = node
            self.roundTrip = roundTrip
        }

        private enum CodingKeys: String, CodingKey {
            case node
            case roundTrip = "round_trip"
        }
    }

    package init(
        total: Int, feasible: Int, rejected: [Count], cheapest: Rate?,
        cheapestIgnoringPrice: Rate?, relaxations: [Relaxation] = [], nearest: Near? = nil
    ) {
        self.nearest = nearest
        self.relaxations = relaxations
        self.total = total
        self.feasible = feasible
        self.rejected = rejected
        self.cheapest = cheapest
        self.cheapestIgnoringPrice = cheapestIgnoringPrice
    }

    private enum CodingKeys: String, CodingKey {
        case total, feasible, rejected, relaxations, nearest
        case cheapest = "cheapest_micro_per_hour"
        case cheapestIgnoringPrice = "cheapest_ignoring_price_micro_per_hour"
    }
}

extension Explanation {
    /// Asks each offer once, and more often where none fits.
    package init(_ needs: Needs, of offers: some Sequence<Offer>, at now: Timestamp) {
        self.init(needs, of: offers, without: .none, at: now)
    }

    /// - Parameter closed: where the order's siblings are. Their places would take it but for them, and
    ///   no change of the order's own needs helps there.
    init(
        _ needs: Needs, of offers: some Sequence<Offer>, without closed: ClosedPlaces,
        at now: Timestamp
    ) {
        var tally = Tally(closed: closed)
        for offer in offers { tally.add(needs, offer, at: now) }
        self.init(
            total: tally.feasible + tally.rejected.reduce(0) { $0 + $1.offers },
            feasible: tally.feasible, rejected: tally.sorted, cheapest: tally.cheapest,
            cheapestIgnoringPrice: tally.cheapestIgnoringPrice,
            relaxations: tally.feasible == 0
                ? Relaxation.all(of: needs, offers.lazy.filter { !closed.has($0) }, at: now) : [],
            nearest: tally.nearest)
    }
}

/// The running count of one explanation.
private struct Tally {
    let closed: ClosedPlaces
    var feasible = 0
    var rejected: [Explanation.Count] = []
    var cheapest: Rate?
    var cheapestIgnoringPrice: Rate?
    var nearest: Explanation.Near?

    init(closed: ClosedPlaces) { self.closed = closed }

    mutating func add(_ needs: Needs, _ offer: Offer, at now: Timestamp) {
        let isClosed = closed.has(offer)
        note(needs.latency?.estimate(to: offer), of: offer.node)
        let rate = Feasibility.rate(needs, offer.terms)
        if !isClosed, Feasibility.checkIgnoringPrice(needs, offer, at: now) == nil {
            cheapestIgnoringPrice = min(cheapestIgnoringPrice ?? rate, rate)
        }
        let against = Feasibility.check(needs, offer, at: now)
        guard let reason = against ?? (isClosed ? .sibling : nil) else {
            feasible += 1
            cheapest = min(cheapest ?? rate, rate)
            return
        }
        count(reason)
    }

    var sorted: [Explanation.Count] {
        rejected.sorted { left, right in
            (right.offers, left.reason.rank) < (left.offers, right.reason.rank)
        }
    }

    /// Equally near ones: the earliest node, whatever the order of the offers.
    private mutating func note(_ trip: RoundTripEstimate?, of node: NodeID) {
        guard let trip else { return }
        if let nearest, (nearest.roundTrip.upper, nearest.node) < (trip.upper, node) { return }
        nearest = Explanation.Near(node: node, roundTrip: trip)
    }

    private mutating func count(_ reason: MismatchReason) {
        let known = rejected.firstIndex { $0.reason == reason }
        guard let known else {
            rejected.append(Explanation.Count(reason: reason, offers: 1))
            return
        }
        rejected[known] = Explanation.Count(reason: reason, offers: rejected[known].offers + 1)
    }
}
