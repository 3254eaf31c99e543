import Domain

@testable import Matching

/// The score as it is described, computed anew for every place and every form of order.
struct PlainScore {
    private struct Machine {
        var cpu: Int64
        var devices: [Int64]
        let models: UInt64
    }

    private let offers: [OfferFigures]
    private let forms: [(kind: OrderKind, models: UInt64, share: Int64)]
    private let demand: [(order: OrderFigures, count: Int64)]
    private let residual: [Int64]

    /// - Parameter orders: the n-th comes n times.
    init(_ orders: [OrderFigures], _ offers: [OfferFigures]) {
        self.offers = offers
        demand = orders.enumerated().map { ($1, Int64($0 + 1)) }
        let mix = DemandMix(
            demand.map { DemandMix.Entry($0.order.kind, models: $0.order.models, count: $0.count) })
        forms = mix.typical.map { ($0.kind, $0.models, $0.share) }
        residual = mix.residual.waste
    }

    func cost(of order: OrderFigures, on place: Int) -> Int64 {
        let offer = offers[place]
        let before = Machine(
            cpu: offer.free.milliCPU,
            devices: (0..<8).map { Int64(offer.parts[$0]) }.filter { $0 > 0 }
                + [Int64](repeating: 1_000, count: offer.whole), models: offer.models)
        let losses = choices(order.kind, before).map { after, wasted in
            lost(after) - lost(before) + 30 * free(after) + 10 * wasted
        }
        let price = (offer.value << 26) / 1_000_000_000 * 256 / 1_024
        let loss = Int64((Int128(losses.min() ?? 0) * Int128(price)) >> 16)
        return offer.rate(of: order).microPerHour * 1_024 + loss + scarcity(order.kind, place)
    }

    /// Every way to serve it here, and what the rest of a divided device will waste more by it.
    private func choices(_ kind: OrderKind, _ machine: Machine) -> [(Machine, Int64)] {
        var after = machine
        after.cpu -= kind.milliCPU
        guard kind.isDivided else {
            for _ in 0..<kind.count {
                if let whole = after.devices.firstIndex(of: 1_000) {
                    after.devices.remove(at: whole)
                }
            }
            return [(after, 0)]
        }
        return after.devices.indices.filter { after.devices[$0] >= kind.units }.map { device in
            var divided = after
            let units = divided.devices[device]
            divided.devices[device] -= Int64(kind.units)
            return (divided, residual[Int(divided.devices[device])] - residual[Int(units)])
        }
    }

    /// Fragmentation, and twice what is stranded beside too few CPUs.
    private func lost(_ machine: Machine) -> Int64 {
        let units = machine.devices.reduce(0, +)
        var unusable: Int64 = 0
        var (wantedCPU, wantedUnits): (Int64, Int64) = (0, 0)
        for form in forms {
            let (kind, all) = (form.kind, Int64(form.kind.count) * Int64(form.kind.units))
            var usable: Int64 = 0
            if kind.count > 0 {
                wantedCPU += form.share * kind.milliCPU
                wantedUnits += form.share * all
                if form.models & machine.models != 0 {
                    let fitting =
                        kind.count == 1
                        ? machine.devices.reduce(0) { $0 + $1 / Int64(kind.units) }
                        : Int64(machine.devices.count { $0 == 1_000 } / kind.count)
                    usable = fitting * all
                    if kind.milliCPU > 0 { usable = min(usable, machine.cpu * all / kind.milliCPU) }
                }
            }
            unusable += form.share * (units - usable)
        }
        let (cpu, per) = (wantedCPU / 1_000_000, max(wantedUnits / 1_000_000, 1))
        let missing = cpu > 0 ? max(units * cpu / per - machine.cpu, 0) : 0
        return unusable + 2 * (cpu > 0 ? missing * per * 1_000_000 / cpu : 0)
    }

    private func free(_ machine: Machine) -> Int64 {
        1_000_000 * machine.cpu / 128_000 + 1_000_000 * machine.devices.reduce(0, +) / 8_000
    }

    /// What orders of few models want of this group, by how much less of it is free than of all.
    private func scarcity(_ kind: OrderKind, _ place: Int) -> Int64 {
        let models = offers[place].models
        func units(_ offers: [OfferFigures]) -> Int64 {
            offers.reduce(0) { $0 + Int64($1.offered) * 1_000 }
        }
        let group = offers.filter { $0.models == models }
        let (all, free) = (units(offers), offers.reduce(0) { $0 + $1.freeUnits })
        let groupFree = group.reduce(0) { $0 + $1.freeUnits }
        guard kind.count > 0, groupFree > 0 else { return 0 }
        let total = demand.reduce(0) { $0 + $1.count * $1.order.kind.total }
        var wanted: Int64 = 0
        for form in Set(demand.map(\.order.models)) where form != .max && form & models != 0 {
            let asked = demand.filter { $0.order.models == form && $0.order.kind.count > 0 }
                .reduce(0) { $0 + $1.count * $1.order.kind.total }
            let accepted = units(offers.filter { $0.models & form != 0 })
            if asked > 0 {
                wanted += Int64(
                    Int128(asked) * Int128(all) * 1_000_000 / Int128(total) / Int128(accepted))
            }
        }
        let price =
            Int128(wanted) * Int128(free) * Int128(units(group)) / (Int128(all) * Int128(groupFree))
        let worth = group.reduce(Int128(0)) { $0 + Int128($1.offered) * Int128($1.value) }
        let value = Int64(worth * 1_000 / Int128(max(units(group), 1_000)))
        let loss = Int64(price) * kind.total
        return Int64((Int128(loss) * Int128((value << 26) / 1_000_000_000 * 256 / 1_024)) >> 16)
    }
}
