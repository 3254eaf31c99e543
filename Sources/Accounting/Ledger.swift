package import Domain

/// Where money stands. Every posting names one of these.
package enum LedgerAccount: Hashable, Sendable {
    /// Free to spend or withdraw.
    case available(AccountID)
    /// Set aside in holds of the account's jobs.
    case held(AccountID)
    /// The market's commission.
    case commission
    /// Source of credit that an operator granted without outside money; its balance is negative.
    case operatorGranted
    /// A user's deposit in the vault on a chain, as far as no job holds it.
    case vault(ChainAddress)
    /// Of that deposit, what is set aside in holds.
    case vaultHeld(ChainAddress)
    /// What a provider's settlement key may redeem from the vault, and has not.
    case earned(ChainAddress)
    /// The market's commission that is in the vault still.
    case vaultCommission
    /// The vault itself; its balance is negative: so much is in it.
    case deposited
    /// What a payer has locked in the escrow for leases, as far as they have not used it.
    case locked(ChainAddress)
    /// What leases have used of it for a provider's settlement key, until the escrow closes them.
    case lockEarned(ChainAddress)
    /// The market's commission on such leases, likewise.
    case lockCommission
    /// The escrow itself; its balance is negative: so much is in it for leases that are not closed.
    case escrow
    /// What left the vault though the books had it for somebody; its balance is negative.
    case uncollected

    /// Stable text: `available:acc_…`, `held:acc_…`, `commission`, `operator-granted`, `vault:0x…`,
    /// `vault-held:0x…`, `earned:0x…`, `vault-commission`, `deposited`,
    /// `locked:0x…`, `lock-earned:0x…`, `lock-commission`, `escrow`, `uncollected`.
    package var text: String {
        switch self {
        case .available(let id): "available:" + id.text
        case .held(let id): "held:" + id.text
        case .commission: "commission"
        case .operatorGranted: "operator-granted"
        case .vault(let user): "vault:" + user.text
        case .vaultHeld(let user): "vault-held:" + user.text
        case .earned(let payee): "earned:" + payee.text
        case .vaultCommission: "vault-commission"
        case .deposited: "deposited"
        case .locked(let payer): "locked:" + payer.text
        case .lockEarned(let payee): "lock-earned:" + payee.text
        case .lockCommission: "lock-commission"
        case .escrow: "escrow"
        case .uncollected: "uncollected"
        }
    }

    package init?(text: String) {
        switch text {
        case "commission": self = .commission
        case "operator-granted": self = .operatorGranted
        case "vault-commission": self = .vaultCommission
        case "deposited": self = .deposited
        case "lock-commission": self = .lockCommission
        case "escrow": self = .escrow
        case "uncollected": self = .uncollected
        default:
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            self.init(kind: parts[0], owner: parts[1])
        }
    }

    private init?(kind: Substring, owner: Substring) {
        if let id = AccountID(String(owner)) {
            switch kind {
            case "available": self = .available(id)
            case "held": self = .held(id)
            default: return nil
            }
        } else if let address = ChainAddress(owner) {
            switch kind {
            case "vault": self = .vault(address)
            case "vault-held": self = .vaultHeld(address)
            case "earned": self = .earned(address)
            case "locked": self = .locked(address)
            case "lock-earned": self = .lockEarned(address)
            default: return nil
            }
        } else {
            return nil
        }
    }

    /// Sources alone may be negative.
    package var mayBeNegative: Bool {
        switch self {
        case .operatorGranted, .deposited, .escrow, .uncollected: true
        case .available, .held, .commission, .vault, .vaultHeld, .earned, .vaultCommission, .locked,
            .lockEarned, .lockCommission:
            false
        }
    }
}

extension LedgerAccount: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let account = LedgerAccount(text: text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a ledger account"))
        }
        self = account
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

package struct Balance: Hashable, Sendable, Codable {
    package let account: LedgerAccount
    package let amount: Money

    package init(account: LedgerAccount, amount: Money) {
        self.account = account
        self.amount = amount
    }
}

/// One movement of money between two accounts; always positive, so a ledger of transfers balances.
package struct Transfer: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable {
        /// An operator granted credit.
        case credit
        /// A job's whole budget, set aside at submit.
        case hold
        /// A provider's share of a lease's charge.
        case charge
        /// The market's share of a lease's charge.
        case commission
        /// The unused rest of a hold, back to the renter.
        case refund
        /// Money came into the vault, or into the escrow for a lease.
        case deposit
        /// A voucher was redeemed, or a lease closed in the escrow.
        case redeem
        /// A user took money out of the vault.
        case exit
    }

    package let kind: Kind
    package let from: LedgerAccount
    package let to: LedgerAccount
    package let amount: Money
    package let job: JobID?
    package let lease: LeaseID?
    package let reason: String
    package let at: Timestamp

    package init(
        kind: Kind, from: LedgerAccount, to: LedgerAccount, amount: Money, job: JobID?,
        lease: LeaseID?, reason: String, at: Timestamp
    ) {
        self.kind = kind
        self.from = from
        self.to = to
        self.amount = amount
        self.job = job
        self.lease = lease
        self.reason = reason
        self.at = at
    }
}

/// A posting that the ledger does not take.
package enum LedgerError: Error, Hashable {
    case insufficient(LedgerAccount, balance: Money, needed: Money)
    case notPositive
    case sameAccount
    case overflow
}

/// Balances that a decision has read, and the transfers that it makes on them.
package struct Ledger: Sendable {
    private var amounts: [LedgerAccount: Money]
    /// Changed accounts in the order of their first change.
    private var changed: [LedgerAccount] = []
    package private(set) var transfers: [Transfer] = []

    /// - Parameter balances: of every account that will be touched; one not named stands at zero.
    package init(_ balances: [Balance]) {
        amounts = [:]
        for balance in balances { amounts[balance.account] = balance.amount }
    }

    package func balance(of account: LedgerAccount) -> Money { amounts[account] ?? .zero }

    /// The changed balances, in the order of their first change.
    package var changedBalances: [Balance] {
        changed.map { Balance(account: $0, amount: balance(of: $0)) }
    }

    /// Books `transfer`, or changes nothing.
    package mutating func post(_ transfer: Transfer) throws(LedgerError) {
        guard transfer.amount > .zero else { throw .notPositive }
        guard transfer.from != transfer.to else { throw .sameAccount }
        let before = balance(of: transfer.from)
        let (source, target): (Money, Money)
        do {
            source = try before.subtracting(transfer.amount)
            target = try balance(of: transfer.to).adding(transfer.amount)
        } catch { throw .overflow }
        guard source >= .zero || transfer.from.mayBeNegative else {
            throw .insufficient(transfer.from, balance: before, needed: transfer.amount)
        }
        set(transfer.from, to: source)
        set(transfer.to, to: target)
        transfers.append(transfer)
    }

    private mutating func set(_ account: LedgerAccount, to amount: Money) {
        if !changed.contains(account) { changed.append(account) }
        amounts[account] = amount
    }
}
