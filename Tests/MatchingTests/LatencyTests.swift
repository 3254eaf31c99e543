import Domain
import Matching
import Testing

/// Orders that say how near, and countries that cannot be.
@Suite struct LatencyTests {
    private static let renter = Sample.trips(["tokyo": 10, "market": 30])
    private static let near = Sample.trips(["tokyo": 5])
    private static let far = Sample.trips(["tokyo": 150, "market": 70])

    /// A node in Taipei that says it is in Iceland.
    private static let refutation: RegionRefutation = {
        let trips = Sample.trips(["market": 1])
        let beacon = Beacon(
            name: .market, url: Beacon.marketPath, place: Coordinates("25.033,121.565"))
        let terms = Sample.offer(region: "IS", trips: trips).terms
        return RegionRefutation(of: terms, by: [beacon])!
    }()

    private static func needs(
        _ ceiling: Int64, from trips: RoundTrips = renter, bid: Int64 = 10_000_000
    ) -> Needs {
        Sample.needs(bid: bid, latency: Sample.within(ceiling, of: trips))
    }

    private static func book(_ offers: [Offer], _ orders: [Order] = []) -> OrderBook {
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        for order in orders { book.add(order) }
        return book
    }

    static let rows: [FeasibilityTests.Row] = [
        .init(
            testDescription: "near enough by the longer of what can be", needs: needs(15),
            offer: Sample.offer(trips: near), reason: nil),
        .init(
            testDescription: "a millisecond too far, though it may be nearer", needs: needs(14),
            offer: Sample.offer(trips: near), reason: .latency(microseconds: 14_000)),
        .init(
            testDescription: "the nearer beacon decides", needs: needs(100),
            offer: Sample.offer(trips: far), reason: nil),
        .init(
            testDescription: "a node that has measured nothing", needs: needs(20_000),
            offer: Sample.offer(), reason: .latencyUnknown),
        .init(
            testDescription: "a renter who has measured nothing", needs: needs(20_000, from: .none),
            offer: Sample.offer(trips: near), reason: .latencyUnknown),
        .init(
            testDescription: "other beacons", needs: needs(20_000),
            offer: Sample.offer(trips: Sample.trips(["paris": 1])), reason: .latencyUnknown),
        .init(
            testDescription: "nobody asked how near", needs: Sample.needs(),
            offer: Sample.offer(), reason: nil),
        .init(
            testDescription: "the distance lasts, so it is told before the price",
            needs: needs(14, bid: 1), offer: Sample.offer(trips: near),
            reason: .latency(microseconds: 14_000)),
        .init(
            testDescription: "a refuted country", needs: Sample.needs(regions: ["IS"]),
            offer: Sample.offer(region: "IS", refutation: refutation), reason: .regionRefuted),
        .init(
            testDescription: "another country, refuted or not",
            needs: Sample.needs(regions: ["JP"]),
            offer: Sample.offer(region: "IS", refutation: refutation), reason: .region(["JP"])),
        .init(
            testDescription: "a refuted country that nobody asked for", needs: Sample.needs(),
            offer: Sample.offer(region: "IS", refutation: refutation), reason: nil),
    ]

    @Test(arguments: rows)
    func `where an offer is, is checked as it is known`(row: FeasibilityTests.Row) {
        #expect(Feasibility.check(row.needs, row.offer) == row.reason)
    }

    @Test func `the nearest ceiling that helps has room for another measurement`() {
        let offers = [
            Sample.offer(1, ask: 100_000, trips: Self.far), Sample.offer(2, trips: Self.near),
            Sample.offer(3, ask: 200_000),
        ]
        let told = Self.book(offers).explain(Self.needs(14))
        #expect(
            told.rejected.map { [$0.reason.code: $0.offers] } == [
                ["latency": 2], ["latency_unknown": 1],
            ])
        // 15 ms and five more; a tenth of it would be less.
        #expect(
            told.relaxations == [
                Relaxation(instead: .latencyUnknown, offers: 3, rate: Sample.rate(12_500)),
                Relaxation(
                    instead: .latency(microseconds: 20_000), offers: 1, rate: Sample.rate(100_000)),
            ])
        #expect(told.nearest?.node == Sample.node(2) && told.nearest?.roundTrip.upper == 15_000)
        let long = Self.book([Sample.offer(1, trips: Self.far)]).explain(Self.needs(14))
        #expect(long.relaxations.map(\.instead) == [.latency(microseconds: 110_000)])
    }

    @Test func `where a country is refuted every country may be accepted`() {
        let refuted = Sample.offer(region: "IS", refutation: Self.refutation)
        let told = Self.book([refuted]).explain(Sample.needs(regions: ["IS"]))
        #expect(told.relaxations.map(\.instead) == [.regionRefuted])
        #expect(Sample.needs(regions: ["IS"]).relaxed(.regionRefuted).regions.isEmpty)
        // To accept Iceland, too, would not help: it is not there.
        #expect(Self.book([refuted]).explain(Sample.needs(regions: ["JP"])).relaxations.isEmpty)
    }

    @Test func `an explanation without a ceiling names no nearest offer`() {
        #expect(Self.book([Sample.offer(trips: Self.near)]).explain(Sample.needs()).nearest == nil)
    }

    @Test(arguments: UInt64(1)...40)
    func `what the book proposes is as near as was asked, and the cheapest that is`(
        seed: UInt64
    ) {
        print("latency seed \(seed)")
        var random = SeededGenerator(seed: seed)
        func trips() -> RoundTrips {
            var readings: [RoundTrips.Reading] = []
            for name in ["a", "b", "c"] where Bool.random(using: &random) {
                readings.append(
                    .init(
                        beacon: BeaconName(name)!,
                        microseconds: Int64.random(in: 1...100_000, using: &random)))
            }
            return RoundTrips(readings)!
        }
        let offers = (1...30).map { number in
            Sample.offer(
                number, ask: Int64.random(in: 1...20, using: &random) * 10_000,
                region: Bool.random(using: &random) ? "IS" : "TW", trips: trips(),
                refutation: Int.random(in: 0..<4, using: &random) == 0 ? Self.refutation : nil)
        }
        let orders = (1...60).map { index in
            let ceiling = Int64.random(in: 1...200, using: &random)
            let regions = Bool.random(using: &random) ? ["IS"] : []
            let latency =
                Int.random(in: 0..<3, using: &random) == 0
                ? nil : Sample.within(ceiling, of: trips())
            return Sample.order(
                index, needs: Sample.needs(regions: regions, latency: latency),
                since: Int64(index))
        }
        let expected = Oracle.proposals(offers: offers, orders: orders, limit: 100)
        #expect(Self.book(offers, orders).proposed(100) == expected)
        #expect(!expected.isEmpty)
        for order in orders {
            let told = Self.book(offers).explain(order.needs)
            #expect(told.feasible == offers.count { Oracle.fits(order.needs, $0) })
            for relaxation in told.relaxations {
                let after = Self.book(offers).explain(order.needs.relaxed(relaxation.instead))
                #expect(after.feasible == relaxation.offers && after.cheapest == relaxation.rate)
            }
        }
    }
}
