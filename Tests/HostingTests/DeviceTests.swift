import Domain
import Hosting
import Testing

/// Devices under leases, and in what the node offers.
struct DeviceTests {
    /// A node of two devices whose first one runs lease `a` since now.
    private static func running(_ dispatch: Dispatch = Bench.dispatch("a", gpus: [0])) -> Bench {
        var bench = Bench(gpus: 2)
        bench.connect()
        bench.makeReady()
        bench.run(dispatch)
        return bench
    }

    /// Runs on with a sample of the container every 250 ms and of the devices every second.
    private static func runOn(_ bench: inout Bench, seconds: Int, _ sights: DeviceSight...) {
        for _ in 0..<seconds {
            bench.runOn("a", milliseconds: 1000)
            bench.take(.devicesSeen(Bench.readings(sights), askedAt: bench.now))
        }
        bench.runOn("a", milliseconds: 0)
    }

    private static func seconds(_ bench: Bench) -> Int64? {
        if case .running(let meter)? = bench.lease("a")?.phase { meter.seconds } else { nil }
    }

    private static func end(_ bench: Bench) -> (reason: EndReason, seconds: Int64)? {
        for receipt in bench.receipts.reversed() {
            if case .ended(let reason) = receipt.status { return (reason, receipt.seconds) }
        }
        return nil
    }

    /// The container's death is observed, and what it left is saved.
    private static func bury(_ bench: inout Bench, _ reason: EndReason = .killed) {
        bench.sample("a", .exited(reason, at: bench.now))
        bench.take(.saved(Bench.id("a"), .complete))
    }

    private static func terms(_ actions: [HostAction]) -> [OfferTerms] {
        actions.compactMap { if case .send(.terms(let terms, _)) = $0 { terms } else { nil } }
    }

    // MARK: The meter

    @Test func `whole seconds on a device that answers are whole on the bill`() throws {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 10, .well, .well)
        bench.sample("a", .running)
        bench.sample("a", .exited(.exited(code: 0), at: bench.now))
        bench.take(.saved(Bench.id("a"), .complete))
        let end = try #require(Self.end(bench))
        #expect(end == (.exited(code: 0), 10))
    }

    @Test func `an exit is billed up to itself once the device has answered after it`() throws {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 4, .well, .well)
        bench.pass(milliseconds: 250)
        bench.sample("a", .running)
        bench.pass(milliseconds: 750)
        let exit = bench.now
        bench.pass(milliseconds: 10)
        bench.sample("a", .exited(.exited(code: 0), at: exit))
        bench.pass(milliseconds: 200)
        bench.see(.well, .well)
        bench.sample("a", .exited(.exited(code: 0), at: exit))
        bench.take(.saved(Bench.id("a"), .complete))
        #expect(try #require(Self.end(bench)) == (.exited(code: 0), 5))
    }

    @Test(arguments: ["xid_79", "gone"])
    func `a lost device ends its lease at the last second in which it answered`(code: String) throws
    {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 5, .well, .well)
        bench.runOn("a", milliseconds: 750)
        let actions = bench.see(.lost(code: code), .well)
        #expect(actions.contains(.kill(Bench.id("a"))))
        Self.bury(&bench)
        #expect(try #require(Self.end(bench)) == (.deviceLost(code: code), 5))
    }

    @Test func `the other device's loss ends nothing here`() {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 3, .well, .lost(code: "gone"))
        #expect(Self.seconds(bench) == 2)
        Self.runOn(&bench, seconds: 1, .well, .lost(code: "gone"))
        #expect(bench.lease("a")?.phase.mayHaveContainer == true)
    }

    @Test func `a device that is not in the sample any more is gone`() throws {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 2, .well, .well)
        bench.sample("a", .running)
        bench.take(
            .devicesSeen(
                [DeviceReading(device: Bench.gpu(1).id, sight: .well)], askedAt: bench.now))
        Self.bury(&bench)
        #expect(try #require(Self.end(bench)) == (.deviceLost(code: "gone"), 2))
    }

    @Test func `seconds in which a device does not answer are not billed, and it may come back`()
        throws
    {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 4, .well, .well)
        Self.runOn(&bench, seconds: 2, .silent, .well)
        Self.runOn(&bench, seconds: 4, .well, .well)
        bench.sample("a", .running)
        bench.sample("a", .exited(.exited(code: 0), at: bench.now))
        bench.take(.saved(Bench.id("a"), .complete))
        // Two seconds of silence, the one in which it came back, and the time to the next look.
        #expect(try #require(Self.end(bench)) == (.exited(code: 0), 6))
    }

    /// Between the thaw and the last answer before it nothing ran.
    @Test func `after a thaw time counts from the first sample that sees it run`() throws {
        var bench = Self.running(Bench.dispatch("a", fence: 3, gpus: [0]))
        Self.runOn(&bench, seconds: 2, .well, .well)
        bench.sample("a", .running)
        #expect(Self.seconds(bench) == 2)
        // Nobody renews it: it freezes, and the devices go on answering.
        for _ in 0..<5 {
            bench.pass(milliseconds: 1000)
            bench.sample("a", .frozenByUs)
            bench.see(.well, .well)
        }
        bench.sample("a", .frozenByUs)
        bench.pass(milliseconds: 600)
        bench.renew([Renewal(lease: Bench.id("a"), attempt: 1)])
        bench.sample("a", .running)
        bench.pass(milliseconds: 400)
        bench.see(.well, .well)
        bench.sample("a", .running)
        guard case .running(let meter)? = bench.lease("a")?.phase else {
            Issue.record("not running")
            return
        }
        #expect(meter.countedNanoseconds <= 3_400_000_000, "\(meter)")
    }

    @Test func `a container that is seen running does not end its device's silence`() throws {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 2, .well, .well)
        bench.sample("a", .running)
        bench.pass(milliseconds: 1000)
        bench.see(.silent, .well)
        for _ in 0..<3 {
            bench.pass(milliseconds: 250)
            bench.sample("a", .running)
        }
        bench.pass(milliseconds: 250)
        bench.see(.well, .well)
        bench.sample("a", .running)
        bench.pass(milliseconds: 1000)
        bench.see(.well, .well)
        bench.sample("a", .running)
        #expect(Self.seconds(bench) == 3, "two before it and one after")
    }

    @Test func `a device that stays silent for three seconds is lost, also when nobody samples`()
        throws
    {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 4, .well, .well)
        bench.runOn("a", milliseconds: 3000)
        #expect(bench.lease("a")?.phase.mayHaveContainer == true)
        bench.runOn("a", milliseconds: 250)
        Self.bury(&bench)
        #expect(try #require(Self.end(bench)) == (.deviceLost(code: "silent"), 4))
    }

    @Test func `a program that fails with its device has failed by the device`() throws {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 4, .well, .well)
        bench.pass(milliseconds: 300)
        bench.sample("a", .exited(.exited(code: 1), at: bench.now))
        bench.pass(milliseconds: 700)
        bench.see(.lost(code: "xid_79"), .well)
        Self.bury(&bench)
        #expect(try #require(Self.end(bench)) == (.deviceLost(code: "xid_79"), 4))
    }

    /// The wall clock may have been set back between the end and the look at it.
    @Test func `an exit that is dated after its first sight ends at that sight`() throws {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 4, .well, .well)
        bench.sample("a", .running)
        let dated = bench.now.advanced(nanoseconds: 3_600_000_000_000)
        for _ in 0..<6 {
            bench.pass(milliseconds: 500)
            bench.sample("a", .exited(.exited(code: 0), at: dated))
            bench.see(.well, .well)
        }
        bench.take(.saved(Bench.id("a"), .complete))
        #expect(try #require(Self.end(bench)) == (.exited(code: 0), 4))
    }

    @Test func `a program that was done keeps its success when its device is lost after it`() throws
    {
        for sight in [DeviceSight.lost(code: "gone"), .silent] {
            var bench = Self.running()
            Self.runOn(&bench, seconds: 4, .well, .well)
            bench.pass(milliseconds: 300)
            let exit = bench.now
            for _ in 0..<5 {
                bench.sample("a", .exited(.exited(code: 0), at: exit))
                bench.pass(milliseconds: 900)
                bench.see(sight, .well)
            }
            bench.take(.saved(Bench.id("a"), .complete))
            #expect(try #require(Self.end(bench)) == (.exited(code: 0), 4))
        }
    }

    /// A pass may take long: the first device was asked before the last one hung.
    @Test func `an answer counts from when it was asked for, not from when it was heard`() throws {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 3, .well, .well)
        let asked = bench.now.advanced(nanoseconds: 100_000_000)
        bench.runOn("a", milliseconds: 1750)
        bench.take(.devicesSeen(Bench.readings([.well, .silent]), askedAt: asked))
        bench.sample("a", .running)
        #expect(Self.seconds(bench) == 3)
    }

    @Test func `after a restart of the program no time counts before the devices answer again`()
        throws
    {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 8, .well, .well)
        let claimed = try #require(bench.receipts.last?.seconds)
        bench.restart(fences: [Bench.id("a"): bench.now.advanced(nanoseconds: 99_000_000_000)])
        bench.connect()
        bench.runOn("a", milliseconds: 1500)
        #expect(Self.seconds(bench) == claimed && claimed > 0)
        Self.runOn(&bench, seconds: 4, .well, .well)
        bench.sample("a", .running)
        #expect(Self.seconds(bench) == claimed + 3)
    }

    // MARK: The start

    @Test func `nothing starts before its devices were seen, and not without them`() throws {
        var bench = Bench(gpus: 1)
        bench.connect()
        bench.take(.sampled([]))
        let dispatch = Bench.dispatch("a", gpus: [0])
        bench.take(.frame(.dispatch(EffectID("e"), dispatch)))
        #expect(!bench.take(.prepared(dispatch.lease)).contains(.start(dispatch)))
        bench.pass(milliseconds: 250)
        #expect(bench.see(.well).contains(.start(dispatch)))

        var other = Bench(gpus: 1)
        other.connect()
        other.see(.lost(code: "xid_48"))
        other.take(.frame(.dispatch(EffectID("e"), dispatch)))
        #expect(!other.take(.prepared(dispatch.lease)).contains(.start(dispatch)))
        other.take(.tick)
        #expect(try #require(Self.end(other)) == (.deviceLost(code: "xid_48"), 0))
    }

    // MARK: The offer

    @Test func `what a node offers follows its devices, and is said when it changes`() {
        var bench = Bench(gpus: 2)
        bench.connect()
        bench.makeReady()
        #expect(Self.terms(bench.see(.well, .well)).isEmpty)
        let busy = Self.terms(bench.see(.withheld(code: "in_use"), .well))
        #expect(busy.map(\.devices) == [[Bench.gpu(1)]])
        let withheld = WithheldDevice(device: Bench.gpu(0), reason: "in_use")
        #expect(busy.map(\.withheld) == [[withheld]])
        #expect(Self.terms(bench.see(.withheld(code: "in_use"), .well)).isEmpty)
        let back = Self.terms(bench.see(.well, .well))
        #expect(back.map(\.devices) == [[Bench.gpu(0), Bench.gpu(1)]])
        bench.pass(milliseconds: 3001)
        #expect(Self.terms(bench.take(.tick)).map(\.devices) == [[]], "both are silent")
    }

    @Test func `a hello says what stands at that moment`() {
        var bench = Bench(gpus: 1)
        bench.see(.lost(code: "gone"))
        let hello = bench.take(.connected)
        guard case .send(.hello(let terms, _, _))? = hello.first else {
            Issue.record("no hello")
            return
        }
        #expect(terms.devices.isEmpty && terms.withheld.map(\.reason) == ["gone"])
    }

    @Test func `a device that is withheld while leased serves its lease to the end`() {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 5, .withheld(code: "in_use"), .well)
        bench.sample("a", .running)
        #expect(Self.seconds(bench) == 5)
    }
}
