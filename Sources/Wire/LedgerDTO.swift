package import Domain

/// What an account has.
package struct BalanceDTO: Codable, Hashable, Sendable {
    package let account: AccountID
    /// Free to spend.
    package let available: MoneyDTO
    /// Set aside for jobs.
    package let held: MoneyDTO

    package init(account: AccountID, available: MoneyDTO, held: MoneyDTO) {
        self.account = account
        self.available = available
        self.held = held
    }
}

/// One entry of the double-entry ledger, on one account.
package struct LedgerLineDTO: Codable, Hashable, Sendable {
    package let sequence: Int64
    package let account: String
    /// Positive: into the account.
    package let micro: Int64
    package let kind: String
    package let job: JobID?
    package let lease: LeaseID?
    package let at: TimeDTO

    package init(
        sequence: Int64, account: String, micro: Int64, kind: String, job: JobID? = nil,
        lease: LeaseID? = nil, at: TimeDTO
    ) {
        self.sequence = sequence
        self.account = account
        self.micro = micro
        self.kind = kind
        self.job = job
        self.lease = lease
        self.at = at
    }
}

/// `POST /v1/accounts/{account}/credits`: the operator books money to an account.
package struct CreditRequest: Codable, Hashable, Sendable {
    package let amount: MoneyDTO
    package let reason: String

    package init(amount: MoneyDTO, reason: String) {
        self.amount = amount
        self.reason = reason
    }
}

/// How one lease was settled: `charged_micro = paid_micro + commission_micro + credit_micro`.
package struct SettlementDTO: Codable, Hashable, Sendable {
    package let lease: LeaseID
    package let microPerHour: Int64
    package let commissionBPS: Int64
    package let chargedMicro: Int64
    package let paidMicro: Int64
    package let commissionMicro: Int64
    /// What of the charge went back to the renter; left out where nothing was promised.
    package let creditMicro: Int64?

    package init(
        lease: LeaseID, microPerHour: Int64, commissionBPS: Int64, chargedMicro: Int64,
        paidMicro: Int64, commissionMicro: Int64, creditMicro: Int64? = nil
    ) {
        self.creditMicro = creditMicro
        self.lease = lease
        self.microPerHour = microPerHour
        self.commissionBPS = commissionBPS
        self.chargedMicro = chargedMicro
        self.paidMicro = paidMicro
        self.commissionMicro = commissionMicro
    }

    private enum CodingKeys: String, CodingKey {
        case lease
        case microPerHour = "micro_per_hour"
        case commissionBPS = "commission_bps"
        case
            chargedMicro = "charged_micro"
        case paidMicro = "paid_micro"
        case
            commissionMicro = "commission_micro"
        case creditMicro = "credit_micro"
    }
}
