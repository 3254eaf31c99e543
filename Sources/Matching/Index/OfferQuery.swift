import Domain

/// An order's needs in the words of the index.
struct OfferQuery {
    let needs: Needs
    /// Models that it accepts; all where it names none.
    let models: UInt64
    let regions: UInt64
    /// Where the tree has the regions of offers with the network that it needs.
    let regionColumn: Int
    let tier: Int
    let priceClass: Int
    /// What the price of its class is paid for: milli-CPUs or devices.
    let units: Int64

    init(_ needs: Needs, models: NameBits, regions: NameBits) {
        self.needs = needs
        let names = needs.devices.models
        self.models = names.isEmpty || needs.devices.count == 0 ? .max : models.bits(of: names)
        self.regions = needs.regions.isEmpty ? .max : regions.bits(of: needs.regions)
        regionColumn =
            needs.network == .none
            ? SlotTree.Column.regions : SlotTree.Column.connectedRegions
        tier = needs.minimumTier.rank
        priceClass = SlotTree.priceClass(needs.devices.count)
        units =
            needs.devices.count > 0 ? Int64(needs.devices.count) : needs.slice.milliCPU
    }
}

/// The best offer that a search has found so far.
struct Found {
    private(set) var place: OfferIndex.Place?
    private(set) var node: NodeID?
    private(set) var leftover = Int64.max
    /// At first the bid: nothing dearer is looked at.
    private(set) var rate: Rate
    /// The highest price per unit at which an offer may be as cheap.
    private(set) var price: UInt64
    private let units: Int64

    init(_ query: OfferQuery) {
        rate = query.needs.bid
        units = query.units
        price = UnitPrice.highest(for: rate, units: units)
    }

    mutating func take(
        _ place: OfferIndex.Place, _ rate: Rate, leftover: Int64, node: NodeID?
    ) {
        self.place = place
        self.node = node
        self.leftover = leftover
        guard rate < self.rate else { return }
        self.rate = rate
        price = UnitPrice.highest(for: rate, units: units)
    }
}
