import Foundation
import Glibc
import Matching

/// `bench regret`: how much of the best welfare that hindsight allows each rule loses (`RegretWorld`).
///
/// The best is a mixed-integer programme's (`script/optimum`): within 0.5 % of its bound, or as near as a
/// minute brings it; `optimum_gap_pct` says how near. `posted` sells at the prices that its linear
/// programme puts on capacity, moment by moment: what posted prices can do that know the future. `milp`
/// takes the best assignment of each batch and looks no further.
struct RegretBench {
    private struct Line: Encodable {
        let measure = "regret"
        let seed: UInt64
        let batch: Int
        let policy: String
        let lossPct: Double
        let welfareMicro: Int64
        let optimumMicro: Int64
        let optimumGapPct: Double
        let optimumS: Double
        let orders: Int
        let placed: Int
        let meanBatch: Double
        let largestBatch: Int
        let worstBatchMs: Double
        let weights: String?
    }

    private struct Summary: Encodable {
        let measure = "regret mean"
        let batch: Int
        let policy: String
        let instances: Int
        let lossPct: Double
        /// Of the mean, one standard error.
        let errorPct: Double
        let overPostedPct: Double
        let ofCheapest: Double
        let meanBatch: Double
        let largestBatch: Int
        let worstBatchMs: Double
        let worstOptimumGapPct: Double
        let weights: String?
    }

    static let usage =
        "bench regret [--seeds 1-100] [--batches 1,5,20,60] [--load 1.0] [--hours 8]"

    private let seeds: ClosedRange<UInt64>
    private let batches: [Int]
    private let setting: RegretWorld.Setting

    init(_ words: [String]) throws {
        let options = try Options(
            words, of: ["--seeds", "--batches", "--load", "--hours"], Self.usage)
        seeds = try options.seeds("--seeds", 1...100)
        batches = try (options["--batches"] ?? "1,5,20,60").split(separator: ",").map {
            guard let size = Int($0), (1...RegretWorld.most).contains(size) else {
                throw BadUsage(description: Self.usage)
            }
            return size
        }
        var setting = RegretWorld.Setting()
        for (name, path) in [
            ("--load", \RegretWorld.Setting.load), ("--hours", \RegretWorld.Setting.hours),
        ] {
            guard let text = options[name] else { continue }
            guard let number = Double(text), number > 0, number <= 100 else {
                throw BadUsage(description: Self.usage)
            }
            setting[keyPath: path] = number
        }
        self.setting = setting
    }

    func run() throws {
        let solver = try RegretSolver()
        for batch in batches {
            var lines: [Line] = []
            for seed in seeds {
                let more = try play(
                    RegretWorld(seed: seed, batch: batch, setting), seed, batch, solver)
                for line in more { print(try line.json()) }
                lines += more
            }
            for line in Self.summaries(lines, batch) { print(try line.json()) }
        }
    }

    private func play(
        _ world: RegretWorld, _ seed: UInt64, _ batch: Int, _ solver: RegretSolver
    ) throws -> [Line] {
        let best = try solver.solve(world.problem)
        guard best.optimum > 0 else { return [] }
        func line(_ name: String, _ policy: some RegretPolicy) throws -> Line {
            var policy = policy
            let outcome = try RegretMarket.play(world, &policy)
            return Line(
                seed: seed, batch: batch, policy: name,
                lossPct: rounded(100 * (1 - Double(outcome.welfare) / best.optimum)),
                welfareMicro: outcome.welfare, optimumMicro: Int64(best.optimum),
                optimumGapPct: rounded(100 * (best.bound / best.optimum - 1)),
                optimumS: rounded(best.seconds), orders: world.arrivals.count,
                placed: outcome.placed,
                meanBatch: rounded(Double(world.arrivals.count) / Double(world.batches.count)),
                largestBatch: world.batches.map(\.count).max() ?? 0,
                worstBatchMs: rounded(outcome.worstBatch),
                weights: name == "orban" ? ScoreWeights.standard.fingerprint : nil)
        }
        return [
            try line("posted", PostedPrices(best.duals, nodes: world.nodes.count)),
            try line("cheapest", CheapestFirst()), try line("orban", try RegretOrban(world)),
            try line("milp", IntegerBatches(solver)),
        ]
    }

    private static func summaries(_ lines: [Line], _ batch: Int) -> [Summary] {
        func mean(_ policy: String) -> Double {
            let losses = lines.filter { $0.policy == policy }.map(\.lossPct)
            return losses.reduce(0, +) / Double(max(losses.count, 1))
        }
        return ["posted", "cheapest", "orban", "milp"].map { policy in
            let own = lines.filter { $0.policy == policy }
            let (count, loss) = (Double(max(own.count, 1)), mean(policy))
            let spread = own.reduce(0) { $0 + ($1.lossPct - loss) * ($1.lossPct - loss) }
            return Summary(
                batch: batch, policy: policy, instances: own.count, lossPct: rounded(loss),
                errorPct: rounded((spread / max(count - 1, 1) / count).squareRoot()),
                overPostedPct: rounded(loss - mean("posted")),
                ofCheapest: rounded(loss / mean("cheapest")),
                meanBatch: rounded(own.reduce(0) { $0 + $1.meanBatch } / count),
                largestBatch: own.map(\.largestBatch).max() ?? 0,
                worstBatchMs: own.map(\.worstBatchMs).max() ?? 0,
                worstOptimumGapPct: own.map(\.optimumGapPct).max() ?? 0,
                weights: own.first?.weights)
        }
    }
}

extension RegretWorld {
    /// All of it, with hindsight.
    fileprivate var problem: RegretSolver.Problem {
        let orders = arrivals.enumerated().map { number, arrival in
            RegretSolver.Order(
                start: arrival.start, end: arrival.end, devices: arrival.devices,
                values: nodes.indices.filter { fits(number, on: $0) }
                    .map { ($0, surplus(number, on: $0)) })
        }
        return RegretSolver.Problem(
            capacity: nodes.map(\.devices), limitS: 60, gap: 0.005, duals: true, orders: orders)
    }
}

/// CPU milliseconds of this process.
func processMilliseconds() -> Double {
    Double(clock()) * 1000 / Double(CLOCKS_PER_SEC)
}
