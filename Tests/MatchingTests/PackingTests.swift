import Testing

@testable import Matching

/// Orders in their places: right whatever they are scored by.
@Suite struct PackingTests {
    /// A cluster and orders by a seed, with more demand than there is.
    private struct Draw {
        var random: SeededGenerator
        let machines: [Packing.Machine]
        let needs: [PackingNeed]

        init(seed: UInt64) throws {
            var random = SeededGenerator(seed: seed)
            machines = try (0..<40).map { _ in
                try #require(
                    Packing.Machine(
                        milliCPU: Int64(8_000 << random.below(4)), memory: 1 << 34,
                        devices: [0, 1, 2, 4, 8][random.below(5)], model: random.below(4)))
            }
            needs = try (0..<24).map { _ in
                let count = [0, 1, 1, 1, 2, 4][random.below(6)]
                return try #require(
                    PackingNeed(
                        milliCPU: Int64(random.below(12_000)), memory: Int64(random.below(1 << 32)),
                        count: count,
                        units: count == 1 ? Int32(1 + random.below(1_000)) : PackingNeed.whole,
                        models: random.below(3) == 0 ? ModelSet([random.below(4)]) : .all))
            }
            self.random = random
        }

        var mix: DemandMix { DemandMix(needs.enumerated().map { ($1, Int64($0 + 1)) }) }
    }

    /// What is left, kept by the rules alone.
    private struct Ledger {
        let machines: [Packing.Machine]
        var placed: [Packing.Placement] = []

        func left(of machine: Int) -> (cpu: Int64, memory: Int64, devices: [Int32]) {
            let own = placed.filter { $0.machine == machine }
            var devices = [Int32](repeating: PackingNeed.whole, count: machines[machine].devices)
            for placement in own {
                for device in placement.devices { devices[device] -= placement.need.units }
            }
            return (
                machines[machine].milliCPU - own.reduce(0) { $0 + $1.need.milliCPU },
                machines[machine].memory - own.reduce(0) { $0 + $1.need.memory }, devices
            )
        }

        func fits(_ need: PackingNeed, on machine: Int) -> Bool {
            let left = left(of: machine)
            return left.cpu >= need.milliCPU && left.memory >= need.memory
                && (need.count == 0 || need.models.contains(machines[machine].model))
                && left.devices.filter { $0 >= need.units }.count >= need.count
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `nothing is oversold, an order fits where it is put, and is put wherever it fits`(
        seed: UInt64
    ) throws {
        var draw = try Draw(seed: seed)
        var packing = Packing(draw.machines, mix: draw.mix)
        var ledger = Ledger(machines: draw.machines)
        for step in 0..<600 {
            if draw.random.below(3) == 0, !ledger.placed.isEmpty {
                packing.release(ledger.placed.remove(at: draw.random.below(ledger.placed.count)))
                continue
            }
            let need = draw.needs[draw.random.below(draw.needs.count)]
            let anywhere = draw.machines.indices.contains { ledger.fits(need, on: $0) }
            guard let placement = packing.place(need) else {
                #expect(!anywhere, "seed \(seed), step \(step)")
                continue
            }
            #expect(ledger.fits(need, on: placement.machine), "seed \(seed), step \(step)")
            #expect(Set(placement.devices).count == need.count)
            ledger.placed.append(placement)
            let left = ledger.left(of: placement.machine)
            #expect(left.cpu >= 0 && left.memory >= 0 && left.devices.allSatisfy { $0 >= 0 })
        }
    }

    @Test(arguments: [7, 8, 9, 10] as [UInt64])
    func `the place that is looked up is the best of all places, scored one by one`(
        seed: UInt64
    ) throws {
        var draw = try Draw(seed: seed)
        var packing = Packing(draw.machines, mix: draw.mix)
        var placed: [Packing.Placement] = []
        for step in 0..<400 {
            if draw.random.below(3) == 0, !placed.isEmpty {
                packing.release(placed.remove(at: draw.random.below(placed.count)))
            }
            let need = draw.needs[draw.random.below(draw.needs.count)]
            let fresh = packing
            let best = draw.machines.indices.compactMap { machine -> (score: Int64, place: Int)? in
                let place = fresh.placeOf[machine]
                let model = fresh.machines[place].model
                guard need.models.contains(model), fresh.fits(need, at: place) else { return nil }
                return (
                    fresh.score(need, at: place) - fresh.scarcity(of: model, need), place
                )
            }.max { ($0.score, -$0.place) < ($1.score, -$1.place) }
            let placement = packing.place(need)
            #expect(
                placement?.machine == best.map { fresh.machineAt[$0.place] },
                "seed \(seed), step \(step)")
            if let placement { placed.append(placement) }
        }
    }

    @Test func `what is given back is as if it had never been taken`() throws {
        let draw = try Draw(seed: 11)
        var packing = Packing(draw.machines, mix: draw.mix)
        let placed = draw.needs.compactMap { packing.place($0) }
        for placement in placed.reversed() { packing.release(placement) }
        let untouched = Packing(draw.machines, mix: draw.mix)
        #expect(packing.freeCPU == untouched.freeCPU && packing.freeMemory == untouched.freeMemory)
        #expect(packing.free == untouched.free && packing.freeUnits == untouched.freeUnits)
        #expect(packing.fragmentation == untouched.fragmentation)
        var (again, anew) = (packing, untouched)
        for need in draw.needs { #expect(again.place(need) == anew.place(need)) }
    }

    @Test func `a kind that was not asked for a long while sees every change`() throws {
        let draw = try Draw(seed: 12)
        var packing = Packing(draw.machines, mix: draw.mix)
        let (rare, common) = (draw.needs[0], try #require(draw.needs.first { $0.count == 0 }))
        if let placement = packing.place(rare) { packing.release(placement) }
        for _ in 0..<20_000 {
            if let placement = packing.place(common) { packing.release(placement) }
        }
        var anew = Packing(draw.machines, mix: draw.mix)
        #expect(packing.forgotten > 0)
        #expect(packing.place(rare) == anew.place(rare))
    }

    @Test func `what is no order and no machine is not made`() {
        #expect(PackingNeed(milliCPU: -1, memory: 0, count: 0) == nil)
        #expect(PackingNeed(milliCPU: 0, memory: -1, count: 0) == nil)
        #expect(PackingNeed(milliCPU: 0, memory: 0, count: 65) == nil)
        #expect(PackingNeed(milliCPU: 0, memory: 0, count: 1, units: 0) == nil)
        #expect(PackingNeed(milliCPU: 0, memory: 0, count: 1, units: 1_001) == nil)
        #expect(PackingNeed(milliCPU: 0, memory: 0, count: 2, units: 500) == nil)
        #expect(PackingNeed(milliCPU: .max, memory: 0, count: 0) == nil)
        #expect(Packing.Machine(milliCPU: 1, memory: 1, devices: -1, model: 0) == nil)
        #expect(Packing.Machine(milliCPU: 1, memory: 1, devices: 1, model: 64) == nil)
        var empty = Packing([], mix: DemandMix([]))
        #expect(empty.place(.nothing) == nil)
    }

    @Test func `the weights have a fingerprint of their own`() {
        #expect(
            PackingWeights.standard.fingerprint
                == "3faccdfcdc892ec3a438a11c08a02977791d2a16d02be23358ba651444b7c040")
        var other = PackingWeights()
        other.residual = 9
        #expect(other.fingerprint != PackingWeights.standard.fingerprint)
    }
}

/// What a rest of a device is worth.
@Suite struct ResidualValueTests {
    private static func waste(_ parts: [(units: Int32, count: Int64)], _ rest: Int) -> Int64 {
        ResidualValue(parts).waste[rest]
    }

    @Test(
        arguments: [
            // Nothing goes beside 810 but 190, and nobody asks for that.
            ([(810, 1)], 190, 190), ([(810, 1)], 1_000, 0), ([(810, 1)], 810, -190),
            ([(500, 3)], 500, 0), ([(500, 3)], 499, 499),
            // A third of the parts of 810 have no part of 190 beside them: that rest is worth nothing.
            ([(190, 2), (810, 3)], 190, 190), ([(190, 4), (810, 3)], 810, 810 - 1_000 * 4 / 5),
            ([], 1_000, 1_000),
        ] as [([(Int32, Int64)], Int, Int64)])
    func `a rest is worth the parts that will come for it`(
        parts: [(Int32, Int64)], rest: Int, units: Int64
    ) {
        let waste = Self.waste(parts.map { ($0.0, $0.1) }, rest)
        #expect(abs(waste - units * DemandMix.one) <= 1, "\(waste)")
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no pattern is worth more than a device, and none of the parts less than nothing`(
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        let sizes = Set((0..<12).map { _ in Int32(1 + random.below(1_000)) }).sorted()
        let value = ResidualValue(sizes.map { ($0, Int64(1 + random.below(50))) })
        let worth = value.waste.enumerated().map { Int64($0) * DemandMix.one - $1 }
        #expect(abs(worth[1_000] - 1_000 * DemandMix.one) <= 1)
        #expect(zip(worth, worth.dropFirst()).allSatisfy { $0 <= $1 }, "seed \(seed)")
        // Two rests together are worth no more than one of both.
        for left in stride(from: 7, to: 1_000, by: 83) {
            for right in stride(from: 5, through: 1_000 - left, by: 71) {
                #expect(worth[left] + worth[right] <= worth[left + right] + 2)
            }
        }
    }
}

extension SeededGenerator {
    fileprivate mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}
