/// What orders ask for, by how often they do: the demand that places are kept for.
///
/// A market knows it from the orders that it has. A score is only as good as this is true; right a
/// placement is whatever this says.
package struct DemandMix: Sendable {
    /// Orders of one form.
    package struct Entry: Hashable, Sendable {
        package let kind: OrderKind
        /// As bits; all where they name none.
        package let models: UInt64
        package let count: Int64

        package init(_ kind: OrderKind, models: UInt64 = .max, count: Int64) {
            self.kind = kind
            self.models = kind.count == 0 ? .max : models
            self.count = max(count, 0)
        }

        fileprivate var order: (Int64, Int64, Int32, Int, UInt64) {
            (count, kind.milliCPU, kind.units, kind.count, models)
        }
    }

    /// One form of order among the typical ones.
    struct Typical: Hashable, Sendable {
        let kind: OrderKind
        let models: UInt64
        /// Millionths of all typical orders.
        let share: Int64
    }

    /// In millionths.
    static let one: Int64 = 1_000_000
    /// The rarest forms, this share of all orders, are left out of the typical ones (Weng et al. §5).
    private static let typicalShare: Int64 = 950_000

    /// Most frequent first.
    let typical: [Typical]
    /// What typical orders for devices ask beside them: milli-CPUs for so many units.
    let cpuOfUnits: (milliCPU: Int64, units: Int64)
    /// Units that the orders ask for, by the models that they accept.
    let demand: [(models: UInt64, units: Int64)]
    let residual: ResidualValue

    /// - Parameter orders: at most 2⁴⁰ in all; equal forms are added up.
    package init(_ orders: [Entry]) {
        typical = Self.typical(orders)
        var (cpu, units): (Int64, Int64) = (0, 0)
        for form in typical where form.kind.count > 0 {
            cpu += form.share * min(form.kind.milliCPU, 1 << 36)
            units += form.share * form.kind.total
        }
        cpuOfUnits = (cpu / Self.one, max(units / Self.one, 1))
        var byModels: [UInt64: Int64] = [:]
        for order in orders where order.kind.count > 0 {
            byModels[order.models, default: 0] += order.count * order.kind.total
        }
        demand = byModels.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        var parts: [Int32: Int64] = [:]
        for order in orders where order.kind.count == 1 {
            parts[order.kind.units, default: 0] += order.count
        }
        residual = ResidualValue(parts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
    }

    private static func typical(_ orders: [Entry]) -> [Typical] {
        struct Form: Hashable {
            let kind: OrderKind
            let models: UInt64
        }
        var counts: [Form: Int64] = [:]
        for order in orders where order.count > 0 {
            counts[Form(kind: order.kind, models: order.models), default: 0] += order.count
        }
        let total = counts.values.reduce(0, +)
        let sorted = counts.map { Entry($0.key.kind, models: $0.key.models, count: $0.value) }
            .sorted { $0.order > $1.order }
        var taken: Int64 = 0
        let most = total / one * typicalShare + total % one * typicalShare / one
        let chosen = sorted.prefix { entry in
            defer { taken += entry.count }
            return taken < most
        }
        let sum = max(chosen.reduce(0) { $0 + $1.count }, 1)
        return chosen.map {
            Typical(kind: $0.kind, models: $0.models, share: $0.count * one / sum)
        }
    }
}
