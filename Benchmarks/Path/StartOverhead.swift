import Staging

/// From the request that submits a job to the job's first instruction, less the same for the same
/// container started directly through the engine; the image is there. Goal: p50 150 ms, p99 500 ms.
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

    static func measure() async throws -> any Figure {
        try await Stage.run { stage in
            var figure = StartOverhead()
            let site = try await Site.serving(stage)
            _ = try await JoinedNode("alpha", at: site)
            var pairs = StartPairs()
            try await pairs.take(figure.jobs, at: site)
            figure.conclude(pairs)
            return figure
        }
    }

    private mutating func conclude(_ pairs: StartPairs) {
        (jobMs, directMs) = (pairs.jobMs, pairs.directMs)
        overheadP50Ms = pairs.overhead.percentile(0.5)
        overheadP99Ms = pairs.overhead.percentile(0.99)
        jobP50Ms = jobMs.percentile(0.5)
        directP50Ms = directMs.percentile(0.5)
        ratioP50 = pairs.ratio.percentile(0.5)
    }
}
