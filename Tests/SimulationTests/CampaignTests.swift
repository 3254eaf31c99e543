import Foundation
import Testing

@testable import Simulation

/// Many worlds, each with its own seed, for as long as `ORBAN_SIM_SECONDS` says (60 by default),
/// from the seed `ORBAN_SIM_SEED` (1 by default) on.
@Suite(.serialized) struct CampaignTests {
    private static func number(_ name: String, or other: UInt64) -> UInt64 {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) } ?? other
    }

    @Test func `no world under faults breaks a rule, and every interesting state is reached`() {
        let seconds = Self.number("ORBAN_SIM_SECONDS", or: 60)
        let limit = Duration.seconds(Int64(clamping: seconds))
        // A slow machine does not excuse a standard campaign from coming everywhere.
        let isStandard = seconds >= 60
        let options = SimulationOptions(seed: Self.number("ORBAN_SIM_SEED", or: 1))
        let clock = ContinuousClock()
        let start = clock.now
        let campaign = Simulator.campaign(from: options) { worlds in
            clock.now - start < limit || (isStandard && worlds < 8)
        }
        let seeds = "\(campaign.firstSeed)…\(campaign.firstSeed + UInt64(campaign.worlds) - 1)"
        print("simulation: seeds \(seeds), \(campaign.virtualSeconds / 60) market minutes")
        print("  \(campaign.steps) steps, \(campaign.jobs) jobs, \(campaign.leases) leases")
        print("  \(campaign.receiptsAccepted) receipts, \(campaign.marketCrashes) market crashes")
        print("  faults: \(campaign.faults)")
        print("  reached: \(campaign.reached)")
        #expect(campaign.violation == nil)
        guard isStandard else { return }
        #expect(campaign.reached.missing.isEmpty)
        #expect(campaign.faults.missing.isEmpty)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `a world without faults or lies succeeds in peace`(seed: UInt64) {
        var options = SimulationOptions(seed: seed, lyingNodes: 0, activeSeconds: 300)
        options.faultEverySeconds = nil
        let report = Simulator.run(options)
        #expect(report.violation == nil)
        #expect(report.jobs > 10)
        #expect(report.reached[.jobSucceeded] > 0)
        #expect(report.reached[.leaseLost] == 0)
        #expect(report.reached[.leaseSilent] == 0)
        #expect(report.marketCrashes == 0)
        #expect(report.faults == FaultCounts())
    }

    @Test func `the same options give the same run, another seed another one`() {
        let options = SimulationOptions(seed: 7, activeSeconds: 200)
        let first = Simulator.run(options)
        #expect(Simulator.run(options) == first)
        var other = options
        other.seed = 8
        #expect(Simulator.run(other).traceHash != first.traceHash)
        #expect(first.steps > 1000)
    }

    @Test func `a campaign stops when it may not go on and counts every world`() {
        var options = SimulationOptions(seed: 40, activeSeconds: 30)
        options.faultEverySeconds = nil
        let campaign = Simulator.campaign(from: options) { $0 < 2 }
        #expect(campaign.worlds == 2)
        let single = [UInt64(40), 41].map { seed in
            options.seed = seed
            return Simulator.run(options)
        }
        #expect(campaign.steps == single[0].steps + single[1].steps)
        #expect(campaign.leases == single[0].leases + single[1].leases)
    }
}
