import Foundation
import Staging
import Wire

/// What a node's program takes of its machine while it looks at eight GPUs each second: idle, then
/// with a lease on each of them. Goals: a hundredth of a core, 60 MiB.
///
/// The program is a user's, joined to a market of its own process; GPUs are the double's, and
/// containers are simulated.
struct AgentFootprint: Figure {
    struct Use: Encodable {
        let cores: Double
        let residentMib: Double
        /// The part of it that is memory, not a file of the program that is read in.
        let privateMib: Double
        let threads: Int
    }

    let measure = "agent"
    let gpus = 8
    let seconds = 60.0
    let goalCores = 0.01
    let goalMib = 60
    var idle: Use?
    var leased: Use?
    var leases = 0
    /// Since the program's start.
    var peakMib = 0.0

    static func measure() async throws -> any Figure {
        try await Stage.run { stage in
            var figure = AgentFootprint()
            let double = try await GPUDouble(stage, count: figure.gpus)
            let site = try await Site.serving(stage, isSimulated: true)
            let node = try await JoinedNode(
                "alpha", at: site, options: Site.simulated + double.options,
                with: double.environment)
            figure.idle = try await figure.use(of: node)
            for index in 1...figure.gpus { try await lease("job-\(index)", at: site) }
            figure.leased = try await figure.use(of: node)
            for index in 1...figure.gpus {
                let job = try await site.show("job-\(index)")
                figure.leases += job.state == .running ? 1 : 0
            }
            figure.peakMib = try ProcessUse(of: node.program.pid).peakMebibytes
            return figure
        }
    }

    private static func lease(_ name: String, at site: Site) async throws {
        var job = JobText(name, "sleep 600")
        job.image = Site.simulatedImage
        job.gpus = 1
        job.cpu = "0.06"
        job.memory = "64MB"
        job.budget = "0.50 USD"
        try await site.submit(job)
        try await site.running(name)
    }

    private func use(of node: JoinedNode) async throws -> Use {
        let clock = ContinuousClock()
        // What came before is no part of it: a start, or eight leases at once.
        try await clock.sleep(for: .seconds(15))
        let (before, start) = (try ProcessUse(of: node.program.pid), clock.now)
        try await clock.sleep(for: .seconds(seconds))
        let (after, took) = (try ProcessUse(of: node.program.pid), clock.now - start)
        return Use(
            cores: ((after.cpuSeconds - before.cpuSeconds) / took.seconds * 10_000).rounded()
                / 10_000,
            residentMib: after.mebibytes, privateMib: after.privateMebibytes,
            threads: after.threads)
    }
}
