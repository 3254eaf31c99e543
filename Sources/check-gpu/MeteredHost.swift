import Domain
import Hosting
import NVML

/// A node's core with one lease on one GPU, and a market that answers everything at once.
struct MeteredHost {
    private var host: Host
    private let dispatch: Dispatch
    private(set) var isStartWanted = false
    private(set) var isKillWanted = false
    /// As it last ran.
    private(set) var meter: Meter?
    /// The last receipt.
    private(set) var end: Receipt?

    /// Nil for a device whose names are none.
    init?(_ device: NVMLDevice) {
        guard let id = DeviceID(device.uuid), let node = NodeID("nod_check"),
            let lease = LeaseID("lse_check"), let job = JobID("job_check"),
            let digest = BlobDigest("sha256:" + String(repeating: "0", count: 64)),
            let ask = try? Rate(microPerHour: 1)
        else { return nil }
        let slice = Resources(milliCPU: 1_000, memoryBytes: 1 << 30, diskBytes: 1 << 30)
        host = Host(
            node: node,
            terms: OfferTerms(
                capacity: slice,
                devices: [Device(id: id, model: device.name, vramBytes: device.vramBytes)],
                ask: ask, region: "TW", tier: .new))
        dispatch = Dispatch(
            lease: lease, attempt: 1, task: TaskID(job: job, index: 1), taskCount: 1,
            workload: Workload(
                image: .archive(name: "check", digest: digest), command: [], environment: [],
                inputs: [], outputs: []),
            slice: slice, devices: [id], budgetSeconds: 3_600, limitSeconds: 3_600, fence: 60,
            token: "none")
    }

    /// Brings the lease to where it wants to start.
    mutating func lease(_ sample: NVMLSample?, at now: BootTime) {
        take(.connected, at: now)
        take(.sampled([]), at: now)
        see(sample, askedAt: now, at: now)
        take(.frame(.dispatch(EffectID("check"), dispatch)), at: now)
    }

    mutating func started(at start: BootTime) {
        take(.started(dispatch.lease, at: start), at: start)
    }

    /// What NVML says of the device, in the words of a node: an Xid that a program raised is not
    /// about the device.
    mutating func see(_ sample: NVMLSample?, askedAt: BootTime, at now: BootTime) {
        let sight: DeviceSight =
            if let xid = sample?.fatalXid {
                .lost(code: "xid_\(xid)")
            } else if let failure = sample?.failure {
                failure.isLost ? .lost(code: "gone") : .silent
            } else {
                sample == nil ? .lost(code: "gone") : .well
            }
        let readings = dispatch.devices.map { DeviceReading(device: $0, sight: sight) }
        take(.devicesSeen(readings, askedAt: askedAt), at: now)
    }

    mutating func observe(_ state: Observation.State, at now: BootTime) {
        let observation = Observation(
            lease: dispatch.lease, state: state, watched: nil, usage: .none)
        take(.sampled([observation]), at: now)
        if case .running(let meter)? = host.leases.first?.phase { self.meter = meter }
    }

    private mutating func take(_ event: HostEvent, at now: BootTime) {
        var events = [event]
        while !events.isEmpty {
            let actions = host.handle(events.removeFirst(), at: now)
            events += actions.compactMap { answer($0) }
        }
    }

    /// What a market and a runtime without faults answer.
    private mutating func answer(_ action: HostAction) -> HostEvent? {
        switch action {
        case .send(.hello): return .frame(.welcome)
        case .send(.heartbeat(let number, _)):
            let renewal = Renewal(lease: dispatch.lease, attempt: dispatch.attempt)
            return .frame(.renewal(number: number, leases: [renewal]))
        case .claim(let receipt):
            if case .ended = receipt.status { end = receipt }
            return .frame(.receiptAccepted(receipt.lease, sequence: receipt.sequence))
        case .prepare: return .prepared(dispatch.lease)
        case .save: return .saved(dispatch.lease, .complete)
        case .remove(let lease): return .removed(lease)
        case .start: isStartWanted = true
        case .kill: isKillWanted = true
        case .scrub(let order):
            // What a program leaves here is its own.
            let nothing = ScrubResult(evidence: ScrubEvidence(method: .contextsOnly))
            return .scrubbed(order.device, scrub: order.scrub, nothing)
        case .send, .record, .attest, .tell, .moveFence, .freeze, .thaw, .notify, .reconnect:
            break
        }
        return nil
    }
}
