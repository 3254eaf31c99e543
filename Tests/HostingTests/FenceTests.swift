import Domain
import Hosting
import Testing

/// Heartbeats, renewals, and how long a lease may run without them.
@Suite struct FenceTests {
    private let lease = Bench.id("a")
    private let renewal = Renewal(lease: Bench.id("a"), attempt: 1)

    @Test func `hello comes first, heartbeats only after the welcome and once a second`() {
        var bench = Bench()
        #expect(
            bench.take(.connected) == [.send(.hello(terms: bench.host.terms, leases: []))])
        #expect(bench.take(.tick).isEmpty)
        #expect(bench.take(.frame(.welcome)) == [.send(.heartbeat(number: 1))])
        bench.pass(milliseconds: 999)
        #expect(bench.take(.tick).isEmpty)
        bench.pass(milliseconds: 1)
        #expect(bench.take(.tick) == [.send(.heartbeat(number: 2))])
    }

    @Test func `the fence counts from the sending of the heartbeat that was answered`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", fence: 3))
        let sentAt = bench.now
        bench.pass(milliseconds: 900)
        bench.renew([renewal])
        #expect(bench.lease("a")?.fence == sentAt.advanced(nanoseconds: 3 * Bench.second))
    }

    @Test func `at the fence it freezes, to the millisecond, and counts exactly until then`() {
        var bench = Bench()
        bench.connect(renewing: [renewal])
        bench.run(Bench.dispatch("a", fence: 3))
        for _ in 0..<11 {
            bench.pass(milliseconds: 250)
            #expect(!bench.sample("a", .running).contains(.freeze(lease)))
        }
        bench.pass(milliseconds: 249)
        #expect(!bench.sample("a", .running).contains(.freeze(lease)))
        bench.pass(milliseconds: 101)
        #expect(bench.sample("a", .running).contains(.freeze(lease)))
        guard case .frozen(let meter)? = bench.lease("a")?.phase else {
            Issue.record("not frozen")
            return
        }
        #expect(meter.countedNanoseconds == 3 * Bench.second)
        #expect(bench.receipts.last?.status == .frozen)
        #expect(bench.receipts.last?.seconds == 3)
    }

    @Test func `a renewal thaws it, and counting begins with the sample that sees it run`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", fence: 3))
        bench.pass(milliseconds: 250)
        bench.sample("a", .running)
        bench.pass(milliseconds: 5_000)
        #expect(bench.sample("a", .running).contains(.freeze(lease)))
        bench.pass(milliseconds: 1_000)
        bench.sample("a", .frozenByUs)
        let actions = bench.renew([renewal])
        #expect(actions.contains(.thaw(lease)))
        let moved = actions.firstIndex {
            if case .moveFence = $0 { true } else { false }
        }
        #expect(moved != nil)
        #expect((moved ?? 9) < (actions.firstIndex(of: .thaw(lease)) ?? 0))
        bench.pass(milliseconds: 250)
        bench.sample("a", .running)
        bench.pass(milliseconds: 250)
        bench.sample("a", .running)
        guard case .running(let meter)? = bench.lease("a")?.phase else {
            Issue.record("not running")
            return
        }
        #expect(meter.countedNanoseconds == 500_000_000)
    }

    @Test func `what we froze and sees running is frozen again, what others froze counts nothing`()
    {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", fence: 3))
        bench.pass(milliseconds: 4_000)
        bench.sample("a", .frozenByUs)
        bench.pass(milliseconds: 250)
        #expect(bench.sample("a", .running).contains(.freeze(lease)))
        bench.renew([renewal])
        bench.pass(milliseconds: 250)
        #expect(bench.sample("a", .frozenByUs).contains(.thaw(lease)))
        bench.pass(milliseconds: 250)
        #expect(!bench.sample("a", .frozenByOther).contains(.thaw(lease)))
    }

    @Test func `a renewal of another attempt or of another lease moves nothing`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", attempt: 2))
        let before = bench.lease("a")?.fence
        bench.pass(milliseconds: 1_000)
        bench.take(.tick)
        bench.renew([renewal, Renewal(lease: Bench.id("b"), attempt: 2)])
        #expect(bench.lease("a")?.fence == before)
        let newer = bench.renew([Renewal(lease: lease, attempt: 3)])
        #expect(newer.contains(.kill(lease)))
    }

    @Test func `an answer to a heartbeat of an older connection moves nothing`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        let before = bench.lease("a")?.fence
        let old = bench.lastHeartbeat
        bench.pass(milliseconds: 1_000)
        bench.take(.disconnected)
        bench.take(.connected)
        bench.take(.frame(.renewal(number: old, leases: [renewal])))
        #expect(bench.lease("a")?.fence == before)
    }

    @Test func `without an answered heartbeat nothing starts`() {
        var bench = Bench()
        bench.take(.connected)
        bench.take(.frame(.welcome))
        let dispatch = Bench.dispatch("a")
        bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        #expect(!bench.take(.prepared(lease)).contains(.start(dispatch)))
        #expect(bench.renew([renewal]).contains(.start(dispatch)))
    }

    @Test func `a node that is cut off claims nothing new on its way and all of it after`() {
        var bench = Bench()
        bench.connect(renewing: [renewal])
        bench.run(Bench.dispatch("a", fence: 60))
        bench.take(.disconnected)
        for _ in 0..<40 {
            bench.pass(milliseconds: 250)
            let actions = bench.sample("a", .running)
            #expect(!actions.contains { if case .claim = $0 { true } else { false } })
        }
        bench.take(.connected)
        let welcome = bench.take(.frame(.welcome))
        let claims = welcome.filter { if case .claim = $0 { true } else { false } }
        #expect(claims.count == 1)
        #expect(bench.receipts.last?.sequence == 2)
    }

    @Test func `goodbye ends the connection`() {
        var bench = Bench()
        bench.connect()
        #expect(bench.take(.frame(.goodbye(code: "silent"))) == [.reconnect])
        bench.pass(milliseconds: 5_000)
        #expect(bench.take(.tick).isEmpty)
    }
}
