import Domain
import Testing

@testable import Matching

/// Batches of waiting orders: right by the rules alone, and as good as trying all where that can be done.
@Suite struct AssignmentTests {
    /// A batch by a seed; what is asked for is about what there is, of every kind.
    private struct Draw {
        let orders: [Assignment.Waiting]
        let offers: [Assignment.Free]

        init(seed: UInt64, orders count: Int, offers places: Int, candidates: Int) {
            var random = SeededGenerator(seed: seed)
            offers = (0..<places).map { _ in
                let devices = [0, 1, 2, 4, 8][random.below(5)]
                return Assignment.Free(
                    resources: Sample.size(
                        cpu: Int64(4_000 + random.below(60_000)),
                        memory: Int64(8 + random.below(256)), disk: Int64(50 + random.below(900))),
                    devices: devices)
            }
            orders = (0..<count).map { _ in
                let devices = [0, 1, 1, 1, 2, 4, 8][random.below(7)]
                let value = 100_000 + random.below(5_000_000) * max(devices, 1)
                let places = Array(0..<places).shuffled(using: &random).prefix(candidates)
                return Assignment.Waiting(
                    slice: Sample.size(
                        cpu: Int64(500 + random.below(8_000)), memory: Int64(1 + random.below(48)),
                        disk: Int64(1 + random.below(200))),
                    devices: devices,
                    candidates: places.map { place in
                        let surplus = Int64(value - random.below(600_000))
                        return Assignment.Candidate(
                            offer: place, surplus: surplus)
                    })
            }
        }
    }

    /// What is left of each offer, kept by the rules alone.
    private struct Ledger {
        private(set) var left: [(resources: Resources, devices: Int)]

        init(_ offers: [Assignment.Free]) { left = offers.map { ($0.resources, $0.devices) } }

        func takes(_ order: Assignment.Waiting, on offer: Int) -> Bool {
            order.slice.fits(in: left[offer].resources) && order.devices <= left[offer].devices
        }

        mutating func take(_ order: Assignment.Waiting, on offer: Int) {
            left[offer].resources = left[offer].resources.subtracting(order.slice)
            left[offer].devices -= order.devices
        }

        mutating func giveBack(_ order: Assignment.Waiting, on offer: Int) {
            left[offer].resources = left[offer].resources.adding(order.slice)
            left[offer].devices += order.devices
        }
    }

    /// In their turn, each where it is best off.
    private func greedy(_ draw: Draw) -> Int64 {
        var ledger = Ledger(draw.offers)
        var total: Int64 = 0
        for order in draw.orders {
            let fitting = order.candidates.filter {
                $0.surplus > 0 && ledger.takes(order, on: $0.offer)
            }
            guard let best = fitting.max(by: { $0.surplus < $1.surplus }) else { continue }
            ledger.take(order, on: best.offer)
            total += best.surplus
        }
        return total
    }

    private func best(_ orders: ArraySlice<Assignment.Waiting>, _ ledger: inout Ledger) -> Int64 {
        guard let order = orders.first else { return 0 }
        var most = best(orders.dropFirst(), &ledger)
        for candidate in order.candidates
        where candidate.surplus > 0 && ledger.takes(order, on: candidate.offer) {
            ledger.take(order, on: candidate.offer)
            most = max(most, candidate.surplus + best(orders.dropFirst(), &ledger))
            ledger.giveBack(order, on: candidate.offer)
        }
        return most
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func
        `no offer is oversold, each choice is a candidate, and the total is theirs and no less than greedy's`(
            seed: UInt64
        ) throws
    {
        print("assignment seed \(seed)")
        let sizes = [(60, 60, 8), (60, 20, 20), (60, 5, 5), (31, 60, 60), (7, 3, 2), (60, 1, 1)]
        for (orders, offers, candidates) in sizes {
            let draw = Draw(seed: seed, orders: orders, offers: offers, candidates: candidates)
            let choices = Assignment.best(draw.orders, on: draw.offers, looks: 100_000)
            var ledger = Ledger(draw.offers)
            var total: Int64 = 0
            for (order, offer) in zip(draw.orders, choices.offers) {
                guard let offer else { continue }
                let candidate = try #require(order.candidates.first { $0.offer == offer })
                #expect(candidate.surplus > 0, "seed \(seed)")
                #expect(ledger.takes(order, on: offer), "seed \(seed), \(orders) on \(offers)")
                ledger.take(order, on: offer)
                total += candidate.surplus
            }
            #expect(total == choices.total, "seed \(seed)")
            #expect(choices.total >= greedy(draw), "seed \(seed), \(orders) on \(offers)")
            #expect(choices.bound >= choices.total, "seed \(seed)")
            #expect(choices == Assignment.best(draw.orders, on: draw.offers, looks: 100_000))
        }
    }

    @Test
    func
        `of 200 small batches at least 98 of 100 are as good as trying all, and never said to be when not`()
    {
        var equal = 0
        for seed in 1...200 as ClosedRange<UInt64> {
            let draw = Draw(
                seed: seed, orders: 1 + Int(seed % 7), offers: 1 + Int(seed % 4), candidates: 3)
            var ledger = Ledger(draw.offers)
            let most = best(draw.orders[...], &ledger)
            let choices = Assignment.best(draw.orders, on: draw.offers)
            if choices.total == most { equal += 1 }
            #expect(choices.total <= most && choices.bound >= most, "seed \(seed)")
            #expect(!choices.isBest || choices.total == most, "seed \(seed)")
        }
        #expect(equal >= 196)
    }

    @Test func `the work is bounded, whatever is asked`() {
        for seed in 1...3 as ClosedRange<UInt64> {
            let draw = Draw(seed: seed, orders: 60, offers: 60, candidates: 60)
            let choices = Assignment.best(draw.orders, on: draw.offers, looks: 20_000)
            // What is begun is ended: a start looks at every candidate once, an exchange at few.
            #expect(choices.looks < 20_000 + 3 * 3_600, "seed \(seed)")
        }
    }

    private func waiting(_ devices: Int, _ surplus: [Int: Int64]) -> Assignment.Waiting {
        Assignment.Waiting(
            slice: Sample.size(), devices: devices,
            candidates: surplus.sorted { $0.key < $1.key }.map {
                Assignment.Candidate(offer: $0.key, surplus: $0.value)
            })
    }

    private let machine = Assignment.Free(
        resources: Sample.size(cpu: 64_000, memory: 64, disk: 64), devices: 1)

    @Test func `an order makes way for one that has nowhere else to go`() throws {
        let choices = Assignment.best(
            [waiting(1, [0: 100, 1: 90]), waiting(1, [0: 80])], on: [machine, machine])
        #expect(choices.offers == [1, 0])
        #expect(choices.total == 170 && choices.isBest)
    }

    @Test func `one for the whole machine goes before smaller ones that are worth less together`()
        throws
    {
        let whole = Assignment.Free(resources: machine.resources, devices: 8)
        let small = (0..<8).map { _ in waiting(1, [0: 10]) }
        let large = waiting(8, [0: 81])
        let choices = Assignment.best(small + [large], on: [whole])
        #expect(choices.offers == [Int?](repeating: nil, count: 8) + [0])
    }

    @Test func `memory, disk and CPU are kept as devices are`() throws {
        let slices = [
            Sample.size(cpu: 40_000), Sample.size(memory: 40), Sample.size(disk: 40),
        ]
        for slice in slices {
            let order = Assignment.Waiting(
                slice: slice, devices: 0,
                candidates: [Assignment.Candidate(offer: 0, surplus: 5)])
            let choices = Assignment.best([order, order], on: [machine])
            #expect(choices.offers == [0, nil])
        }
    }

    @Test func `nothing is put where it loses, and of equal ones the first in turn is served`()
        throws
    {
        let loses = waiting(1, [0: 0, 1: -5])
        #expect(Assignment.best([loses], on: [machine, machine]).offers == [nil])
        let equal = waiting(1, [0: 7])
        #expect(Assignment.best([equal, equal], on: [machine]).offers == [0, nil])
    }

    @Test func `nothing waits, nothing is offered, and the greatest sums are no trap`() throws {
        #expect(Assignment.best([], on: [machine]).offers == [])
        #expect(Assignment.best([waiting(1, [:])], on: []).offers == [nil])
        let rich = (0..<60).map { _ in waiting(1, [0: Money.limit, 1: Money.limit - 1]) }
        let huge = Assignment.Free(
            resources: Sample.size(cpu: 1 << 50, memory: 1 << 20, disk: 1 << 20), devices: .max)
        let choices = Assignment.best(rich, on: [huge, machine])
        #expect(choices.offers.allSatisfy { $0 == 0 })
        #expect(choices.bound >= choices.total)
    }
}
