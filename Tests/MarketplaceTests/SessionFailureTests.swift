import Domain
import Marketplace
import Testing

/// The store fails under a work of each purpose, with and without having committed it: nothing gets
/// stuck, and a store that keeps failing is not asked in a loop.
struct SessionFailureTests {
    private static let one = LeaseID("lse_1")!
    private static let advertise = [Command.advertise(Shop.node, Desk.terms)]
    private static let disconnect = [Command.changeAvailability(Shop.node, .disconnected)]

    private static func hello(_ number: Int, _ desk: inout Desk) {
        desk.take(.opened(desk.shop.machine(), number: number))
        desk.say(.hello(terms: Desk.terms, leases: []), on: number)
    }

    // MARK: Offers

    @Test(arguments: Desk.Loss.allCases)
    func `a lost offer ends its session, and is taken down with the next tick`(loss: Desk.Loss)
        throws
    {
        var desk = try Desk()
        Self.hello(1, &desk)
        desk.failNext(loss)
        #expect(desk.heard(1) == [.goodbye(code: "unavailable")] && desk.closed == [1])
        #expect(desk.works.isEmpty, "the store is failing")
        desk.tickAndKeepUp()
        #expect(desk.works.map(\.commands) == [Self.disconnect])
        desk.performAll()
        #expect(try desk.shop.offer().availability == .down)
        desk.connect(2)
        #expect(try desk.shop.offer().availability == .open)
    }

    @Test(arguments: Desk.Loss.allCases)
    func `a hello that waits for a lost offer of the session before is settled with the next tick`(
        loss: Desk.Loss
    ) throws {
        var desk = try Desk()
        Self.hello(1, &desk)
        desk.take(.closed(Shop.node, number: 1))
        Self.hello(2, &desk)
        desk.failNext(loss)
        #expect(desk.works.isEmpty && desk.closed.isEmpty)
        desk.tickAndKeepUp()
        #expect(desk.works.map(\.commands) == [Self.advertise])
        desk.performAll()
        #expect(desk.heard(2) == [.welcome])
        #expect(try desk.shop.offer().availability == .open)
    }

    @Test(arguments: Desk.Loss.allCases)
    func `an offer that could not be taken down is taken down with the next tick`(loss: Desk.Loss)
        throws
    {
        var desk = try Desk()
        desk.connect(1)
        desk.take(.closed(Shop.node, number: 1))
        for _ in 0..<3 {
            desk.failNext(loss)
            #expect(desk.works.isEmpty)
            desk.tickAndKeepUp()
            #expect(desk.works.map(\.commands) == [Self.disconnect])
        }
        desk.performAll()
        #expect(try desk.shop.offer().availability == .down)
        desk.tickAndKeepUp()
        #expect(desk.works.isEmpty)
    }

    @Test(arguments: Desk.Loss.allCases)
    func `a hello that waits for a lost disconnect is settled with the next tick`(loss: Desk.Loss)
        throws
    {
        var desk = try SessionLeaseTests.running()
        Self.hello(2, &desk)
        #expect(desk.works.isEmpty, "the first session is live")
        desk.take(.closed(Shop.node, number: 1))
        Self.hello(3, &desk)
        desk.failNext(loss)
        desk.say(.hello(terms: Desk.terms, leases: []), on: 3)
        #expect(desk.works.isEmpty)
        desk.tickAndKeepUp()
        #expect(desk.works.map(\.commands) == [Self.advertise])
        desk.performAll()
        desk.beat(2, on: 3)
        let renewal = MarketFrame.renewal(
            number: 2, leases: [Renewal(lease: Self.one, attempt: 1)])
        #expect(desk.heard(3).first == .welcome)
        desk.beat(3, on: 3)
        #expect(SessionLeaseTests.renewals(desk.heard(3)) == SessionLeaseTests.renewals([renewal]))
        #expect(try desk.shop.offer().availability == .open)
    }

    @Test func `a store that keeps failing is asked for an offer once a tick`() throws {
        var desk = try Desk()
        var number = 0
        for _ in 0..<6 {
            var asked = 0
            for _ in 0..<5 {
                number += 1
                Self.hello(number, &desk)
                while !desk.works.isEmpty {
                    asked += 1
                    desk.failNext(.commands)
                }
                desk.take(.closed(Shop.node, number: number))
            }
            #expect(asked <= 1)
            desk.pass(milliseconds: 1000)
            desk.take(.tick)
            desk.works.removeAll { $0.commands == [.keepAlive] }
            #expect(desk.works.count == 1)
            while !desk.works.isEmpty { desk.failNext(.commands) }
        }
    }

    // MARK: Frames

    @Test(arguments: Desk.Loss.allCases)
    func `after a lost silence the next heartbeat is answered, and claims are heard`(
        loss: Desk.Loss
    ) throws {
        var desk = try SessionLeaseTests.running()
        desk.pass(milliseconds: 8500)
        desk.beat(5, on: 1)
        desk.failNext(loss)
        #expect(desk.works.isEmpty && desk.heard(1).isEmpty)
        desk.beat(6, on: 1)
        desk.performAll()
        #expect(SessionLeaseTests.renewals(desk.heard(1)).map(\.count) == [1])
        desk.say(.receipt(try SessionReceiptTests.signed(2, seconds: 1)), on: 1)
        desk.take(.woke)
        desk.performAll()
        #expect(desk.heard(1) == [SessionReceiptTests.accepted(2)])
    }

    @Test(arguments: Desk.Loss.allCases)
    func `what waits behind a lost batch leaves a window later, not at once`(loss: Desk.Loss) throws
    {
        var desk = try SessionReceiptTests.placed()
        desk.say(.receipt(try SessionReceiptTests.signed(1)), on: 1)
        desk.say(.receipt(try SessionReceiptTests.signed(2, .ended(.killed))), on: 1)
        desk.failNext(loss)
        #expect(desk.works.isEmpty && desk.heard(1).isEmpty && desk.wakes == [200])
        desk.take(.woke)
        #expect(desk.works.map(\.commands.count) == [1])
        desk.performAll()
        #expect(desk.heard(1).first == SessionReceiptTests.accepted(2))
        #expect(desk.wakes == [200])
    }

    @Test(arguments: Desk.Loss.allCases)
    func `a lost drain is not answered until the node asks again`(loss: Desk.Loss) throws {
        var desk = try Desk()
        desk.connect(1)
        _ = desk.heard(1)
        desk.say(.drain, on: 1)
        desk.failNext(loss)
        desk.tickAndKeepUp()
        #expect(desk.works.isEmpty && desk.heard(1).isEmpty && desk.closed.isEmpty)
        desk.say(.drain, on: 1)
        desk.performAll()
        #expect(desk.heard(1) == [.drained])
        #expect(try desk.shop.offer().availability == .draining)
    }

    @Test func `a lost acknowledgement is asked for again by sending its effect again`() throws {
        for loss in Desk.Loss.allCases {
            var desk = try Desk()
            desk.connect(1)
            let effect = Effect.dispatch(try desk.place()).id
            _ = desk.heard(1)
            desk.say(.acknowledged(effect), on: 1)
            desk.failNext(loss)
            desk.pass(milliseconds: 3000)
            desk.beat(2, on: 1)
            desk.tickAndKeepUp()
            let again = SessionEffectTests.effects(desk.heard(1))
            #expect(again == (loss == .commands ? [effect] : []))
            desk.say(.acknowledged(effect), on: 1)
            desk.performAll()
            #expect(Shop.outbox(desk.shop.tables).isEmpty)
        }
    }

    // MARK: Upkeep

    @Test(arguments: Desk.Loss.allCases)
    func `a lost end is asked for again with the next tick, and its lease is not renewed`(
        loss: Desk.Loss
    ) throws {
        var desk = try SessionLeaseTests.running()
        desk.pass(milliseconds: 8801)
        desk.take(.tick)
        #expect(desk.works.first?.commands.last == .endLease(Self.one, .nodeLost))
        desk.failNext(loss)
        desk.works = []
        desk.take(.tick)
        let ends = desk.works.first?.commands.filter { $0.verb == .endLease }
        #expect(ends == (loss == .commands ? [.endLease(Self.one, .nodeLost)] : []))
        desk.performAll()
        #expect(try !desk.shop.lease(Self.one).life.isLive)
    }

    @Test(arguments: Desk.Loss.allCases)
    func `a lost period is closed with the next tick, and not again with every tick`(
        loss: Desk.Loss
    ) throws {
        var desk = try SessionLeaseTests.running()
        let period = [Command.keepAlive, .closePeriod(Self.one)]
        for second in 1...63 {
            desk.pass(milliseconds: 1000)
            desk.beat(Int64(second), on: 1)
            desk.take(.tick)
            let isDue = second == 60 || second == 61
            #expect(desk.works.map(\.commands) == [isDue ? period : [.keepAlive]], "\(second)")
            if second == 60 { desk.failNext(loss) } else { desk.performAll() }
        }
    }
}
