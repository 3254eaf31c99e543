package import Domain

/// What happens to a node.
package enum HostEvent: Hashable, Sendable {
    /// A connection to the market stands; nothing was said on it yet.
    case connected
    case disconnected
    case frame(MarketFrame)
    /// Image and inputs are there.
    case prepared(LeaseID)
    /// The container runs since then.
    case started(LeaseID, at: BootTime)
    /// It could not be prepared or started; the code is stable.
    case startFailed(LeaseID, code: String)
    /// Every container with this node's label, as it stands now. Drives reconciliation and timers;
    /// expected at least four times a second.
    case sampled([Observation])
    /// Every device of this machine, as the driver sees it now; expected once a second where the node
    /// declares devices. They were asked no earlier than `askedAt`.
    case devicesSeen([DeviceReading], askedAt: BootTime)
    /// The machine's owner, as they can be seen now; expected once a second where anything of them
    /// is looked at, and once at the start in any case.
    case ownerSeen(OwnerSight)
    /// How far the market's beacons are now. What is about the same as before is no news: a changed
    /// offer makes the market think again.
    case roundTripsMeasured(RoundTrips)
    /// Outputs and log lines have reached the market, or never will.
    case saved(LeaseID, SaveResult)
    /// Nothing of the lease is left on this machine.
    case removed(LeaseID)
    /// That scrub of the device has ended.
    case scrubbed(DeviceID, scrub: Int64, ScrubResult)
    /// The owner has looked at a device in quarantine.
    case quarantineLifted(DeviceID)
    /// The node itself must end it, for one of its own reasons (the disk is full).
    case condemned(LeaseID, EndReason)
    /// Nothing new is to be placed here: the market is told until it says that it knows.
    case drainAsked
    /// Time has passed; only the timers run.
    case tick
}

package enum SaveResult: Hashable, Sendable {
    case complete, logsLost, outputsLost
}

/// One container as the runtime sees it.
package struct Observation: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        case running
        /// Frozen through the lease's own parent group: by us or by the lease's watcher.
        case frozenByUs
        /// Frozen by somebody else.
        case frozenByOther
        /// Its first process is gone; how it ended is not known yet.
        case ending
        case exited(EndReason, at: BootTime)
    }

    package let lease: LeaseID
    package let state: State
    /// What a second observer, who also watches while this program is dead, has counted.
    package let watched: Meter?
    package let usage: Usage

    package init(lease: LeaseID, state: State, watched: Meter?, usage: Usage) {
        self.lease = lease
        self.state = state
        self.watched = watched
        self.usage = usage
    }

    var isAlive: Bool {
        if case .exited = state { false } else { true }
    }
}

/// What the program has to do, in this order. Each is idempotent by its lease.
package enum HostAction: Hashable, Sendable {
    /// Make it durable before the actions that follow.
    case record(HostRecord)
    case send(NodeFrame)
    /// Sign and send.
    case claim(Receipt)
    case prepare(Dispatch)
    case start(Dispatch)
    /// The lease may run unfrozen until then; known to its watcher before it is thawed.
    case moveFence(LeaseID, BootTime)
    case freeze(LeaseID)
    case thaw(LeaseID)
    /// Tell its program that it is to leave: `SIGTERM` to the first process.
    case notify(LeaseID)
    case kill(LeaseID)
    /// Upload outputs and the rest of the log.
    case save(LeaseID)
    /// Kill if it still lives, then remove the container and all that belongs to the lease, also
    /// what is only being started; answered with `removed`.
    case remove(LeaseID)
    /// See to it that nothing of an earlier lease is on the device, and answer with `scrubbed`; an
    /// earlier scrub of it is given up.
    case scrub(ScrubOrder)
    /// Sign and keep, once for each scrub, before the actions that follow.
    case attest(ScrubReceipt)
    /// Sign and send to the market.
    case tell(ScrubReceipt)
    /// The session is over; connect anew.
    case reconnect
}

/// One line of the node's journal.
package enum HostRecord: Hashable, Sendable, Codable {
    case accepted(Dispatch)
    case progress(LeaseID, Progress)
    case finished(LeaseID)
    case device(DeviceID, DeviceCare)
    /// What the owner wants; of no lease.
    case wished(HeldWish)

    /// The lease that it is about.
    package var lease: LeaseID? {
        switch self {
        case .accepted(let dispatch): dispatch.lease
        case .progress(let lease, _), .finished(let lease): lease
        case .device, .wished: nil
        }
    }

    /// What it means in a boot after the one that it was written in.
    package var inAnotherBoot: HostRecord {
        if case .wished(let wish) = self { .wished(wish.inAnotherBoot) } else { self }
    }
}

/// The fold of a journal: what a restarted node knows.
package struct HostHistory: Hashable, Sendable {
    /// Leases that are over are remembered, so that a late duplicate never runs again.
    package static let mostFinished = 4096
    /// Devices that are remembered: more than a machine has.
    package static let mostDevices = 1024

    private var table: [LeaseID: (dispatch: Dispatch, progress: Progress)] = [:]
    private var order: [LeaseID] = []
    package private(set) var finished: [LeaseID] = []
    package private(set) var devices: [DeviceID: DeviceCare] = [:]
    package private(set) var wish = HeldWish.none

    package init() {}

    package mutating func apply(_ record: HostRecord) {
        switch record {
        case .accepted(let dispatch):
            guard table[dispatch.lease] == nil else { return }
            table[dispatch.lease] = (dispatch, Progress())
            order.append(dispatch.lease)
        case .progress(let lease, let progress):
            table[lease]?.progress = progress
        case .finished(let lease):
            table[lease] = nil
            order.removeAll { $0 == lease }
            finished.append(lease)
            if finished.count > Self.mostFinished { finished.removeFirst() }
        case .device(let device, let care):
            devices[device] = care
            forgetOne(butNot: device)
        case .wished(let wish): self.wish = wish
        }
    }

    /// Names of MIG instances come and go. What was in quarantine stays known.
    private mutating func forgetOne(butNot device: DeviceID) {
        guard devices.count > Self.mostDevices else { return }
        let others = devices.keys.sorted().filter { id in
            if case .quarantined? = devices[id]?.cleanliness { false } else { id != device }
        }
        if let first = others.first { devices[first] = nil }
    }

    /// Live leases in the order in which they came.
    package var leases: [(dispatch: Dispatch, progress: Progress)] {
        order.compactMap { table[$0] }
    }

    /// The shortest journal that folds to the same history.
    package var records: [HostRecord] {
        (wish == .none ? [] : [.wished(wish)]) + finished.map { .finished($0) }
            + devices.keys.sorted().compactMap { id in devices[id].map { .device(id, $0) } }
            + leases.flatMap { lease -> [HostRecord] in
                [.accepted(lease.dispatch), .progress(lease.dispatch.lease, lease.progress)]
            }
    }

    package static func == (left: HostHistory, right: HostHistory) -> Bool {
        left.records == right.records
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(records) }
}
