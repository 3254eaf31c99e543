/// `script/bench node`: what a machine gives up for its node, and what its node holds to.
enum NodeBench {
    static let measures = [
        Measure("agent") { try await AgentFootprint.measure() },
        Measure("start") { try await GPUStarts.measure() },
        Measure("hostile") { try await HostileCorpus.measure() },
        Measure("device") { try await DevicePulls.measure() },
    ]
}
