import Domain
import Foundation
import Testing

/// Round trips came later than rows, journals and frames.
@Suite struct LatencyRowTests {
    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func value<Value: Decodable>(_ text: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    }

    private static func offer(_ trips: RoundTrips) throws -> Offer {
        let device = Device(id: try #require(DeviceID("GPU-1")), model: "a", vramBytes: 1)
        let terms = OfferTerms(
            capacity: .zero, devices: [device], ask: try Rate(microPerHour: 1), region: "IS",
            tier: .new, roundTrips: trips)
        let taipei = Beacon(
            name: .market, url: Beacon.marketPath, place: Coordinates("25.033,121.565"))
        return Offer(
            node: try #require(NodeID("nod_1")), provider: try #require(AccountID("acc_1")),
            version: 1, availability: .open, terms: terms, free: .zero, freeDevices: [],
            refutation: RegionRefutation(of: terms, by: [taipei]))
    }

    @Test func `what was stored before has measured nothing, and is written as it was`() throws {
        let offer = try Self.offer(.none)
        let text = try Self.text(offer)
        #expect(!text.contains("round_trips") && !text.contains("refutation"))
        #expect(try Self.value(text) == offer)
        let needs = Needs(
            slice: .zero, devices: .none, regions: [], minimumTier: .new,
            bid: try Rate(microPerHour: 1))
        #expect(try !Self.text(needs).contains("latency"))
        #expect(try Self.value(Self.text(needs)) == needs)
    }

    @Test func `round trips, ceilings and refutations are kept`() throws {
        let trips = try RoundTripTests.trips(("market", 500), ("tokyo", 40_000))
        let offer = try Self.offer(trips)
        #expect(offer.refutation?.beacon == .market)
        #expect(try Self.value(Self.text(offer)) == offer)
        let need = LatencyNeed(ceiling: 80_000, measured: trips)
        let needs = Needs(
            slice: .zero, devices: .none, regions: [], minimumTier: .new,
            bid: try Rate(microPerHour: 1), latency: need)
        #expect(try Self.value(Self.text(needs)) == needs)
    }

    @Test func `terms keep them whatever becomes of their devices`() throws {
        let terms = try Self.offer(try RoundTripTests.trips(("market", 500))).terms
        let device = try #require(terms.devices.first).id
        #expect(terms.withholding([device], reason: "gone").roundTrips == terms.roundTrips)
        #expect(terms.without(device).roundTrips == terms.roundTrips)
    }
}
