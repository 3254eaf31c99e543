import Foundation
import Matching

/// `bench openb`: how much of a real cluster's devices each policy gets rid of.
struct OpenBBench {
    private struct Cell: Encodable {
        let trace: String
        let policy: String
        let seed: UInt64
        let at: Int
        let allocatedPct: Double
        let weights: String?
    }

    private static let marks = [100, 110, 120, 130]

    let folder: String
    let traces: [String]
    let seeds: ClosedRange<UInt64>
    let placements: FileHandle?

    static let usage =
        "bench openb --data DIR [--traces default,…] [--seeds 42-51] [--placements FILE]"

    /// - Throws: `BadUsage`.
    init(_ words: [String]) throws {
        let values = try Options(
            words, of: ["--data", "--traces", "--seeds", "--placements"], Self.usage)
        guard let data = values["--data"] else { throw BadUsage(description: Self.usage) }
        folder = data
        traces = (values["--traces"] ?? "default").split(separator: ",").map(String.init)
        seeds = try values.seeds("--seeds", 42...51)
        placements = try values["--placements"].map { path in
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw BadUsage(description: "cannot write \(path)")
            }
            return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        }
    }

    func run() throws {
        for name in traces {
            let trace = try OpenBTrace(name, in: folder)
            let mix = trace.mix
            for seed in seeds {
                let draw = trace.draw(seed: seed)
                var ours = try OpenBCluster(draw.nodes.map(\.machine), mix: mix)
                try play("orban", trace, draw, seed) { need in
                    try ours.place(need)
                }
                for policy in BaselineCluster.Policy.allCases {
                    var cluster = BaselineCluster(
                        policy, draw.nodes.map(\.machine), trace.pods, seed: seed)
                    try play(policy.rawValue, trace, draw, seed) { cluster.place($0) }
                }
            }
        }
    }

    /// Each pod once, in its turn, for good.
    private func play(
        _ policy: String, _ trace: OpenBTrace, _ draw: OpenBTrace.Draw, _ seed: UInt64,
        _ place: (PodNeed) throws -> (node: Int, devices: [Int])?
    ) throws {
        var (asked, allocated): (Int64, Int64) = (0, 0)
        var marks = Self.marks[...]
        var lines: [String] = []
        for (number, pod) in draw.arrivals.enumerated() {
            asked += OpenBTrace.units(pod)
            let placed = try place(pod.need)
            if placed != nil { allocated += OpenBTrace.units(pod) }
            if placements != nil {
                lines.append(Self.decision(trace, policy, seed, number + 1, pod, placed, draw))
            }
            while let mark = marks.first, asked * 100 >= draw.capacity * Int64(mark) {
                try tell(trace, policy, seed, mark, allocated, draw)
                marks.removeFirst()
            }
        }
        // Demand ends at most one pod below the last mark.
        for mark in marks { try tell(trace, policy, seed, mark, allocated, draw) }
        try placements?.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
    }

    private func tell(
        _ trace: OpenBTrace, _ policy: String, _ seed: UInt64, _ mark: Int, _ allocated: Int64,
        _ draw: OpenBTrace.Draw
    ) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys]
        let cell = Cell(
            trace: trace.name, policy: policy, seed: seed, at: mark,
            allocatedPct: rounded(100 * Double(allocated) / Double(draw.capacity)),
            weights: policy == "orban" ? ScoreWeights.standard.fingerprint : nil)
        print(String(decoding: try encoder.encode(cell), as: UTF8.self))
    }

    private static func decision(
        _ trace: OpenBTrace, _ policy: String, _ seed: UInt64, _ number: Int,
        _ pod: OpenBTrace.Pod, _ placed: (node: Int, devices: [Int])?, _ draw: OpenBTrace.Draw
    ) -> String {
        let node = placed.map { "\"\(draw.nodes[$0.node].name)\"" } ?? "null"
        let devices = (placed?.devices ?? []).map { "[\($0),\(pod.need.units)]" }
        return """
            {"trace":"\(trace.name)","policy":"\(policy)","seed":\(seed),"n":\(number),\
            "pod":"\(pod.name)","node":\(node),"gpus":[\(devices.joined(separator: ","))]}
            """
    }
}
