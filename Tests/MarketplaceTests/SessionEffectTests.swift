import Domain
import Marketplace
import Testing

/// Committed effects on their way to the nodes.
struct SessionEffectTests {
    @Test func `a dispatch is made from the committed rows, and sent to a greeted node at once`()
        throws
    {
        var desk = try Desk()
        desk.connect(1)
        _ = desk.heard(1)
        let id = try desk.place()
        let (lease, job) = (try desk.shop.lease(id), try desk.shop.job())
        let dispatch = Dispatch(lease, of: job, token: "token of \(id) 1")
        #expect(desk.heard(1) == [.dispatch(Effect.dispatch(id).id, dispatch)])
        #expect(dispatch.budgetSeconds == 600, "no more is set aside than the longest run costs")
        #expect(dispatch.limitSeconds == 600 && dispatch.fence == 8)
    }

    @Test func `an effect waits for its node's welcome and comes again on each new session`() throws
    {
        var desk = try Desk()
        let id = try desk.place()
        desk.take(.opened(desk.shop.machine(), number: 1))
        #expect(desk.heard(1).isEmpty)
        desk.say(.hello(terms: Desk.terms, leases: []), on: 1)
        desk.performAll()
        #expect(Self.effects(desk.heard(1)) == [Effect.dispatch(id).id])
        desk.take(.closed(Shop.node, number: 1))
        desk.performAll()
        desk.connect(2)
        #expect(Self.effects(desk.heard(2)) == [Effect.dispatch(id).id])
    }

    @Test func `an effect is sent again every three seconds until it is acknowledged`() throws {
        var desk = try Desk()
        desk.connect(1)
        let id = try desk.place()
        _ = desk.heard(1)
        desk.live(seconds: 2, on: 1)
        #expect(Self.effects(desk.heard(1)).isEmpty)
        desk.live(seconds: 1, on: 1)
        #expect(Self.effects(desk.heard(1)) == [Effect.dispatch(id).id])
        desk.say(.acknowledged(Effect.dispatch(id).id), on: 1)
        desk.performAll()
        desk.live(seconds: 9, on: 1)
        #expect(Self.effects(desk.heard(1)).isEmpty)
        desk.take(.closed(Shop.node, number: 1))
        desk.performAll()
        desk.connect(2)
        #expect(Self.effects(desk.heard(2)).isEmpty)
    }

    @Test func `a stop is told, and a lease that is over is started nowhere`() throws {
        var desk = try Desk()
        let id = try desk.place()
        try desk.run(.stop(JobID("job_1")!))
        desk.connect(1)
        #expect(Self.effects(desk.heard(1)).contains(Effect.stop(id, .stopped).id))
        try desk.run(.endLease(id, .nodeLost))
        desk.take(.closed(Shop.node, number: 1))
        desk.performAll()
        desk.connect(2)
        #expect(Self.effects(desk.heard(2)) == [Effect.stop(id, .nodeLost).id])
    }

    @Test func `after a restart all is known again from the store`() throws {
        var desk = try Desk()
        let id = try desk.place()
        var again = try Desk()
        again.shop = desk.shop
        again.take(.rebuilt(desk.shop.tables.read(Sessions.reads)))
        again.connect(1)
        let heard = again.heard(1)
        #expect(Self.effects(heard) == [Effect.dispatch(id).id])
        #expect(heard.last == .renewal(number: 1, leases: [Renewal(lease: id, attempt: 1)]))
        #expect(again.sessions.liveLeaseCount == 1)
    }

    @Test func `a long outbox is sent as far as a channel has room`() throws {
        var desk = try Desk()
        let tasks = 300
        try desk.run(
            desk.shop.submit(
                .init(
                    tasks: tasks, parallel: tasks, budget: 9_000_000, maxDuration: 10, cpus: 1)))
        try desk.run(.advertise(Shop.node, desk.shop.terms(cpus: 300)))
        for index in 1...tasks {
            let clearing = try desk.shop.clearing(index)
            try desk.run(.clear(clearing))
        }
        desk.connect(1)
        let first = Self.effects(desk.heard(1))
        #expect(first.count == 256)
        desk.say(.acknowledged(first[0]), on: 1)
        desk.performAll()
        #expect(Self.effects(desk.heard(1)).count == 1)
    }

    static func effects(_ frames: [MarketFrame]) -> [EffectID] {
        frames.compactMap { frame in
            switch frame {
            case .dispatch(let id, _), .stop(let id, _, _): id
            default: nil
            }
        }
    }
}
