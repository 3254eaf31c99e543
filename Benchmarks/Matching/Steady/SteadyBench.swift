import Foundation
import Matching

/// `bench steady`: what renters and owners feel when a cluster's jobs come and go on a market whose
/// machines do so too.
struct SteadyBench {
    fileprivate struct Cell: Encodable {
        let measure = "steady"
        let trace: String
        let load: Double
        let policy: String
        let seed: UInt64
        let waitSecondsP50: Double
        let waitSecondsP99: Double
        let waitSecondsMean: Double
        /// Of jobs for several devices.
        let waitSecondsManyP50: Double
        let waitSecondsManyP99: Double
        let costPerJobMicro: Int64
        let occupancyPct: Double
        let allocatedPct: Double
        let jainDemanded: Double
        let jainFair: Double
        let finished: Int
        let unfinished: Int
        let lostLeases: Int
        let reworkedDeviceS: Int64
        let leftOut: Int
        let windowS: Int64
        let weights: String?
    }

    static let usage =
        "bench steady [--data DIR] [--trace default] [--loads 0.9,1.0,1.1] [--seeds 1-5] "
        + "[--policies orban,fgd,bestfit,cheapest] [--nodes 60] [--rounds 2]"

    private let options: SteadyOptions

    /// - Throws: `BadUsage`.
    init(_ words: [String]) throws {
        options = try SteadyOptions(
            words, policies: ["orban"] + SteadyRule.Name.allCases.map(\.rawValue), Self.usage)
    }

    func run() throws {
        var cells: [Cell] = []
        for cell in try options.worlds() {
            for policy in options.policies {
                let tally =
                    if let rule = SteadyRule.Name(rawValue: policy) {
                        Self.play(cell.world, BaselineDispatcher(cell.world, rule, .age))
                    } else {
                        Self.play(cell.world, BookDispatcher(cell.world, .nothing))
                    }
                cells.append(Self.line(tally, cell.world, cell.trace, policy))
                print(try cells[cells.count - 1].json())
            }
        }
        for load in options.loads {
            guard let goals = Goals(cells.filter { $0.load == load }) else { continue }
            print(try goals.json())
        }
    }

    private static func play(_ world: SteadyWorld, _ policy: some Dispatcher) -> SteadyTally {
        var run = SteadyRun(world, policy)
        run.run()
        return run.tally
    }

    private static func line(
        _ tally: SteadyTally, _ world: SteadyWorld, _ trace: String, _ policy: String
    ) -> Cell {
        let waits = tally.waited.sorted()
        let many = world.jobs.indices.filter { world.kinds[world.jobs[$0].kind].devices > 1 }
            .map { tally.waited[$0] }.sorted()
        let demands = Fairness.demands(world)
        let fair = Fairness.fairShares(of: demands, serving: tally.served.reduce(0, +))
        return Cell(
            trace: trace, load: world.load, policy: policy, seed: world.seed,
            waitSecondsP50: seconds(waits, 0.5), waitSecondsP99: seconds(waits, 0.99),
            waitSecondsMean: rounded(Double(waits.reduce(0, +)) / Double(waits.count) / 1_000),
            waitSecondsManyP50: seconds(many, 0.5), waitSecondsManyP99: seconds(many, 0.99),
            costPerJobMicro: tally.paid / Int64(max(tally.finished, 1)),
            occupancyPct: percent(tally.leased, tally.offered),
            allocatedPct: percent(tally.leasedInNeed, tally.offeredInNeed),
            jainDemanded: rounded(Fairness.jain(tally.served, of: demands)),
            jainFair: rounded(Fairness.jain(tally.served, of: fair)), finished: tally.finished,
            unfinished: world.jobs.count - tally.finished, lostLeases: tally.losses,
            reworkedDeviceS: tally.reworked / 1_000_000, leftOut: world.left,
            windowS: world.horizon / 1_000,
            weights: policy == "orban" ? ScoreWeights.standard.fingerprint : nil)
    }

    /// By nearest rank.
    private static func seconds(_ sorted: [Int64], _ part: Double) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let rank = Int((part * Double(sorted.count)).rounded(.up))
        return rounded(Double(sorted[min(max(rank, 1), sorted.count) - 1]) / 1_000)
    }

    private static func percent(_ part: Int64, _ whole: Int64) -> Double {
        whole > 0 ? rounded(100 * Double(part) / Double(whole)) : 0
    }
}

/// How the market's book stands beside the goals at one load: means over the seeds.
private struct Goals: Encodable {
    let measure = "steady goals"
    let load: Double
    let seeds: Int
    /// Of the cheapest baseline's; at most 1.
    let costRatio: Double
    /// Of FGD's; at most 0.8.
    let waitP99Ratio: Double
    /// At least 0.95.
    let jainFairLeast: Double
    /// Less than the best baseline's, in points; at most 1.
    let allocatedPointsLost: Double

    /// - Returns: nil where a policy is missing.
    init?(_ cells: [SteadyBench.Cell]) {
        let mine = cells.filter { $0.policy == "orban" }
        let others = SteadyRule.Name.allCases.map { rule in
            cells.filter { $0.policy == rule.rawValue }
        }
        let fgd = cells.filter { $0.policy == SteadyRule.Name.fgd.rawValue }
        guard let load = mine.first?.load, !others.contains(where: \.isEmpty) else { return nil }
        self.load = load
        seeds = mine.count
        func mean(_ cells: [SteadyBench.Cell], _ part: (SteadyBench.Cell) -> Double) -> Double {
            cells.map(part).reduce(0, +) / Double(cells.count)
        }
        let costs = others.map { mean($0) { Double($0.costPerJobMicro) } }
        costRatio = rounded(mean(mine) { Double($0.costPerJobMicro) } / (costs.min() ?? 1))
        waitP99Ratio = rounded(
            mean(mine, \.waitSecondsP99) / max(mean(fgd, \.waitSecondsP99), 0.001))
        jainFairLeast = mine.map(\.jainFair).min() ?? 0
        let best = others.map { mean($0, \.allocatedPct) }.max() ?? 0
        allocatedPointsLost = rounded(best - mean(mine, \.allocatedPct))
    }
}
