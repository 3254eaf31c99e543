import Testing

@testable import Simulation

/// A simulator that finds nothing may be blind. Each rule broken on purpose must be noticed.
@Suite(.serialized) struct PlantedBugTests {
    private static let mostSeeds: UInt64 = 60

    /// Near where an earlier search met the one that needs the rarest timing.
    private static func firstSeed(_ bug: PlantedBug) -> UInt64 {
        bug == .unstartedEndsAtOnce ? 20 : 1
    }

    @Test func `every planted bug is caught`() {
        var missed: [PlantedBug] = []
        for bug in PlantedBug.allCases {
            guard let violation = Self.violation(of: bug) else {
                missed.append(bug)
                continue
            }
            print("planted \(bug.rawValue): \(violation.rule), seed \(violation.seed)")
        }
        let count = PlantedBug.allCases.count
        print("planted bugs: \(count - missed.count) of \(count) caught")
        #expect(count >= 10)
        #expect(missed.isEmpty)
    }

    @Test(arguments: [
        (PlantedBug.chargeRoundedDown, "the charge is the bill rule's"),
        (.settledTwice, "transfers are what was posted"),
        (.deviceLeftFree, "a device is leased once"),
        (.replayForgotten, "one key, one effect"),
        (.fenceIgnoredByNode, "one unfrozen run per task"),
        (.frozenTimeCounted, "no second is billed that was not run"),
        (.verdictLost, "all comes to rest"),
        (.drainForgottenWhenDown, "a drained node takes nothing new"),
    ])
    func `a planted bug is caught by the rule it breaks`(bug: PlantedBug, rule: String) {
        #expect(Self.violation(of: bug)?.rule == rule)
    }

    private static func violation(of bug: PlantedBug) -> Violation? {
        let first = firstSeed(bug)
        for seed in first..<(first + mostSeeds) {
            let report = Simulator.run(SimulationOptions(seed: seed, planted: bug))
            if let violation = report.violation { return violation }
        }
        return nil
    }
}
