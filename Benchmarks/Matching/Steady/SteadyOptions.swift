import Foundation

/// What `bench steady` and `bench deadline` are asked for.
struct SteadyOptions {
    private static let names = [
        "--data", "--trace", "--loads", "--seeds", "--policies", "--nodes", "--rounds",
    ]

    let policies: [String]
    private let folder: String
    private let trace: String
    let loads: [Double]
    private let seeds: ClosedRange<UInt64>
    private let size: SteadyWorld.Size

    /// - Throws: `BadUsage`.
    init(_ words: [String], policies known: [String], _ usage: String) throws {
        let bad = BadUsage(description: usage)
        let values = try Options(words, of: Self.names, usage)
        let data = values["--data"] ?? ProcessInfo.processInfo.environment["ORBAN_OPENB"]
        guard let data, !data.isEmpty else {
            throw BadUsage(description: usage + "\nwhere the trace lies: --data or ORBAN_OPENB")
        }
        folder = data
        trace = values["--trace"] ?? "default"
        loads = try (values["--loads"] ?? "0.9,1.0,1.1").split(separator: ",").map { text in
            guard let load = Double(text), (0.01...100).contains(load) else { throw bad }
            return load
        }
        seeds = try values.seeds("--seeds", 1...5)
        policies = values["--policies"]?.split(separator: ",").map(String.init) ?? known
        guard policies.allSatisfy(known.contains) else { throw bad }
        size = SteadyWorld.Size(
            nodes: try values.number("--nodes", 60, 1...100_000),
            rounds: try values.number("--rounds", 2, 1...1_000))
    }

    /// One for each load and seed.
    func worlds() throws -> some Sequence<(world: SteadyWorld, trace: String)> {
        let trace = try SteadyTrace(trace, in: folder)
        var worlds: [(world: SteadyWorld, trace: String)] = []
        for load in loads {
            for seed in seeds {
                let world = try SteadyWorld(trace, size, load: load, seed: seed)
                worlds.append((world, trace.name))
            }
        }
        return worlds
    }
}
