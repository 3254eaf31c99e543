import Accounting
import Domain
import Marketplace

/// What must always be true, stated anew and apart from the rules that are to make it so.
///
/// Follows every commit and every container; keeps its own account of money, leases and time.
/// Keeps only the first thing that it finds untrue.
struct Auditor {
    struct Finding: Hashable {
        let rule: String
        let detail: String
    }

    /// What a commit looks like from outside: the command, what it answered, what it changed.
    struct Evidence {
        let command: Command
        let outcome: Outcome
        let decision: Decision?
        let at: Timestamp
        /// For a receipt: whether its node is honest, and how long its container really ran.
        let isHonest: Bool
        let ranNanoseconds: Int64
    }

    struct Heartbeat: Hashable {
        let connection: Int
        let number: Int64
    }

    private(set) var finding: Finding?
    let commission: BasisPoints

    // Money
    var balances: [LedgerAccount: Int64] = [:]
    var holds: [JobID: Hold] = [:]
    var holdsOfRenter: [AccountID: [JobID]] = [:]
    /// What transfers have paid for each lease: no more of the charge than went somewhere.
    var paid: [LeaseID: Posted] = [:]
    /// When each job's renter first asked for its end.
    var stops: [JobID: Timestamp] = [:]
    /// Seconds from start to end of settled leases.
    var elapsedOf: [LeaseID: Int64] = [:]

    /// What leases that deposits pay for have been charged, by who pays whom.
    var owed: [VoucherParties: (charge: Int64, commission: Int64)] = [:]

    // Jobs and leases
    var jobs: [JobID: Job] = [:]
    var jobOrder: [JobID] = []
    var jobOfKey: [ReplayKey: JobID] = [:]
    var retryOfKey: [ReplayKey: Bool] = [:]
    var leases: [LeaseID: Lease] = [:]
    var leaseOrder: [LeaseID] = []
    var unsettled: [JobID: [LeaseID]] = [:]
    var liveOnNode: [NodeID: [LeaseID]] = [:]
    var lastAttempt: [TaskID: Int64] = [:]
    var lastReading: [LeaseID: Reading] = [:]
    var leaseOfDevice: [DeviceID: LeaseID] = [:]
    var finalRecords: [LeaseID: Int] = [:]
    /// What each node has measured, and how near each job has to be.
    var roundTrips: [NodeID: RoundTrips] = [:]
    var ceilings: [JobID: LatencyNeed] = [:]
    /// By when each job's tasks have to have a place.
    var latestStarts: [JobID: Timestamp] = [:]
    /// Since when some of a job's tasks wait although it is past.
    var lateSince: [JobID: Timestamp] = [:]
    /// Tasks that were given up because that was past.
    var givenUp: Set<TaskID> = []
    /// How tasks were to stand to one another, and how many leases of each run of a gang there are.
    var formations: [JobID: Formation] = [:]
    var gangLeases: [GangRun: Int] = [:]
    /// What each node has said of itself, and what each job asked for.
    var said: [NodeID: OfferTerms] = [:]
    var asked: [JobID: Needs] = [:]
    /// Nodes on which nothing new is wanted.
    var drained: Set<NodeID> = []
    /// When a node wrote down that a lease makes way, and which leases have run there.
    var noticeGiven: [LeaseID: Timestamp] = [:]
    var ranOnNodes: Set<LeaseID> = []

    // Time
    var started: [LeaseID: Timestamp] = [:]
    /// Milliseconds in which a lease's node was silent beyond the fence.
    var silence: [LeaseID: Int64] = [:]
    var lastAnswer: [NodeID: Timestamp] = [:]
    /// The same two, but not as a market can know them that has started anew.
    var realSilence: [LeaseID: Int64] = [:]
    var realLastAnswer: [NodeID: Timestamp] = [:]
    struct Restart: Hashable {
        let at: Timestamp
        /// The market's last sign of life before it.
        let alive: Timestamp
    }
    /// The last one of the market.
    var restart: Restart?
    /// When each heartbeat arrived.
    var arrivals: [Heartbeat: Timestamp] = [:]
    /// When the heartbeat arrived whose answer last let a lease run on.
    var lastRenewal: [LeaseID: Timestamp] = [:]
    /// The connection on which a heartbeat of each node was last answered, and when that arrived.
    var answeredOn: [NodeID: (connection: Int, at: Timestamp)] = [:]

    // Offers
    /// What was said on the session that stands and has not led to a welcome.
    var hellos: [NodeID: (connection: Int, at: Timestamp)] = [:]
    /// Nodes of which an offer is with the store.
    var offersOut: Set<NodeID> = []
    /// Nodes of which the store has lost an offer since the last tick.
    var offersLost: Set<NodeID> = []

    // Containers
    /// Unfrozen time of each lease's finished stretches, by its node's clock.
    var ran: [LeaseID: Int64] = [:]
    var running: [TaskID: [LeaseID]] = [:]
    var overlaps: [TaskID] = []

    // Devices
    /// Whose data a device still holds.
    var tenants: [DeviceID: LeaseID] = [:]
    /// A lease that ran on a device, as the market knows it, with no receipt of a scrub after it.
    var unscrubbed: [DeviceID: LeaseID] = [:]
    /// Of a device's newest receipt: the lease after which it certainly is.
    var scrubbedAfter: [DeviceID: LeaseID] = [:]

    // Log
    var heads: [PublishedHead] = []

    init(commission: BasisPoints) { self.commission = commission }

    mutating func fail(_ rule: String, _ detail: String) {
        if finding == nil { finding = Finding(rule: rule, detail: detail) }
    }

    mutating func require(
        _ isTrue: Bool, _ rule: String, _ detail: @autoclosure () -> String
    ) {
        if !isTrue { fail(rule, detail()) }
    }

    /// Follows one commit.
    mutating func follow(_ evidence: Evidence) {
        if case .failure(.termsImpossible(let text)) = evidence.outcome,
            text.hasPrefix("internal rule")
        {
            fail("no rule is surprised", "\(evidence.command.verb): \(text)")
        }
        guard let decision = evidence.decision else { return }
        checkKeys(evidence)
        noteDrains(evidence.command)
        noteDistance(evidence)
        noteDeadlines(evidence, decision)
        noteFormation(evidence)
        noteFloors(evidence)
        noteScrubs(evidence.command)
        noteStop(evidence)
        if case .submit(let submit) = evidence.command { checkPayer(submit, decision) }
        for transfer in decision.transfers {
            take(transfer)
            noteOwed(transfer)
        }
        for entry in decision.newEntries { take(entry) }
        // A job's row tells of its leases' settlement: leases first.
        for case .lease(let lease) in decision.rows { take(lease, evidence) }
        for row in decision.rows {
            switch row {
            case .balance(let balance): check(balance)
            case .hold(let hold): take(hold)
            case .job(let job): take(job)
            default: break  // looked at as a whole each second
            }
        }
        for case .job(let job) in decision.rows { checkEnd(of: job) }
        checkYield(decision)
        checkGangs(decision)
    }

    /// The same key has one effect, for ever.
    private mutating func checkKeys(_ evidence: Evidence) {
        guard case .success(let answer) = evidence.outcome else { return }
        switch evidence.command {
        case .submit(let submit):
            let key = submit.idempotency.key
            if let known = jobOfKey[key] {
                require(
                    answer.isReplayed && answer.job == known, "one key, one effect",
                    "\(key.text) made a second job")
            } else {
                jobOfKey[key] = answer.job
            }
        case .retry(_, let once):
            let isFirst = retryOfKey.updateValue(true, forKey: once.key) == nil
            require(
                isFirst != answer.isReplayed, "one key, one effect",
                "\(once.key.text) retried twice")
        default: break  // only these carry a renter's key
        }
    }

    private mutating func take(_ job: Job) {
        if jobs[job.id] == nil { jobOrder.append(job.id) }
        jobs[job.id] = job
        let counts = job.counts
        let sum = counts.unfinished + counts.succeeded + counts.failed + counts.stopped
        require(
            sum == job.terms.tasks && counts.queued >= 0 && counts.open >= 0 && counts.leased >= 0,
            "a job's tasks are counted", "\(job.id): \(counts)")
    }

    /// A closed job has nothing left to run and nothing left to pay.
    private mutating func checkEnd(of job: Job) {
        guard case .closed = job.life else { return }
        let left = unsettled[job.id] ?? []
        require(left.isEmpty, "a closed job has no open lease", "\(job.id): \(left)")
        require(
            holds[job.id]?.life != .pending, "a closed job has no open hold", "\(job.id)")
    }
}
