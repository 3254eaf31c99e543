/// What a node says on its channel.
package enum NodeFrame: Hashable, Sendable, Codable {
    /// First on every connection: what the node has and which leases it holds. What terms on their
    /// way say of closing hours is the milliseconds that are left: no two clocks have to agree.
    case hello(terms: OfferTerms, leases: [LeaseID], closesIn: Int64? = nil)
    /// What the node has now, in place of what it said before on this session.
    case terms(OfferTerms, closesIn: Int64? = nil)
    /// Once a second, and when it is news which leases are asked to leave: those that it names are,
    /// with the milliseconds that are left, and no others. The market answers with `renewal` of
    /// the same number.
    case heartbeat(number: Int64, leaving: [LeaveCall<Int64>] = [])
    case receipt(SignedReceipt)
    case acknowledged(EffectID)
    /// Nothing new is to be placed here; said again on every session until `drained` answers it.
    case drain
    /// A device is clean: the receipt of its last scrub, repeated until it is answered.
    case scrubbed(SignedReceipt)
    /// The owner's wish of that number is known here.
    case wished(number: Int64)
}

/// What the market says to a node.
package enum MarketFrame: Hashable, Sendable, Codable {
    /// The session stands; the market knows the node.
    case welcome
    /// Answers heartbeat `number`: these leases may run on; a lease not listed may not.
    case renewal(number: Int64, leases: [Renewal])
    case dispatch(EffectID, Dispatch)
    case stop(EffectID, LeaseID, EndReason)
    /// A spot lease makes way: its program is told, and has so many milliseconds from then on.
    case leave(EffectID, LeaseID, noticeMilliseconds: Int64)
    case receiptAccepted(LeaseID, sequence: Int64)
    /// The claim stands unaccepted; repeat it, unless the lease is over.
    case receiptRefused(LeaseID, sequence: Int64, code: String)
    /// Answers `drain`: it is committed, and holds until the owner takes it back.
    case drained
    /// Answers `scrubbed`: it is committed, or refused for good, with a stable code.
    case scrubAnswered(DeviceID, scrub: Int64, refusal: String?)
    /// What the owner asks for, with the milliseconds that are left; said on every session, and
    /// again until `wished` answers it. Numbers grow with each wish.
    case wish(number: Int64, OwnerWish<Int64>)
    /// The session ends; the text is a stable code.
    case goodbye(code: String)

    /// The one goodbye that ends nothing: another session of this node was tried, and refused.
    package static let secondSessionTried = "second_session_tried"
}

package struct Renewal: Hashable, Sendable, Codable {
    package let lease: LeaseID
    package let attempt: Int64

    package init(lease: LeaseID, attempt: Int64) {
        self.lease = lease
        self.attempt = attempt
    }
}

/// All a node needs to run one lease.
package struct Dispatch: Hashable, Sendable, Codable {
    package let lease: LeaseID
    package let attempt: Int64
    package let task: TaskID
    package let taskCount: Int
    package let workload: Workload
    package let slice: Resources
    package let devices: [DeviceID]
    /// `floor(escrow × 3600 / rate)`: the node stops by itself.
    package let budgetSeconds: Int64
    /// `limits.max_duration`.
    package let limitSeconds: Int64
    package let fence: Int64
    /// Bearer of this lease's bytes; dies with the attempt.
    package let token: String
    package let network: NetworkAccess

    package init(
        lease: LeaseID, attempt: Int64, task: TaskID, taskCount: Int, workload: Workload,
        slice: Resources, devices: [DeviceID], budgetSeconds: Int64, limitSeconds: Int64,
        fence: Int64, token: String, network: NetworkAccess = .none
    ) {
        self.lease = lease
        self.attempt = attempt
        self.task = task
        self.taskCount = taskCount
        self.workload = workload
        self.slice = slice
        self.devices = devices
        self.budgetSeconds = budgetSeconds
        self.limitSeconds = limitSeconds
        self.fence = fence
        self.token = token
        self.network = network
    }
}

/// Names one committed effect for ever: the same text means the same effect.
package struct EffectID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let text: String
    package init(_ text: String) { self.text = text }
    package var description: String { text }
    package static func < (left: EffectID, right: EffectID) -> Bool { left.text < right.text }
}
