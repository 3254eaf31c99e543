import Accounting
import Domain

extension Market {
    /// A deposit pays for jobs of the account that it is bound to, while no exit has begun.
    func checkPayer(
        _ terms: JobTerms, of renter: AccountID, _ rows: Rows, _ now: Timestamp
    ) throws(Refusal) {
        guard let payer = terms.payer else { return }
        guard let user = rows.vaultUser(payer), user.account == renter else {
            throw .addressUnknown
        }
        // What is locked for each lease needs no trust in what the payer has elsewhere, but it is paid out by what
        // the payer signs.
        if terms.isLocked { return try checkUnsigned(rows.unsignedLocks(of: payer)) }
        guard !user.isLeaving(at: now) else { throw .exitBegun }
        guard user.short == .zero else {
            throw .balanceTooLow(available: .zero, needed: user.short)
        }
        try checkUnsigned(rows.unsigned(of: payer))
    }

    private func checkUnsigned(_ unsigned: Money) throws(Refusal) {
        guard unsigned <= unsignedLimit else {
            throw .vouchersMissing(unsigned: unsigned, limit: unsignedLimit)
        }
    }

    /// Takes a job: its tasks, the first of them on the book, and the hold of its whole budget.
    ///
    /// - Throws: `Refusal.budgetMissing`, `.balanceTooLow`, `.duplicateKeyOtherBody`,
    ///   `.termsImpossible`, `.deadlinePast`.
    func submit(_ submit: SubmitJob, _ rows: Rows, _ now: Timestamp) throws -> Decision {
        if let replayed = try replayed(submit.idempotency, rows) { return replayed }
        guard rows.account(submit.renter) != nil else {
            throw Refusal.accountUnknown(submit.renter)
        }
        guard rows.job(submit.id) == nil else {
            throw Refusal.termsImpossible("a job id that is not in use")
        }
        let terms = submit.terms
        try check(terms)
        try checkDeadline(terms, at: now)
        try checkPayer(terms, of: submit.renter, rows, now)
        var decision = Decision()
        decision.apply(
            try setAside(
                terms.budget, in: terms.purse(of: submit.renter), of: submit.id, "budget", rows, now
            ))
        decision.rows.append(
            .hold(
                Hold(
                    job: submit.id, renter: submit.renter, payer: terms.payer,
                    amount: terms.budget, settlement: terms.needs.settlement)))
        let open = min(terms.tasks, terms.parallel)
        decision.rows.append(
            .job(
                Job(
                    id: submit.id, renter: submit.renter, terms: terms, submittedAt: now,
                    salt: submit.salt, life: .active,
                    counts: TaskCounts(queued: terms.tasks - open, open: open))))
        for index in 1...terms.tasks {
            let life: TaskLife = index <= open ? .open(since: now) : .queued
            decision.rows.append(
                .task(JobTask(id: TaskID(job: submit.id, index: index), attempt: 1, life: life)))
        }
        decision.tell(
            .submitted(tasks: terms.tasks, budget: terms.budget), of: submit.id, at: now)
        remember(.job(submit.id), for: submit.idempotency, in: &decision)
        return decision
    }

    /// The ledger with that much of the purse held; unchanged where leases lock their prices themselves.
    ///
    /// - Throws: `Refusal.balanceTooLow`.
    func setAside(
        _ amount: Money, in purse: Purse, of job: JobID, _ reason: String, _ rows: Rows,
        _ now: Timestamp
    ) throws -> Ledger {
        var ledger = Ledger(balances(purse.both, rows))
        guard let source = purse.available else { return ledger }
        let available = rows.balance(source)
        guard available >= amount else {
            throw Refusal.balanceTooLow(available: available, needed: amount)
        }
        try ledger.post(
            Transfer(
                kind: .hold, from: source, to: purse.held, amount: amount, job: job, lease: nil,
                reason: reason, at: now))
        return ledger
    }

    private func check(_ terms: JobTerms) throws(Refusal) {
        guard terms.budget > .zero else { throw .budgetMissing }
        guard (1...JobTerms.maximumTasks).contains(terms.tasks) else {
            throw .termsImpossible("1 to \(JobTerms.maximumTasks) tasks")
        }
        guard terms.parallel >= 1, terms.maxFailures >= 0 else {
            throw .termsImpossible("parallel at least 1, max_failures at least 0")
        }
        guard (1...Bill.maximumSeconds).contains(terms.maxDuration) else {
            throw .termsImpossible("max_duration within 1 s and 366 days")
        }
        guard (3...86_400).contains(terms.fence) else {
            throw .termsImpossible("fence within 3 s and 24 h")
        }
        guard terms.needs.slice.milliCPU > 0, terms.needs.slice.memoryBytes > 0 else {
            throw .termsImpossible("some CPU and some memory")
        }
        guard !terms.isLocked || (terms.formation?.gang == nil && terms.needs.spot == nil) else {
            throw .termsImpossible("a locked price without a gang or spot")
        }
        guard let members = terms.formation?.gang else { return }
        guard Formation.members.contains(members), terms.tasks == members,
            terms.parallel == members, terms.maxFailures == 0, terms.needs.spot == nil
        else {
            let (least, most) = (Formation.members.lowerBound, Formation.members.upperBound)
            throw .termsImpossible(
                "a gang of \(least) to \(most) tasks, all at once, without max_failures or spot")
        }
    }
}
