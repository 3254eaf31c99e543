import Accounting
import Domain
import Marketplace

// Money on a chain: the books are what the vault has said for good, and nobody pays for what was not worked.
extension Auditor {
    /// A charge that a deposit pays is owed by its user to the payee.
    mutating func noteOwed(_ transfer: Transfer) {
        guard let id = transfer.lease, let parties = leases[id]?.parties else { return }
        var sums = owed[parties] ?? (charge: 0, commission: 0)
        sums.charge += transfer.amount.micro
        if transfer.kind == .commission { sums.commission += transfer.amount.micro }
        owed[parties] = sums
    }

    /// What was asked to be paid from a deposit is, by leases that pay whom their node has named.
    mutating func checkPayer(_ submit: SubmitJob, _ decision: Decision) {
        for case .job(let job) in decision.rows {
            require(
                job.terms.payer == submit.terms.payer, "a job is paid from what was asked",
                "\(job.id): \(job.terms.payer?.text ?? "balance")")
        }
    }

    mutating func checkPayee(_ lease: Lease) {
        let payer = jobs[lease.task.job]?.terms.payer
        require(
            lease.payer == payer, "a job is paid from what was asked",
            "\(lease.id): \(lease.payer?.text ?? "balance")")
        guard payer != nil else { return }
        require(
            lease.payee != nil && lease.payee == said[lease.node]?.payee,
            "a lease pays whom its node has named", "\(lease.id): \(lease.payee as Any)")
    }

    mutating func checkVault(_ tables: MemoryTables, _ vault: VaultModel) {
        let books = tables.read([.books]).books
        let number = books?.vaultBlock ?? 0
        require(
            number <= vault.final.number, "only what is final is booked",
            "block \(number) of \(vault.final.number)")
        guard let state = vault[number]?.state else { return }
        let deposited = -(balances[.deposited] ?? 0)
        require(
            deposited == state.allUnspent, "the books have what the vault has",
            "\(deposited), \(state.allUnspent)")
        checkPairs(tables, state)
        checkLocks(tables, state)
        checkDeeds(tables)
    }

    private mutating func checkPairs(_ tables: MemoryTables, _ state: VaultModel.State) {
        for (parties, sums) in owed.sorted(by: { $0.key < $1.key }) {
            guard let pair = tables.read([.pair(parties)]).pair(parties) else {
                return fail("what is charged is owed", "\(parties.text): nothing")
            }
            require(
                pair.owed.cumulative.micro == sums.charge
                    && pair.owed.commission.micro == sums.commission,
                "what is charged is owed", "\(parties.text): \(pair.owed), charged \(sums)")
            require(
                pair.signed?.sums.cumulative ?? .zero <= pair.owed.cumulative,
                "nobody signs for more than was worked", "\(parties.text)")
            require(
                pair.redeemed == state.redeemed[parties] ?? .nothing,
                "the books have what the vault has", "\(parties.text): \(pair.redeemed)")
        }
    }

    /// No voucher is on its way twice; a later one of the same pair may be, once the earlier one is booked.
    private mutating func checkDeeds(_ tables: MemoryTables) {
        let read = Read.openDeeds(limit: ChainDeed.mostOpen)
        let underway = tables.read([read]).openDeeds.flatMap(\.vouchers)
        require(
            Set(underway).count == underway.count, "a voucher is sent by one deed",
            "\(underway.map { "\($0.parties.text) \($0.sums.cumulative)" })")
    }

    /// What is held of a deposit is what its pending holds may still use.
    mutating func checkVaultHolds() {
        var pending: [LedgerAccount: Int64] = [:]
        for hold in holds.values where hold.payer != nil && hold.life == .pending {
            pending[hold.purse.held, default: 0] += hold.amount.micro - hold.charged.micro
        }
        let wrong = balances.filter { account, micro in
            guard case .vaultHeld = account else { return false }
            return micro != pending[account] ?? 0
        }
        guard let (account, micro) = wrong.min(by: { $0.key.text < $1.key.text }) else { return }
        fail(
            "held is what pending holds may still use",
            "\(account.text): \(micro), holds \(pending[account] ?? 0)")
    }
}
