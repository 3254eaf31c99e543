package import Domain

/// An offer as the index knows it: numbers alone, so that a search counts no references.
///
/// Names are bits here (`NameBits`), numbered by whoever feeds the index.
package struct OfferFigures: Hashable, Sendable {
    /// Units of a whole device. The market leases whole devices; a device that is divided among orders
    /// is known by what is left of it.
    package static let whole: Int32 = 1_000
    /// What `burden` is a multiple of.
    package static let par: Int64 = 1_024
    /// Divided devices of one offer, at most.
    package static let mostParts = 8

    package var capacity: Resources
    package var free: Resources
    /// Models of the devices on offer, as bits.
    package var models: UInt64
    /// Devices that the machine has, and those of them that it offers.
    package var devices: Int
    package var offered: Int
    /// Offered devices that are wholly free.
    package var whole: Int
    /// Units left of each divided device, descending; 0 where there is none.
    package var parts = SIMD8<Int16>(repeating: 0)
    /// Of the offered ones.
    package var leastVRAM: Int64 = 0
    package var mostVRAM: Int64 = 0
    /// Price per hour of the whole machine, in micro-units.
    package var ask: Rate
    /// The same for spot orders, at most the ask.
    package var spotAsk: Rate
    /// What one device's hour is worth where it is lost: micro-units, at most 10¹¹.
    package var value: Int64
    /// What a paid hour costs in work to be done: `par` where nothing is lost, twice that where half of
    /// it is (expected rework, throttled devices). `par`…16·`par`.
    package var burden = Self.par
    package var tier = 0
    /// One bit.
    package var region: UInt64 = 1
    package var isConnected = true
    /// Whether orders may be placed on it now.
    package var isOpen = true
    /// The most that any of its devices is known to be able to do, as `DevicePower` has it; 0 where nobody knows.
    package var mostCapability: Int16 = 0
    package var mostGigaflops: Int32 = 0
    /// Decides between offers that nothing else tells apart: the lower comes first.
    package var tie: UInt64

    package init(
        capacity: Resources, free: Resources, models: UInt64, devices: Int, whole: Int, ask: Rate,
        value: Int64, tie: UInt64
    ) {
        self.capacity = capacity
        self.free = free
        self.models = models
        self.devices = devices
        offered = devices
        self.whole = whole
        self.ask = ask
        spotAsk = ask
        self.value = value
        self.tie = tie
    }

    /// Price per hour of a slice, as `OfferTerms.rate` has it.
    package func rate(of order: OrderFigures) -> Rate {
        let slice = Resources(
            milliCPU: order.kind.milliCPU, memoryBytes: order.memory, diskBytes: order.disk)
        return OfferTerms.rate(
            of: (slice, order.kind.count), from: (capacity, devices),
            for: order.kind.isSpot ? spotAsk : ask)
    }

    /// The same as far as CPU and devices decide it.
    func rate(of kind: OrderKind) -> Int64 {
        let ask = (kind.isSpot ? spotAsk : ask).microPerHour
        var price = Int64(1)
        if devices > 0 { price = max(price, (ask * Int64(kind.count) - 1) / Int64(devices) + 1) }
        let (cpu, all) = (kind.milliCPU, capacity.milliCPU)
        if cpu > 0, all > 0 {
            let (product, isOver) = ask.multipliedReportingOverflow(by: cpu)
            let share =
                isOver
                ? Int64(clamping: (Int128(ask) * Int128(cpu) - 1) / Int128(all) + 1)
                : (product - 1) / all + 1
            price = max(price, share)
        }
        return min(price, ask)
    }

    /// Units of all devices that nobody has.
    var freeUnits: Int64 {
        Int64(whole) * Int64(Self.whole) + (hasParts ? Int64(parts.wrappedSum()) : 0)
    }

    var hasParts: Bool { parts[0] != 0 }

    /// Devices of which at least so many units are free.
    func devices(with units: Int32) -> Int {
        guard hasParts, units < Self.whole else { return whole }
        var count = whole
        for part in 0..<Self.mostParts where Int32(parts[part]) >= units { count += 1 }
        return count
    }
}

/// What decides what an order is worth in a place, and is the same for many orders.
package struct OrderKind: Hashable, Sendable {
    package let milliCPU: Int64
    package let count: Int
    /// Of each device, 1…`OfferFigures.whole`; 0 where `count` is.
    package let units: Int32
    /// It pays the spot ask.
    package let isSpot: Bool

    /// - Returns: nil when it is none: negative, more than 64 devices, or a part of several devices.
    package init?(
        milliCPU: Int64, count: Int, units: Int32 = OfferFigures.whole, isSpot: Bool = false
    ) {
        guard (0...Resources.limit).contains(milliCPU), (0...64).contains(count),
            count == 0 || (1...OfferFigures.whole).contains(units),
            count < 2 || units == OfferFigures.whole
        else { return nil }
        self.milliCPU = milliCPU
        self.count = count
        self.units = count == 0 ? 0 : units
        self.isSpot = isSpot
    }

    private init(nobodyHas count: Int) {
        (milliCPU, self.count, units) = (0, count, count == 0 ? 0 : OfferFigures.whole)
        isSpot = false
    }

    static let nothing = OrderKind(nobodyHas: 0)
    /// More devices than any offer has.
    static let most = OrderKind(nobodyHas: 1 << 20)

    /// The same of an order that pays the ask: what it takes, whatever it costs.
    var onDemand: OrderKind {
        OrderKind(milliCPU: milliCPU, count: count, units: units) ?? self
    }

    var total: Int64 { Int64(count) * Int64(units) }
    var isDivided: Bool { count == 1 && units < OfferFigures.whole }
}
