import Domain

/// One round of proposals over a working copy of the offers.
///
/// Orders with equal needs share one ranking of the offers, so a round costs one pass over the
/// offers per distinct need, not per order; needs that fit nowhere are dismissed at once, because
/// capacity only shrinks within a round.
struct Planner {
    private var listings: [Listing]
    /// Slots in the order in which their free capacity shrank.
    private var reservations: [Int] = []
    private var rankings: [Ranking] = []
    /// Looked up by needs, never iterated.
    private var rankingOfNeeds: [Needs: Int] = [:]

    init(_ listings: [Listing]) { self.listings = listings }

    /// Reserves the best offer for the order; nil when none can take it.
    mutating func place(_ entry: Entry) -> Proposal? {
        let ranking = currentRanking(of: entry.order.needs)
        let best = rankings[ranking].places.first { entry.mayHave(listings[$0.slot].offer) }
        return best.map { reserve($0, for: entry.order) }
    }

    private mutating func currentRanking(of needs: Needs) -> Int {
        guard let known = rankingOfNeeds[needs] else {
            rankings.append(Ranking(needs, listings, reservations: reservations.count))
            rankingOfNeeds[needs] = rankings.count - 1
            return rankings.count - 1
        }
        rankings[known].apply(reservations, to: listings)
        return known
    }

    private mutating func reserve(_ place: Ranking.Place, for order: Order) -> Proposal {
        let offer = listings[place.slot].offer
        let devices = Feasibility.freeDevices(order.needs.devices, in: offer)
        listings[place.slot].offer.free = offer.free.subtracting(order.needs.slice)
        listings[place.slot].offer.freeDevices.removeAll(where: devices.contains)
        reservations.append(place.slot)
        return Proposal(
            task: order.task, attempt: order.attempt, node: offer.node,
            offerVersion: offer.version, rate: place.rate, devices: devices)
    }
}

/// The offers that can take given needs now, best first.
struct Ranking {
    struct Place: Hashable, Comparable {
        let rate: Rate
        /// Free share of the offer after the slice is taken: the sum over CPU, memory, disk and
        /// devices, in millionths of each.
        let leftover: Int64
        let slot: Int

        static func < (left: Place, right: Place) -> Bool {
            (left.rate, left.leftover, left.slot) < (right.rate, right.leftover, right.slot)
        }
    }

    private let needs: Needs
    private(set) var places: [Place] = []
    /// How many reservations of the round the places reflect.
    private var reservations: Int

    init(_ needs: Needs, _ listings: [Listing], reservations: Int) {
        self.needs = needs
        self.reservations = reservations
        for slot in listings.indices {
            if let place = place(of: listings[slot], at: slot) { places.append(place) }
        }
        places.sort()
    }

    /// Moves the offers reserved since the last call to where they belong now.
    mutating func apply(_ all: [Int], to listings: [Listing]) {
        defer { reservations = all.count }
        guard !places.isEmpty else { return }
        for slot in all[reservations...] {
            guard let old = places.firstIndex(where: { $0.slot == slot }) else { continue }
            places.remove(at: old)
            guard let place = place(of: listings[slot], at: slot) else { continue }
            places.insert(place, at: places.firstSortedIndex { $0 >= place })
        }
    }

    private func place(of listing: Listing, at slot: Int) -> Place? {
        guard listing.standing == .live, listing.offer.availability == .open,
            Feasibility.check(needs, listing.offer) == nil
        else { return nil }
        return Place(
            rate: Feasibility.rate(needs, listing.offer.terms),
            leftover: leftover(of: listing.offer), slot: slot)
    }

    private func leftover(of offer: Offer) -> Int64 {
        func share(_ part: Int64, of whole: Int64) -> Int64 {
            guard whole > 0 else { return 0 }
            return Int64(Int128(min(max(part, 0), whole)) * 1_000_000 / Int128(whole))
        }
        let free = offer.free.subtracting(needs.slice)
        let capacity = offer.terms.capacity
        let freeDevices = offer.freeDevices.count - needs.devices.count
        return share(free.milliCPU, of: capacity.milliCPU)
            + share(free.memoryBytes, of: capacity.memoryBytes)
            + share(free.diskBytes, of: capacity.diskBytes)
            + share(Int64(freeDevices), of: Int64(offer.terms.devices.count))
    }
}
