import Domain
import Foundation
import Hosting
import Testing

/// The owner comes first: notice, grace, end, and nothing that cannot be had is offered.
struct OwnerTests {
    private static let second = Bench.second
    private static let policy = OwnerPolicy(
        graceSeconds: 10, idleSeconds: 30, yieldsTo: [.gpu, .desktop])
    private static let lease = Bench.id("a")

    /// A node whose lease `a` runs since some seconds.
    private static func running(_ seconds: Int64 = 3) -> Bench {
        var bench = Bench(owner: policy)
        bench.connect()
        bench.seeOwner()
        bench.run(Bench.dispatch("a", fence: 600))
        bench.runOn("a", milliseconds: seconds * 1000)
        return bench
    }

    /// Each way in which an owner takes the whole machine back, and lets it again.
    struct Closing: Sendable, CustomTestStringConvertible {
        let code: String
        let close: @Sendable (inout Bench) -> [HostAction]
        let open: @Sendable (inout Bench) -> Void
        var testDescription: String { code }
    }

    static let closings: [Closing] = [
        Closing(
            code: "schedule",
            close: { $0.seeOwner(.closed(opensAt: Timestamp(milliseconds: 9))) },
            open: { $0.seeOwner() }),
        Closing(
            code: "owner_desktop", close: { $0.seeOwner(desktopIdle: 0) },
            open: { $0.seeOwner(desktopIdle: 31 * Bench.second) }),
        Closing(
            code: "paused", close: { $0.take(.frame(.wish(number: 1, .paused))) },
            open: { $0.take(.frame(.wish(number: 2, .open))) }),
    ]

    @Test func `a machine without room on its disk offers nothing new, and what runs goes on`() {
        var bench = Self.running()
        bench.take(
            .ownerSeen(
                OwnerSight(schedule: OwnerSight.none.schedule, desktopIdle: nil, hasRoom: false)))
        #expect(bench.saidTerms?.closed == .diskFull)
        bench.runOn("a", milliseconds: 20_000)
        #expect(bench.lease("a")?.phase.mayHaveContainer == true)
        #expect(!bench.log.contains(.notify(Self.lease)) && bench.end == nil)
        bench.seeOwner()
        #expect(bench.saidTerms?.closed == nil)
    }

    @Test(arguments: closings)
    func `what runs is asked to leave, has its grace, and is billed for what it ran`(
        _ closing: Closing
    ) throws {
        var bench = Self.running()
        let actions = closing.close(&bench)
        #expect(actions.contains(.notify(Self.lease)))
        #expect(bench.saidTerms?.closed?.code == closing.code)
        bench.runOn("a", milliseconds: 9_750)
        #expect(bench.lease("a")?.phase.mayHaveContainer == true && bench.end == nil)
        #expect(!bench.log.contains(.kill(Self.lease)))
        bench.runOn("a", milliseconds: 250)
        #expect(bench.log.contains(.kill(Self.lease)))
        bench.bury("a")
        #expect(try #require(bench.end) == (.yielded(code: closing.code), 13))
        #expect(bench.log.count { $0 == .notify(Self.lease) } == 1)
    }

    @Test(arguments: closings)
    func `an owner who goes in time lets it run on, and it is billed as before`(
        _ closing: Closing
    ) throws {
        var bench = Self.running()
        _ = closing.close(&bench)
        bench.runOn("a", milliseconds: 5_000)
        closing.open(&bench)
        #expect(bench.saidTerms?.closed == nil)
        bench.runOn("a", milliseconds: 20_000)
        bench.sample("a", .exited(.exited(code: 3), at: bench.now))
        bench.take(.saved(Self.lease, .complete))
        #expect(try #require(bench.end) == (.exited(code: 3), 28))
    }

    struct Leaving: Sendable {
        let exit: EndReason
        let told: EndReason
    }

    @Test(arguments: [
        Leaving(exit: .exited(code: 0), told: .exited(code: 0)),
        Leaving(exit: .exited(code: 143), told: .yielded(code: "paused")),
        Leaving(exit: .exited(code: 1), told: .yielded(code: "paused")),
        Leaving(exit: .outOfMemory, told: .outOfMemory),
        Leaving(exit: .killed, told: .killed),
    ])
    func `one that leaves in its grace is done with 0, and goes on elsewhere otherwise`(
        _ leaving: Leaving
    ) throws {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .paused)))
        bench.runOn("a", milliseconds: 2_000)
        bench.bury("a", leaving.exit)
        #expect(try #require(bench.end) == (leaving.told, 5))
    }

    @Test func `a program that is on its way out when the owner goes has still done as told`()
        throws
    {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .paused)))
        bench.runOn("a", milliseconds: 1_000)
        bench.take(.frame(.wish(number: 2, .open)))
        bench.runOn("a", milliseconds: 1_000)
        bench.bury("a", .exited(code: 143))
        #expect(try #require(bench.end).reason == .yielded(code: "paused"))
    }

    @Test func `an exit from before the notice is the program's own`() throws {
        var bench = Bench(gpus: 1, owner: Self.policy)
        bench.connect()
        bench.makeReady()
        bench.run(Bench.dispatch("a", fence: 600, gpus: [0]))
        bench.runOn("a", milliseconds: 500)
        bench.see(.well)
        bench.pass(milliseconds: 250)
        // Its device has not answered since.
        bench.sample("a", .exited(.exited(code: 3), at: bench.now))
        bench.take(.frame(.wish(number: 1, .paused)))
        bench.pass(milliseconds: 250)
        bench.see(.well)
        bench.bury("a", .exited(code: 3))
        #expect(try #require(bench.end).reason == .exited(code: 3))
    }

    // MARK: What has not started

    @Test(arguments: closings)
    func `nothing starts while the machine is closed: it ends at once, unbilled`(
        _ closing: Closing
    ) throws {
        for isStarting in [false, true] {
            var bench = Bench(owner: Self.policy)
            bench.connect()
            bench.take(.frame(.dispatch(EffectID("e"), Bench.dispatch("a"))))
            if isStarting { bench.take(.prepared(Self.lease)) }
            _ = closing.close(&bench)
            if isStarting {
                #expect(bench.log.contains(.kill(Self.lease)))
                bench.take(.startFailed(Self.lease, code: "container"))
            }
            #expect(try #require(bench.end) == (.yielded(code: closing.code), 0))
        }
    }

    @Test func `what is dispatched to a closed machine is not even fetched`() throws {
        var bench = Bench(owner: Self.policy)
        bench.connect()
        bench.take(.frame(.wish(number: 1, .paused)))
        let actions = bench.take(.frame(.dispatch(EffectID("e"), Bench.dispatch("a"))))
        #expect(!actions.contains { if case .prepare = $0 { true } else { false } })
        #expect(actions.contains(.send(.acknowledged(EffectID("e")))))
        #expect(try #require(bench.end) == (.yielded(code: "paused"), 0))
    }

    // MARK: Planned closings

    @Test
    func `hours that end are known: nothing is offered for a grace before, and then it is gone`()
        throws
    {
        var bench = Self.running()
        let opens = Timestamp(milliseconds: 1_000_000)
        bench.seeOwner(.open(closesIn: 11 * Self.second, opensAt: opens))
        #expect(bench.saidTerms?.closed == nil && !bench.log.contains(.notify(Self.lease)))
        bench.runOn("a", milliseconds: 1_000)
        #expect(bench.saidTerms?.closed == OfferClosing(.schedule, until: opens))
        #expect(bench.log.contains(.notify(Self.lease)))
        bench.runOn("a", milliseconds: 10_000)
        bench.bury("a")
        #expect(try #require(bench.end) == (.yielded(code: "schedule"), 14))
    }

    @Test func `a clock that is set back an hour in the grace lets it run on`() {
        var bench = Self.running()
        bench.seeOwner(.open(closesIn: 5 * Self.second, opensAt: nil))
        #expect(bench.lease("a")?.progress.notice?.isTakenBack == false)
        bench.runOn("a", milliseconds: 1_000)
        bench.seeOwner(.open(closesIn: 3_604 * Self.second, opensAt: nil))
        bench.runOn("a", milliseconds: 60_000)
        #expect(bench.lease("a")?.phase.mayHaveContainer == true)
        #expect(bench.lease("a")?.progress.notice == nil)
    }

    @Test func `a clock that is set forward into closed hours gives the whole grace`() throws {
        var bench = Self.running()
        bench.seeOwner(.open(closesIn: 3_600 * Self.second, opensAt: nil))
        bench.seeOwner(.closed(opensAt: nil))
        bench.runOn("a", milliseconds: 9_750)
        #expect(bench.end == nil && !bench.log.contains(.kill(Self.lease)))
        bench.runOn("a", milliseconds: 250)
        bench.bury("a")
        #expect(try #require(bench.end) == (.yielded(code: "schedule"), 13))
    }

    @Test func `a grace once given is not shortened by the clock on the wall`() {
        var bench = Self.running()
        bench.seeOwner(.open(closesIn: 9 * Self.second, opensAt: nil))
        let until = bench.lease("a")?.progress.notice?.until
        bench.runOn("a", milliseconds: 1_000)
        bench.seeOwner(.open(closesIn: 2 * Self.second, opensAt: nil))
        bench.seeOwner(.closed(opensAt: nil))
        #expect(bench.lease("a")?.progress.notice?.until == until)
    }

    // MARK: Drains

    @Test func `a drain lets what runs end by itself`() throws {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .drained(by: nil))))
        #expect(bench.saidTerms?.closed?.code == "drained")
        bench.runOn("a", milliseconds: 60_000)
        #expect(!bench.log.contains(.notify(Self.lease)))
        bench.bury("a", .exited(code: 4))
        #expect(try #require(bench.end) == (.exited(code: 4), 63))
    }

    @Test func `a drain that names a time has the machine empty by then`() throws {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .drained(by: 30_000))))
        bench.runOn("a", milliseconds: 19_750)
        #expect(!bench.log.contains(.notify(Self.lease)))
        bench.runOn("a", milliseconds: 250)
        #expect(bench.log.contains(.notify(Self.lease)))
        bench.runOn("a", milliseconds: 10_000)
        bench.bury("a")
        #expect(try #require(bench.end) == (.yielded(code: "drained"), 33))
    }

    @Test func `a later time takes the notice back, an earlier one shortens it`() {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .drained(by: 9_000))))
        #expect(bench.lease("a")?.progress.notice?.isTakenBack == false)
        bench.take(.frame(.wish(number: 2, .drained(by: 60_000))))
        #expect(bench.lease("a")?.progress.notice?.isTakenBack == true)
        bench.take(.frame(.wish(number: 3, .drained(by: 9_000))))
        bench.take(.frame(.wish(number: 4, .drained(by: 4_000))))
        let notice = bench.lease("a")?.progress.notice
        #expect(notice?.until == bench.now.advanced(nanoseconds: 4 * Self.second))
    }

    @Test func `a time that is over when the node hears of it leaves the grace`() {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 1, .drained(by: 0))))
        let notice = bench.lease("a")?.progress.notice
        #expect(notice?.until == bench.now.advanced(nanoseconds: 10 * Self.second))
    }

    // MARK: Wishes

    @Test func `every wish is answered, an old one and a repeated one change nothing`() {
        var bench = Self.running()
        let first = bench.take(.frame(.wish(number: 2, .drained(by: 60_000))))
        #expect(first.contains(.send(.wished(number: 2))))
        bench.pass(milliseconds: 3_000)
        #expect(
            bench.take(.frame(.wish(number: 2, .drained(by: 60_000)))) == [
                .send(.wished(number: 2))
            ])
        #expect(bench.take(.frame(.wish(number: 1, .open))) == [.send(.wished(number: 1))])
        #expect(bench.host.ownerStanding(at: bench.now) != .open)
    }

    @Test func `what the market holds at the begin of a session is what counts`() {
        var bench = Self.running()
        bench.take(.frame(.wish(number: 7, .paused)))
        bench.take(.disconnected)
        bench.take(.connected)
        #expect(bench.saidTerms?.closed?.code == "paused", "said in the hello")
        bench.take(.frame(.welcome))
        bench.take(.frame(.wish(number: 2, .open)))
        #expect(bench.host.ownerStanding(at: bench.now) == .open)
    }

    @Test func `a number that a restored market has given again counts by what it says`() {
        for (held, said) in [(OwnerWish<Int64>.paused, OwnerWish<Int64>.open), (.open, .paused)] {
            var bench = Self.running()
            bench.take(.frame(.wish(number: 4, held)))
            bench.take(.frame(.wish(number: 4, said)))
            #expect(
                (bench.host.ownerStanding(at: bench.now) == .open) == (held == .open),
                "within a session numbers only grow")
            bench.take(.disconnected)
            bench.take(.connected)
            bench.take(.frame(.welcome))
            bench.take(.frame(.wish(number: 4, said)))
            #expect((bench.host.ownerStanding(at: bench.now) == .open) == (said == .open))
        }
    }

    @Test func `so does another moment with such a number, and not one that only drifts`() {
        for (said, isNews) in [(Int64(20_000), true), (58_000, false)] {
            var bench = Self.running()
            bench.take(.frame(.wish(number: 4, .drained(by: 60_000))))
            bench.take(.disconnected)
            bench.take(.connected)
            bench.take(.frame(.welcome))
            let actions = bench.take(.frame(.wish(number: 4, .drained(by: said))))
            let written = actions.contains {
                if case .record(.wished) = $0 { true } else { false }
            }
            #expect(written == isNews)
        }
    }

    // MARK: GPUs

    private static func withGPUs(_ count: Int) -> Bench {
        var bench = Bench(gpus: count, owner: policy)
        bench.connect()
        bench.seeOwner()
        bench.makeReady()
        bench.run(Bench.dispatch("a", fence: 600, gpus: [0]))
        return bench
    }

    /// Runs on with a look at the devices each second; those of `used` have the owner's programs.
    private static func runOn(_ bench: inout Bench, seconds: Int, used: Set<Int>, of count: Int) {
        for _ in 0..<seconds {
            if bench.lease("a")?.phase.mayHaveContainer == true {
                bench.runOn("a", milliseconds: 1000)
            } else {
                bench.pass(milliseconds: 1000)
                bench.acceptAll(in: bench.take(.sampled([])))
            }
            let readings = (0..<count).map { number in
                DeviceReading(
                    device: Bench.gpu(number).id,
                    sight: used.contains(number) ? .withheld(code: "in_use") : .well,
                    user: used.contains(number) ? .owner : .nobodyElse)
            }
            bench.take(.devicesSeen(readings, askedAt: bench.now))
        }
    }

    @Test func `an owner's program on a GPU takes that one back, and it is idle for a while first`()
    {
        var bench = Self.withGPUs(2)
        Self.runOn(&bench, seconds: 1, used: [0], of: 2)
        #expect(!bench.log.contains(.notify(Self.lease)), "a glance is no use")
        Self.runOn(&bench, seconds: 1, used: [0], of: 2)
        #expect(bench.log.contains(.notify(Self.lease)))
        #expect(bench.saidTerms?.closed == nil)
        #expect(bench.saidTerms?.devices.map(\.id) == [Bench.gpu(1).id])
        #expect(bench.saidTerms?.withheld.map(\.reason) == ["owner_gpu"])
        Self.runOn(&bench, seconds: 10, used: [], of: 2)
        bench.bury("a")
        #expect(bench.end?.reason == .yielded(code: "owner_gpu"))
        Self.runOn(&bench, seconds: 19, used: [], of: 2)
        #expect(bench.saidTerms?.withheld.map(\.reason) == ["owner_gpu"])
        Self.runOn(&bench, seconds: 1, used: [], of: 2)
        #expect(bench.saidTerms?.withheld.isEmpty == true)
    }

    @Test func `a GPU that the owner took back is scrubbed when they have left it`() {
        var bench = Self.withGPUs(2)
        Self.runOn(&bench, seconds: 12, used: [0], of: 2)
        bench.bury("a")
        Self.runOn(&bench, seconds: 20, used: [0], of: 2)
        func scrubs() -> Int {
            bench.log.count {
                if case .scrub(let order) = $0 { order.device == Bench.gpu(0).id } else { false }
            }
        }
        let before = scrubs()
        Self.runOn(&bench, seconds: 29, used: [], of: 2)
        #expect(scrubs() == before)
        Self.runOn(&bench, seconds: 2, used: [], of: 2)
        #expect(scrubs() == before + 1)
        #expect(bench.saidTerms?.withheld.isEmpty == true)
    }

    @Test func `an owner who uses every GPU has the whole machine`() throws {
        var bench = Self.withGPUs(1)
        bench.take(.frame(.dispatch(EffectID("e-b"), Bench.dispatch("b", task: 2, fence: 600))))
        Self.runOn(&bench, seconds: 2, used: [0], of: 1)
        #expect(bench.saidTerms?.closed?.code == "owner_gpu")
        #expect(bench.saidTerms?.devices.map(\.id) == [Bench.gpu(0).id])
        #expect(bench.lease("b")?.phase == .ended(.yielded(code: "owner_gpu"), seconds: 0))
    }

    @Test func `an owner who did not ask for it is not yielded to`() {
        var bench = Bench(gpus: 1)
        bench.connect()
        bench.makeReady()
        bench.run(Bench.dispatch("a", fence: 600, gpus: [0]))
        Self.runOn(&bench, seconds: 5, used: [0], of: 1)
        bench.seeOwner(desktopIdle: 0)
        #expect(!bench.log.contains(.notify(Self.lease)))
        #expect(bench.saidTerms?.closed == nil)
        #expect(bench.saidTerms?.withheld.map(\.reason) == ["in_use"])
    }
}
