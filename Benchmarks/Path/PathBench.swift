/// `script/bench path`: the main path's measures.
enum PathBench {
    static let measures = [
        Measure("help") { try await HelpTime.measure() },
        Measure("durable") { try await DurableWrites.measure() },
        Measure("submits") { try await HTTPSubmits.measure() },
        Measure("overhead") { try await StartOverhead.measure() },
        Measure("burst") { try await ShortJobs.measure() },
        Measure("kills") { try await AgentKills.measure() },
        Measure("idle") { try await IdleNodes.measure() },
    ]
}
