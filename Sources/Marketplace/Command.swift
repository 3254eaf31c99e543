package import Domain
package import Verification

/// A request with an idempotency key: the key, and the SHA-256 of its body in hex.
package struct Idempotency: Hashable, Sendable {
    package let key: ReplayKey
    package let bodyHash: String

    package init(key: ReplayKey, bodyHash: String) {
        self.key = key
        self.bodyHash = bodyHash
    }
}

package struct SubmitJob: Hashable, Sendable {
    package let id: JobID
    package let renter: AccountID
    package let terms: JobTerms
    /// 16 random bytes.
    package let salt: [UInt8]
    package let idempotency: Idempotency

    package init(
        id: JobID, renter: AccountID, terms: JobTerms, salt: [UInt8], idempotency: Idempotency
    ) {
        self.id = id
        self.renter = renter
        self.terms = terms
        self.salt = salt
        self.idempotency = idempotency
    }
}

/// One order on one offer, as the book proposed it.
package struct Clearing: Hashable, Sendable {
    package let lease: LeaseID
    package let task: TaskID
    package let attempt: Int64
    package let node: NodeID
    package let offerVersion: Int64
    package let devices: [DeviceID]

    package init(
        lease: LeaseID, task: TaskID, attempt: Int64, node: NodeID, offerVersion: Int64,
        devices: [DeviceID]
    ) {
        self.lease = lease
        self.task = task
        self.attempt = attempt
        self.node = node
        self.offerVersion = offerVersion
        self.devices = devices
    }
}

/// Spot leases that make way together for an order that has no place.
package struct Preemption: Hashable, Sendable {
    /// On demand, and on the book.
    package let task: TaskID
    package let attempt: Int64
    package let node: NodeID
    /// All on that node, and none that is not needed for it.
    package let leases: [LeaseID]

    package init(task: TaskID, attempt: Int64, node: NodeID, leases: [LeaseID]) {
        self.task = task
        self.attempt = attempt
        self.node = node
        self.leases = leases
    }
}

/// Everything that changes the market. One case, one `Market+<Verb>`.
package enum Command: Hashable, Sendable {
    case openAccount(Account, keys: [APIKey])
    case addKey(APIKey)
    case credit(AccountID, Money, reason: String, Idempotency)
    case registerNode(Node, token: String?)
    case addJoinToken(JoinToken)
    case nameImage(NamedImage)
    case beginUpload(BlobKey, totalBytes: Int64)
    case addBlob(Blob)
    case dropUpload(BlobKey, untouchedSince: Timestamp)
    case addOutputs(LeaseID, [TaskOutput])
    case advertise(NodeID, OfferTerms)
    case changeAvailability(NodeID, Offer.Event)
    /// The node has that device no more.
    case release(DeviceID, of: NodeID)
    case scrubbed(VerifiedScrub)
    /// What its owner wants of a node, until they say otherwise.
    case wish(NodeID, OwnerWish<Timestamp>)
    case submit(SubmitJob)
    case clear(Clearing)
    /// All members of a gang, in the order of their tasks.
    case clearGang([Clearing])
    case preempt(Preemption)
    case meter(VerifiedReceipt, arrivedAt: Timestamp)
    /// A silent span beyond the fence, in which the node's leases may not have run unfrozen.
    case silence(NodeID, from: Timestamp, until: Timestamp, excusedFrom: Timestamp? = nil)
    /// Which of a node's leases are asked to leave, and which are not any more.
    case notice(NodeID, [LeaveCall<Timestamp>])
    case endLease(LeaseID, EndReason)
    case verify(LeaseID)
    case closePeriod(LeaseID)
    case stop(JobID)
    /// What of a job waits can no longer start in time.
    case expire(JobID)
    case retry(JobID, Idempotency)
    case effectDone(EffectID)
    case sequence(limit: Int)
    case publishHead(PublishedHead)
    case keepAlive
    case openBooks(ChainIdentity)
    case anchor(Market.AnchorTurn)
    case keepSending(KeptSending)
    case endDeed(Int64, ChainDeed.Event)
    case link(ChainAddress, to: AccountID)
    case takeNews([VaultFact], upTo: Int64)
    case takeVoucher(HeldVoucher)
    case redeem
    /// What a party of a locked lease has signed; the edge has checked the signature.
    case signLock(LeaseID, LockWord)
    /// Wishes for the locked leases that both sides have signed to be closed.
    case settleLocks

    /// The command's name, stable: fault points and metrics are named by it.
    package var verb: Verb {
        switch self {
        case .openAccount: .openAccount
        case .addKey: .addKey
        case .credit: .credit
        case .registerNode: .registerNode
        case .addJoinToken: .addJoinToken
        case .nameImage: .nameImage
        case .beginUpload: .beginUpload
        case .addBlob: .addBlob
        case .dropUpload: .dropUpload
        case .addOutputs: .addOutputs
        case .advertise: .advertise
        case .changeAvailability: .changeAvailability
        case .release: .release
        case .scrubbed: .scrubbed
        case .wish: .wish
        case .submit: .submit
        case .clear: .clear
        case .clearGang: .clearGang
        case .preempt: .preempt
        case .meter: .meter
        case .silence: .silence
        case .notice: .notice
        case .endLease: .endLease
        case .verify: .verify
        case .closePeriod: .closePeriod
        case .stop: .stop
        case .expire: .expire
        case .retry: .retry
        case .effectDone: .effectDone
        case .sequence: .sequence
        case .publishHead: .publishHead
        case .keepAlive: .keepAlive
        case .openBooks: .openBooks
        case .anchor: .anchor
        case .keepSending: .keepSending
        case .endDeed: .endDeed
        case .link: .link
        case .takeNews: .takeNews
        case .takeVoucher: .takeVoucher
        case .redeem: .redeem
        case .signLock: .signLock
        case .settleLocks: .settleLocks
        }
    }

    package enum Verb: String, Hashable, Sendable, CaseIterable {
        case openAccount, addKey, credit, registerNode, addJoinToken, nameImage
        case beginUpload, addBlob, dropUpload, addOutputs
        case advertise, changeAvailability, release, scrubbed, wish, submit, clear, clearGang
        case preempt, meter, silence, notice, endLease
        case verify, closePeriod, stop, expire, retry, effectDone, sequence, publishHead, keepAlive
        case openBooks, anchor, keepSending, endDeed, link, takeNews, takeVoucher, redeem
        case signLock, settleLocks
    }
}
