/// Kinds of devices as a set of at most 64, numbered by whoever makes the packing.
package struct ModelSet: Hashable, Sendable {
    package static let all = ModelSet(bits: .max)

    let bits: UInt64

    private init(bits: UInt64) { self.bits = bits }

    package init(_ models: some Sequence<Int>) {
        bits = models.reduce(0) { $0 | (0..<64 ~= $1 ? 1 << UInt64($1) : 0) }
    }

    package func contains(_ model: Int) -> Bool { bits >> UInt64(model) & 1 == 1 }
}

/// What one order asks of one machine.
package struct PackingNeed: Hashable, Sendable {
    /// Units of a whole device.
    package static let whole: Int32 = 1_000

    package let milliCPU: Int64
    package let memory: Int64
    package let count: Int
    /// Of each device, 1…`whole`; 0 where `count` is.
    package let units: Int32
    package let models: ModelSet

    /// - Returns: nil when it is no need at all: something negative, more than 64 devices, or a part
    ///   of several devices.
    package init?(
        milliCPU: Int64, memory: Int64, count: Int, units: Int32 = Self.whole,
        models: ModelSet = .all
    ) {
        guard milliCPU >= 0, memory >= 0, (0...64).contains(count),
            count == 0 || (1...Self.whole).contains(units), count < 2 || units == Self.whole,
            milliCPU <= 1 << 40, memory <= 1 << 60
        else { return nil }
        self.milliCPU = milliCPU
        self.memory = memory
        self.count = count
        self.units = count == 0 ? 0 : units
        self.models = count == 0 ? .all : models
    }

    private init() { (milliCPU, memory, count, units, models) = (0, 0, 0, 0, .all) }

    static let nothing = PackingNeed()

    var total: Int64 { Int64(count) * Int64(units) }
}

/// What orders ask for, by how often they do: the demand that a packing is made for.
///
/// A market knows it from the orders that it has seen. A packing is only as good as this is true;
/// right it is whatever this says.
package struct DemandMix: Sendable {
    /// One kind of order among the typical ones.
    struct Kind: Hashable, Sendable {
        let milliCPU: Int64
        let count: Int
        let units: Int32
        let models: ModelSet
        /// Millionths of all typical orders.
        var share: Int64
    }

    /// In millionths.
    static let one: Int64 = 1_000_000
    /// The rarest kinds, this share of all orders, are left out of the typical ones (Weng et al. §5).
    private static let typicalShare: Int64 = 950_000

    /// Most frequent first.
    let typical: [Kind]
    /// What typical orders for devices ask beside them: milli-CPUs for so many units.
    let cpuOfUnits: (milliCPU: Int64, units: Int64)
    /// Units that the orders ask for, by the models that they accept.
    let demand: [(models: ModelSet, units: Int64)]
    let residual: ResidualValue

    package init(_ orders: [(need: PackingNeed, count: Int64)]) {
        typical = Self.typical(orders)
        var (cpu, units): (Int64, Int64) = (0, 0)
        for kind in typical where kind.count > 0 {
            cpu += kind.share * kind.milliCPU
            units += kind.share * Int64(kind.count) * Int64(kind.units)
        }
        // Shares are millionths: what is divided by them stays far below overflow.
        cpuOfUnits = (max(cpu / Self.one, 0), max(units / Self.one, 1))
        var byModels: [ModelSet: Int64] = [:]
        for order in orders where order.need.count > 0 {
            byModels[order.need.models, default: 0] += order.count * order.need.total
        }
        demand = byModels.sorted { $0.key.bits < $1.key.bits }.map { ($0.key, $0.value) }
        var parts: [Int32: Int64] = [:]
        for order in orders where order.need.count == 1 {
            parts[order.need.units, default: 0] += order.count
        }
        residual = ResidualValue(parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    private static func typical(_ orders: [(need: PackingNeed, count: Int64)]) -> [Kind] {
        struct Form: Hashable {
            let cpu: Int64
            let count: Int
            let units: Int32
            let models: ModelSet
            var order: (Int64, Int32, Int, UInt64) { (cpu, units, count, models.bits) }
        }
        var counts: [Form: Int64] = [:]
        var total: Int64 = 0
        for (need, count) in orders where count > 0 {
            let form = Form(
                cpu: need.milliCPU, count: need.count, units: need.units, models: need.models)
            counts[form, default: 0] += count
            total += count
        }
        let sorted = counts.sorted { left, right in
            left.value != right.value
                ? left.value > right.value : left.key.order > right.key.order
        }
        var taken: Int64 = 0
        let most = total / one * typicalShare + total % one * typicalShare / one
        let chosen = sorted.prefix { entry in
            defer { taken += entry.value }
            return taken < most
        }
        let sum = max(chosen.reduce(0) { $0 + $1.value }, 1)
        return chosen.map { form, count in
            Kind(
                milliCPU: form.cpu, count: form.count, units: form.units, models: form.models,
                share: count * one / sum)
        }
    }
}
