/// What one run is made of. Everything that happens follows from these values.
package struct SimulationOptions: Hashable, Sendable {
    package var seed: UInt64
    package var nodes: Int
    /// How many of the nodes lie in their receipts.
    package var lyingNodes: Int
    package var renters: Int
    /// Virtual seconds in which renters ask and faults strike; then all heals and comes to rest.
    package var activeSeconds: Int64
    /// Mean virtual seconds between two faults; nil: nothing ever goes wrong.
    package var faultEverySeconds: Int64?
    /// A rule broken on purpose, to see that it is noticed.
    package var planted: PlantedBug?

    package init(
        seed: UInt64, nodes: Int = 5, lyingNodes: Int = 1, renters: Int = 4,
        activeSeconds: Int64 = 900, faultEverySeconds: Int64? = 8, planted: PlantedBug? = nil
    ) {
        self.seed = seed
        self.nodes = max(1, nodes)
        self.lyingNodes = min(max(0, lyingNodes), self.nodes)
        self.renters = max(1, renters)
        self.activeSeconds = min(max(1, activeSeconds), 1_000_000)
        self.faultEverySeconds = faultEverySeconds.map { max(1, $0) }
        self.planted = planted
    }
}

/// A rule of the market or of a node, broken on purpose inside the simulator. Each must be caught.
package enum PlantedBug: String, Hashable, Sendable, CaseIterable {
    /// A claim is not compared with the market's clock.
    case clockBoundDropped
    /// Silent spans are not booked.
    case silenceForgotten
    /// A silence is booked again from its beginning.
    case silenceBookedTwice
    /// A claim of any attempt is taken.
    case attemptCheckDropped
    /// A receipt that any key has signed is taken.
    case foreignKeyTrusted
    /// A claim below the last one, or older, is taken.
    case olderReceiptAccepted
    /// A verdict is carried out again on a lease that is settled.
    case settledTwice
    /// The charge is rounded down.
    case chargeRoundedDown
    /// One micro of each charge goes to the market instead of the provider.
    case commissionRoundedUp
    /// The unused part of an escrow stays carved out.
    case escrowKept
    /// What is left of a budget goes back twice.
    case refundedTwice
    /// A closed job's hold stays open.
    case holdLeftOpen
    /// The last record of a lease does not reach the log.
    case finalRecordDropped
    /// A leased device is not marked as leased.
    case deviceLeftFree
    /// A leased share of a node is not taken off its offer.
    case capacityOversold
    /// A retried task keeps its attempt number.
    case attemptRepeated
    /// The answer to an idempotency key is not kept.
    case replayForgotten
    /// The verdict of an ended lease is never asked for.
    case verdictLost
    /// A draining node takes orders again after its next hello.
    case drainForgottenWhenDown
    /// A lease is dispatched before its transaction has committed.
    case dispatchedBeforeCommit
    /// A lease is lost as soon as its node is suspect.
    case lostWhenSuspect
    /// A node without a session is called lost at once, as all are when the market has restarted.
    case lostWithoutSession
    /// After a restart nodes count as answered for a second after the last sign of life, not for as
    /// long as they may have been.
    case answersUnpromised
    /// A lease that did not start in time ends while its node may still start it.
    case unstartedEndsAtOnce
    /// An effect that was lost with its session is not sent again.
    case effectSentOnce
    /// A lease that is given up, or whose end is on its way, is renewed as long as it lives.
    case endingLeaseRenewed
    /// A second session of a node takes the place of the one that is live.
    case secondSessionAccepted
    /// That an offer could not be taken down is not heard while its node is connected again: the
    /// hello that waits for it is never settled.
    case failedDisconnectUnheard
    /// What the store has lost of an offer is asked for again in the same moment.
    case failedOfferAskedAtOnce
    /// A node does not freeze what is not renewed.
    case fenceIgnoredByNode
    /// A lease's watcher does not notice that its fence ran out and moved on between two looks.
    case thawUnseenByWatcher
    /// A node counts all time since the start.
    case frozenTimeCounted
    /// A task whose lease made way for an owner counts as failed.
    case yieldedTaskFailed
    /// A node does not end what its owner's grace is over for.
    case graceIgnored
    /// A node claims on while a device of the lease does not answer.
    case deviceLossUnseen
    /// That a lease uses a device is not written down: a crash forgets it.
    case useUnrecorded
    /// A scrub says that it is done and has wiped nothing.
    case scrubUndone
    /// How near a job has to be is lost on its way into the market.
    case ceilingForgotten
    /// What devices have to be able to do is lost.
    case floorForgotten
    /// How long the place has to stay open is lost.
    case stayForgotten
    /// By when a job has to start is lost on its way into the market.
    case deadlineForgotten
    /// A device is free at the market as soon as its lease is over.
    case unscrubbedLeased
    /// That tasks start together is lost on the way into the market.
    case gangForgotten
    /// A gang's last lease is not made.
    case gangClearedInPart
    /// What runs of a gang that has lost a member is not told to end.
    case brokenGangRunsOn
    /// That tasks are kept apart is lost on the way into the market.
    case spreadForgotten
    /// An order on demand takes the place of another one.
    case onDemandPreempted
    /// A spot lease makes way without a notice.
    case spotNoticeForgotten
    /// What a chain has said is booked before it is final.
    case newsBeforeFinal
    /// What a chain has said is booked again when it is heard again.
    case newsBookedTwice
    /// A voucher above what was worked for is kept.
    case voucherUnbounded
    /// A lease pays somebody else than its node has named.
    case payeeSwapped
    /// That a deposit is to pay is lost on the way into the market.
    case payerForgotten
    /// Who leaves the vault goes on being worked for.
    case exitForgotten
    /// A voucher that is on its way is sent again by another deed.
    case underwayForgotten
    /// A lease starts whose price is not locked.
    case lockForgotten
    /// What a provider has promised is forgotten when its lease is settled.
    case creditForgotten
    /// A silence for which the market was away is not excused.
    case excuseForgotten
    /// What a provider may have to give back is paid to it while the lease goes on.
    case creditPaidOut
    /// A lease that is being closed is closed by another deed, too.
    case lockSettledTwice
}
