import Domain
import Hosting
import Testing

/// A node says which of its leases are asked to leave, in every heartbeat.
@Suite struct NoticeTests {
    private static let lease = Bench.id("a")
    private static let policy = OwnerPolicy(graceSeconds: 10, idleSeconds: 30, yieldsTo: [.desktop])

    private static func running() -> Bench {
        var bench = Bench(owner: policy)
        bench.connect()
        bench.seeOwner()
        bench.run(Bench.dispatch("a", fence: 600))
        bench.runOn("a", milliseconds: 3_000)
        return bench
    }

    /// What the heartbeats of some actions say.
    private static func said(_ actions: [HostAction]) -> [[LeaveCall<Int64>]] {
        actions.compactMap { action in
            if case .send(.heartbeat(_, let leaving)) = action { leaving } else { nil }
        }
    }

    private static func call(_ code: String, _ left: Int64) -> LeaveCall<Int64> {
        LeaveCall(lease: lease, code: code, until: left)
    }

    @Test func `that a lease is asked to leave is said at once, then with every heartbeat`() {
        var bench = Self.running()
        let actions = bench.take(.frame(.wish(number: 1, .paused)))
        #expect(Self.said(actions) == [[Self.call("paused", 10_000)]])
        bench.pass(milliseconds: 1_000)
        #expect(Self.said(bench.take(.tick)) == [[Self.call("paused", 9_000)]])
        #expect(Self.said(bench.take(.tick)).isEmpty)
    }

    @Test func `that it may stay after all is said at once, by saying nothing of it`() {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .paused)))
        #expect(Self.said(bench.take(.frame(.wish(number: 2, .open)))) == [[]])
    }

    @Test func `what is over and not gone yet is said with how long it is over`() {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .paused)))
        bench.runOn("a", milliseconds: 10_000)
        #expect(bench.lease("a")?.phase.mayHaveContainer == true)
        bench.pass(milliseconds: 2_000)
        #expect(Self.said(bench.take(.tick)) == [[Self.call("paused", -2_000)]])
    }

    @Test func `it is said on a new session, too, and by the next run of the program`() {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .paused)))
        bench.take(.disconnected)
        bench.pass(milliseconds: 3_000)
        bench.take(.connected)
        #expect(Self.said(bench.take(.frame(.welcome))) == [[Self.call("paused", 7_000)]])
        bench.restart(fences: [Self.lease: bench.now.advanced(nanoseconds: 99 * Bench.second)])
        bench.take(.connected)
        #expect(Self.said(bench.take(.frame(.welcome))) == [[Self.call("paused", 7_000)]])
    }

    @Test func `a drain that names no time asks nobody to leave`() {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .drained(by: nil))))
        bench.pass(milliseconds: 1_000)
        #expect(Self.said(bench.take(.tick)) == [[]])
    }
}
