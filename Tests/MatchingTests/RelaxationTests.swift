import Domain
import Testing

@testable import Matching

@Suite struct RelaxationTests {
    private func book(_ offers: some Sequence<Offer>) -> OrderBook {
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        return book
    }

    @Test(arguments: UInt64(1)...8)
    func `a relaxation, applied, is met by as many offers as it says, at the price it says`(
        seed: UInt64
    ) {
        print("relaxation seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var draw = OfferDraw(models: 4, regions: 4)
        var kinds: Set<String> = []
        for _ in 0..<600 {
            let nodes = Int.random(in: 0...12, using: &random)
            let offers = (0..<nodes).map { number in
                let new = draw.offer(Sample.node(number), nil, using: &random)
                return draw.offer(Sample.node(number), new, using: &random)
            }
            let book = book(offers)
            let needs = draw.needs(using: &random)
            let told = book.explain(needs)
            #expect(told.feasible == 0 || told.relaxations.isEmpty)
            for relaxation in told.relaxations {
                kinds.insert(relaxation.instead.code)
                let after = book.explain(needs.relaxed(relaxation.instead))
                #expect(after.feasible == relaxation.offers && relaxation.offers > 0)
                #expect(after.cheapest == relaxation.rate)
            }
            let codes = told.relaxations.map(\.instead.code)
            #expect(Set(codes).count == codes.count)
            #expect(told.relaxations.map(\.rate) == told.relaxations.map(\.rate).sorted())
            // A smaller slice costs less: where the price binds too, the nearest value is not enough.
            let sizes = ["cpu", "memory", "disk", "device_count"]
            guard told.feasible == 0 else { continue }
            for (code, extreme) in Self.extremes(needs) where book.explain(extreme).feasible > 0 {
                guard needs.bid == Sample.rate(10_000_000) || !sizes.contains(code) else {
                    continue
                }
                #expect(codes.contains(code), "\(code) alone would help")
            }
        }
        #expect(kinds.count >= 9, "\(kinds)")
    }

    /// Each constraint by itself as weak as it can be.
    private static func extremes(_ needs: Needs) -> [(String, Needs)] {
        let bid = Sample.rate(100_000_000_000)
        var all: [(String, Needs)] = [
            ("price", needs.relaxed(.price(bid))), ("cpu", needs.relaxed(.cpu(milli: 10))),
            ("memory", needs.relaxed(.memory(bytes: 4 << 20))),
            ("disk", needs.relaxed(.disk(bytes: 1 << 20))), ("tier", needs.relaxed(.tier(.new))),
            ("network", needs.relaxed(.network)),
        ]
        if needs.devices.count > 0 {
            all.append(("device_count", needs.relaxed(.deviceCount(1))))
            all.append(("device_memory", needs.relaxed(.deviceMemory(bytes: 0))))
            all.append(("device_capability", needs.relaxed(.deviceCapability(tenths: 0))))
            all.append(("device_speed", needs.relaxed(.deviceSpeed(gigaflops: 0))))
        }
        if needs.stay != nil { all.append(("window", needs.relaxed(.window(milliseconds: 0)))) }
        guard needs.slice.milliCPU > 10 else { return all.filter { $0.0 != "cpu" } }
        return all
    }

    @Test
    func `of values that help the nearest is told, and of countries the one with most offers`() {
        let offers = [
            Sample.offer(1, region: "JP"), Sample.offer(2, ask: 400_000, region: "KR"),
            Sample.offer(3, region: "KR"), Sample.offer(4, ask: 900_000, region: "TW"),
            Sample.offer(5, ask: 1_000_000, region: "TW"),
        ]
        let needs = Sample.needs(size: Sample.size(cpu: 8_000), regions: ["TW"], bid: 850_000)
        #expect(
            book(offers).explain(needs).relaxations == [
                Relaxation(instead: .region(["KR"]), offers: 2, rate: Sample.rate(400_000)),
                Relaxation(
                    instead: .price(Sample.rate(900_000)), offers: 1, rate: Sample.rate(900_000)),
            ])
    }

    @Test func `what passes by itself is no constraint to relax`() {
        let offers = [
            Sample.offer(1, availability: .down), Sample.offer(2, availability: .draining),
            Sample.offer(3, closed: OfferClosing(.paused)),
        ]
        let told = book(offers).explain(Sample.needs(bid: 1))
        #expect(told.feasible == 0 && told.relaxations.isEmpty)
    }
}
