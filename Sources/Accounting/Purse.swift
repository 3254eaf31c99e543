package import Domain

/// Where a job's money stands: the accounts of its rail. Holds, charges and refunds are the same on each.
package struct Purse: Hashable, Sendable {
    private enum Rail: Hashable {
        case ledger(AccountID)
        case vault(ChainAddress)
    }

    private let rail: Rail

    /// - Parameter payer: whose deposit in the vault pays; nil: the renter's balance with the market.
    package init(of renter: AccountID, payer: ChainAddress?) {
        rail = payer.map(Rail.vault) ?? .ledger(renter)
    }

    package var available: LedgerAccount {
        switch rail {
        case .ledger(let renter): .available(renter)
        case .vault(let user): .vault(user)
        }
    }

    package var held: LedgerAccount {
        switch rail {
        case .ledger(let renter): .held(renter)
        case .vault(let user): .vaultHeld(user)
        }
    }

    package var commission: LedgerAccount {
        switch rail {
        case .ledger: .commission
        case .vault: .vaultCommission
        }
    }

    /// - Parameter payee: the provider's settlement key.
    /// - Returns: nil where the rail needs one and there is none.
    package func income(of provider: AccountID, payee: ChainAddress?) -> LedgerAccount? {
        switch rail {
        case .ledger: .available(provider)
        case .vault: payee.map(LedgerAccount.earned)
        }
    }
}

extension Job {
    package var purse: Purse { Purse(of: renter, payer: terms.payer) }
}

extension Purse {
    /// Free and held.
    package var both: [LedgerAccount] { [available, held] }
}
