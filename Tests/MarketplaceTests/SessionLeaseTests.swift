import Domain
import Marketplace
import Testing

/// Renewals, silences, lost and overdue leases.
struct SessionLeaseTests {
    private static let one = LeaseID("lse_1")!
    private static let renewed = [Renewal(lease: one, attempt: 1)]

    /// A session and a running lease with a fence of eight seconds.
    static func running(quietSeconds: Int64 = 900) throws -> Desk {
        var desk = try Desk(quietSeconds: quietSeconds)
        desk.connect(1)
        let id = try desk.place()
        try desk.run(desk.shop.receipt(id, 1, seconds: 0))
        _ = desk.heard(1)
        return desk
    }

    static func renewals(_ frames: [MarketFrame]) -> [[Renewal]] {
        frames.compactMap { if case .renewal(_, let leases) = $0 { leases } else { nil } }
    }

    @Test func `a heartbeat renews every live lease, and no other`() throws {
        var desk = try Self.running()
        desk.beat(5, on: 1)
        #expect(desk.heard(1) == [.renewal(number: 5, leases: Self.renewed)])
        try desk.run(.endLease(Self.one, .nodeLost))
        _ = desk.heard(1)
        desk.beat(6, on: 1)
        #expect(desk.heard(1) == [.renewal(number: 6, leases: [])])
    }

    @Test func `a silence is booked before its heartbeat is answered, and once`() throws {
        var desk = try Self.running()
        desk.pass(milliseconds: 8500)
        desk.beat(5, on: 1)
        desk.pass(milliseconds: 500)
        desk.beat(6, on: 1)
        #expect(desk.heard(1).isEmpty)
        let heard = desk.shop.now.advanced(milliseconds: -9000)
        let until = heard.advanced(milliseconds: 8500)
        #expect(desk.works.map(\.commands) == [[.silence(Shop.node, from: heard, until: until)]])
        desk.performAll()
        #expect(desk.heard(1) == [.renewal(number: 5, leases: Self.renewed)])
        #expect(try desk.shop.lease(Self.one).silenceMilliseconds == 500)
        desk.beat(7, on: 1)
        #expect(desk.heard(1) == [.renewal(number: 7, leases: Self.renewed)])
    }

    @Test func `a silence goes on when its session is over before it is booked, and counts once`()
        throws
    {
        var desk = try Self.running()
        desk.pass(milliseconds: 8500)
        desk.beat(5, on: 1)
        desk.take(.closed(Shop.node, number: 1))
        desk.take(.opened(desk.shop.machine(), number: 2))
        desk.beat(1, on: 2)
        desk.performAll()
        #expect(desk.heard(1).isEmpty && desk.heard(2).isEmpty)
        #expect(try desk.shop.lease(Self.one).silenceMilliseconds == 500)
        desk.pass(milliseconds: 200)
        desk.beat(2, on: 2)
        desk.performAll()
        #expect(desk.heard(2) == [.renewal(number: 2, leases: Self.renewed)])
        #expect(try desk.shop.lease(Self.one).silenceMilliseconds == 700, "frozen all the while")
        desk.beat(3, on: 2)
        #expect(desk.works.isEmpty)
    }

    @Test(arguments: Desk.Loss.allCases)
    func `a silence is booked once, whatever the store loses of its booking`(loss: Desk.Loss) throws
    {
        var desk = try Self.running()
        desk.pass(milliseconds: 8500)
        for beat in 5..<9 {
            desk.beat(Int64(beat), on: 1)
            desk.failNext(loss)
            #expect(desk.heard(1).isEmpty)
            desk.pass(milliseconds: 100)
        }
        desk.beat(9, on: 1)
        desk.performAll()
        #expect(Self.renewals(desk.heard(1)) == [Self.renewed])
        #expect(try desk.shop.lease(Self.one).silenceMilliseconds == 900)
    }

    @Test func `a lease is lost after its fence and a tenth, and not renewed from that moment`()
        throws
    {
        var desk = try Self.running()
        desk.pass(milliseconds: 8800)
        desk.take(.tick)
        desk.performAll()
        #expect(try desk.shop.lease(Self.one).life.isLive)
        desk.connect(2)
        _ = desk.heard(2)
        desk.pass(milliseconds: 8801)
        desk.take(.tick)
        #expect(desk.works.first?.commands.last == .endLease(Self.one, .nodeLost))
        // The node is back before its end is committed.
        desk.take(.closed(Shop.node, number: 2))
        let late = desk.works
        desk.works = []
        desk.connect(3)
        #expect(Self.renewals(desk.heard(3)) == [[]], "another may hold the task in a moment")
        desk.works = late
        desk.performAll()
        #expect(try !desk.shop.lease(Self.one).life.isLive)
    }

    @Test func `what did not start in time is renewed no more, and ends a fence later`() throws {
        var desk = try Desk()
        desk.connect(1)
        let id = try desk.place()
        desk.live(seconds: 900, on: 1)
        #expect(Self.renewals(desk.heard(1)).last == [Renewal(lease: id, attempt: 1)])
        desk.live(seconds: 1, on: 1)
        #expect(try desk.shop.lease(id).life.isLive)
        desk.live(seconds: 8, on: 1)
        #expect(Self.renewals(desk.heard(1)).dropFirst() == Array(repeating: [], count: 8)[...])
        #expect(try desk.shop.lease(id).life.isLive)
        desk.live(seconds: 1, on: 1)
        #expect(
            try desk.shop.lease(id).life
                == .ended(
                    .startFailed(code: "timeout"), since: desk.shop.now, nil, posted: .nothing))
    }

    @Test func `a given-up lease is not dispatched again`() throws {
        var desk = try Desk()
        let id = try desk.place()
        desk.connect(1)
        #expect(SessionEffectTests.effects(desk.heard(1)) == [Effect.dispatch(id).id])
        desk.live(seconds: 901, on: 1)
        _ = desk.heard(1)
        desk.live(seconds: 6, on: 1)
        #expect(SessionEffectTests.effects(desk.heard(1)).isEmpty)
    }

    @Test func `a lease without receipts is given up, and taken back by one`() throws {
        var desk = try Self.running(quietSeconds: 30)
        desk.live(seconds: 31, on: 1)
        _ = desk.heard(1)
        desk.live(seconds: 1, on: 1)
        #expect(Self.renewals(desk.heard(1)) == [[]])
        try desk.run(desk.shop.receipt(Self.one, 2, seconds: 3))
        desk.live(seconds: 2, on: 1)
        #expect(Self.renewals(desk.heard(1)) == [[], Self.renewed])
        desk.live(seconds: 30 + 9, on: 1)
        #expect(try !desk.shop.lease(Self.one).life.isLive)
    }

    @Test func `news of a lease that are no receipt do not take it back`() throws {
        var desk = try Self.running(quietSeconds: 30)
        desk.live(seconds: 31, on: 1)
        try desk.run(
            .silence(
                Shop.node, from: desk.shop.now.advanced(seconds: -9), until: desk.shop.now))
        _ = desk.heard(1)
        desk.live(seconds: 1, on: 1)
        #expect(Self.renewals(desk.heard(1)) == [[]])
    }

    @Test func `every tick is a sign of life, every sixtieth closes a period`() throws {
        var desk = try Self.running()
        for second in 1...120 {
            desk.pass(milliseconds: 1000)
            desk.beat(Int64(second), on: 1)
            desk.take(.tick)
            let period = second % 60 == 0 ? [Command.closePeriod(Self.one)] : []
            #expect(desk.works.map(\.commands) == [[.keepAlive] + period], "second \(second)")
            desk.performAll()
        }
    }

    /// A heartbeat is answered only as long as a crash would be known to have come after it.
    @Test func `without a committed sign of life no heartbeat is answered after ten seconds`()
        throws
    {
        var desk = try Self.running()
        desk.take(.tick)
        for second in 1...10 {
            desk.pass(milliseconds: 1000)
            desk.beat(Int64(second), on: 1)
            desk.take(.tick)
            #expect(Self.renewals(desk.heard(1)) == [Self.renewed], "second \(second)")
        }
        desk.pass(milliseconds: 1)
        desk.beat(11, on: 1)
        #expect(desk.heard(1).isEmpty)
        desk.pass(milliseconds: 30_000)
        desk.beat(12, on: 1)
        desk.take(.tick)
        #expect(Self.renewals(desk.heard(1)).isEmpty && desk.closed.isEmpty)
        #expect(desk.works.map(\.commands) == [[.keepAlive]], "nothing is ended meanwhile")
        desk.performAll()
        desk.beat(13, on: 1)
        #expect(desk.heard(1).isEmpty, "that sign of life was asked for too long ago")
        desk.take(.tick)
        desk.performAll()
        desk.beat(14, on: 1)
        desk.performAll()
        #expect(Self.renewals(desk.heard(1)) == [Self.renewed])
        #expect(try desk.shop.lease(Self.one).silenceMilliseconds == 30_001 - 8000)
    }

    @Test func `a slow store is asked for one second's upkeep at a time`() throws {
        var desk = try Self.running()
        desk.take(.tick)
        desk.take(.tick)
        #expect(desk.works.map(\.commands) == [[.keepAlive]])
        desk.take(.failed(desk.works.removeFirst()))
        desk.take(.tick)
        #expect(desk.works.map(\.commands) == [[.keepAlive]])
    }
}
