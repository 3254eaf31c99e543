import Domain
import Marketplace
import Matching
import Testing

/// Until when a node is open, by the market's clock; and what is placed there before that.
struct HoursTests {
    @Test func `what is left until a node closes counts from when the market hears of it`() throws {
        var desk = try Desk()
        desk.take(.opened(desk.shop.machine(), number: 1))
        desk.say(.hello(terms: Desk.terms, leases: [], closesIn: 60_000), on: 1)
        let first = desk.shop.now.advanced(milliseconds: 60_000)
        desk.performAll()
        #expect(try desk.shop.offer().terms.openUntil == first)
        desk.pass(milliseconds: 5_000)
        desk.say(.terms(Desk.terms, closesIn: 600_000), on: 1)
        let moved = desk.shop.now.advanced(milliseconds: 600_000)
        desk.performAll()
        #expect(try desk.shop.offer().terms.openUntil == moved)
        desk.say(.terms(Desk.terms), on: 1)
        desk.performAll()
        #expect(try desk.shop.offer().terms.openUntil == nil)
    }

    /// A shop whose node closes in a minute.
    private static func closing(_ wish: Shop.Wish) throws -> Shop {
        var shop = try Shop.open()
        var terms = try shop.terms()
        terms.openUntil = shop.now.advanced(milliseconds: 60_000)
        try shop.run(.advertise(Shop.node, terms))
        try shop.run(shop.submit(wish))
        return shop
    }

    @Test func `an order is placed while there is time for it, and not a millisecond later`() throws
    {
        var wish = Shop.Wish()
        wish.stay = 50_000
        var shop = try Self.closing(wish)
        shop.now = shop.now.advanced(milliseconds: 10_001)
        shop.refuses(try .clear(shop.clearing()), .offerChanged)
        shop.now = shop.now.advanced(milliseconds: -1)
        try shop.run(.clear(shop.clearing()))
    }

    @Test func `an order for more than any device can do is not placed`() throws {
        var wish = Shop.Wish()
        (wish.gpus, wish.power) = (1, DevicePower(capability: 10, gigaflops: nil))
        var shop = try Self.closing(wish)
        shop.refuses(try .clear(shop.clearing(gpus: [Shop.gpus[0]])), .offerChanged)
    }

    @Test func `a place that became too short in between is still there for others`() throws {
        var wish = Shop.Wish()
        (wish.stay, wish.cpus) = (50_000, 1)
        var shop = try Self.closing(wish)
        (wish.stay, wish.job, wish.key) = (nil, "job_2", "second")
        try shop.run(shop.submit(wish))
        var placing = Placing(rows: shop.tables.read(Placing.reads))
        let lease = try #require(LeaseID("lse_new"))
        let steps = placing.round(limit: 1, at: shop.now) { lease }
        #expect(steps.first?.proposals.first?.task.job.text == "job_1")
        shop.now = shop.now.advanced(milliseconds: 30_000)
        let step = try #require(steps.first)
        shop.refuses(step.command, .offerChanged)
        placing.refused(step, .offerChanged)
        let next = placing.round(at: shop.now) { lease }
        #expect(next.flatMap(\.proposals).map(\.task.job.text) == ["job_2"])
    }
}
