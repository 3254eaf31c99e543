import Domain
import Hosting
import Testing

/// The last moments of a lease with devices that the node ends.
struct DeviceTailTests {
    private static func running(_ dispatch: Dispatch = Bench.dispatch("a", gpus: [0])) -> Bench {
        var bench = Bench(gpus: 1)
        bench.connect()
        bench.makeReady()
        bench.run(dispatch)
        return bench
    }

    private static func runOn(_ bench: inout Bench, seconds: Int) {
        for _ in 0..<seconds {
            bench.runOn("a", milliseconds: 1000)
            bench.see(.well)
        }
    }

    /// It is dead when it is looked at, and again after the devices' next sample.
    private static func die(_ bench: inout Bench, _ sight: DeviceSight = .well) {
        bench.pass(milliseconds: 50)
        let exit = bench.now
        bench.sample("a", .exited(.killed, at: exit))
        bench.pass(milliseconds: 200)
        bench.see(sight)
        bench.sample("a", .exited(.killed, at: exit))
        bench.take(.saved(Bench.id("a"), .complete))
    }

    @Test func `what ran until the renter's stop is billed once the device has answered after it`()
        throws
    {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 4)
        bench.runOn("a", milliseconds: 750)
        bench.pass(milliseconds: 260)
        bench.take(.frame(.stop(EffectID("s"), Bench.id("a"), .stopped)))
        Self.die(&bench)
        #expect(try #require(bench.end) == (.stopped, 5))
    }

    @Test func `a device that does not answer after the stop bills nothing since it did`() throws {
        for sight in [DeviceSight.silent, .lost(code: "gone")] {
            var bench = Self.running()
            Self.runOn(&bench, seconds: 4)
            bench.runOn("a", milliseconds: 750)
            bench.pass(milliseconds: 260)
            bench.take(.frame(.stop(EffectID("s"), Bench.id("a"), .stopped)))
            Self.die(&bench, sight)
            #expect(try #require(bench.end) == (.stopped, 4))
        }
    }

    @Test
    func `a device that is never heard of again holds nothing up for longer than its silence`()
        throws
    {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 4)
        bench.runOn("a", milliseconds: 750)
        bench.take(.frame(.stop(EffectID("s"), Bench.id("a"), .stopped)))
        let exit = bench.now
        for _ in 0..<13 {
            bench.pass(milliseconds: 250)
            bench.sample("a", .exited(.killed, at: exit))
        }
        bench.take(.saved(Bench.id("a"), .complete))
        #expect(try #require(bench.end) == (.stopped, 4))
    }

    @Test func `after a restart nobody knows whether the devices answered, and nothing is added`()
        throws
    {
        var bench = Self.running()
        Self.runOn(&bench, seconds: 4)
        bench.runOn("a", milliseconds: 750)
        bench.pass(milliseconds: 260)
        bench.take(.frame(.stop(EffectID("s"), Bench.id("a"), .stopped)))
        bench.restart(fences: [Bench.id("a"): bench.now.advanced(nanoseconds: 9_000_000_000)])
        bench.connect()
        Self.die(&bench)
        #expect(try #require(bench.end) == (.stopped, 4))
    }

    @Test func `a limit is never passed by what is added`() throws {
        var bench = Self.running(Bench.dispatch("a", limit: 5, gpus: [0]))
        Self.runOn(&bench, seconds: 6)
        bench.runOn("a", milliseconds: 250)
        Self.die(&bench)
        #expect(try #require(bench.end) == (.overran, 5))
    }

    // MARK: Whatever happens

    @Test
    func `no second is billed in which a device did not answer, and none is lost that it did`() {
        for seed in UInt64(1)...2_000 {
            var run = TailRun(seed: seed)
            run.play()
            guard let end = run.bench.end else {
                Issue.record("seed \(seed): it has not ended")
                continue
            }
            let (billed, most) = (end.seconds * Bench.second, run.answered)
            #expect(billed <= most, "seed \(seed): \(billed) of \(most)")
            if run.isAlwaysWell {
                #expect(end.seconds == most / Bench.second, "seed \(seed): \(billed) of \(most)")
            }
        }
    }
}

/// A lease that is stopped at some moment, with a device that answers or not, and what a stranger
/// who saw all of it would bill.
private struct TailRun {
    private var random: Seeded
    private(set) var bench = Bench(gpus: 1)
    private(set) var isAlwaysWell: Bool
    /// When in a second the device is looked at, in quarters.
    private let quarter: Int
    /// Passes over the device: when it was asked, and whether it answered.
    private var passes: [(at: BootTime, isWell: Bool)] = []
    private let start: BootTime
    private var over: BootTime?

    init(seed: UInt64) {
        random = Seeded(state: seed)
        bench.connect()
        bench.makeReady()
        bench.run(Bench.dispatch("a", gpus: [0]))
        start = bench.now
        isAlwaysWell = Bool.random(using: &random)
        quarter = Int.random(in: 0...3, using: &random)
        passes.append((bench.now, true))
    }

    /// Nanoseconds from the start to its end that lie before an answer, with no failure between.
    var answered: Int64 {
        guard let over else { return 0 }
        var counted: Int64 = 0
        for (pass, next) in zip(passes, passes.dropFirst()) where next.isWell {
            let end = min(next.at, over)
            if end > pass.at { counted += end.nanosecondsSince(pass.at) }
        }
        return counted
    }

    mutating func play() {
        let steps = Int.random(in: 8...40, using: &random)
        for step in 0..<steps { look(.running, passing: step % 4 == quarter) }
        bench.pass(milliseconds: Int64.random(in: 0...240, using: &random))
        let stop = bench.now
        bench.take(.frame(.stop(EffectID("s"), Bench.id("a"), .stopped)))
        // One that a lost device has ended before was killed then.
        if over == nil { over = stop }
        bench.pass(milliseconds: Int64.random(in: 1...200, using: &random))
        let exit = bench.now
        for step in 0..<20 { look(.exited(.killed, at: exit), passing: step % 4 == 1) }
        bench.take(.saved(Bench.id("a"), .complete))
    }

    private mutating func look(_ state: Observation.State, passing: Bool) {
        bench.pass(milliseconds: 250)
        if passing {
            let isWell = isAlwaysWell || Int.random(in: 0..<4, using: &random) > 0
            let isLost = !isWell && Int.random(in: 0..<4, using: &random) == 0
            bench.see(isWell ? .well : isLost ? .lost(code: "gone") : .silent)
            passes.append((bench.now, isWell))
        }
        let actions = bench.sample("a", state)
        for case .send(.heartbeat) in actions {
            bench.renew([Renewal(lease: Bench.id("a"), attempt: 1)])
        }
        bench.acceptAll(in: actions)
        if over == nil, actions.contains(.kill(Bench.id("a"))) { over = bench.now }
    }
}
