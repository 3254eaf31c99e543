import Domain
import Testing

@testable import Matching

@Suite struct OfferIndexTests {
    // MARK: Like brute force

    struct World: Sendable, CustomTestStringConvertible {
        let seed: UInt64
        let nodes: Int
        let models: Int
        let regions: Int
        var testDescription: String {
            "seed \(seed), \(nodes) nodes, \(models) models, \(regions) regions"
        }
    }

    @Test(arguments: [
        World(seed: 1, nodes: 3, models: 1, regions: 1),
        World(seed: 2, nodes: 40, models: 3, regions: 3),
        World(seed: 3, nodes: 400, models: 5, regions: 8),
        World(seed: 4, nodes: 400, models: 90, regions: 90),
        World(seed: 5, nodes: 3_000, models: 16, regions: 32),
    ])
    func `whatever comes, goes and changes, the index finds what asking everyone finds`(
        world: World
    ) {
        print("offer index seed \(world.seed)")
        var random = SeededGenerator(seed: world.seed)
        var draw = OfferDraw(models: world.models, regions: world.regions)
        var book = OrderBook()
        book.expect((1...9).map { (draw.needs(using: &random), $0) })
        var all: [NodeID: Offer] = [:]
        for turn in 0..<max(600, 3 * world.nodes) {
            let node = Sample.node(Int.random(in: 0..<world.nodes, using: &random))
            if Int.random(in: 0..<12, using: &random) == 0 {
                book.removeOffer(node)
                all[node] = nil
            } else {
                let offer = draw.offer(node, all[node], using: &random)
                book.put(offer)
                all[node] = offer
            }
            guard turn.isMultiple(of: max(1, world.nodes / 200)) else { continue }
            let order = Sample.order(turn, needs: draw.needs(using: &random))
            let expected = Self.asked(order.needs, all.values, &book)
            var asked = book
            asked.add(order)
            let found = asked.proposals(limit: 1).first
            #expect(found?.node == expected)
            if let found, let offer = book.offer(of: found.node) {
                #expect(found.rate == Feasibility.rate(order.needs, offer.terms))
                #expect(found.offerVersion == offer.version)
            }
            if turn.isMultiple(of: 7), found != nil { book = asked }
            if turn.isMultiple(of: 5) { book.removeOrder(order.task) }
            if turn.isMultiple(of: 35), let found {
                all[found.node] = book.offer(of: found.node)
                if let taken = all[found.node] { book.put(taken) }
            }
        }
        #expect(book.offerCount == all.count)
    }

    /// Of all that can take it, the one that costs least, of equals that which has waited longest.
    private static func asked(
        _ needs: Needs, _ all: some Sequence<Offer>, _ book: inout OrderBook
    ) -> NodeID? {
        var best: (cost: Int64, since: Timestamp, end: UInt64, node: NodeID)?
        for offer in all {
            guard let now = book.offer(of: offer.node), Feasibility.check(needs, now) == nil,
                let cost = book.cost(of: needs, on: offer.node)
            else { continue }
            let found = (cost, now.waitingSince, Oracle.end(offer), offer.node)
            if best.map({ found < $0 }) ?? true { best = found }
        }
        return best?.node
    }

    // MARK: Bounds

    @Test func `a price per unit bounds each rate from below, and admits what costs the rate`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let ask = Int64.random(in: 1...100_000_000_000, using: &random)
            let whole = Int64.random(
                in: 1...(1 << Int64.random(in: 0...52, using: &random)), using: &random)
            let part = Int64.random(in: 0...whole, using: &random)
            let terms = OfferTerms(
                capacity: Resources(milliCPU: whole, memoryBytes: 0, diskBytes: 0), devices: [],
                ask: Sample.rate(ask), region: "TW", tier: .new)
            let slice = Resources(milliCPU: part, memoryBytes: 0, diskBytes: 0)
            let rate = terms.rate(of: slice, deviceCount: 0)
            let price = UnitPrice.of(terms.ask, per: whole)
            #expect(price <= UnitPrice.highest(for: rate, units: part))
        }
    }

    @Test func `a floor that no device of a group is known to meet asks none of its offers`() {
        var index = OfferIndex()
        let size = Sample.size(cpu: 8_000, memory: 16, disk: 100)
        for number in 0..<100 as Range<UInt64> {
            var offer = OfferFigures(
                capacity: size, free: size, models: 1 << (number % 2), devices: 1, whole: 1,
                ask: Sample.rate(1_000), value: 1, tie: number)
            offer.mostCapability = number % 2 == 0 ? 90 : 0
            _ = index.insert(offer)
        }
        func asked(_ floor: DevicePower?) -> Int {
            var count = 0
            let order = OrderFigures(
                OrderKind(milliCPU: 1_000, count: 1)!, memory: 0, bid: Sample.rate(1_000),
                floor: floor)
            _ = index.best(for: order, mustAsk: true) { _ in
                count += 1
                return false
            }
            return count
        }
        #expect(asked(nil) == 100)
        #expect(asked(DevicePower(capability: 90, gigaflops: nil)) == 50)
        #expect(asked(DevicePower(capability: 91, gigaflops: nil)) == 0)
        #expect(asked(DevicePower(capability: nil, gigaflops: 1)) == 0)
    }

    @Test func `a name beyond the 63rd may say yes for another, and never no for itself`() {
        var names = NameBits()
        let bits = (0..<80).map { names.bit(of: "m\($0)") }
        #expect(Set(bits.prefix(63)).count == 63)
        for number in 0..<80 {
            #expect(names.bits(of: ["m\(number)"]) & bits[number] != 0)
            #expect(names.known("m\(number)") == bits[number])
        }
        #expect(NameBits().bits(of: ["m0"]) == 0)
    }
}

/// Offers and needs of few values, so that they meet.
struct OfferDraw {
    let models: Int
    let regions: Int
    private var version: Int64 = 0

    init(models: Int, regions: Int) {
        self.models = models
        self.regions = regions
    }

    mutating func offer(
        _ node: NodeID, _ known: Offer?, using random: inout SeededGenerator
    ) -> Offer {
        version += 100
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
        if var known, Bool.random(using: &random) {
            known.version = version
            known.free = Sample.size(
                cpu: pick([0, 500, 4_000, 8_000]), memory: pick([0, 4, 16]),
                disk: pick([0, 50, 100]))
            known.freeDevices = known.terms.devices.map(\.id).filter { _ in
                Bool.random(using: &random)
            }
            return known
        }
        let count = pick([0, 1, 1, 2, 4, 8])
        let first = Int.random(in: 0..<models, using: &random)
        let isMixed = Int.random(in: 0..<6, using: &random) == 0
        let devices = (0..<count).map { number in
            let model = isMixed ? Int.random(in: 0..<models, using: &random) : first
            return Sample.device(
                "g\(number)", model: "m\(model)", vram: isMixed ? pick([8, 24, 80]) : 24,
                power: Int.random(in: 0..<3, using: &random) == 0
                    ? nil
                    : DevicePower(
                        capability: pick([80, 89, 90]), gigaflops: pick([nil, 20_000, 80_000])))
        }
        return Sample.offer(
            Int(node.text.dropFirst(4))!, version: version,
            availability: pick([.open, .open, .open, .open, .draining, .down]),
            devices: devices, ask: pick([1, 400_000, 800_000, 800_001, 3_000_000]),
            region: "r\(Int.random(in: 0..<regions, using: &random))",
            tier: pick(Tier.allCases),
            freeDevices: devices.map(\.id).filter { _ in
                Bool.random(using: &random)
            }, network: pick([.none, .egress]),
            closed: pick([nil, nil, nil, OfferClosing(.paused)]),
            openUntil: pick([nil, nil, -3_600_000, 600_000, 7_200_000] as [Int64?])
                .map { Sample.now.advanced(milliseconds: $0) },
            spotAsk: [nil, nil, 1, 200_000, 400_000][Int(version / 100) % 5])
    }

    func needs(using random: inout SeededGenerator) -> Needs {
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
        let count = pick([0, 0, 1, 1, 2, 3, 8])
        let named = (0..<pick([0, 1, 3])).map { _ in
            "m\(Int.random(in: 0..<models + 2, using: &random))"
        }
        let places = (0..<pick([0, 0, 1, 4])).map { _ in
            "r\(Int.random(in: 0..<regions + 2, using: &random))"
        }
        return Sample.needs(
            size: Sample.size(
                cpu: pick([0, 1, 500, 4_000]), memory: pick([0, 4, 8]), disk: pick([0, 50, 80])),
            devices: DeviceNeed(
                count: count, models: named, vramBytes: pick([0, 8, 24, 40]) << 30,
                power: pick([true, false, false])
                    ? DevicePower(
                        capability: pick([nil, 85, 90, 99]), gigaflops: pick([nil, 20_000, 90_000]))
                    : nil),
            regions: places, tier: pick([.new, .new, .tested, .attested]),
            bid: pick([1, 100_000, 400_000, 10_000_000]), network: pick([.none, .none, .egress]),
            spot: (named.count + places.count).isMultiple(of: 2) ? nil : SpotTerms(),
            stay: pick([nil, nil, nil, 300_000, 3_600_000, 10_800_000]))
    }
}
