import Accounting
import Domain
import Marketplace

/// What the walk adds up, to be compared with what the ledger says.
struct LedgerSums {
    private(set) var transferred: [LedgerAccount: Int64] = [:]
    private(set) var balances: [LedgerAccount: Int64] = [:]
    /// What the open holds of a renter have not charged.
    private(set) var held: [LedgerAccount: Int64] = [:]
    private(set) var holds: [JobID: Hold] = [:]
    /// What the unsettled leases of a job may still charge.
    private(set) var escrowed: [JobID: Int64] = [:]
    /// What locked leases have not used of what is in the escrow for them.
    private(set) var locks: [Lock] = []
    private var posted: [LeaseID: Int64] = [:]

    mutating func add(_ row: MarketRow) {
        switch row {
        case .transfer(let row):
            transferred[row.transfer.from, default: 0] &-= row.transfer.amount.micro
            transferred[row.transfer.to, default: 0] &+= row.transfer.amount.micro
        case .balance(let balance): balances[balance.account] = balance.amount.micro
        case .hold(let hold):
            holds[hold.job] = hold
            guard hold.life == .pending, !hold.isLimit else { return }
            held[hold.purse.held, default: 0] &+= hold.amount.micro &- hold.charged.micro
        case .lease(let lease): add(lease)
        case .lock(let lock): if lock.id != nil, !lock.isOver { locks.append(lock) }
        case .account, .key, .node, .offer, .device, .job, .task, .replay, .image, .blob, .upload,
            .storage, .output, .joinToken, .outbox, .pending, .entry, .logNode, .tree, .head,
            .alive, .books, .deed, .vaultUser, .pair,
            .event:
            break  // no money in these
        }
    }

    private mutating func add(_ lease: Lease) {
        let posted: Posted
        switch lease.life {
        case .locking, .reserved: posted = .nothing
        case .running(_, _, let part): posted = part
        case .ended(_, _, _, let part): posted = part
        case .settled: return
        }
        escrowed[lease.task.job, default: 0] &+= lease.escrow.micro &- posted.net.micro
        if lease.isLocked { self.posted[lease.id] = posted.net.micro }
    }

    /// What each balance is to be that holds, or locks, make up.
    var wanted: [LedgerAccount: Int64] {
        locks.reduce(into: held) { sums, lock in
            let used = lock.bill?.posted.net.micro ?? posted[lock.lease] ?? 0
            sums[.locked(lock.terms.payer), default: 0] &+= lock.terms.deposit.micro &- used
        }
    }
}

extension Audit {
    /// Every balance is the sum of its transfers, every held balance the sum of its open holds, and
    /// every hold's escrow the sum of what its leases may still charge.
    mutating func checkLedger() {
        if isSound(.transfers, .balances) {
            let accounts = Set(ledger.transferred.keys).union(ledger.balances.keys)
            for account in accounts.sorted(by: { $0.text < $1.text }) {
                let sum = ledger.transferred[account] ?? 0
                let balance = ledger.balances[account] ?? 0
                guard balance != sum else { continue }
                report(.balances, account.text, "\(balance), but its transfers give \(sum)")
            }
        }
        if isSound(.holds, .balances) { checkHolds() }
        if isSound(.holds, .leases) { checkEscrows() }
    }

    private mutating func checkHolds() {
        let wanted = ledger.wanted
        let accounts = Set(wanted.keys).union(ledger.heldAccounts)
        for account in accounts.sorted(by: { $0.text < $1.text }) {
            let held = wanted[account] ?? 0
            let balance = ledger.balances[account] ?? 0
            guard balance != held else { continue }
            report(.balances, account.text, "\(balance), but holds \(held)")
        }
    }

    private mutating func checkEscrows() {
        let jobs = Set(ledger.holds.keys).union(ledger.escrowed.keys)
        for job in jobs.sorted() {
            let hold = ledger.holds[job]
            let leases = ledger.escrowed[job] ?? 0
            let escrowed = hold?.escrowed.micro ?? 0
            guard escrowed != leases else { continue }
            report(.holds, job.text, "escrow \(escrowed), but its leases have \(leases)")
        }
    }
}

extension LedgerSums {
    /// Balances that holds make up.
    fileprivate var heldAccounts: [LedgerAccount] {
        balances.keys.filter { account in
            switch account {
            case .held, .vaultHeld, .locked: true
            default: false
            }
        }
    }
}
