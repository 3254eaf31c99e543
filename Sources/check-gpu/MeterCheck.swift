import CUDA
import Domain
import Hosting
import NVML

/// A lease on this GPU whose program dies of its own error on it: the meter stops with it, and the
/// device is not taken for lost.
struct MeterCheck {
    let bench: Bench
    let place: CUDADevice

    private static let illegalAddress: Int32 = 700
    private static let mostAfterDeath: Int64 = 1_000_000_000
    private static let mostUncounted: Int64 = 2_000_000_000

    func verdict(_ library: CUDALibrary, _ values: inout [JSON.Field]) throws -> Verdict {
        guard var host = MeteredHost(bench.device) else { return .failed("not a name of a device") }
        host.lease(bench.sample(), at: Clock.now())
        guard host.isStartWanted else { return .failed("the lease does not start") }
        var arguments = ["--victim", bench.device.uuid]
        if let cuda = bench.options.cuda { arguments += ["--cuda", cuda] }
        let start = Clock.now()
        var run = MeteredRun(
            bench: bench, host: host, child: try Child("/proc/self/exe", arguments), start: start)
        run.go()
        values += run.values
        if let problem = run.problem { return .failed(problem) }
        if let problem = Self.problem(of: run) { return .failed(problem) }
        return try afterwards(library, &values)
    }

    private static func problem(of run: MeteredRun) -> String? {
        guard let death = run.death, let end = run.host.end, let meter = run.host.meter else {
            return "the lease did not end"
        }
        let ran = death.nanosecondsSince(run.start)
        let counted = end.seconds * 1_000_000_000
        if run.failureCode != illegalAddress { return "the program did not die of its error" }
        if case .ended(.deviceLost(let code)) = end.status { return "the device is lost: \(code)" }
        if meter.lastSeen.nanosecondsSince(death) > mostAfterDeath || counted > ran {
            return "the meter ran on"
        }
        return ran - counted > mostUncounted ? "the meter did not run" : nil
    }

    /// The device still answers and computes.
    private func afterwards(
        _ library: CUDALibrary, _ values: inout [JSON.Field]
    ) throws -> Verdict {
        let sample = bench.sample()
        let isWell = sample != nil && sample?.failure == nil && sample?.fatalXid == nil
        values += [
            .init("xids_after", .list((sample?.xids ?? []).map(JSON.count))),
            .init("answers_after", .bool(isWell)),
        ]
        let context = try CUDAContext(library, on: place)
        let outcome = Result {
            let product = Product(Product.Shape(17, 33, 65), seed: bench.options.seed)
            return product.isWhole(try GPUGEMM(context).run(product, repeats: 0).result)
        }
        try context.destroy()
        let isRight = try outcome.get()
        values.append(.init("computes_after", .bool(isRight)))
        return isWell && isRight ? .passed : .failed("the device is not well afterwards")
    }
}

/// The lease's life in real time: devices each second, the program four times a second.
struct MeteredRun {
    let bench: Bench
    var host: MeteredHost
    let child: Child
    let start: BootTime

    private(set) var death: BootTime?
    private(set) var failureCode: Int32?
    private(set) var problem: String?
    private var endedAt: BootTime?
    private var exitCode: Int32 = 0
    private var readyAt: BootTime?
    private var isTold = false
    private var output: [UInt8] = []
    private var words: [String] = []
    private var xids: [Int] = []

    private static let devicesEvery: Int64 = 1_000_000_000
    private static let programEvery: Int64 = 250_000_000
    private static let patience: Int64 = 120_000_000_000

    init(bench: Bench, host: MeteredHost, child: Child, start: BootTime) {
        self.bench = bench
        self.host = host
        self.child = child
        self.start = start
    }

    private var runsFor: Int64 { bench.options.scale == .full ? 5_000_000_000 : 1_200_000_000 }

    mutating func go() {
        host.started(at: start)
        var devicesDue = start.advanced(nanoseconds: Self.devicesEvery)
        var programDue = start
        while host.end == nil {
            let now = Clock.now()
            if now >= devicesDue {
                devicesDue = devicesDue.advanced(nanoseconds: Self.devicesEvery)
                seeDevices()
                programDue = now
            }
            if now >= programDue {
                programDue = programDue.advanced(nanoseconds: Self.programEvery)
                seeProgram()
            }
            let due = min(devicesDue, programDue)
            listen(until: due)
            if Clock.now().nanosecondsSince(start) > Self.patience { giveUp() }
            if problem != nil { break }
        }
        endedAt = Clock.now()
        if death == nil {
            child.kill()
            exitCode = child.wait()
        }
    }

    private mutating func seeDevices() {
        let askedAt = Clock.now()
        let sample = bench.sample()
        xids += sample?.xids ?? []
        host.see(sample, askedAt: askedAt, at: Clock.now())
    }

    private mutating func seeProgram() {
        let now = Clock.now()
        let state: Observation.State =
            death.map { .exited(.exited(code: Int(exitCode)), at: $0) } ?? .running
        host.observe(state, at: now)
        guard !isTold, let readyAt, now.nanosecondsSince(readyAt) >= runsFor else { return }
        isTold = true
        child.write(Victim.order)
    }

    private mutating func listen(until due: BootTime) {
        let milliseconds = due.nanosecondsSince(Clock.now()) / 1_000_000
        guard death == nil else { return Clock.wait(milliseconds: milliseconds) }
        switch child.read(within: milliseconds) {
        case .nothing: break
        case .bytes(let bytes):
            guard output.count < 4096 else { return }
            output += bytes
            let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
            if readyAt == nil, lines.first.map(String.init) == Victim.ready {
                readyAt = Clock.now()
            }
        case .ended:
            death = Clock.now()
            exitCode = child.wait()
            understand()
        }
    }

    /// `failure 700 cuCtxSynchronize CUDA_ERROR_ILLEGAL_ADDRESS`.
    private mutating func understand() {
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
        words = (lines.last ?? "").split(separator: " ").map(String.init)
        if words.first == "failure", words.count > 1 { failureCode = Int32(words[1]) }
    }

    private mutating func giveUp() { problem = "the lease did not end in time" }

    var values: [JSON.Field] {
        let ran = death.map { Double($0.nanosecondsSince(start)) / 1e6 }
        var after: [JSON.Field] = []
        if let death {
            if let meter = host.meter {
                let late = Double(meter.lastSeen.nanosecondsSince(death)) / 1e6
                after.append(.init("meter_after_death_ms", .decimal(late)))
            }
            if let endedAt {
                let late = Double(endedAt.nanosecondsSince(death)) / 1e6
                after.append(.init("ended_after_death_ms", .decimal(late)))
            }
        }
        return [
            .init("ran_ms", ran.map(JSON.decimal) ?? .null),
            .init("billed_seconds", .optional(host.end?.seconds)),
            .init("end", .optional(host.end?.status.text)),
            .init("exit_code", .integer(Int64(exitCode))),
            .init("error", .optional(words.count > 3 ? words[3] : nil)),
            .init("error_call", .optional(words.count > 2 ? words[2] : nil)),
            .init("xids", .list(xids.map(JSON.count))),
        ] + after
    }
}
