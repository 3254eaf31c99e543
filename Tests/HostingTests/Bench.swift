import Domain
import Hosting

/// A host with a market and a runtime that do what a test says, on a clock that a test moves.
struct Bench {
    let owner: OwnerPolicy
    var host: Host
    var now = BootTime(nanoseconds: 1_000_000_000_000)
    var history = HostHistory()
    private(set) var log: [HostAction] = []
    /// Whether every scrub is done well and at once, or as the test says.
    var scrubsByHand = false

    static let second: Int64 = 1_000_000_000

    static func id(_ name: String) -> LeaseID {
        guard let id = LeaseID("lse_" + name) else { preconditionFailure("a test's id is valid") }
        return id
    }

    static func gpu(_ number: Int) -> Device {
        guard let id = DeviceID("GPU-\(number)") else { preconditionFailure("a valid id") }
        return Device(id: id, model: "H100", vramBytes: 80 << 30)
    }

    init(gpus: Int = 0, owner: OwnerPolicy = .standard, spotAsk: Rate? = nil) {
        self.owner = owner
        guard let node = NodeID("nod_1"), let ask = try? Rate(microPerHour: 3_600) else {
            preconditionFailure("a test's node is valid")
        }
        let capacity = Resources(milliCPU: 1_000, memoryBytes: 1 << 30, diskBytes: 1 << 30)
        host = Host(
            node: node,
            terms: OfferTerms(
                capacity: capacity, devices: (0..<gpus).map(Self.gpu), ask: ask, region: "TW",
                tier: .new, spotAsk: spotAsk), owner: owner)
    }

    static func dispatch(
        _ name: String, attempt: Int64 = 1, task: Int = 1, budget: Int64 = 3_600,
        limit: Int64 = 3_600, fence: Int64 = 8, outputs: [String] = [], gpus: [Int] = []
    ) -> Dispatch {
        guard let job = JobID("job_1"),
            let digest = BlobDigest("sha256:" + String(repeating: "a", count: 64))
        else { preconditionFailure("a test's job is valid") }
        return Dispatch(
            lease: id(name), attempt: attempt, task: TaskID(job: job, index: task), taskCount: 1,
            workload: Workload(
                image: .archive(name: "i", digest: digest), command: ["true"],
                environment: [], inputs: [], outputs: outputs),
            slice: Resources(milliCPU: 1_000, memoryBytes: 1 << 20, diskBytes: 1 << 20),
            devices: gpus.map { gpu($0).id }, budgetSeconds: budget, limitSeconds: limit,
            fence: fence, token: "t")
    }

    /// What it does, and what it does when its scrubs are answered.
    @discardableResult
    mutating func take(_ event: HostEvent) -> [HostAction] {
        keep(host.handle(event, at: now))
    }

    private mutating func keep(_ actions: [HostAction]) -> [HostAction] {
        log += actions
        for case .record(let record) in actions { history.apply(record) }
        var all = actions
        for case .remove(let lease) in actions { all += take(.removed(lease)) }
        guard !scrubsByHand else { return all }
        for case .scrub(let order) in actions { all += finish(order, Self.done) }
        return all
    }

    static let done = ScrubResult(evidence: ScrubEvidence(method: .contextsOnly))

    @discardableResult
    mutating func finish(_ order: ScrubOrder, _ result: ScrubResult) -> [HostAction] {
        take(.scrubbed(order.device, scrub: order.scrub, result))
    }

    mutating func pass(milliseconds: Int64) {
        now = now.advanced(nanoseconds: milliseconds * 1_000_000)
    }

    /// Hello, welcome, and the first heartbeat answered.
    mutating func connect(renewing renewals: [Renewal] = []) {
        take(.connected)
        take(.frame(.welcome))
        renew(renewals)
    }

    /// The devices are well, and clean for their first lease.
    mutating func makeReady() {
        take(.sampled([]))
        let readings = host.terms.devices.map { DeviceReading(device: $0.id, sight: .well) }
        take(.devicesSeen(readings, askedAt: now))
    }

    /// Answers the newest heartbeat.
    @discardableResult
    mutating func renew(_ renewals: [Renewal]) -> [HostAction] {
        take(.frame(.renewal(number: lastHeartbeat, leases: renewals)))
    }

    var lastHeartbeat: Int64 {
        log.compactMap { if case .send(.heartbeat(let number, _)) = $0 { number } else { nil } }
            .last ?? 0
    }

    /// Brings a lease to run since now.
    mutating func run(_ dispatch: Dispatch) {
        take(.frame(.dispatch(EffectID("e-\(dispatch.lease)"), dispatch)))
        take(.prepared(dispatch.lease))
        take(.started(dispatch.lease, at: now))
        take(.frame(.receiptAccepted(dispatch.lease, sequence: 1)))
    }

    /// One sample of one lease.
    @discardableResult
    mutating func sample(
        _ name: String, _ state: Observation.State, watched: Meter? = nil
    ) -> [HostAction] {
        let observation = Observation(
            lease: Self.id(name), state: state, watched: watched, usage: .none)
        return take(.sampled([observation]))
    }

    /// Runs on for so long, with a sample every 250 ms and every heartbeat and receipt answered.
    mutating func runOn(_ name: String, attempt: Int64 = 1, milliseconds: Int64) {
        for _ in 0..<(milliseconds / 250) {
            pass(milliseconds: 250)
            let actions = sample(name, .running)
            for case .send(.heartbeat) in actions {
                renew([Renewal(lease: Self.id(name), attempt: attempt)])
            }
            acceptAll(in: actions)
        }
    }

    static func readings(_ sights: [DeviceSight]) -> [DeviceReading] {
        sights.enumerated().map { DeviceReading(device: gpu($0).id, sight: $1) }
    }

    /// One sample of the devices, from the first on.
    @discardableResult
    mutating func see(_ sights: DeviceSight...) -> [HostAction] {
        take(.devicesSeen(Self.readings(sights), askedAt: now))
    }

    mutating func acceptAll(in actions: [HostAction]) {
        for case .claim(let receipt) in actions {
            take(.frame(.receiptAccepted(receipt.lease, sequence: receipt.sequence)))
        }
    }

    var receipts: [Receipt] {
        log.compactMap { if case .claim(let receipt) = $0 { receipt } else { nil } }
    }

    func lease(_ name: String) -> HostedLease? { host.leases.first { $0.id == Self.id(name) } }

    /// What the market was last told of the offer, by hello or since.
    var saidTerms: OfferTerms? {
        log.compactMap { action in
            switch action {
            case .send(.terms(let terms, _)), .send(.hello(let terms, _, _)): terms
            default: nil
            }
        }.last
    }

    /// Milliseconds until its hours close it, each time that terms were said.
    var saidClosings: [Int64?] {
        log.compactMap { action in
            switch action {
            case .send(.terms(_, let closesIn)), .send(.hello(_, _, let closesIn)):
                .some(closesIn)
            default: nil
            }
        }
    }

    /// The owner, as the hours and the keyboard show them.
    @discardableResult
    mutating func seeOwner(
        _ schedule: ScheduleSight = .open(closesIn: nil, opensAt: nil), desktopIdle: Int64? = nil
    ) -> [HostAction] {
        take(.ownerSeen(OwnerSight(schedule: schedule, desktopIdle: desktopIdle)))
    }

    /// How the last lease that ended did.
    var end: (reason: EndReason, seconds: Int64)? {
        for receipt in receipts.reversed() {
            if case .ended(let reason) = receipt.status { return (reason, receipt.seconds) }
        }
        return nil
    }

    /// The container's death is observed, and what it left is saved.
    mutating func bury(_ name: String, _ reason: EndReason = .exited(code: 137)) {
        sample(name, .exited(reason, at: now))
        take(.saved(Self.id(name), .complete))
    }

    /// The program dies and starts again on its journal.
    @discardableResult
    mutating func restart(
        fences: [LeaseID: BootTime], lost: Set<LeaseID> = []
    ) -> [HostAction] {
        host = Host(node: host.node, terms: host.terms, owner: owner)
        return keep(host.adopt(history, fences: fences, lost: lost, at: now))
    }
}
