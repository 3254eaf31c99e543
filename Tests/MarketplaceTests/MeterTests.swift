import Domain
import Marketplace
import Testing

struct MeterTests {
    private func running(_ wish: Shop.Wish = .init()) throws -> (Shop, LeaseID) {
        var shop = try Shop.open()
        try shop.run(shop.submit(wish))
        let id = try shop.begin()
        return (shop, id)
    }

    @Test func `the start frame claims nothing`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.place()
        shop.pass(seconds: 100)
        shop.refuses(
            try shop.receipt(id, 1, seconds: 1), .receiptAheadOfTime(claimed: 1, possible: 0))
        try shop.run(shop.receipt(id, 1, seconds: 0))
        #expect(try shop.lease(id).life.reading?.seconds == 0)
    }

    @Test func `a claim ahead of the market's clock by one second is refused, never cut`() throws {
        var (shop, id) = try running()
        shop.pass(seconds: 10)
        shop.refuses(
            try shop.receipt(id, 2, seconds: 11), .receiptAheadOfTime(claimed: 11, possible: 10))
        try shop.run(shop.receipt(id, 2, seconds: 10))
        shop.now = shop.now.advanced(milliseconds: 1)
        try shop.run(shop.receipt(id, 3, seconds: 11))
        #expect(try shop.lease(id).life.reading?.seconds == 11, "rounded up to a whole second")
    }

    @Test func `a receipt counts from its arrival, not from when it is looked at`() throws {
        var (shop, id) = try running()
        let arrival = shop.now.advanced(seconds: 5)
        shop.pass(seconds: 50)
        shop.refuses(
            try shop.receipt(id, 2, seconds: 6, arrivedAt: arrival),
            .receiptAheadOfTime(claimed: 6, possible: 5))
        let future = shop.now.advanced(seconds: 500)
        shop.refuses(
            try shop.receipt(id, 2, seconds: 51, arrivedAt: future),
            .receiptAheadOfTime(claimed: 51, possible: 50))
    }

    @Test func `a claim above what the escrow pays is refused`() throws {
        var (shop, id) = try running(.init(budget: 20_999))
        shop.pass(seconds: 100)
        shop.refuses(try shop.receipt(id, 2, seconds: 21), .receiptOverBudget)
        try shop.run(shop.receipt(id, 2, seconds: 20))
    }

    @Test func `only a newer sequence with no fewer seconds is taken`() throws {
        var (shop, id) = try running()
        shop.pass(seconds: 10)
        try shop.run(shop.receipt(id, 5, seconds: 10))
        shop.refuses(try shop.receipt(id, 4, seconds: 10), .receiptNotNewer)
        shop.refuses(try shop.receipt(id, 5, seconds: 9), .receiptNotNewer)
        shop.refuses(try shop.receipt(id, 6, seconds: 9), .receiptNotNewer)
        try shop.run(shop.receipt(id, 6, seconds: 10, .frozen))
    }

    @Test func `the same bytes again change nothing, also after the end`() throws {
        var (shop, id) = try running()
        shop.pass(seconds: 3)
        let second = try shop.receipt(id, 2, seconds: 3)
        try shop.run(second)
        try shop.ignores(second)
        let last = try shop.receipt(id, 3, seconds: 3, .ended(.exited(code: 0)))
        try shop.run(last)
        try shop.ignores(last)
    }

    @Test func `another attempt, another node or no lease is refused`() throws {
        var (shop, id) = try running()
        shop.refuses(try shop.receipt(id, 2, seconds: 0, attempt: 2), .wrongAttempt)
        shop.refuses(try shop.receipt(id, 2, seconds: 0, node: NodeID("nod_2")!), .wrongNode)
        let none = LeaseID("lse_none")!
        shop.refuses(try shop.receipt(none, 2, seconds: 0), .leaseUnknown(none))
    }

    @Test func `nothing is taken after the end`() throws {
        var (shop, id) = try running()
        shop.pass(seconds: 10)
        try shop.run(shop.receipt(id, 2, seconds: 1, .ended(.stopped)))
        shop.refuses(try shop.receipt(id, 3, seconds: 2), .leaseOver(id))
        try shop.run(.verify(id))
        shop.refuses(try shop.receipt(id, 2, seconds: 1, .ended(.stopped)), .leaseOver(id))
    }

    @Test func `silence beyond the fence cannot be claimed`() throws {
        var (shop, id) = try running(.init(fence: 8))
        let start = shop.now
        func silence(_ from: Int64, _ until: Int64) -> Command {
            .silence(
                Shop.node, from: start.advanced(milliseconds: from),
                until: start.advanced(milliseconds: until))
        }
        shop.pass(seconds: 100)
        try shop.ignores(silence(20_000, 28_000))
        try shop.ignores(silence(20_000, 19_000))
        try shop.run(silence(20_000, 48_500))
        shop.refuses(
            try shop.receipt(id, 2, seconds: 81), .receiptAheadOfTime(claimed: 81, possible: 80))
        try shop.run(shop.receipt(id, 2, seconds: 80))
        try shop.run(silence(48_500, .max))
        try shop.ignores(silence(48_500, .max))
        shop.pass(seconds: 100)
        shop.refuses(
            try shop.receipt(id, 3, seconds: 81), .receiptAheadOfTime(claimed: 81, possible: 0))
    }

    /// Each is booked after a silence from 10 s to 40 s, which a fence of 8 s makes 22 s.
    @Test(
        arguments: [
            (10_000, 40_000, 22_000),  // the same again
            (10_000, 39_000, 22_000),  // a part of it
            (10_000, 41_500, 23_500),  // the same, gone on
            (20_000, 41_000, 23_000),  // answered meanwhile in vain
            (38_000, 47_000, 23_000),  // a later one, whose fence ran out after it
            (-90_000, 40_000, 22_000),  // before the lease ran
            (-90_000, 41_000, 23_000),
        ] as [(Int64, Int64, Int64)])
    func `no moment of a silence is booked twice`(from: Int64, until: Int64, all: Int64) throws {
        var (shop, id) = try running(.init(fence: 8))
        let start = shop.now
        shop.pass(seconds: 100)
        for span in [(10_000, 40_000), (from, until), (from, until)] {
            let silence = Command.silence(
                Shop.node, from: start.advanced(milliseconds: span.0),
                until: start.advanced(milliseconds: span.1))
            _ = try shop.attempt(silence).get()
        }
        #expect(try shop.lease(id).silenceMilliseconds == all)
    }

    @Test func `a silence takes nothing from before the start frame`() throws {
        var (shop, id) = try running(.init(fence: 8))
        let start = shop.now
        shop.pass(seconds: 5)
        try shop.run(.silence(Shop.node, from: start.advanced(seconds: -60), until: shop.now))
        #expect(try shop.lease(id).silenceMilliseconds == 5000)
    }

    @Test func `an ended lease frees its place and its devices, and asks for its verdict`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(cpus: 3, gpus: 2)))
        let id = try shop.place(gpus: Shop.gpus)
        let version = try shop.offer().version
        try shop.run(shop.receipt(id, 1, seconds: 0, .ended(.startFailed(code: "no_image"))))
        let offer = try shop.offer()
        #expect(offer.free == offer.terms.capacity && offer.freeDevices == Shop.gpus)
        #expect(offer.version == version + 1)
        #expect(shop.effects == [Effect.verify(id).id], "its dispatch is done")
    }
}
