import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Marketplace
import Matching
import NIOCore
import Testing
import Wire

@testable import ControlPlane

@Suite struct LatencyTests {
    private static let taipei = Coordinates("25.033,121.565")

    private static func market() async throws -> TestMarket {
        let market = try await TestMarket(beacons: [
            Beacon(name: .market, url: Beacon.marketPath, place: taipei),
            Beacon(name: BeaconName("tokyo")!, url: "https://t.example/b", place: nil),
        ])
        try await market.addImage("localhost/test:1")
        try await market.credit("5.00")
        return market
    }

    private static func spec(_ placement: String) -> String {
        SubmitTests.spec + "\nplacement: {\(placement)}\n"
    }

    private static let trips = RoundTrips([.init(beacon: .market, microseconds: 2_000)])!

    private static func plan(
        _ placement: String, _ trips: RoundTrips?, _ market: TestMarket
    ) async throws -> PlanDTO {
        let body = PlanRequest(spec: spec(placement), roundTrips: trips)
        let bytes = try WireJSON.encode(body)
        let response = try await market.call { client in
            try await client.execute(
                uri: "/v1/plans", method: .post, headers: TestMarket.headers(market.keys[.renter]),
                body: ByteBuffer(bytes: bytes))
        }
        #expect(response.status == .ok)
        return try WireJSON.decode(PlanDTO.self, from: Array(response.body.readableBytesView))
    }

    /// An offer of a node that the market admits, as the book has it.
    private static func advertise(
        _ region: String, _ microseconds: Int64, at market: TestMarket
    ) async throws -> NodeID {
        let store = market.server.services.store
        let node = Node(
            id: NodeID("nod_1")!, provider: TestMarket.provider, name: "n", receiptKey: [1])
        try await store.perform(.registerNode(node, token: nil))
        let capacity = Resources(milliCPU: 8_000, memoryBytes: 8 << 30, diskBytes: 8 << 30)
        let terms = OfferTerms(
            capacity: capacity, devices: [], ask: try Rate(microPerHour: 100_000), region: region,
            tier: .new,
            roundTrips: RoundTrips([.init(beacon: .market, microseconds: microseconds)])!)
        try await store.perform(.advertise(node.id, terms))
        return node.id
    }

    @Test func `a beacon answers anybody with nothing that anything on the way may keep`()
        async throws
    {
        let market = try await Self.market()
        let response = try await market.call {
            try await $0.execute(uri: "/v1/beacon", method: .get)
        }
        #expect(response.status == .noContent && response.body.readableBytes == 0)
        #expect(response.headers[.cacheControl] == "no-store")
    }

    @Test func `the list has the market itself, once, and what its operator named`() async throws {
        for (market, count) in [(try await TestMarket(), 1), (try await Self.market(), 2)] {
            let response = try await market.call {
                try await $0.execute(uri: "/v1/beacons", method: .get)
            }
            let list = try WireJSON.decode(
                ListDTO<BeaconDTO>.self, from: Array(response.body.readableBytesView))
            #expect(list.data.count == count && list.data.first?.name == .market)
            #expect(list.data.first?.url == "/v1/beacon")
            #expect(list.data.first?.beacon.place == (count == 2 ? Self.taipei : nil))
        }
    }

    @Test func `a plan with a ceiling says how near the nearest offer is`() async throws {
        let market = try await Self.market()
        let node = try await Self.advertise("TW", 40_000, at: market)
        let services = market.server.services
        let running = Task { try await services.matching.run() }
        defer { running.cancel() }
        while await services.matching.explain(try JobSpec.parse(SubmitTests.spec, file: "f").needs)
            .total == 0
        { await Task.yield() }

        let refused = try await Self.plan("max_latency: 20ms", Self.trips, market)
        #expect(refused.feasible == 0 && refused.rejected.map(\.code) == ["latency"])
        #expect(refused.rejected.first?.text == "farther than 20ms, there and back")
        let near = try #require(refused.latency?.nearest)
        #expect(near.node == node && refused.latency?.ceiling == 20_000)
        #expect([near.lower, near.estimate, near.upper] == [38_000, 40_049, 42_000])
        let fix = try #require(refused.fixes.first)
        #expect(fix.title.hasPrefix("raise max_latency to 47ms → 1 offer from "))
        #expect(
            fix.patch == .object(["placement": .object(["max_latency": .string("47ms")])]))
        #expect(try await Self.plan("max_latency: 47ms", Self.trips, market).feasible == 1)

        let unknown = try await Self.plan("max_latency: 20s", nil, market)
        #expect(unknown.rejected.map(\.code) == ["latency_unknown"])
        #expect(unknown.latency?.nearest == nil)
        #expect(
            unknown.fixes.map(\.patch) == [.object(["placement": .object(["max_latency": .null])])])
        #expect(try await Self.plan("tier: any", Self.trips, market).latency == nil)
    }

    @Test func `a refuted country is told, with what refutes it, and keeps orders for it away`()
        async throws
    {
        let market = try await Self.market()
        let node = try await Self.advertise("IS", 400, at: market)
        let services = market.server.services
        let running = Task { try await services.matching.run() }
        defer { running.cancel() }
        while await services.matching.explain(try JobSpec.parse(SubmitTests.spec, file: "f").needs)
            .total == 0
        { await Task.yield() }
        let (offers, nodes) = try await market.call { client in
            (
                try await client.execute(uri: "/v1/offers", method: .get),
                try await client.execute(
                    uri: "/v1/nodes", method: .get,
                    headers: TestMarket.headers(market.keys[.provider]))
            )
        }
        let offer = try #require(
            try WireJSON.decode(
                ListDTO<OfferDTO>.self, from: Array(offers.body.readableBytesView)
            ).data.first)
        #expect(offer.node == node && offer.regionRefuted?.withinKilometres == 40)
        // How far a node is from where is its owner's to know.
        #expect(!String(buffer: offers.body).contains("round_trips"))
        let owned = try #require(
            try WireJSON.decode(
                ListDTO<NodeDTO>.self, from: Array(nodes.body.readableBytesView)
            ).data.first)
        #expect(owned.roundTrips?.readings.first?.microseconds == 400)
        #expect(owned.regionRefuted == offer.regionRefuted)

        let plan = try await Self.plan("countries: [IS]", nil, market)
        #expect(plan.rejected.map(\.code) == ["region_refuted"])
        #expect(
            plan.fixes.map(\.patch) == [.object(["placement": .object(["countries": .array([])])])])
        #expect(try await Self.plan("countries: []", nil, market).feasible == 1)
    }

    @Test(arguments: [
        #"[{"beacon":"market","microseconds":0}]"#, #"[{"beacon":"M","microseconds":1}]"#,
        #"[{"beacon":"a","microseconds":1},{"beacon":"a","microseconds":1}]"#, #""near""#,
        #"[{"beacon":"a","microseconds":"1"}]"#,
    ])
    func `round trips that are none are refused by their place in the body`(text: String)
        async throws
    {
        let market = try await Self.market()
        let spec = try WireJSON.text(SubmitTests.spec)
        for uri in ["/v1/plans", "/v1/jobs"] {
            let response = try await market.call { client in
                try await client.execute(
                    uri: uri, method: .post,
                    headers: TestMarket.headers(market.keys[.renter], key: "k"),
                    body: ByteBuffer(string: #"{"spec":\#(spec),"round_trips":\#(text)}"#))
            }
            #expect(response.status == .badRequest)
            let problem = try TestMarket.problem(response)
            #expect(problem.code == "body_malformed" && problem.detail.contains("/round_trips"))
        }
    }
}
