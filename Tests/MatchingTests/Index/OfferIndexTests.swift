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
        var index = OfferIndex()
        var all: [NodeID: Listing] = [:]
        for turn in 0..<max(600, 3 * world.nodes) {
            let node = Sample.node(Int.random(in: 0..<world.nodes, using: &random))
            if Int.random(in: 0..<12, using: &random) == 0 {
                index.remove(node)
                all[node] = nil
            } else {
                let listing = draw.listing(node, all[node], using: &random)
                index.put(listing)
                all[node] = listing
            }
            guard turn.isMultiple(of: max(1, world.nodes / 200)) else { continue }
            let needs = draw.needs(using: &random)
            let banned = Sample.node(Int.random(in: 0..<world.nodes, using: &random))
            let found = index.cheapest(needs) { $0.node != banned }
            let expected = Self.asked(needs, all.values, but: banned)
            #expect(found.flatMap { index.listing(at: $0.place)?.offer.node } == expected?.node)
            #expect(found?.rate == expected?.rate)
        }
        #expect(index.count == all.count)
        #expect(Set(index.listings) == Set(all.values))
    }

    private static func asked(
        _ needs: Needs, _ all: some Sequence<Listing>, but banned: NodeID
    ) -> (node: NodeID, rate: Rate)? {
        all.filter {
            $0.standing == .live && $0.offer.availability == .open && $0.offer.closing == nil
                && $0.offer.node != banned && Feasibility.check(needs, $0.offer) == nil
        }.map { listing in
            Rank(
                rate: Feasibility.rate(needs, listing.offer.terms).microPerHour,
                leftover: leftover(of: listing.offer, after: needs), node: listing.offer.node)
        }.min().map { ($0.node, Sample.rate($0.rate)) }
    }

    /// Cheaper, else with less left over, else of the earlier node.
    private struct Rank: Comparable {
        let rate: Int64
        let leftover: Int64
        let node: NodeID

        static func < (left: Rank, right: Rank) -> Bool {
            (left.rate, left.leftover, left.node) < (right.rate, right.leftover, right.node)
        }
    }

    private static func leftover(of offer: Offer, after needs: Needs) -> Int64 {
        let (free, whole) = (offer.free.subtracting(needs.slice), offer.terms.capacity)
        let listed = offer.terms.devices.map(\.id)
        let devices = listed.filter(offer.freeDevices.contains).count - needs.devices.count
        let parts = [
            (free.milliCPU, whole.milliCPU), (free.memoryBytes, whole.memoryBytes),
            (free.diskBytes, whole.diskBytes), (Int64(devices), Int64(listed.count)),
        ]
        return parts.filter { $0.1 > 0 }.map { min($0, $1) * 1_000_000 / $1 }.reduce(0, +)
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

    mutating func listing(
        _ node: NodeID, _ known: Listing?, using random: inout SeededGenerator
    ) -> Listing {
        version += 1
        func pick<Value>(_ values: [Value]) -> Value { values.randomElement(using: &random)! }
        if var known, Bool.random(using: &random) {
            known.offer.version = version
            known.offer.free = Sample.size(
                cpu: pick([0, 500, 4_000, 8_000]), memory: pick([0, 4, 16]),
                disk: pick([0, 50, 100]))
            known.offer.freeDevices = known.offer.terms.devices.map(\.id).filter { _ in
                Bool.random(using: &random)
            }
            known.standing = pick([.live, .live, .live, .stale])
            return known
        }
        let count = pick([0, 1, 1, 2, 4, 8])
        let first = Int.random(in: 0..<models, using: &random)
        let isMixed = Int.random(in: 0..<6, using: &random) == 0
        let devices = (0..<count).map { number in
            let model = isMixed ? Int.random(in: 0..<models, using: &random) : first
            return Sample.device(
                "g\(number)", model: "m\(model)", vram: isMixed ? pick([8, 24, 80]) : 24)
        }
        let offer = Sample.offer(
            Int(node.text.dropFirst(4))!, version: version,
            availability: pick([.open, .open, .open, .open, .draining, .down]),
            devices: devices, ask: pick([1, 400_000, 800_000, 800_001, 3_000_000]),
            region: "r\(Int.random(in: 0..<regions, using: &random))",
            tier: pick(Tier.allCases),
            freeDevices: devices.map(\.id).filter { _ in
                Bool.random(using: &random)
            }, network: pick([.none, .egress]),
            closed: pick([nil, nil, nil, OfferClosing(.paused)]))
        return Listing(offer: offer, standing: .live)
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
                count: count, models: named, vramBytes: pick([0, 8, 24, 40]) << 30),
            regions: places, tier: pick([.new, .new, .tested, .attested]),
            bid: pick([1, 100_000, 400_000, 10_000_000]), network: pick([.none, .none, .egress]))
    }
}
