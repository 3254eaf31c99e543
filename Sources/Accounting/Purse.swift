package import Domain

/// Where a job's money stands: the accounts of its rail. Holds, charges and refunds are the same on each.
package struct Purse: Hashable, Sendable {
    private enum Rail: Hashable {
        case ledger(AccountID)
        case vault(ChainAddress)
        case escrow(ChainAddress)
    }

    private let rail: Rail

    /// - Parameter payer: whose money on a chain pays; nil: the renter's balance with the market.
    package init(of renter: AccountID, payer: ChainAddress?, by settlement: Settlement?) {
        switch (payer, settlement) {
        case (nil, _): rail = .ledger(renter)
        case (let payer?, .lock): rail = .escrow(payer)
        case (let payer?, .vouchers), (let payer?, nil): rail = .vault(payer)
        }
    }

    /// Nil where each lease has its price locked for itself, and none is set aside before.
    package var available: LedgerAccount? {
        switch rail {
        case .ledger(let renter): .available(renter)
        case .vault(let user): .vault(user)
        case .escrow: nil
        }
    }

    /// What charges come from.
    package var held: LedgerAccount {
        switch rail {
        case .ledger(let renter): .held(renter)
        case .vault(let user): .vaultHeld(user)
        case .escrow(let payer): .locked(payer)
        }
    }

    package var commission: LedgerAccount {
        switch rail {
        case .ledger: .commission
        case .vault: .vaultCommission
        case .escrow: .lockCommission
        }
    }

    /// - Parameter payee: the provider's settlement key.
    /// - Returns: nil where the rail needs one and there is none.
    package func income(of provider: AccountID, payee: ChainAddress?) -> LedgerAccount? {
        switch rail {
        case .ledger: .available(provider)
        case .vault: payee.map(LedgerAccount.earned)
        case .escrow: payee.map(LedgerAccount.lockEarned)
        }
    }

    /// Free and held.
    package var both: [LedgerAccount] { [available, held].compactMap(\.self) }
}

extension Job {
    package var purse: Purse { terms.purse(of: renter) }
}

extension JobTerms {
    package func purse(of renter: AccountID) -> Purse {
        Purse(of: renter, payer: payer, by: needs.settlement)
    }
}
