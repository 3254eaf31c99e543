import Staging

/// As `overhead`, with a GPU in the container. Goal: p50 50 ms above the same container, with the
/// same device, created and started through the engine alone.
///
/// The job's time counts from the request that submits it, so the market's part is in it, too.
struct GPUStarts: Figure {
    let measure = "start"
    let jobs = 50
    let goalP50Ms = 50
    var overheadP50Ms = 0.0
    var overheadP99Ms = 0.0
    var jobP50Ms = 0.0
    var directP50Ms = 0.0
    var ratioP50 = 0.0
    var pairs = StartPairs()

    static func measure() async throws -> any Figure {
        try await Stage.run { stage in
            var figure = GPUStarts()
            let double = try await GPUDouble(stage, count: 1)
            let gpu = TestCDI.Entry(uuid: double.uuid(1), node: try TestCDI.node(stage, 1))
            try TestCDI.specify(stage, [gpu])
            let site = try await Site.serving(stage)
            _ = try await JoinedNode(
                "alpha", at: site, options: Site.nodeOptions + double.options,
                with: double.environment)
            try await figure.pairs.take(figure.jobs, at: site, gpu: gpu)
            figure.overheadP50Ms = figure.pairs.overhead.percentile(0.5)
            figure.overheadP99Ms = figure.pairs.overhead.percentile(0.99)
            figure.jobP50Ms = figure.pairs.jobMs.percentile(0.5)
            figure.directP50Ms = figure.pairs.directMs.percentile(0.5)
            figure.ratioP50 = figure.pairs.ratio.percentile(0.5)
            return figure
        }
    }
}
