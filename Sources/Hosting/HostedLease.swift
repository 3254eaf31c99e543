package import Domain

/// How far a lease has come on this node.
package enum Phase: Hashable, Sendable, Codable {
    /// Image and inputs are being fetched.
    case preparing
    /// May start as soon as the fence allows and no older attempt of the task has a container.
    case ready
    /// The runtime was asked to start it.
    case starting
    case running(Meter)
    /// Frozen by us: the fence ran out.
    case frozen(Meter)
    /// Asked to die; no fewer than `seconds` are claimed, and no more but what `tail` adds.
    case ending(EndReason, seconds: Int64, askedAt: BootTime, tail: Tail? = nil)
    /// Dead; outputs and log lines are on their way, at most until then.
    case saving(EndReason, seconds: Int64, until: BootTime)
    /// Only the final receipt is left to be accepted.
    case ended(EndReason, seconds: Int64)

    /// Whether a container of it may exist and run.
    package var mayHaveContainer: Bool {
        switch self {
        case .starting, .running, .frozen, .ending: true
        case .preparing, .ready, .saving, .ended: false
        }
    }

    /// Whether its container is meant to be there.
    var isMeant: Bool {
        switch self {
        case .starting, .running, .frozen: true
        case .preparing, .ready, .ending, .saving, .ended: false
        }
    }
}

/// The last moments of a lease with devices that was asked to die while it ran: they count as far as
/// its devices turn out to have answered.
package struct Tail: Hashable, Sendable, Codable {
    package internal(set) var meter: Meter
    /// When it was first asked to die: nothing after that counts.
    package let until: BootTime
}

/// What one receipt claims, before the node's name is put on it and it is signed.
package struct Claim: Hashable, Sendable {
    package let sequence: Int64
    package let seconds: Int64
    package let status: RunStatus
    package let usage: Usage
}

extension Claim: Codable {
    private enum Key: String, CodingKey { case sequence, seconds, status, usage }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let text = try values.decode(String.self, forKey: .status)
        guard let status = RunStatus(text: text) else {
            throw DecodingError.dataCorruptedError(
                forKey: .status, in: values, debugDescription: "not a run status")
        }
        self.init(
            sequence: try values.decode(Int64.self, forKey: .sequence),
            seconds: try values.decode(Int64.self, forKey: .seconds),
            status: status, usage: try values.decode(Usage.self, forKey: .usage))
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(sequence, forKey: .sequence)
        try values.encode(seconds, forKey: .seconds)
        try values.encode(status.text, forKey: .status)
        try values.encode(usage, forKey: .usage)
    }
}

/// Evidence beside the seconds: what the lease's cgroup used so far.
package struct Usage: Hashable, Sendable, Codable {
    package static let none = Usage(cpuMilliseconds: 0, peakMemoryBytes: 0)

    package let cpuMilliseconds: Int64
    package let peakMemoryBytes: Int64

    package init(cpuMilliseconds: Int64, peakMemoryBytes: Int64) {
        self.cpuMilliseconds = max(0, cpuMilliseconds)
        self.peakMemoryBytes = max(0, peakMemoryBytes)
    }
}

/// What of a lease must survive a restart of the node's program.
package struct Progress: Hashable, Sendable, Codable {
    package internal(set) var phase: Phase
    /// The newest receipt made; its sequence and seconds never go back.
    package internal(set) var lastClaim: Claim?
    /// The market has not accepted `lastClaim` yet.
    package internal(set) var isClaimPending: Bool
    /// That it was asked to leave, where it was.
    package internal(set) var notice: LeaveNotice?
    /// It makes way at the market's word: milliseconds that its program is given. Never taken back.
    package internal(set) var preemption: Int64?

    package init() {
        phase = .preparing
        isClaimPending = false
    }

    /// That it is asked to leave now.
    var standingNotice: LeaveNotice? { notice.flatMap { $0.isTakenBack ? nil : $0 } }
}

/// The end of a container as it was first seen, never after that moment.
struct ContainerExit: Hashable, Sendable {
    let reason: EndReason
    let at: BootTime
}

/// One lease on this node: what was asked, how far it is, and what only this run of the program
/// needs to know.
package struct HostedLease: Hashable, Sendable {
    package let dispatch: Dispatch
    package internal(set) var progress: Progress
    /// It may run unfrozen before this moment only.
    package internal(set) var fence: BootTime
    /// How its container ended, seen and not settled: its devices are asked once more.
    var exit: ContainerExit?
    var usage: Usage
    var claimMadeAt: BootTime
    var claimSentAt: BootTime?

    package var id: LeaseID { dispatch.lease }
    package var phase: Phase { progress.phase }

    package init(dispatch: Dispatch, progress: Progress, fence: BootTime, now: BootTime) {
        self.dispatch = dispatch
        self.progress = progress
        self.fence = fence
        usage = progress.lastClaim?.usage ?? .none
        claimMadeAt = now
    }

    /// Seconds that no claim may exceed.
    package var mostSeconds: Int64 { max(0, min(dispatch.budgetSeconds, dispatch.limitSeconds)) }

    /// Why it ends at `mostSeconds`.
    var reasonAtMost: EndReason {
        dispatch.budgetSeconds < dispatch.limitSeconds ? .budgetExhausted : .overran
    }

    /// Claimable now: never above the bound, never below what was claimed before.
    func claimable(_ seconds: Int64) -> Int64 {
        max(min(seconds, mostSeconds), progress.lastClaim?.seconds ?? 0)
    }

    /// What the next receipt says; nil while there is nothing to claim.
    var standing: (status: RunStatus, seconds: Int64)? {
        switch phase {
        case .preparing, .ready, .starting, .ending, .saving: nil
        case .running(let meter):
            (meter.sight == .running ? .running : .frozen, claimable(meter.seconds))
        case .frozen(let meter): (.frozen, claimable(meter.seconds))
        case .ended(let reason, let seconds): (.ended(reason), claimable(seconds))
        }
    }
}

/// The node's leases in the order of their ids.
struct LeaseTable: Hashable, Sendable {
    private(set) var all: [HostedLease] = []

    subscript(id: LeaseID) -> HostedLease? {
        get {
            let place = position(of: id)
            return place < all.count && all[place].id == id ? all[place] : nil
        }
        set {
            let place = position(of: id)
            let isPresent = place < all.count && all[place].id == id
            switch (newValue, isPresent) {
            case (let lease?, true): all[place] = lease
            case (let lease?, false): all.insert(lease, at: place)
            case (nil, true): all.remove(at: place)
            case (nil, false): break
            }
        }
    }

    private func position(of id: LeaseID) -> Int {
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            if all[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
