import Domain
import Foundation
import Staging
import Wire

/// From the request that submits a job to the job's first instruction, less the same for the same
/// container started directly through the engine; the image is there. Goal: p50 150 ms, p99 500 ms.
///
/// The job says itself when it began. Jobs and direct starts take turns.
struct StartOverhead: Figure {
    let measure = "overhead"
    let jobs = 50
    let goalP50Ms = 150
    let goalP99Ms = 500
    var overheadP50Ms = 0.0
    var overheadP99Ms = 0.0
    var jobP50Ms = 0.0
    var directP50Ms = 0.0
    /// The median of job over direct.
    var ratioP50 = 0.0
    var jobMs = Samples()
    var directMs = Samples()

    static let script = "date +%s%N"
    static let memoryBytes: Int64 = 128 << 20
    static let milliCPU: Int64 = 500

    static func measure() async throws -> any Figure {
        try await Stage.run { stage in
            var figure = StartOverhead()
            let site = try await Site.serving(stage)
            _ = try await JoinedNode("alpha", at: site)
            _ = try await startJob("warm", at: site)
            try await DirectContainers.run(stage) { direct in
                _ = try await direct.start("warm")
                for index in 1...figure.jobs {
                    let job = try await startJob("job-\(index)", at: site)
                    figure.jobMs.add(milliseconds: job)
                    figure.directMs.add(milliseconds: try await direct.start("\(index)"))
                }
            }
            figure.conclude()
            return figure
        }
    }

    private mutating func conclude() {
        var overhead = Samples()
        var ratio = Samples()
        for (job, direct) in zip(jobMs.milliseconds, directMs.milliseconds) {
            overhead.add(milliseconds: job - direct)
            ratio.add(milliseconds: job / direct)
        }
        overheadP50Ms = overhead.percentile(0.5)
        overheadP99Ms = overhead.percentile(0.99)
        jobP50Ms = jobMs.percentile(0.5)
        directP50Ms = directMs.percentile(0.5)
        ratioP50 = ratio.percentile(0.5)
    }

    /// Milliseconds from just before the request to what the job printed first. Returns when the job
    /// is over and its node has taken the container away.
    private static func startJob(_ name: String, at site: Site) async throws -> Double {
        var job = JobText(name, script)
        job.cpu = "0.5"
        job.memory = "\(memoryBytes >> 20)MiB"
        let body = try WireJSON.encode(SubmitRequest(spec: try job.text()))
        let submitted = wallNanoseconds()
        let answer = try site.api(.renter).ask(
            "POST", "/v1/jobs", body: body, idempotencyKey: name)
        guard answer.status == 201 else {
            throw Stage.Unexpected(description: String(decoding: answer.body, as: UTF8.self))
        }
        let over = try await site.over(name)
        let lease = try required(over.taskList.first?.lease, "lease of \(name)")
        let began = try required(firstNumber(try await site.output(name)), "output of \(name)")
        try await eventually("the container of \(name) is gone") {
            Contained.isGone(lease)
        }
        return Double(began - submitted) / 1e6
    }

    static func firstNumber(_ text: String) -> Int64? {
        text.split(whereSeparator: \.isNewline).first.flatMap { Int64($0) }
    }
}
