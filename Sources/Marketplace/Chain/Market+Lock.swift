import Accounting
import Domain

/// Leases whose prices are locked in the escrow before they start.
extension Market {
    /// Seconds after the last moment at which a lease can end, in which its parties sign, claim and settle.
    static let settleSeconds: Int64 = 86_400

    /// Nil where the lease is not locked.
    func lock(of lease: Lease, in job: Job) -> Lock? {
        guard lease.isLocked, let payer = lease.payer, let payee = lease.payee else {
            return nil
        }
        let longest = lockWindowSeconds + startWindowSeconds + job.terms.maxDuration
        let deadline = lease.placedAt.milliseconds / 1_000 + longest + Self.settleSeconds
        return Lock(
            lease: lease.id,
            terms: LockTerms(
                payer: payer, payee: payee.address, deposit: lease.escrow, rate: lease.rate,
                commission: lease.commission, serviceLevel: lease.serviceLevel,
                deadline: deadline))
    }

    /// Keeps what a party has signed, where it says more than what is kept. The same again changes nothing.
    ///
    /// - Throws: `Refusal.voucherWrong` for a last word that is not the bill's, one beyond what is known to have
    ///   run, or an agreement to nothing.
    func sign(_ word: LockWord, lockOf lease: LeaseID, _ rows: Rows) throws(Refusal) -> Decision {
        guard var lock = rows.lock(lease) else { throw .voucherWrong }
        guard lock.closing == nil else { return Decision() }
        switch word {
        case .progress(let progress):
            if lock.signed == progress { return Decision() }
            let metered = lock.bill?.seconds ?? rows.lease(lease)?.life.reading?.seconds ?? 0
            guard progress.seconds >= lock.signed?.seconds ?? 0, progress.seconds <= metered,
                lock.signed?.isLast != true
            else { throw .voucherWrong }
            if progress.isLast {
                guard let bill = lock.bill, bill.seconds == progress.seconds,
                    bill.elapsed == progress.elapsed
                else { throw .voucherWrong }
            }
            lock.signed = progress
        case .agreement(let signature):
            guard lock.signed?.isLast == true else { throw .voucherWrong }
            lock.agreement = signature
        }
        var decision = Decision()
        decision.rows = [.lock(lock)]
        return decision
    }

    /// Wishes for the leases that both sides have signed to be closed, as many as one transaction takes.
    func settleLocks(_ rows: Rows) throws(Refusal) -> Decision {
        guard var books = rows.books else { throw .noChain }
        var agreed: [AgreedProgress] = []
        var decision = Decision()
        for var lock in rows.locks(.agreedLocks(limit: ChainDeed.mostVouchers)) {
            guard let progress = lock.agreed else { continue }
            agreed.append(progress)
            lock.isUnderway = true
            lock.tries += 1
            decision.rows.append(.lock(lock))
        }
        guard !agreed.isEmpty else { return Decision() }
        books.lastDeed += 1
        decision.rows += [
            .books(books), .deed(ChainDeed(number: books.lastDeed, act: .settle(agreed))),
        ]
        return decision
    }

    /// What becomes of a locked lease's lock when its bill is made.
    func bill(
        _ lease: Lease, _ bill: LockBill, _ rows: Rows, _ ledger: inout Ledger, _ now: Timestamp
    ) throws -> [Row] {
        guard lease.isLocked, var lock = rows.lock(lease.id) else { return [] }
        lock.bill = bill
        try lock.leave(&ledger, at: now)
        return [.lock(lock)]
    }
}

extension Lock {
    /// Takes the lease's money out of the books, once it is billed and the escrow has closed it: who is owed what
    /// there is the escrow's word.
    func leave(_ ledger: inout Ledger, at now: Timestamp) throws {
        guard let bill, closing != nil else { return }
        let rest = try terms.deposit.subtracting(bill.posted.net)
        let parts: [(Transfer.Kind, LedgerAccount, Money)] = [
            (.redeem, .lockEarned(terms.payee), bill.posted.pay),
            (.redeem, .lockCommission, bill.posted.commission),
            (.refund, .locked(terms.payer), rest),
        ]
        for (kind, account, amount) in parts where amount > .zero {
            try ledger.post(transfer(kind, from: account, to: .escrow, amount, at: now))
        }
    }

    func transfer(
        _ kind: Transfer.Kind, from: LedgerAccount, to: LedgerAccount, _ amount: Money,
        at now: Timestamp
    ) -> Transfer {
        Transfer(
            kind: kind, from: from, to: to, amount: amount, job: nil, lease: lease,
            reason: "escrow", at: now)
    }
}

/// The locks' part of the books, while news are taken.
struct LockFloor {
    private let known: Rows
    private let now: Timestamp
    private let startWindow: Int64
    private var locks: [Lock] = []
    private var leases: [Lease] = []
    private var dispatched: [OutboxEntry] = []

    init(_ rows: Rows, startWindow: Int64, at now: Timestamp) {
        known = rows
        self.startWindow = startWindow
        self.now = now
    }

    func finish(_ decision: inout Decision) {
        decision.rows += locks.map(Row.lock) + leases.map(Row.lease)
        decision.effects += dispatched
    }

    /// What is said again, or of nobody's lease, changes nothing.
    mutating func take(_ fact: LockFact, of id: LeaseID, _ ledger: inout Ledger) throws {
        guard var lock = locks.first(where: { $0.lease == id }) ?? known.lock(id) else { return }
        switch fact {
        case .opened(let name):
            guard lock.id == nil else { return }
            lock.id = name
            try ledger.post(
                lock.transfer(
                    .deposit, from: .escrow, to: .locked(lock.terms.payer), lock.terms.deposit,
                    at: now))
            try dispatch(id)
        case .closed(let closing):
            guard lock.closing == nil, lock.id != nil else { return }
            lock.closing = closing
            try lock.leave(&ledger, at: now)
        }
        locks.removeAll { $0.lease == id }
        locks.append(lock)
    }

    /// A lease that has ended before its price was locked does not start any more, nor one whose job was stopped
    /// and that is about to end for it.
    private mutating func dispatch(_ id: LeaseID) throws {
        guard var lease = known.lease(id), case .locking = lease.life,
            case .active? = known.job(lease.task.job)?.life
        else { return }
        lease.life = try lease.life.after(.locked(until: now.advanced(seconds: startWindow)))
        leases.append(lease)
        dispatched.append(OutboxEntry(effect: .dispatch(id), node: lease.node))
    }
}
