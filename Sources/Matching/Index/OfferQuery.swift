import Domain

/// An order's needs in the words of the index.
struct OfferQuery {
    let needs: Needs
    /// Models that it accepts; all where it names none.
    let models: UInt64
    let regions: UInt64
    let tier: Int
    let priceClass: Int
    /// What the price of its class is paid for: milli-CPUs or devices.
    let units: Int64

    init(_ needs: Needs, models: NameBits, regions: NameBits) {
        self.needs = needs
        let names = needs.devices.models
        self.models = names.isEmpty || needs.devices.count == 0 ? .max : models.bits(of: names)
        self.regions = needs.regions.isEmpty ? .max : regions.bits(of: needs.regions)
        tier = needs.minimumTier.rank
        priceClass = SlotTree.priceClass(needs.devices.count)
        units =
            needs.devices.count > 0 ? Int64(needs.devices.count) : needs.slice.milliCPU
    }
}

/// The best offer that a search has found so far.
struct Found {
    /// What tells a better offer: cheaper, else with less left over, else of the earlier node.
    struct Rank: Comparable {
        let rate: Int64
        let leftover: Int64
        let node: NodeID

        static func < (left: Rank, right: Rank) -> Bool {
            (left.rate, left.leftover, left.node) < (right.rate, right.leftover, right.node)
        }
    }

    private(set) var best: (rank: Rank, place: OfferIndex.Place)?
    /// At first the bid: nothing dearer is looked at.
    private(set) var rate: Int64
    /// The highest price per unit at which an offer may be as cheap.
    private(set) var price: UInt64
    private let units: Int64

    init(_ query: OfferQuery) {
        rate = query.needs.bid.microPerHour
        units = query.units
        price = UnitPrice.highest(for: rate, units: units)
    }

    mutating func take(_ rank: Rank, at place: OfferIndex.Place) {
        best = (rank, place)
        guard rank.rate < rate else { return }
        rate = rank.rate
        price = UnitPrice.highest(for: rate, units: units)
    }
}
