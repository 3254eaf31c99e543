import Domain
import Marketplace
import Testing

/// Where nodes say that they are, and how far away they measure that.
struct PlaceTests {
    private static func trips(_ microseconds: Int64) throws -> RoundTrips {
        try #require(RoundTrips([.init(beacon: .market, microseconds: microseconds)]))
    }

    private static func terms(
        _ region: String, _ microseconds: Int64, of shop: Shop
    ) throws -> Command {
        let terms = try shop.terms()
        return .advertise(
            Shop.node,
            OfferTerms(
                capacity: terms.capacity, devices: terms.devices, ask: terms.ask, region: region,
                tier: terms.tier, roundTrips: try trips(microseconds)))
    }

    @Test func `a country that its round trips refute is noted, and forgotten when they do not`()
        throws
    {
        var shop = try Shop.open()
        #expect(try shop.offer().refutation == nil)
        try shop.run(Self.terms("IS", 400, of: shop))
        let found = try #require(try shop.offer().refutation)
        #expect(found.region == "IS" && found.beacon == .market && found.withinKilometres == 40)
        try shop.run(Self.terms("IS", 200_000, of: shop))
        #expect(try shop.offer().refutation == nil)
        try shop.run(Self.terms("TW", 400, of: shop))
        #expect(try shop.offer().refutation == nil)
    }

    @Test func `an order for a country is not placed where that country is refuted`() throws {
        var shop = try Shop.open()
        try shop.run(Self.terms("IS", 400, of: shop))
        try shop.run(shop.submit(.init(regions: ["IS"])))
        shop.refuses(.clear(try shop.clearing()), .offerChanged)
        try shop.run(shop.submit(.init(job: "job_2", key: "2")))
        try shop.run(.clear(try shop.clearing(of: "job_2")))
    }

    @Test func `an order is placed only as near as it asks`() throws {
        var shop = try Shop.open()
        try shop.run(Self.terms("TW", 40_000, of: shop))
        let renter = try Self.trips(5_000)
        let near = LatencyNeed(ceiling: 44_999, measured: renter)
        try shop.run(shop.submit(.init(latency: near)))
        shop.refuses(.clear(try shop.clearing()), .offerChanged)
        let unknown = LatencyNeed(ceiling: 20_000_000, measured: .none)
        try shop.run(shop.submit(.init(job: "job_2", latency: unknown, key: "2")))
        shop.refuses(.clear(try shop.clearing(of: "job_2")), .offerChanged)
        let far = LatencyNeed(ceiling: 45_000, measured: renter)
        try shop.run(shop.submit(.init(job: "job_3", latency: far, key: "3")))
        try shop.run(.clear(try shop.clearing(of: "job_3")))
    }
}
