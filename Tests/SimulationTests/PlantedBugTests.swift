import Testing

@testable import Simulation

/// A simulator that finds nothing may be blind. Each rule broken on purpose must be noticed.
@Suite(.serialized) struct PlantedBugTests {
    private static let mostSeeds: UInt64 = 60

    /// The rules that a bug breaks, where not any will do: where one breaks two, the world decides which of
    /// them is looked at first.
    private static let rules: [PlantedBug: [String]] = [
        .chargeRoundedDown: ["the charge is the bill rule's"],
        .silenceBookedTwice: ["a silence is booked once"],
        .commissionRoundedUp: ["transfers are what was posted"],
        .deviceLeftFree: ["a device is leased once", "a free device is free"],
        .replayForgotten: ["one key, one effect"],
        .fenceIgnoredByNode: ["one unfrozen run per task"],
        .frozenTimeCounted: ["no second is billed that was not run"],
        .deviceLossUnseen: ["no second is billed that was not run"],
        .useUnrecorded: ["an offered device is wiped"],
        .scrubUndone: ["an offered device is wiped"],
        .unscrubbedLeased: [
            "a device is leased after its scrub's receipt", "a free device is free",
        ],
        .ceilingForgotten: ["an order is placed as near as it asks"],
        .deadlineForgotten: ["nobody is placed too late", "nobody waits for what is too late"],
        .floorForgotten: ["a device can do what was asked"],
        .stayForgotten: ["a place stays open as long as was asked"],
        .verdictLost: ["all comes to rest"],
        .effectSentOnce: ["all comes to rest"],
        .endingLeaseRenewed: ["a renewed lease lives for its fence and a tenth"],
        .secondSessionAccepted: ["one live session per node"],
        .drainForgottenWhenDown: ["a drained node takes nothing new"],
        .failedDisconnectUnheard: ["a hello is settled"],
        .yieldedTaskFailed: ["a task that made way is placed anew"],
        .graceIgnored: ["an owner has the machine after the grace"],
        .gangForgotten: ["a gang starts whole"],
        .gangClearedInPart: ["a gang starts whole"],
        .brokenGangRunsOn: ["a gang that lost a member ends"],
        .spreadForgotten: ["what is kept apart is apart"],
        .onDemandPreempted: ["only spot leases make way"],
        .spotNoticeForgotten: ["a spot lease has its notice"],
        .newsBeforeFinal: ["only what is final is booked"],
        .newsBookedTwice: ["the books have what the vault has"],
        .voucherUnbounded: ["nobody signs for more than was worked"],
        .payeeSwapped: ["a lease pays whom its node has named"],
        .payerForgotten: ["a job is paid from what was asked"],
        .exitForgotten: ["nobody is worked for who leaves"],
        .lockForgotten: ["a lease starts when its price is locked"],
        .creditForgotten: ["the credit is the promise's"],
        .excuseForgotten: ["a market that was away excuses the silence, and nothing else does"],
        .creditPaidOut: ["what may go back is not paid out"],
        .lockSettledTwice: ["a locked lease is closed by one deed"],
        .underwayForgotten: ["a voucher is sent by one deed"],
        .failedOfferAskedAtOnce: ["a failing store is asked once a tick"],
    ]

    @Test func `every planted bug is caught, by a rule that it breaks`() {
        var caught = 0
        for bug in PlantedBug.allCases {
            guard let violation = Self.violation(of: bug) else {
                Issue.record("planted \(bug.rawValue): not caught")
                continue
            }
            caught += 1
            print("planted \(bug.rawValue): \(violation.rule), seed \(violation.seed)")
            guard let rules = Self.rules[bug] else { continue }
            #expect(rules.contains(violation.rule), "\(bug.rawValue): \(violation.rule)")
        }
        let count = PlantedBug.allCases.count
        print("planted bugs: \(caught) of \(count) caught")
        #expect(count >= 10)
    }

    private static func violation(of bug: PlantedBug) -> Violation? {
        for seed in 1...mostSeeds {
            let report = Simulator.run(SimulationOptions(seed: seed, planted: bug))
            if let violation = report.violation { return violation }
        }
        return nil
    }
}
