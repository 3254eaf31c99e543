import Domain
import Foundation
import Glibc
import Hosting
import NodeAgent
import Staging
import Wire

/// A GPU pulled in mid-run, ten times, at ten places between two looks at it. Goal: 1 s, both to the
/// last moment that the meter has counted and to the lease's end at the market.
///
/// The agent is in this program, so that its meter can be read; the market is a process of its own.
struct DevicePulls: Figure {
    struct Pull: Encodable {
        /// From the pull to the last moment that counts; negative is before it.
        let lastCountedMs: Double
        /// From the pull until the market says that the job is over.
        let endedMs: Double
        let endedBy: String?
        /// Whole seconds of the meter, and of the bill.
        let meteredSeconds: Int64
        let billedSeconds: Int64
    }

    let measure = "device"
    let goalMs = 1000
    var lastCountedP50Ms = 0.0
    var lastCountedMostMs = 0.0
    var endedP50Ms = 0.0
    var endedMostMs = 0.0
    /// Leases that ended otherwise than by their device, or with another bill than their meter.
    var wrong = 0
    var pulls: [Pull] = []

    static func measure() async throws -> any Figure {
        try await Stage.run { stage in
            let double = try await GPUDouble(stage)
            for (name, value) in double.environment { setenv(name, value, 1) }
            let site = try await Site.serving(stage, isSimulated: true)
            let folder = stage.folder + "/own"
            _ = try await Enrollment.join(
                with: try OwnAgent.token(site).word, as: "own", stateFolder: folder)
            let agent = try agent(folder, double.library, stage)
            var figure = DevicePulls()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await agent.run() }
                for index in 1...10 {
                    figure.pulls.append(try await pull(index, double, agent, site))
                }
                group.cancelAll()
                while let ended = await group.nextResult() {
                    if case .failure(let error) = ended, !(error is CancellationError) {
                        throw error
                    }
                }
            }
            figure.conclude()
            return figure
        }
    }

    private static func agent(
        _ folder: String, _ library: String, _ stage: Stage
    ) throws -> NodeAgent {
        let watch = try DeviceWatch(library: library, cgroupMarker: "/orban/")
        let terms = OfferTerms(
            capacity: Resources(milliCPU: 100, memoryBytes: 128 << 20, diskBytes: 1 << 30),
            devices: watch.devices, ask: try Rate(microPerHour: 1_234_567), region: "TW",
            tier: .new)
        return try OwnAgent.agent(
            folder, offering: terms, runPath: stage.folder + "/run", devices: watch,
            scrubber: DeviceScrubber(
                nvml: library, memory: .absent, environment: ProcessInfo.processInfo.environment,
                command: [Stage.binary ?? "", "node", "scrub-device"]))
    }

    private static func pull(
        _ index: Int, _ double: GPUDouble, _ agent: NodeAgent, _ site: Site
    ) async throws -> Pull {
        let clock = ContinuousClock()
        try await eventually("both GPUs are offered") {
            let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
            return offers.data.first?.devices.count == 2 ? () : nil
        }
        var job = JobText("job-\(index)", "sleep 60")
        (job.image, job.gpus, job.cpu, job.memory) = (Site.simulatedImage, 1, "0.05", "64MB")
        try await site.submit(job)
        let device = try required(
            try await site.running(job.name).taskList.first?.devices?.first, "device")
        try await clock.sleep(for: .milliseconds(2000 + index * 100))
        let pulled = OwnAgent.bootNow()
        try double.set("\(device.text) gone")
        let meter = try await lastMeter(of: device, agent)
        let over = try await eventually("\(job.name) is over") { () -> JobDTO? in
            let job: JobDTO = try site.api(.renter).get("/v1/jobs/\(job.name)")
            return job.state.isOver ? job : nil
        }
        let ended = OwnAgent.bootNow()
        try double.set()
        return Pull(
            lastCountedMs: milliseconds(from: pulled, to: meter.lastSeen),
            endedMs: milliseconds(from: pulled, to: ended),
            endedBy: over.taskList.first?.endedBy, meteredSeconds: meter.seconds,
            billedSeconds: over.billedSeconds)
    }

    /// The meter of the lease as it stood when it ran last.
    private static func lastMeter(of device: DeviceID, _ agent: NodeAgent) async throws -> Meter {
        var last: Meter?
        while true {
            let lease = await agent.leases.first { $0.dispatch.devices.contains(device) }
            guard case .running(let meter)? = lease?.phase else { break }
            last = meter
            try await ContinuousClock().sleep(for: .milliseconds(1))
        }
        return try required(last, "meter of a running lease")
    }

    private static func milliseconds(from start: BootTime, to end: BootTime) -> Double {
        rounded(Double(end.nanosecondsSince(start)) / 1e6)
    }

    private mutating func conclude() {
        var (counted, ended) = (Samples(), Samples())
        for pull in pulls {
            counted.add(milliseconds: pull.lastCountedMs)
            ended.add(milliseconds: pull.endedMs)
        }
        (lastCountedP50Ms, lastCountedMostMs) = (counted.percentile(0.5), counted.percentile(1))
        (endedP50Ms, endedMostMs) = (ended.percentile(0.5), ended.percentile(1))
        wrong = pulls.count {
            $0.endedBy != "device:gone" || $0.meteredSeconds != $0.billedSeconds
        }
    }
}
