package import Domain

/// An order as the index knows it.
package struct OrderFigures: Hashable, Sendable {
    package let kind: OrderKind
    package let memory: Int64
    package let disk: Int64
    /// Models that it accepts, as bits; all where it names none.
    package let models: UInt64
    /// Least memory of each device.
    package let vram: Int64
    package let regions: UInt64
    package let needsNetwork: Bool
    /// What each device has to be able to do; 0 where that does not matter. It says which groups of
    /// offers are worth a look: what it leads to has to be asked.
    package let capability: Int16
    package let gigaflops: Int32
    package let tier: Int
    /// The most that it pays per hour.
    package let bid: Rate
    /// Whether names beyond those that have bits of their own decide, so that each offer that is found
    /// has to be asked.
    let isInexact: Bool

    package init(
        _ kind: OrderKind, memory: Int64, disk: Int64 = 0, models: UInt64 = .max,
        vram: Int64 = 0, regions: UInt64 = .max, needsNetwork: Bool = false, tier: Int = 0,
        bid: Rate, floor: DevicePower? = nil
    ) {
        self.kind = kind
        self.memory = memory
        self.disk = disk
        self.models = kind.count == 0 ? .max : models
        self.vram = kind.count == 0 ? 0 : vram
        let floor = kind.count == 0 ? nil : floor
        capability = Int16(clamping: floor?.capability ?? 0)
        gigaflops = Int32(clamping: floor?.gigaflops ?? 0)
        self.regions = regions
        self.needsNetwork = needsNetwork
        self.tier = tier
        self.bid = bid
        let shared = NameBits.shared
        isInexact =
            (self.models != .max && self.models & shared != 0)
            || (regions != .max && regions & shared != 0)
    }
}

/// Where an order is best placed.
package struct Choice: Hashable, Sendable {
    package let handle: OfferIndex.Handle
    package let rate: Rate
    /// Of a divided device what was left of it before; `OfferFigures.whole` otherwise.
    package let device: Int32
}

/// The best place that a search has found so far.
struct Found {
    private(set) var handle: OfferIndex.Handle?
    private(set) var rate: Rate
    private(set) var cost = Int64.max
    private(set) var tie = UInt64.max

    init(_ order: OrderFigures) { rate = order.bid }

    /// Whether what costs this much at least, and comes no earlier than `tie`, may be better.
    func mayGain(_ cost: Int64, _ tie: @autoclosure () -> UInt64) -> Bool {
        cost < self.cost || (cost == self.cost && tie() < self.tie)
    }

    mutating func take(_ handle: OfferIndex.Handle, _ rate: Rate, _ cost: Int64, _ tie: UInt64) {
        (self.handle, self.rate, self.cost, self.tie) = (handle, rate, cost, tie)
    }
}
