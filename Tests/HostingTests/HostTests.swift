import Domain
import Hosting
import Testing

/// The life of a lease, event by event.
@Suite struct HostTests {
    private let one = Renewal(lease: Bench.id("a"), attempt: 1)

    @Test func `a dispatch is written down, then acknowledged and prepared`() {
        var bench = Bench()
        bench.connect()
        let dispatch = Bench.dispatch("a")
        let actions = bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        #expect(actions.first == .record(.accepted(dispatch)))
        #expect(actions.contains(.prepare(dispatch)))
        #expect(actions.last == .send(.acknowledged(EffectID("e"))))
    }

    @Test func `a repeated dispatch is acknowledged again and nothing else`() {
        var bench = Bench()
        bench.connect()
        let dispatch = Bench.dispatch("a")
        bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        let again = bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        #expect(again == [.send(.acknowledged(EffectID("e")))])
    }

    @Test func `a drain is said again until the market answers it, also on the next session`() {
        var bench = Bench()
        #expect(bench.take(.drainAsked).isEmpty, "nobody is there to hear it")
        bench.take(.connected)
        #expect(bench.take(.frame(.welcome)).contains(.send(.drain)))
        #expect(!bench.take(.tick).contains(.send(.drain)))
        bench.pass(milliseconds: 1000)
        #expect(bench.take(.tick).contains(.send(.drain)))
        bench.take(.disconnected)
        bench.pass(milliseconds: 5000)
        #expect(!bench.take(.tick).contains(.send(.drain)))
        bench.take(.connected)
        #expect(bench.take(.frame(.welcome)).contains(.send(.drain)))
        bench.take(.frame(.drained))
        bench.pass(milliseconds: 5000)
        #expect(!bench.take(.tick).contains(.send(.drain)))
        #expect(!bench.host.isDrainUnanswered)
        bench.take(.disconnected)
        bench.take(.connected)
        // The owner may have taken it back since.
        #expect(!bench.take(.frame(.welcome)).contains(.send(.drain)))
    }

    @Test func `the start frame claims nothing and comes at once`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        #expect(bench.receipts.map(\.sequence) == [1])
        #expect(bench.receipts.first?.seconds == 0)
        #expect(bench.receipts.first?.status == .running)
    }

    @Test func `a running lease claims every five seconds and at each change`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        bench.runOn("a", milliseconds: 11_000)
        #expect(bench.receipts.map(\.seconds) == [0, 5, 10])
        bench.pass(milliseconds: 250)
        bench.acceptAll(in: bench.sample("a", .frozenByOther))
        #expect(bench.receipts.last?.status == .frozen)
        bench.pass(milliseconds: 250)
        bench.acceptAll(in: bench.sample("a", .running))
        #expect(bench.receipts.last?.status == .running)
        #expect(bench.receipts.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(bench.receipts.last?.seconds == 11)
    }

    @Test func `an unaccepted receipt is repeated every second, unchanged, until accepted`() {
        var bench = Bench()
        bench.connect()
        let dispatch = Bench.dispatch("a")
        bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        bench.take(.prepared(dispatch.lease))
        bench.take(.started(dispatch.lease, at: bench.now))
        for _ in 0..<28 {
            bench.pass(milliseconds: 250)
            for case .send(.heartbeat) in bench.sample("a", .running) { bench.renew([one]) }
        }
        #expect(bench.receipts.count == 8)
        #expect(Set(bench.receipts).count == 1)
        bench.take(.frame(.receiptAccepted(dispatch.lease, sequence: 1)))
        bench.pass(milliseconds: 250)
        bench.sample("a", .running)
        #expect(bench.receipts.last?.sequence == 2)
        #expect(bench.receipts.last?.seconds == 7)
    }

    @Test func `no receipt is made before the market knows of the start`() {
        var bench = Bench()
        bench.connect()
        let dispatch = Bench.dispatch("a")
        bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        bench.take(.prepared(dispatch.lease))
        bench.take(.started(dispatch.lease, at: bench.now))
        bench.pass(milliseconds: 1_000)
        bench.sample("a", .exited(.exited(code: 0), at: bench.now))
        bench.take(.saved(dispatch.lease, .complete))
        #expect(Set(bench.receipts.map(\.sequence)) == [1])
        bench.take(.frame(.receiptAccepted(dispatch.lease, sequence: 1)))
        #expect(bench.receipts.last?.sequence == 2)
        #expect(bench.receipts.last?.status == .ended(.exited(code: 0)))
        #expect(bench.receipts.last?.seconds == 1)
    }

    @Test func `outputs are saved before the final receipt, and it is repeated until accepted`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        bench.runOn("a", milliseconds: 2_500)
        bench.pass(milliseconds: 100)
        let ended = bench.sample("a", .exited(.exited(code: 3), at: bench.now))
        #expect(ended.contains(.save(Bench.id("a"))))
        #expect(bench.receipts.count == 1)
        bench.take(.saved(Bench.id("a"), .complete))
        #expect(bench.receipts.last?.status == .ended(.exited(code: 3)))
        #expect(bench.receipts.last?.seconds == 2)
        bench.pass(milliseconds: 1_000)
        bench.take(.tick)
        #expect(bench.receipts.count == 3)
        let accepted = bench.take(.frame(.receiptAccepted(Bench.id("a"), sequence: 2)))
        #expect(accepted == [.record(.finished(Bench.id("a"))), .remove(Bench.id("a"))])
        #expect(bench.host.leases.isEmpty)
        let late = bench.take(.frame(.dispatch(EffectID("e"), Bench.dispatch("a"))))
        #expect(late == [.send(.acknowledged(EffectID("e")))])
    }

    @Test func `saving takes ten minutes at most, and a lost result is no success`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", outputs: ["/out"]))
        bench.sample("a", .exited(.exited(code: 0), at: bench.now))
        bench.pass(milliseconds: 599_999)
        bench.take(.tick)
        #expect(bench.lease("a")?.phase != .ended(.killed, seconds: 0))
        bench.pass(milliseconds: 1)
        bench.take(.tick)
        #expect(bench.lease("a")?.phase == .ended(.killed, seconds: 0))
    }

    @Test(arguments: [SaveResult.complete, .logsLost])
    func `only a lost output turns success into failure`(result: SaveResult) {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", outputs: ["/out"]))
        bench.sample("a", .exited(.exited(code: 0), at: bench.now))
        bench.take(.saved(Bench.id("a"), result))
        #expect(bench.lease("a")?.phase == .ended(.exited(code: 0), seconds: 0))
    }

    @Test func `a failed start is one receipt of no seconds`() {
        var bench = Bench()
        bench.connect()
        let dispatch = Bench.dispatch("a")
        bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        bench.take(.startFailed(dispatch.lease, code: "image_missing"))
        #expect(bench.receipts.map(\.sequence) == [1])
        #expect(bench.receipts.first?.status == .ended(.startFailed(code: "image_missing")))
        #expect(bench.receipts.first?.seconds == 0)
    }

    @Test(arguments: [(2, 9, EndReason.budgetExhausted), (9, 2, .overran), (2, 2, .overran)])
    func `at its bound a lease is killed and claims no more`(
        budget: Int64, limit: Int64, reason: EndReason
    ) {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", budget: budget, limit: limit))
        bench.runOn("a", milliseconds: 3_000)
        #expect(bench.log.contains(.kill(Bench.id("a"))))
        bench.sample("a", .exited(.exited(code: 137), at: bench.now))
        bench.take(.saved(Bench.id("a"), .complete))
        #expect(bench.receipts.last?.status == .ended(reason))
        #expect(bench.receipts.last?.seconds == 2)
    }

    @Test func `a container that overshoots its bound before it is seen claims the bound`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a", limit: 1))
        bench.runOn("a", milliseconds: 750)
        bench.pass(milliseconds: 1_500)
        bench.sample("a", .exited(.exited(code: 0), at: bench.now))
        bench.take(.saved(Bench.id("a"), .complete))
        #expect(bench.receipts.last?.seconds == 1)
    }

    @Test func `a stop kills, again every second, and what ran until then is claimed`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        bench.runOn("a", milliseconds: 3_250)
        let stop = bench.take(.frame(.stop(EffectID("s"), Bench.id("a"), .stopped)))
        #expect(stop.contains(.kill(Bench.id("a"))))
        #expect(stop.last == .send(.acknowledged(EffectID("s"))))
        bench.pass(milliseconds: 1_000)
        #expect(bench.sample("a", .running).contains(.kill(Bench.id("a"))))
        bench.sample("a", .exited(.exited(code: 137), at: bench.now))
        bench.take(.saved(Bench.id("a"), .complete))
        #expect(bench.receipts.last?.status == .ended(.stopped))
        #expect(bench.receipts.last?.seconds == 3)
    }

    @Test func `a stop for an unknown lease is acknowledged, and its dispatch never runs`() {
        var bench = Bench()
        bench.connect()
        let stop = bench.take(.frame(.stop(EffectID("s"), Bench.id("a"), .stopped)))
        #expect(stop.last == .send(.acknowledged(EffectID("s"))))
        let late = bench.take(.frame(.dispatch(EffectID("e"), Bench.dispatch("a"))))
        #expect(late == [.send(.acknowledged(EffectID("e")))])
    }

    @Test(arguments: ["lease_over", "lease_not_found", "wrong_attempt"])
    func `a lease that is over for the market is removed at once`(code: String) {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        let actions = bench.take(
            .frame(.receiptRefused(Bench.id("a"), sequence: 1, code: code)))
        #expect(actions == [.record(.finished(Bench.id("a"))), .remove(Bench.id("a"))])
        #expect(bench.host.leases.isEmpty)
    }

    @Test func `a claim ahead of the market's clock stands and is repeated`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        for _ in 0..<26 {
            bench.pass(milliseconds: 250)
            for action in bench.sample("a", .running) {
                guard case .claim(let receipt) = action else { continue }
                bench.take(
                    .frame(
                        .receiptRefused(
                            receipt.lease, sequence: receipt.sequence,
                            code: "receipt_ahead_of_time")))
            }
            bench.renew([one])
        }
        #expect(bench.receipts.map(\.sequence) == [1, 2, 2])
        #expect(bench.receipts.map(\.seconds) == [0, 5, 5])
    }

    @Test func `a receipt that the market has otherwise gets the next number`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        bench.runOn("a", milliseconds: 4_750)
        bench.pass(milliseconds: 250)
        bench.sample("a", .running)
        bench.take(
            .frame(.receiptRefused(Bench.id("a"), sequence: 2, code: "receipt_not_newer")))
        #expect(bench.receipts.last?.sequence == 3)
    }

    /// It may have been frozen before it was killed: nobody has seen it run after the last sample.
    @Test func `a container that somebody killed is billed to the last sample that saw it run`() {
        for (reason, seconds) in [(EndReason.killed, 4), (.exited(code: 0), 5)] {
            var bench = Bench()
            bench.connect()
            bench.run(Bench.dispatch("a"))
            bench.runOn("a", milliseconds: 4750)
            bench.pass(milliseconds: 250)
            bench.sample("a", .exited(reason, at: bench.now))
            bench.take(.saved(Bench.id("a"), .complete))
            #expect(bench.receipts.last?.status == .ended(reason))
            #expect(bench.receipts.last?.seconds == Int64(seconds))
        }
    }

    @Test func `a container that no lease wants is removed, a lease without one was killed`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        bench.runOn("a", milliseconds: 1_000)
        let actions = bench.sample("stranger", .running)
        #expect(actions.contains(.remove(Bench.id("stranger"))))
        bench.take(.saved(Bench.id("a"), .complete))
        #expect(bench.receipts.last?.status == .ended(.killed))
        #expect(bench.receipts.last?.seconds == 1)
    }

    @Test func `a newer attempt waits until the older one is dead`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("a"))
        let newer = Bench.dispatch("b", attempt: 2)
        let actions = bench.take(.frame(.dispatch(EffectID("b"), newer)))
        #expect(actions.contains(.kill(Bench.id("a"))))
        #expect(!bench.take(.prepared(newer.lease)).contains(.start(newer)))
        let dead = bench.sample("a", .exited(.exited(code: 137), at: bench.now))
        #expect(dead.contains(.start(newer)))
        #expect(!dead.contains(.save(Bench.id("a"))))
        #expect(bench.lease("a")?.phase == .ended(.nodeLost, seconds: 0))
    }

    @Test func `an older attempt never starts beside a newer one`() {
        var bench = Bench()
        bench.connect()
        bench.run(Bench.dispatch("b", attempt: 2))
        let actions = bench.take(.frame(.dispatch(EffectID("a"), Bench.dispatch("a"))))
        #expect(!actions.contains(.prepare(Bench.dispatch("a"))))
        #expect(bench.lease("a") == nil)
    }

    @Test func `beyond the bound a dispatch is not acknowledged`() {
        var bench = Bench()
        bench.connect()
        for index in 0..<Host.mostLeases {
            bench.take(
                .frame(
                    .dispatch(EffectID("e"), Bench.dispatch("n\(index)", task: index + 1))))
        }
        #expect(bench.host.leases.count == Host.mostLeases)
        let more = bench.take(.frame(.dispatch(EffectID("x"), Bench.dispatch("x", task: 9_999))))
        #expect(more.isEmpty)
    }
}
