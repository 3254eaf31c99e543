import Accounting
package import Domain

/// A user of the vault, as far as the market knows it.
package struct VaultUser: Hashable, Sendable, Codable {
    package let address: ChainAddress
    /// The account that has shown to hold its key; nil: nobody has.
    package var account: AccountID?
    /// Until when an exit that it has begun can be finished; nil: none. While it stands, the deposit counts as
    /// gone: nothing new is paid from it.
    package var exitCloses: Timestamp?
    /// What the vault has paid of the deposit that jobs were to be paid from; until it is paid in again nothing
    /// new is paid from it.
    package var short: Money
    /// Who may sign for the user, by address.
    package var keys: [SessionKey]

    package init(address: ChainAddress, account: AccountID? = nil, exitCloses: Timestamp? = nil) {
        self.address = address
        self.account = account
        self.exitCloses = exitCloses
        short = .zero
        keys = []
    }

    package func isLeaving(at now: Timestamp) -> Bool { exitCloses.map { now < $0 } ?? false }

    /// Whether nothing is paid from the deposit now.
    package func isBlocked(at now: Timestamp) -> Bool { isLeaving(at: now) || short > .zero }

    /// Whether it may be that the deposit pays for nothing more.
    package var isAtRisk: Bool { exitCloses != nil || short > .zero }
}

/// A key that a user lets sign in their name, up to a cap and before a moment.
package struct SessionKey: Hashable, Sendable, Codable {
    package let address: ChainAddress
    package let cap: Money
    package let expires: Timestamp
    /// By vouchers of it that are kept here.
    package var spent: Money

    package init(address: ChainAddress, cap: Money, expires: Timestamp) {
        self.address = address
        self.cap = cap
        self.expires = expires
        spent = .zero
    }
}

/// What one user owes to one settlement key, what of it is signed, and what is paid.
package struct VoucherPair: Hashable, Sendable, Codable {
    package let parties: VoucherParties
    /// By the receipts that the market has settled.
    package var owed: VoucherSums
    /// The leaf hash of its last usage record; empty before the first.
    package var usageRoot: [UInt8]
    package var signed: HeldVoucher?
    /// What a deed that is open redeems.
    package var underway: Money?
    /// The highest that a deed has tried: what the vault did not pay of it is not tried again before something
    /// has changed.
    package var tried: Money?
    /// By the vault, in a block that is final.
    package var redeemed: VoucherSums

    package init(parties: VoucherParties) {
        self.parties = parties
        owed = .nothing
        usageRoot = []
        signed = nil
        underway = nil
        tried = nil
        redeemed = .nothing
    }

    /// Worked for, and signed by nobody: what its provider would lose with the user.
    package var unsigned: Money {
        owed.cumulative.excess(over: max(signed?.sums.cumulative ?? .zero, redeemed.cumulative))
    }

    package var isUnsigned: Bool { unsigned > .zero }

    package var isRedeemable: Bool {
        guard let signed, underway == nil else { return false }
        return signed.sums.cumulative > max(redeemed.cumulative, tried ?? .zero)
    }
}

/// Something that the vault, or the escrow, has said in a block that is final.
package enum VaultFact: Hashable, Sendable, Codable {
    case deposited(ChainAddress, Money)
    case redeemed(VoucherParties, VoucherSums)
    case exitStarted(ChainAddress, closes: Timestamp)
    case exitFinished(ChainAddress, Money)
    /// A key that was authorised before begins anew.
    case authorised(ChainAddress, SessionKey)
    case revoked(ChainAddress, key: ChainAddress)
    /// Something of the user's that is beyond the books' numbers.
    case unbookable(ChainAddress)
    /// The escrow's, of a lease of this market.
    case lock(LeaseID, LockFact)
}

extension VaultFact {
    /// The ledger's accounts that it may move money of.
    var accounts: [LedgerAccount] {
        let all: [LedgerAccount] = [.deposited, .uncollected, .vaultCommission]
        switch self {
        case .authorised, .revoked, .exitStarted, .unbookable, .lock: return []
        case .deposited(let user, _), .exitFinished(let user, _): return all + [.vault(user)]
        case .redeemed(let parties, _):
            return all + [.vault(parties.user), .earned(parties.payee)]
        }
    }
}
