package import Domain

/// Every lease of one node, and the one function that turns what happens into what to do.
///
/// Events come in the order in which they happened, with a clock that never goes back. The same
/// events give the same actions. Repeating any frame changes nothing.
package struct Host: Sendable {
    /// Beyond this many leases a dispatch is not acknowledged; with one pending receipt each and
    /// the heartbeats on their way, at most 1 000 frames are unanswered.
    package static let mostLeases = 900
    /// Between two receipts of a running lease, and between two sendings of an unaccepted one.
    package static let claimEvery: Int64 = 5_000_000_000
    package static let resendEvery: Int64 = 1_000_000_000
    package static let saveWithin: Int64 = 600_000_000_000

    package let node: NodeID
    /// What the node declares, with every device that it has.
    package let terms: OfferTerms
    /// By the last sample; only looked up, never walked where order tells.
    var devices: [DeviceID: KnownDevice] = [:]
    var owner: OwnerView
    /// To the market's beacons, as last measured.
    var roundTrips: RoundTrips
    /// Whether the market has said on this session what the owner wants.
    var isWishHeard = false
    /// What was said on this session.
    var saidTerms: OfferTerms?
    /// When the hours close it, as it was said with them.
    var saidClosing: BootTime?
    /// Leases of this event have given devices back: what is offered is said at its end.
    var isWithdrawing = false
    /// Which leases are asked to leave is not what the last heartbeat said: one goes out at the end.
    var isNoticeNews = false
    /// What must be known of each device after a restart.
    package internal(set) var care: [DeviceID: DeviceCare] = [:]
    var scrubTimes: [DeviceID: ScrubTimes] = [:]
    /// Receipts that the market has not answered.
    var untold: [DeviceID: UntoldScrub] = [:]
    /// Leases whose containers may not be gone yet.
    var removing: [LeaseID] = []
    /// Leases whose containers the last sample saw alive; nil before the first one.
    var living: [LeaseID]?
    var table = LeaseTable()
    var finished: [LeaseID] = []
    var session = Session.down
    var heartbeatNumber: Int64 = 0
    /// When the newest heartbeat that this session's market has answered was sent.
    var answeredHeartbeatSentAt: BootTime?
    /// Somebody here wants nothing new, and the market has not said that it knows. Not written down:
    /// what the market knows it keeps, and who asked dies with this program.
    package internal(set) var isDrainUnanswered = false
    /// When that was last said on this session.
    var drainSaidAt: BootTime?
    var actions: [HostAction] = []

    package init(node: NodeID, terms: OfferTerms, owner policy: OwnerPolicy = .standard) {
        self.node = node
        self.terms = terms
        roundTrips = terms.roundTrips
        owner = OwnerView(policy: policy)
    }

    /// Leases held, in the order of their ids.
    package var leases: [HostedLease] { table.all }

    /// What to do after `event`, which happened at `now`, in this order.
    package mutating func handle(_ event: HostEvent, at now: BootTime) -> [HostAction] {
        switch event {
        case .connected: greet(at: now)
        case .disconnected: hangUp()
        case .frame(let frame): take(frame, at: now)
        case .prepared(let lease): prepared(lease, at: now)
        case .started(let lease, let start): started(lease, since: start, at: now)
        case .startFailed(let lease, let code): startFailed(lease, code: code, at: now)
        case .sampled(let observations):
            reconcile(observations, at: now)
            runTimers(at: now)
        case .devicesSeen(let readings, let askedAt): see(readings, askedAt: askedAt, at: now)
        case .ownerSeen(let sight): see(sight, at: now)
        case .roundTripsMeasured(let trips):
            if !trips.isLike(roundTrips) { roundTrips = trips }
            offerAnew(at: now)
        case .saved(let lease, let result): saved(lease, result, at: now)
        case .removed(let lease): removed(lease, at: now)
        case .scrubbed(let device, let scrub, let result):
            scrubbed(device, scrub, result, at: now)
        case .quarantineLifted(let device): lift(device, at: now)
        case .condemned(let lease, let reason): end(lease, reason, at: now)
        case .drainAsked:
            isDrainUnanswered = true
            askDrain(at: now)
        case .tick: runTimers(at: now)
        }
        withdraw(at: now)
        if isNoticeNews { beat(at: now) }
        defer { actions = [] }
        return actions
    }

    /// Replaces a lease and writes down what must survive a restart, if that has changed.
    mutating func put(_ lease: HostedLease) {
        let before = table[lease.id]?.progress
        table[lease.id] = lease
        if before?.standingNotice != lease.progress.standingNotice { isNoticeNews = true }
        if before != lease.progress { actions.append(.record(.progress(lease.id, lease.progress))) }
    }

    /// The lease is over for the market too: everything of it goes, its name is remembered.
    mutating func forget(_ lease: LeaseID) {
        guard table[lease] != nil else { return }
        table[lease] = nil
        remember(lease)
        remove(lease)
    }

    /// Has all of it taken off this machine.
    mutating func remove(_ lease: LeaseID) {
        if !removing.contains(lease) { removing.append(lease) }
        actions.append(.remove(lease))
    }

    mutating func removed(_ lease: LeaseID, at now: BootTime) {
        removing.removeAll { $0 == lease }
        scrubWhatIsDue(at: now)
    }

    mutating func remember(_ lease: LeaseID) {
        guard !finished.contains(lease) else { return }
        finished.append(lease)
        if finished.count > HostHistory.mostFinished { finished.removeFirst() }
        actions.append(.record(.finished(lease)))
    }
}

// MARK: - Restart

extension Host {
    /// Takes over what an earlier run of the program left behind, before any other event.
    ///
    /// - Parameters:
    ///   - fences: what each lease's fence file says; a lease without one is unrenewed.
    ///   - lost: leases whose last record is of another boot: nothing of them can be running.
    package mutating func adopt(
        _ history: HostHistory, fences: [LeaseID: BootTime], lost: Set<LeaseID>, at now: BootTime
    ) -> [HostAction] {
        finished = history.finished
        adopt(history.devices)
        owner.take(history.wish, at: now)
        for (dispatch, progress) in history.leases {
            table[dispatch.lease] = HostedLease(
                dispatch: dispatch, progress: progress,
                fence: fences[dispatch.lease] ?? BootTime(nanoseconds: 0), now: now)
            if progress.phase.mayHaveContainer { keepUse(by: dispatch) }
            if lost.contains(dispatch.lease) {
                bury(dispatch.lease, at: now)
            } else {
                resume(dispatch.lease, at: now)
            }
        }
        removeLastTenants()
        defer { actions = [] }
        return actions
    }

    /// Asks again for what was under way; each is idempotent in the runtime.
    private mutating func resume(_ id: LeaseID, at now: BootTime) {
        guard var lease = table[id] else { return }
        switch lease.phase {
        case .preparing, .ready: actions.append(.prepare(lease.dispatch))
        case .starting: actions.append(.start(lease.dispatch))
        case .saving: actions.append(.save(id))
        case .ending(let reason, let seconds, let askedAt, _):
            // Whether its devices answered meanwhile nobody knows.
            lease.progress.phase = .ending(reason, seconds: seconds, askedAt: askedAt)
            table[id] = lease
            actions.append(.kill(id))
        case .running, .frozen:
            // It may have been written down and not said.
            if lease.progress.notice?.isTakenBack == false { actions.append(.notify(id)) }
        case .ended: break
        }
    }

    /// The boot in which the lease ran is over; what was counted by then is what it claims.
    private mutating func bury(_ id: LeaseID, at now: BootTime) {
        guard let lease = table[id] else { return }
        switch lease.phase {
        case .preparing, .ready: actions.append(.prepare(lease.dispatch))
        case .starting: finish(id, .killed, seconds: 0, at: now)
        case .running(let meter), .frozen(let meter):
            finish(id, .killed, seconds: meter.seconds, at: now)
        case .ending(let reason, let seconds, _, _):
            finish(id, reason, seconds: seconds, at: now)
        case .saving(let reason, let seconds, _):
            save(id, reason, seconds: seconds, at: now)
        case .ended: break
        }
    }
}
