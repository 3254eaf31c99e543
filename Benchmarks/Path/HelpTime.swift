import Staging

/// `orban --help` from start to exit, beside `/bin/true`. Goal: 30 ms.
struct HelpTime: Figure {
    let measure = "help"
    let runs = 50
    let goalMs = 30
    var p50Ms = 0.0
    var p99Ms = 0.0
    var trueP50Ms = 0.0
    var samplesMs = Samples()

    static func measure() async throws -> any Figure {
        var figure = HelpTime()
        var control = Samples()
        let binary = try required(Stage.binary, "ORBAN_BINARY")
        for _ in 0..<figure.runs {
            figure.samplesMs.add(try Stage.duration(of: [binary, "--help"]))
            control.add(try Stage.duration(of: ["/bin/true"]))
        }
        figure.p50Ms = figure.samplesMs.percentile(0.5)
        figure.p99Ms = figure.samplesMs.percentile(0.99)
        figure.trueP50Ms = control.percentile(0.5)
        return figure
    }
}
