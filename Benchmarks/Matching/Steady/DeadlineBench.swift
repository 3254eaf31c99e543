import Domain
import Foundation
import Matching

/// `bench deadline`: how many of the jobs of `bench steady` are not done in time, when each has a
/// deadline of 1.2 to 4 times its length after it comes and says how long it takes.
///
/// A job is missed that is refused, never starts, is stopped or lost and not done again in time, or is
/// done too late. Goodput is the part of all demanded device-seconds that belongs to jobs in time.
struct DeadlineBench {
    fileprivate struct Cell: Encodable {
        let measure = "deadline"
        let trace: String
        let load: Double
        let policy: String
        let seed: UInt64
        let missedPct: Double
        /// Of jobs for several devices.
        let missedManyPct: Double
        let goodputPct: Double
        let jobs: Int
        let missed: Int
        let refused: Int
        /// Made way, or lost with a machine.
        let lostLeases: Int
        let reworkedDeviceS: Int64
        let weights: String?
    }

    private enum Policy: String, CaseIterable {
        case orban
        case edfBestfit = "edf+bestfit"
        case edfBestfitPreempting = "edf+bestfit+preemption"
        case edfFGD = "edf+fgd"
        case edfCheapest = "edf+cheapest"
    }

    static let usage =
        "bench deadline [--data DIR] [--trace default] [--loads 0.9,1.0,1.1] [--seeds 1-5] "
        + "[--policies orban,edf+bestfit,…] [--nodes 60] [--rounds 2]"

    private let options: SteadyOptions

    /// - Throws: `BadUsage`.
    init(_ words: [String]) throws {
        options = try SteadyOptions(
            words, policies: Policy.allCases.map(\.rawValue), Self.usage)
    }

    func run() throws {
        var cells: [Cell] = []
        for cell in try options.worlds() {
            for policy in options.policies.compactMap(Policy.init) {
                let tally = Self.play(policy, cell.world)
                cells.append(Self.line(tally, cell.world, cell.trace, policy))
                print(try cells[cells.count - 1].json())
            }
        }
        for load in options.loads {
            guard let goals = Goals(cells.filter { $0.load == load }) else { continue }
            print(try goals.json())
        }
    }

    private static func play(_ policy: Policy, _ world: SteadyWorld) -> SteadyTally {
        switch policy {
        case .orban: play(world, BookDispatcher(world, .deadlines), .redoable)
        case .edfBestfit: edf(world, .bestfit, .none)
        case .edfBestfitPreempting: edf(world, .bestfit, .laterDeadline)
        case .edfFGD: edf(world, .fgd, .none)
        case .edfCheapest: edf(world, .cheapest, .none)
        }
    }

    private static func edf(
        _ world: SteadyWorld, _ rule: SteadyRule.Name,
        _ preemption: DeadlineDispatcher<BaselineDispatcher>.Preemption
    ) -> SteadyTally {
        play(world, BaselineDispatcher(world, rule, .deadline), preemption)
    }

    private static func play<Base: Dispatcher>(
        _ world: SteadyWorld, _ base: Base, _ preemption: DeadlineDispatcher<Base>.Preemption
    ) -> SteadyTally {
        // At its last moment a job may start, one millisecond later it is hopeless.
        let looks = world.jobs.flatMap { [$0.latestStart, $0.latestStart + 1] }
        var run = SteadyRun(world, DeadlineDispatcher(world, base, preemption), looks: looks)
        run.run()
        return run.tally
    }

    private static func line(
        _ tally: SteadyTally, _ world: SteadyWorld, _ trace: String, _ policy: Policy
    ) -> Cell {
        var (met, missed, many, missedMany) = (Int64(0), 0, 0, 0)
        var demanded: Int64 = 0
        for (number, job) in world.jobs.enumerated() {
            let devices = world.kinds[job.kind].devices
            let work = Int64(devices) * job.length
            let isMet = tally.finishedAt[number].map { $0 <= job.deadline } ?? false
            demanded += work
            if devices > 1 { many += 1 }
            if isMet { met += work } else { missed += 1 }
            if !isMet, devices > 1 { missedMany += 1 }
        }
        func percent(_ part: Int, _ whole: Int) -> Double {
            rounded(100 * Double(part) / Double(max(whole, 1)))
        }
        return Cell(
            trace: trace, load: world.load, policy: policy.rawValue, seed: world.seed,
            missedPct: percent(missed, world.jobs.count), missedManyPct: percent(missedMany, many),
            goodputPct: percent(Int(met), Int(demanded)), jobs: world.jobs.count, missed: missed,
            refused: tally.refusals, lostLeases: tally.losses,
            reworkedDeviceS: tally.reworked / 1_000_000,
            weights: policy == .orban ? ScoreWeights.standard.fingerprint : nil)
    }

    /// How the market stands beside the goal at one load: means over the seeds.
    private struct Goals: Encodable {
        let measure = "deadline goals"
        let load: Double
        let seeds: Int
        /// Of the misses of EDF with best fit, and of the same with preemption; at most 0.5.
        let missedRatio: Double
        let missedRatioPreempting: Double
        /// Points more than the better of the two.
        let goodputGainPoints: Double

        /// - Returns: nil where one of the three is missing.
        init?(_ cells: [Cell]) {
            func mean(_ policy: Policy, _ part: (Cell) -> Double) -> Double? {
                let cells = cells.filter { $0.policy == policy.rawValue }
                return cells.isEmpty ? nil : cells.map(part).reduce(0, +) / Double(cells.count)
            }
            guard let load = cells.first?.load, let mine = mean(.orban, \.missedPct),
                let plain = mean(.edfBestfit, \.missedPct), plain > 0,
                let preempting = mean(.edfBestfitPreempting, \.missedPct), preempting > 0,
                let good = mean(.orban, \.goodputPct),
                let plainGood = mean(.edfBestfit, \.goodputPct),
                let preemptingGood = mean(.edfBestfitPreempting, \.goodputPct)
            else { return nil }
            self.load = load
            seeds = cells.filter { $0.policy == Policy.orban.rawValue }.count
            missedRatio = rounded(mine / plain)
            missedRatioPreempting = rounded(mine / preempting)
            goodputGainPoints = rounded(good - max(plainGood, preemptingGood))
        }
    }
}
