/// What was found to be untrue, and where to find it again.
package struct Violation: Hashable, Sendable, CustomStringConvertible {
    package let seed: UInt64
    package let virtualMilliseconds: Int64
    package let rule: String
    package let detail: String

    package var description: String {
        "seed \(seed) at \(virtualMilliseconds) ms: \(rule): \(detail)"
    }
}

/// What one run did and found.
package struct SimulationReport: Hashable, Sendable {
    package let seed: UInt64
    package internal(set) var steps: UInt64 = 0
    package internal(set) var virtualSeconds: Int64 = 0
    package internal(set) var jobs = 0
    package internal(set) var leases = 0
    package internal(set) var receiptsAccepted = 0
    package internal(set) var marketCrashes = 0
    package internal(set) var faults = FaultCounts()
    package internal(set) var reached = ReachedCounts()
    package internal(set) var traceHash: UInt64 = 0
    package internal(set) var violation: Violation?

    init(seed: UInt64) { self.seed = seed }
}

/// The sum of many runs.
package struct CampaignReport: Hashable, Sendable {
    package let firstSeed: UInt64
    package private(set) var worlds = 0
    package private(set) var steps: UInt64 = 0
    package private(set) var virtualSeconds: Int64 = 0
    package private(set) var jobs = 0
    package private(set) var leases = 0
    package private(set) var receiptsAccepted = 0
    package private(set) var marketCrashes = 0
    package private(set) var faults = FaultCounts()
    package private(set) var reached = ReachedCounts()
    package private(set) var violation: Violation?

    init(firstSeed: UInt64) { self.firstSeed = firstSeed }

    mutating func add(_ report: SimulationReport) {
        worlds += 1
        steps += report.steps
        virtualSeconds += report.virtualSeconds
        jobs += report.jobs
        leases += report.leases
        receiptsAccepted += report.receiptsAccepted
        marketCrashes += report.marketCrashes
        faults.add(report.faults)
        reached.add(report.reached)
        violation = violation ?? report.violation
    }
}

/// How often each value of a closed enum was counted.
package struct Counts<Kind: Countable>: Hashable, Sendable, CustomStringConvertible {
    private var counts: [Kind: Int] = [:]

    package init() {}

    package subscript(_ kind: Kind) -> Int { counts[kind] ?? 0 }

    mutating func count(_ kind: Kind) { counts[kind, default: 0] += 1 }

    mutating func add(_ other: Counts) {
        for kind in Kind.allCases where other[kind] > 0 {
            counts[kind, default: 0] += other[kind]
        }
    }

    /// Kinds that were never counted, in their order.
    package var missing: [Kind] { Kind.allCases.filter { self[$0] == 0 } }

    package var description: String {
        Kind.allCases.map { "\($0.rawValue) \(self[$0])" }.joined(separator: ", ")
    }
}

package typealias Countable = Hashable & Sendable & CaseIterable & RawRepresentable<String>
package typealias FaultCounts = Counts<Fault>
package typealias ReachedCounts = Counts<Reached>

/// What can go wrong, injected at the simulator's own network, store, runtime and nodes.
package enum Fault: String, Hashable, Sendable, CaseIterable {
    case frameLost, frameDuplicated, frameReordered, frameHeldBack
    case networkLossy, partition, oneWayPartition, flapping, connectionReset
    case storeSlow, storeFailed, storeFailedAfterCommit
    case marketCrash, crashBeforeCommit, crashAfterCommit, crashAroundEffect
    case agentCrash, agentCrashBetweenActions, agentPause, powerLoss
    case containerKilled, containerPaused, deviceLost, deviceSilent
    case scrubFailed, scrubHung, scrubLate
    case drain, pause, ownerComes, clonedNode
    case lie
    case reorg, chainAway
}

/// Interesting states; a standard campaign reaches all of them.
package enum Reached: String, Hashable, Sendable, CaseIterable {
    case jobSucceeded, jobFailed, jobStopped, jobRetried, taskReplaced
    case submitReplayed, otherBodyRefused, balanceTooLow, budgetInUse
    case leaseLost, leaseUnstarted, leaseSilent, budgetExhausted, overran, startFailed, killed
    case deviceScrubbed, scrubTaken, scrubRepeated, deviceQuarantined
    case spotPriced, preempted, preemptedUnstarted, placeTaken
    case yielded, yieldedUnstarted, leftInGrace, noticeTakenBack, placedAnew
    case deviceLeased, deviceLost, deviceWithheld, nearPlaced, powerPlaced, stayPlaced,
        deadlineKept, deadlineMissed, periodClosed, headPublished,
        silenceBooked
    case gangPlaced, gangBroken, spreadPlaced
    case frozenAtFence, frozenWhileAgentDead, thawed, adoptedRunning, containerGoneAtAdoption
    case aheadOfTimeRefused, notNewerRefused, wrongAttemptRefused, wrongNodeRefused
    case badSignatureRefused, leaseOverRefused, overBudgetRefused, receiptRepeated
    case secondSessionRefused, marketRestarted, nodeDrained
    case depositHeld, voucherTaken, voucherRefused, deedDone, leaverStopped, unsignedStopped
    case priceLocked, lockClosed, lockRefused
    case promiseKept, creditGiven, silenceExcused
}
