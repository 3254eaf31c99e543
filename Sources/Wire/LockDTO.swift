package import Domain

/// Leases whose prices are locked in one escrow (`docs/formats.md`, "Lock file"): all that their parties need to
/// settle them without a market. Nothing of it is checked here.
package struct LockFileDTO: Codable, Hashable, Sendable {
    package let chainID: UInt64
    package let escrow: ChainAddress
    package let token: ChainAddress
    package let locks: [LockDTO]

    package init(
        chainID: UInt64, escrow: ChainAddress, token: ChainAddress, locks: [LockDTO]
    ) {
        self.chainID = chainID
        self.escrow = escrow
        self.token = token
        self.locks = locks
    }

    private enum CodingKeys: String, CodingKey {
        case chainID = "chain_id"
        case escrow, token, locks
    }
}

/// One of them. Amounts are whole micro-units, shares basis points.
package struct LockDTO: Codable, Hashable, Sendable {
    package let lease: LeaseID
    package let job: JobID
    package let node: NodeID
    package let payer: ChainAddress
    /// The provider's settlement key, as its node has signed it.
    package let payee: PayeeDTO
    package let depositMicro: Int64
    package let microPerHour: Int64
    package let commissionBPS: Int64
    /// Left out where nothing is promised.
    package let serviceLevel: ServiceLevelDTO?
    /// Seconds since 1970.
    package let deadline: Int64
    /// Whether the market waits for it to be opened.
    package let isWanted: Bool
    /// Its name in the escrow; left out before it is open there for good.
    package let id: String?
    /// What the market's books made of it; left out while it is not over.
    package let bill: LockBillDTO?
    /// What its payer signed last.
    package let progress: ProgressDTO?
    /// By the payee, to a last one: `0x` and 130 digits.
    package let agreement: String?
    /// The node's last receipt that the market has taken.
    package let receipt: ReceiptDTO?

    package init(
        lease: LeaseID, job: JobID, node: NodeID, payer: ChainAddress, payee: PayeeDTO,
        depositMicro: Int64, microPerHour: Int64, commissionBPS: Int64, deadline: Int64,
        isWanted: Bool, id: String?, bill: LockBillDTO?, progress: ProgressDTO?,
        agreement: String?, receipt: ReceiptDTO?, serviceLevel: ServiceLevelDTO? = nil
    ) {
        self.serviceLevel = serviceLevel
        self.lease = lease
        self.job = job
        self.node = node
        self.payer = payer
        self.payee = payee
        self.depositMicro = depositMicro
        self.microPerHour = microPerHour
        self.commissionBPS = commissionBPS
        self.deadline = deadline
        self.isWanted = isWanted
        self.id = id
        self.bill = bill
        self.progress = progress
        self.agreement = agreement
        self.receipt = receipt
    }

    /// - Throws: for numbers that no terms have.
    package var terms: LockTerms {
        get throws {
            guard let points = BasisPoints(commissionBPS) else {
                throw WireError.parameterInvalid(name: "commission_bps")
            }
            return LockTerms(
                payer: payer, payee: payee.address, deposit: try Money(micro: depositMicro),
                rate: try Rate(microPerHour: microPerHour), commission: points,
                serviceLevel: try serviceLevel?.level, deadline: deadline)
        }
    }

    private enum CodingKeys: String, CodingKey {
        case lease, job, node, payer, payee, deadline, id, bill, progress, agreement, receipt
        case depositMicro = "deposit_micro"
        case microPerHour = "micro_per_hour"
        case commissionBPS = "commission_bps"
        case isWanted = "wanted"
        case serviceLevel = "service_level"
    }
}

package struct LockBillDTO: Codable, Hashable, Sendable {
    package let seconds: Int64
    /// From start to end, by the market's clock.
    package let elapsed: Int64
    package let chargeMicro: Int64
    package let commissionMicro: Int64
    /// What of the charge goes back to the payer; left out where nothing is promised.
    package let creditMicro: Int64?

    package init(
        seconds: Int64, elapsed: Int64, chargeMicro: Int64, commissionMicro: Int64,
        creditMicro: Int64? = nil
    ) {
        self.creditMicro = creditMicro
        self.seconds = seconds
        self.elapsed = elapsed
        self.chargeMicro = chargeMicro
        self.commissionMicro = commissionMicro
    }

    private enum CodingKeys: String, CodingKey {
        case seconds, elapsed
        case chargeMicro = "charge_micro"
        case commissionMicro = "commission_micro"
        case creditMicro = "credit_micro"
    }
}

/// A signed `LeaseVoucher`, without the id that its lease's terms give.
package struct ProgressDTO: Codable, Hashable, Sendable {
    package let seconds: Int64
    package let elapsed: Int64
    /// `0x` and 64 digits.
    package let usageRoot: String
    /// `0x` and 130 digits.
    package let signature: String

    package init(seconds: Int64, elapsed: Int64, usageRoot: String, signature: String) {
        self.seconds = seconds
        self.elapsed = elapsed
        self.usageRoot = usageRoot
        self.signature = signature
    }

    private enum CodingKeys: String, CodingKey {
        case seconds, elapsed, signature
        case usageRoot = "usage_root"
    }
}

/// A payee's agreement to what its lease's payer has signed last.
package struct AgreementDTO: Codable, Hashable, Sendable {
    /// `0x` and 130 digits.
    package let signature: String

    package init(signature: String) { self.signature = signature }
}

/// A receipt as its node has signed it.
package struct ReceiptDTO: Codable, Hashable, Sendable {
    package let bytes: Base64Bytes
    package let signature: Base64Bytes

    package init(_ receipt: SignedReceipt) {
        bytes = Base64Bytes(receipt.bytes)
        signature = Base64Bytes(receipt.signature)
    }
}
