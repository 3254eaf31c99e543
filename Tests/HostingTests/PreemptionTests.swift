import Domain
import Hosting
import Testing

/// A spot lease makes way at the market's word: with all of its notice, once, over restarts.
@Suite struct PreemptionTests {
    private static let lease = Bench.id("a")
    private static let effect = EffectID("leave:a")
    private static let policy = OwnerPolicy(graceSeconds: 10, idleSeconds: 30, yieldsTo: [.desktop])
    private static let preempted = EndReason.yielded(code: "preempted")

    private static func leave(_ milliseconds: Int64 = 6_000) -> HostEvent {
        .frame(.leave(effect, lease, noticeMilliseconds: milliseconds))
    }

    private static func running() -> Bench {
        var bench = Bench(owner: policy)
        bench.connect()
        bench.seeOwner()
        bench.run(Bench.dispatch("a", fence: 600))
        bench.runOn("a", milliseconds: 3_000)
        return bench
    }

    private static func acknowledged(_ actions: [HostAction]) -> Bool {
        actions.contains(.send(.acknowledged(effect)))
    }

    @Test func `its program is told at once, and the market what the node has written down`() {
        var bench = Self.running()
        let actions = bench.take(Self.leave())
        #expect(actions.contains(.notify(Self.lease)))
        let said = actions.compactMap { action in
            if case .send(.heartbeat(_, let leaving)) = action { leaving } else { nil }
        }
        #expect(said == [[LeaveCall(lease: Self.lease, code: "preempted", until: 6_000)]])
        let recorded = actions.firstIndex { if case .record = $0 { true } else { false } }
        let answered = actions.firstIndex(of: .send(.acknowledged(Self.effect)))
        #expect(recorded != nil && answered != nil && recorded! < answered!)
    }

    @Test func `it is killed when its notice is over and not before, and ends as preempted`() {
        var bench = Self.running()
        bench.take(Self.leave())
        bench.runOn("a", milliseconds: 5_750)
        #expect(!bench.log.contains(.kill(Self.lease)))
        bench.runOn("a", milliseconds: 250)
        #expect(bench.log.contains(.kill(Self.lease)))
        bench.bury("a")
        #expect(bench.end?.reason == Self.preempted && bench.end?.seconds == 9)
    }

    @Test func `asked again it is told once, and its notice stays what it was`() {
        var bench = Self.running()
        bench.take(Self.leave())
        bench.runOn("a", milliseconds: 4_000)
        let again = bench.take(Self.leave())
        #expect(Self.acknowledged(again) && !again.contains(.notify(Self.lease)))
        bench.runOn("a", milliseconds: 2_000)
        #expect(bench.log.contains(.kill(Self.lease)))
    }

    @Test func `a program that leaves in its notice made way, one that is done is done`() {
        for (code, reason) in [(143, Self.preempted), (0, .exited(code: 0))]
            as [(Int, EndReason)]
        {
            var bench = Self.running()
            bench.take(Self.leave())
            bench.runOn("a", milliseconds: 2_000)
            bench.bury("a", .exited(code: code))
            #expect(bench.end?.reason == reason)
        }
    }

    @Test func `without a notice it ends at once`() {
        var bench = Self.running()
        let actions = bench.take(Self.leave(0))
        #expect(actions.contains(.kill(Self.lease)))
    }

    @Test func `what does not run yet ends at once, unbilled`() {
        var bench = Bench(owner: Self.policy)
        bench.connect()
        bench.seeOwner()
        bench.take(.frame(.dispatch(EffectID("e"), Bench.dispatch("a", fence: 600))))
        #expect(Self.acknowledged(bench.take(Self.leave())))
        #expect(bench.end?.reason == Self.preempted && bench.end?.seconds == 0)
    }

    @Test func `what the node does not know is answered when it does, what is over at once`() {
        var bench = Bench(owner: Self.policy)
        bench.connect()
        bench.seeOwner()
        #expect(bench.take(Self.leave()).isEmpty)
        bench.run(Bench.dispatch("a", fence: 600))
        #expect(Self.acknowledged(bench.take(Self.leave())))
        bench.runOn("a", milliseconds: 6_250)
        bench.bury("a")
        bench.acceptAll(in: bench.log)
        #expect(bench.lease("a") == nil)
        #expect(bench.take(Self.leave()) == [.send(.acknowledged(Self.effect))])
    }

    @Test func `the next run of the program keeps the notice, and says it again`() {
        var bench = Self.running()
        bench.take(Self.leave())
        bench.runOn("a", milliseconds: 2_000)
        let fences = [Self.lease: bench.now.advanced(nanoseconds: 600 * Bench.second)]
        #expect(bench.restart(fences: fences).contains(.notify(Self.lease)))
        bench.connect()
        bench.runOn("a", milliseconds: 3_750)
        #expect(!bench.log.contains(.kill(Self.lease)))
        bench.runOn("a", milliseconds: 250)
        #expect(bench.log.contains(.kill(Self.lease)))
    }

    @Test func `an owner who wants it sooner has it sooner, and who leaves again changes nothing`()
    {
        var bench = Self.running()
        bench.take(Self.leave(60_000))
        bench.take(.frame(.wish(number: 1, .paused)))
        bench.take(.frame(.wish(number: 2, .open)))
        bench.runOn("a", milliseconds: 9_750)
        #expect(!bench.log.contains(.kill(Self.lease)))
        bench.runOn("a", milliseconds: 250)
        #expect(bench.log.contains(.kill(Self.lease)))
    }

    @Test func `what spot jobs pay is said with the offer`() throws {
        let rate = try Rate(microPerHour: 7)
        var bench = Bench(owner: Self.policy, spotAsk: rate)
        bench.connect()
        #expect(bench.saidTerms?.spotAsk == rate)
    }

    @Test func `a machine that makes way for nobody else stays open`() {
        var bench = Self.running()
        bench.take(Self.leave())
        bench.runOn("a", milliseconds: 7_000)
        #expect(bench.saidTerms?.closed == nil)
    }
}
