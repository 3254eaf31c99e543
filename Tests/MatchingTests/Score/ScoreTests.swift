import Domain
import Testing

@testable import Matching

/// Where the index puts orders, with parts of devices: right whatever they are scored by.
@Suite struct ScoreTests {
    /// Machines and orders by a seed, with more demand than there is.
    private struct Draw {
        var random: SeededGenerator
        let machines: [OfferFigures]
        let orders: [OrderFigures]

        init(seed: UInt64) throws {
            var random = SeededGenerator(seed: seed)
            machines = (0..<40).map { number in
                let size = Resources(
                    milliCPU: Int64(8_000 << random.below(4)), memoryBytes: 1 << 34, diskBytes: 0)
                let devices = [0, 1, 2, 4, 8][random.below(5)]
                return OfferFigures(
                    capacity: size, free: size, models: 1 << UInt64(random.below(4)),
                    devices: devices, whole: devices,
                    ask: Sample.rate(1 << Int64(random.below(20))),
                    value: Int64(random.below(1 << 20)), tie: UInt64(number))
            }
            orders = try (0..<24).map { _ in
                let count = [0, 1, 1, 1, 2, 4][random.below(6)]
                let kind = try #require(
                    OrderKind(
                        milliCPU: Int64(random.below(12_000)), count: count,
                        units: count == 1 ? Int32(1 + random.below(1_000)) : 1_000))
                return OrderFigures(
                    kind, memory: Int64(random.below(1 << 32)),
                    models: random.below(3) == 0 ? 1 << UInt64(random.below(4)) : .max,
                    bid: Sample.rate(Rate.limit))
            }
            self.random = random
        }

        var mix: DemandMix {
            DemandMix(
                orders.enumerated().map {
                    DemandMix.Entry($1.kind, models: $1.models, count: Int64($0 + 1))
                })
        }

        func index() -> OfferIndex {
            var index = OfferIndex(mix: mix)
            for machine in machines { _ = index.insert(machine) }
            return index
        }
    }

    private struct Placed {
        let order: OrderFigures
        let choice: Choice
        let machine: Int
        /// Where a device is divided: which one.
        let device: Int?
    }

    /// What is left, kept by the rules alone.
    private struct Ledger {
        let machines: [OfferFigures]
        var placed: [Placed] = []

        func devices(of machine: Int) -> [Int32] {
            var devices = [Int32](repeating: 1_000, count: machines[machine].devices)
            for each in placed where each.machine == machine {
                if let device = each.device { devices[device] -= each.order.kind.units }
            }
            return devices
        }

        func fits(_ order: OrderFigures, on machine: Int) -> Bool {
            let own = placed.filter { $0.machine == machine }
            let cpu = own.reduce(machines[machine].capacity.milliCPU) {
                $0 - $1.order.kind.milliCPU
            }
            let memory = own.reduce(machines[machine].capacity.memoryBytes) {
                $0 - $1.order.memory
            }
            let wholes = own.reduce(0) { $0 + ($1.device == nil ? $1.order.kind.count : 0) }
            let devices = devices(of: machine)
            let fitting = devices.filter { $0 >= order.kind.units }.count
            let spare = devices.filter { $0 == 1_000 }.count - wholes
            let divided = devices.filter { $0 < 1_000 && $0 >= order.kind.units }.count
            return cpu >= order.kind.milliCPU && memory >= order.memory
                && (order.kind.count == 0 || order.models & machines[machine].models != 0)
                && (order.kind.count == 0
                    || min(fitting, spare + divided) >= order.kind.count)
        }

        /// Which device a part is of: the first of which so much was left, that no whole order has.
        func device(_ choice: Choice, _ order: OrderFigures, on machine: Int) -> Int? {
            guard order.kind.isDivided else { return nil }
            return devices(of: machine).lastIndex { $0 == choice.device }
        }
    }

    private static func best(_ index: inout OfferIndex, _ order: OrderFigures) -> Choice? {
        index.best(for: order, where: { _ in true })
    }

    /// Places an order and returns where, or gives one back.
    private static func step(
        _ draw: inout Draw, _ index: inout OfferIndex, _ ledger: inout Ledger, _ seed: UInt64
    ) throws {
        if draw.random.below(3) == 0, !ledger.placed.isEmpty {
            let gone = ledger.placed.remove(at: draw.random.below(ledger.placed.count))
            var offer = try #require(index[gone.choice.handle])
            let rest = gone.device.map { ledger.devices(of: gone.machine)[$0] } ?? 0
            let left = rest - (gone.device == nil ? 0 : gone.order.kind.units)
            let isGiven = offer.give(gone.order, to: left)
            #expect(isGiven)
            return index.update(gone.choice.handle, offer)
        }
        let order = draw.orders[draw.random.below(draw.orders.count)]
        let anywhere = draw.machines.indices.contains { ledger.fits(order, on: $0) }
        guard let choice = Self.best(&index, order) else {
            return #expect(!anywhere, "seed \(seed)")
        }
        let machine = choice.handle
        #expect(ledger.fits(order, on: machine), "seed \(seed)")
        var offer = try #require(index[choice.handle])
        let isTaken = offer.take(order, from: choice.device)
        #expect(isTaken)
        let device = ledger.device(choice, order, on: machine)
        #expect((device != nil) == order.kind.isDivided)
        index.update(choice.handle, offer)
        ledger.placed.append(
            Placed(order: order, choice: choice, machine: machine, device: device))
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `nothing is oversold, an order fits where it is put, and is put wherever it fits`(
        seed: UInt64
    ) throws {
        print("score seed \(seed)")
        var draw = try Draw(seed: seed)
        var (index, ledger) = (draw.index(), Ledger(machines: draw.machines))
        for _ in 0..<600 { try Self.step(&draw, &index, &ledger, seed) }
        #expect(!ledger.placed.isEmpty)
    }

    @Test(arguments: [7, 8, 9, 10] as [UInt64])
    func `the place that is looked up costs the least of all places, asked one by one`(
        seed: UInt64
    ) throws {
        print("score seed \(seed)")
        var draw = try Draw(seed: seed)
        var (index, ledger) = (draw.index(), Ledger(machines: draw.machines))
        for _ in 0..<400 {
            try Self.step(&draw, &index, &ledger, seed)
            let order = draw.orders[draw.random.below(draw.orders.count)]
            let best = draw.machines.indices.filter { ledger.fits(order, on: $0) }
                .compactMap { handle in index.cost(of: order, with: handle).map { ($0, handle) } }
                .min { $0 < $1 }
            let choice = Self.best(&index, order)
            #expect(choice?.handle == best?.1, "seed \(seed)")
        }
    }

    @Test(arguments: [21, 22, 23] as [UInt64])
    func `a cost is the rate, what later orders lose, and what a wanted model is short of`(
        seed: UInt64
    ) throws {
        print("score seed \(seed)")
        var draw = try Draw(seed: seed)
        var (index, ledger) = (draw.index(), Ledger(machines: draw.machines))
        for _ in 0..<200 {
            try Self.step(&draw, &index, &ledger, seed)
            let order = draw.orders[draw.random.below(draw.orders.count)]
            let plain = PlainScore(draw.orders, draw.machines.indices.compactMap { index[$0] })
            for machine in draw.machines.indices where ledger.fits(order, on: machine) {
                let cost = index.cost(of: order, with: machine)
                let expected = plain.cost(of: order, on: machine)
                #expect(cost == expected, "seed \(seed)")
            }
        }
    }

    @Test func `what is given back is as if it had never been taken`() throws {
        let draw = try Draw(seed: 11)
        var index = draw.index()
        var taken: [(OrderFigures, Choice, Int32)] = []
        for order in draw.orders {
            guard let choice = Self.best(&index, order) else { continue }
            var offer = try #require(index[choice.handle])
            let isTaken = offer.take(order, from: choice.device)
            #expect(isTaken)
            index.update(choice.handle, offer)
            taken.append((order, choice, choice.device - order.kind.units))
        }
        for (order, choice, rest) in taken.reversed() {
            var offer = try #require(index[choice.handle])
            let isGiven = offer.give(order, to: rest)
            #expect(isGiven)
            index.update(choice.handle, offer)
        }
        var anew = draw.index()
        for handle in draw.machines.indices { #expect(index[handle] == anew[handle]) }
        for order in draw.orders {
            let (mine, other) = (Self.best(&index, order), Self.best(&anew, order))
            #expect(mine == other)
        }
    }

    @Test func `a kind that was not asked for a long while sees every change`() throws {
        let draw = try Draw(seed: 12)
        var index = draw.index()
        let rare = try #require(draw.orders.first { $0.kind.count == 2 })
        _ = Self.best(&index, rare)
        for turn in 0..<20_000 {
            var offer = draw.machines[turn % 40]
            offer.free = Resources(milliCPU: Int64(turn), memoryBytes: 1 << 34, diskBytes: 0)
            index.update(turn % 40, offer)
        }
        var anew = OfferIndex(mix: draw.mix)
        for handle in 0..<40 { _ = anew.insert(try #require(index[handle])) }
        let (mine, other) = (Self.best(&index, rare), Self.best(&anew, rare))
        #expect(mine == other)
    }

    @Test func `more kinds than are remembered are all answered right`() throws {
        let draw = try Draw(seed: 13)
        var index = draw.index()
        for turn in 0..<900 {
            let kind = try #require(OrderKind(milliCPU: Int64(1 + turn * 7 % 450), count: 1))
            let order = OrderFigures(kind, memory: 0, bid: Sample.rate(Rate.limit))
            let least = draw.machines.indices.filter { draw.machines[$0].devices > 0 }
                .compactMap { handle in index.cost(of: order, with: handle).map { ($0, handle) } }
                .min { $0 < $1 }
            let choice = Self.best(&index, order)
            #expect(choice?.handle == least?.1)
        }
    }

    @Test func `what is no kind of order is not made`() {
        #expect(OrderKind(milliCPU: -1, count: 0) == nil)
        #expect(OrderKind(milliCPU: 0, count: -1) == nil)
        #expect(OrderKind(milliCPU: 0, count: 65) == nil)
        #expect(OrderKind(milliCPU: 0, count: 1, units: 0) == nil)
        #expect(OrderKind(milliCPU: 0, count: 1, units: 1_001) == nil)
        #expect(OrderKind(milliCPU: 0, count: 2, units: 500) == nil)
        #expect(OrderKind(milliCPU: .max, count: 0) == nil)
        var empty = OfferIndex()
        let order = OrderFigures(.nothing, memory: 0, bid: .least)
        let nowhere = Self.best(&empty, order)
        #expect(nowhere == nil)
        empty.remove(3)
        empty.update(3, .none)
        #expect(empty.count == 0)
    }

    @Test func `the weights have a fingerprint of their own`() {
        let standard = ScoreWeights.standard
        #expect(
            standard.fingerprint
                == "4589e9f7b58c22fc83ab700c907b0474a75c48dec27cf5a4d375bcb9d1a4f529")
        #expect(OrderBook().weights == standard, "what is measured is what the market uses")
        #expect(OfferIndex().weights == standard)
        #expect(standard.fingerprint != ScoreWeights.price.fingerprint)
        var other = standard
        other.residual = 9
        #expect(other.fingerprint != standard.fingerprint)
    }
}
