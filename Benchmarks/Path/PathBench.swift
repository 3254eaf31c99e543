/// `script/bench path`: the main path's measures.
enum PathBench {
    private struct Measure: Sendable {
        let name: String
        let take: @Sendable () async throws -> any Figure
    }

    private static let measures: [Measure] = [
        Measure(name: "help") { try await HelpTime.measure() }, Measure(name: "durable") { try await DurableWrites.measure() },
        Measure(name: "submits") { try await HTTPSubmits.measure() }, Measure(name: "overhead") { try await StartOverhead.measure() },
        Measure(name: "burst") { try await ShortJobs.measure() }, Measure(name: "kills") { try await AgentKills.measure() }, Measure(name: "idle") { try await IdleNodes.measure() },
    ]

    static var names: [String] { measures.map(\.name) }

    /// Runs the named measures, or all; a measure that cannot be taken ends the run.
    static func run(_ wanted: [String]) async throws {
        guard wanted.allSatisfy({ names.contains($0) }) else { throw Usage() }
        for measure in measures where wanted.isEmpty || wanted.contains(measure.name) {
            say("\(measure.name)…")
            print(try await measure.take().line())
        }
    }
}
