package import Domain

/// Every key that an auditor needs. Dictionary keys are node ids.
package struct LogKeysDTO: Codable, Hashable, Sendable {
    /// Raw 32-byte Ed25519 receipt keys by node.
    package let nodes: [String: Base64Bytes]
    /// Raw 32-byte Ed25519 key that signs log heads.
    package let log: Base64Bytes

    package init(nodes: [String: Base64Bytes], log: Base64Bytes) {
        self.nodes = nodes
        self.log = log
    }
}

/// One log entry with its inclusion proof (RFC 9162 §2.1.3) in the bundle's head.
package struct ProofRecordDTO: Codable, Hashable, Sendable {
    package let index: Int64
    package let bytes: Base64Bytes
    package let proof: [Base64Bytes]

    package init(index: Int64, bytes: Base64Bytes, proof: [Base64Bytes]) {
        self.index = index
        self.bytes = bytes
        self.proof = proof
    }
}

/// The usage records of one lease and the entry that binds its node's key.
package struct ProofLeaseDTO: Codable, Hashable, Sendable {
    package let lease: LeaseID
    package let task: Int
    package let attempt: Int64
    package let microPerHour: Int64
    /// What its seconds cost.
    package let chargedMicro: Int64
    /// What of it goes back to the renter; left out where nothing is promised, and while it is not settled.
    package let creditMicro: Int64?
    /// The market's part of each charge; left out in bundles of an older form.
    package let commissionBPS: Int64?
    /// Whom vouchers pay for it; left out where the renter's balance pays.
    package let payee: PayeeDTO?
    package let records: [ProofRecordDTO]
    package let nodeKey: ProofRecordDTO

    package init(
        lease: LeaseID, task: Int, attempt: Int64, microPerHour: Int64, chargedMicro: Int64,
        commissionBPS: Int64? = nil, payee: PayeeDTO? = nil, records: [ProofRecordDTO],
        nodeKey: ProofRecordDTO, creditMicro: Int64? = nil
    ) {
        self.creditMicro = creditMicro
        self.commissionBPS = commissionBPS
        self.payee = payee
        self.lease = lease
        self.task = task
        self.attempt = attempt
        self.microPerHour = microPerHour
        self.chargedMicro = chargedMicro
        self.records = records
        self.nodeKey = nodeKey
    }

    private enum CodingKeys: String, CodingKey {
        case lease, task, attempt, payee
        case commissionBPS = "commission_bps"
        case microPerHour = "micro_per_hour"
        case chargedMicro = "charged_micro"
        case creditMicro = "credit_micro"
        case
            records
        case nodeKey = "node_key"
    }
}

/// All that verifies a job's bill without the market; it holds the owner's salt.
package struct ProofBundleDTO: Codable, Hashable, Sendable {
    package let job: JobID
    package let renter: AccountID
    package let salt: Base64Bytes
    package let origin: String
    package let logKey: Base64Bytes
    /// The signed note (C2SP checkpoint) of the head that all proofs end in.
    package let head: String
    package let leases: [ProofLeaseDTO]
    /// Where that head is anchored; nil: nowhere yet.
    package let anchor: AnchorDTO?

    package init(
        job: JobID, renter: AccountID, salt: Base64Bytes, origin: String, logKey: Base64Bytes,
        head: String, leases: [ProofLeaseDTO], anchor: AnchorDTO? = nil
    ) {
        self.job = job
        self.renter = renter
        self.salt = salt
        self.origin = origin
        self.logKey = logKey
        self.head = head
        self.leases = leases
        self.anchor = anchor
    }

    private enum CodingKeys: String, CodingKey {
        case job, renter, salt, origin
        case logKey = "log_key"
        case head, leases, anchor
    }
}
