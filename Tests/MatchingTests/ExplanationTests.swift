import Domain
import Foundation
import Matching
import Testing

@Suite struct ExplanationTests {
    private func book(_ offers: [Offer]) -> OrderBook {
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        return book
    }

    @Test func `an empty book explains itself with zero offers`() {
        let explanation = OrderBook().explain(Sample.needs())
        #expect(
            explanation
                == Explanation(
                    total: 0, feasible: 0, rejected: [], cheapest: nil,
                    cheapestIgnoringPrice: nil))
    }

    @Test func `reasons are counted with the largest count first`() {
        let small = Sample.size(cpu: 8000, memory: 4, disk: 100)
        let explanation = book([
            Sample.offer(1, ask: 1_600_000), Sample.offer(2, size: small),
            Sample.offer(3, size: small),
        ]).explain(Sample.needs(size: Sample.size(memory: 8), bid: 100_000))
        #expect(explanation.total == 3)
        #expect(explanation.feasible == 0)
        #expect(
            explanation.rejected == [
                .init(reason: .memory(bytes: 8 * Sample.gibibyte), offers: 2),
                .init(reason: .price(Sample.rate(100_000)), offers: 1),
            ])
        #expect(explanation.cheapest == nil)
        #expect(explanation.cheapestIgnoringPrice == Sample.rate(800_000))
    }

    @Test func `equal counts stand in the order of the checks`() {
        let explanation = book([
            Sample.offer(1, availability: .down), Sample.offer(2, region: "JP"),
            Sample.offer(3, free: .zero), Sample.offer(4, availability: .draining),
            Sample.offer(5, size: Sample.size(cpu: 500)),
        ]).explain(Sample.needs(regions: ["TW"]))
        let codes = explanation.rejected.map(\.reason.code)
        #expect(codes == ["cpu", "region", "draining", "down", "busy"])
    }

    @Test func `the cheapest rate counts what can take the order now`() {
        let explanation = book([
            Sample.offer(1, availability: .down, ask: 8000), Sample.offer(2, ask: 80_000),
            Sample.offer(3, ask: 16_000), Sample.offer(4, ask: 24_000),
        ]).explain(Sample.needs())
        #expect(explanation.feasible == 3)
        #expect(explanation.cheapest == Sample.rate(2000))
        #expect(explanation.cheapestIgnoringPrice == Sample.rate(2000))
    }

    @Test(arguments: UInt64(0)..<200)
    func `counts add up to the total and agree with single checks`(seed: UInt64) {
        var scenario = Scenario(seed: seed)
        let offers = scenario.offers()
        let needs = scenario.needs()
        let explanation = book(offers).explain(needs)
        let rejected = explanation.rejected.reduce(0) { $0 + $1.offers }
        #expect(explanation.total == offers.count, "seed \(seed)")
        #expect(explanation.feasible + rejected == explanation.total, "seed \(seed)")
        #expect(
            explanation.feasible == offers.count { Oracle.fits(needs, $0) }, "seed \(seed)")
        for count in explanation.rejected {
            let alone = offers.count { Feasibility.check(needs, $0) == count.reason }
            #expect(alone == count.offers, "seed \(seed)")
        }
    }

    static let reasons: [(MismatchReason, String)] = [
        (.cpu(milli: 1500), #"{"code":"cpu","milli_cpu":1500}"#),
        (.memory(bytes: 8), #"{"bytes":8,"code":"memory"}"#),
        (.disk(bytes: 9), #"{"bytes":9,"code":"disk"}"#),
        (.deviceCount(2), #"{"code":"device_count","count":2}"#),
        (.deviceModel(["L4"]), #"{"code":"device_model","models":["L4"]}"#),
        (.deviceMemory(bytes: 7), #"{"bytes":7,"code":"device_memory"}"#),
        (.deviceCapability(tenths: 89), #"{"code":"device_capability","tenths":89}"#),
        (.deviceSpeed(gigaflops: 20_000), #"{"code":"device_speed","gigaflops":20000}"#),
        (.window(milliseconds: 60_000), #"{"code":"window","milliseconds":60000}"#),
        (.region(["TW"]), #"{"code":"region","regions":["TW"]}"#),
        (.regionRefuted, #"{"code":"region_refuted"}"#),
        (.latencyUnknown, #"{"code":"latency_unknown"}"#),
        (.latency(microseconds: 80_000), #"{"code":"latency","microseconds":80000}"#),
        (.tier(.tested), #"{"code":"tier","tier":"tested"}"#),
        (.price(Sample.rate(5)), #"{"code":"price","micro_per_hour":5}"#),
        (.draining, #"{"code":"draining"}"#),
        (.down, #"{"code":"down"}"#),
        (.busy, #"{"code":"busy"}"#),
    ]

    @Test(arguments: reasons)
    func `a reason has one JSON form and survives it`(
        reason: MismatchReason, json: String
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let bytes = try encoder.encode(reason)
        #expect(String(decoding: bytes, as: UTF8.self) == json)
        #expect(try JSONDecoder().decode(MismatchReason.self, from: bytes) == reason)
    }

    @Test func `an unknown code is refused`() {
        let bytes = Data(#"{"code":"mood"}"#.utf8)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(MismatchReason.self, from: bytes)
        }
    }

    @Test func `an explanation has one JSON form and survives it`() throws {
        let explanation = book([Sample.offer(1), Sample.offer(2, availability: .down)])
            .explain(Sample.needs())
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let bytes = try encoder.encode(explanation)
        let expected =
            #"{"cheapest_ignoring_price_micro_per_hour":100000,"#
            + #""cheapest_micro_per_hour":100000,"feasible":1,"#
            + #""rejected":[{"offers":1,"reason":{"code":"down"}}],"relaxations":[],"total":2}"#
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        #expect(try JSONDecoder().decode(Explanation.self, from: bytes) == explanation)
    }
}
