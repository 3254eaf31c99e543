import Domain
import Marketplace
import Testing

/// Price, then time: of offers that nothing else tells apart the one that has waited longest is next.
@Suite struct WaitingOfferTests {
    private static let second = NodeID("nod_2")!

    /// Two like machines, cheaper than the shop's own, that came one after another.
    private static func floor() throws -> Floor {
        var floor = try Floor()
        for number in [2, 3] {
            floor.shop.pass(seconds: 1)
            try floor.addNode(number, ask: 1_800_000)
        }
        floor.shop.pass(seconds: 1)
        return floor
    }

    /// Where each of these jobs goes, one after another: each ends before the next comes.
    private static func places(_ jobs: Int, in floor: inout Floor) throws -> [String] {
        try (1...jobs).map { number in
            let job = "job_\(number)"
            try floor.submit(job, .init())
            let node = try #require(floor.lease(of: job)).node.text
            try floor.start(job)
            floor.shop.pass(seconds: 1)
            try floor.end(job)
            return node
        }
    }

    @Test func `like machines are served in turn, the first who came first`() throws {
        var floor = try Self.floor()
        #expect(try Self.places(5, in: &floor) == ["nod_2", "nod_3", "nod_2", "nod_3", "nod_2"])
    }

    @Test func `a market that starts anew knows whose turn it is`() throws {
        var floor = try Self.floor()
        _ = try Self.places(1, in: &floor)
        floor.restart()
        try floor.submit("job_next", .init())
        #expect(floor.lease(of: "job_next")?.node.text == "nod_3")
    }

    @Test func `a changed price is a new turn, and a repeated one is none`()
        throws
    {
        var floor = try Self.floor()
        try floor.run(.advertise(Self.second, floor.shop.terms(ask: 1_800_000, gpus: [])))
        var other = floor
        #expect(try Self.places(1, in: &other) == ["nod_2"])
        for ask in [1_700_000, 1_800_000] as [Int64] {
            try floor.run(.advertise(Self.second, floor.shop.terms(ask: ask, gpus: [])))
        }
        #expect(try Self.places(1, in: &floor) == ["nod_3"])
    }
}
