import Accounting
import Domain
import Transparency
import Verification

extension Market {
    /// Verdict and settlement of an ended lease in one decision: charge and commission posted, the
    /// rest of its escrow freed, its task finished, its last record logged, and the job moved on.
    /// Idempotent: a settled lease stays as it is.
    func verify(_ id: LeaseID, _ rows: Rows, _ now: Timestamp) throws -> Decision {
        guard var lease = rows.lease(id) else { throw Refusal.leaseUnknown(id) }
        guard case .ended(let reason, let since, let reading, let before) = lease.life else {
            var decision = Decision()
            if case .settled = lease.life { decision.doneEffects = [Effect.verify(id).id] }
            return decision
        }
        guard var job = rows.job(lease.task.job), var hold = rows.hold(job.id),
            var task = rows.task(lease.task)
        else { throw Refusal.jobUnknown }
        let seconds: Int64
        switch Verdict(reading) {
        case .accepted(_, let accepted): seconds = accepted
        case .neverRan: seconds = 0
        }
        var ledger = try settlementLedger(lease, job, rows)
        let elapsed = elapsed(
            of: lease, since: since, reading, endedBy: reason, job, billed: seconds)
        let posted = try post(
            seconds, elapsed: elapsed, of: lease, after: before, job, &hold, &ledger, now)
        try hold.release(lease.escrow.subtracting(posted.net))
        lease.life = try lease.life.after(.settled(posted, at: now))
        let isPlacedAnew = isPlacedAnew(task, of: job, after: reason)
        task.life = try task.life.after(isPlacedAnew ? .yielded : .ended(reason))
        if isPlacedAnew { task.attempt += 1 }
        count(reason, isPlacedAnew ? .waiting : .over, in: &job)

        var decision = Decision()
        if let reading {
            decision.newEntries = [record(elapsed: elapsed, lease, job, reading, posted)]
            lease.loggedSeconds = reading.seconds
        }
        decision.rows = [.lease(lease), .task(task)]
        decision.rows += try owe(
            posted, after: before, of: lease, as: decision.newEntries.first, rows)
        decision.rows += try bill(
            lease, LockBill(seconds: seconds, elapsed: elapsed, posted: posted), rows, &ledger, now)
        decision.doneEffects = [Effect.verify(id).id]
        decision.tell(
            .settled(RunMark(lease), seconds: seconds, charge: posted.net), of: job.id, at: now)
        if isPlacedAnew { decision.tell(.requeued(RunMark(lease)), of: job.id, at: now) }
        try moveOn(
            job, hold, ledger, requeued: isPlacedAnew ? [task] : [], rows, now, in: &decision)
        return decision
    }

    /// A run that made way for a machine's owner, or for an on-demand order, is no failure of the job's:
    /// its task is placed anew as long as the job wants work done. Not one of a gang: it would run
    /// without the others.
    private func isPlacedAnew(_ task: JobTask, of job: Job, after reason: EndReason) -> Bool {
        guard case .yielded = reason, case .active = job.life, !job.terms.isGang else {
            return false
        }
        return task.attempt < JobTask.mostAttempts
    }

    /// Logs and posts what a running lease has used since its last record.
    func closePeriod(_ id: LeaseID, _ rows: Rows, _ now: Timestamp) throws -> Decision {
        guard var lease = rows.lease(id) else { throw Refusal.leaseUnknown(id) }
        guard case .running(_, let reading, let before) = lease.life,
            reading.seconds > max(lease.loggedSeconds, 0),
            let job = rows.job(lease.task.job), var hold = rows.hold(job.id)
        else { return Decision() }
        var ledger = try settlementLedger(lease, job, rows)
        let posted = try post(
            reading.seconds, elapsed: nil, of: lease, after: before, job, &hold, &ledger, now)
        lease.life = try lease.life.after(.posted(posted))
        lease.loggedSeconds = reading.seconds
        var decision = Decision()
        decision.newEntries = [record(elapsed: nil, lease, job, reading, posted)]
        decision.rows = [.lease(lease), .hold(hold)]
        decision.rows += try owe(
            posted, after: before, of: lease, as: decision.newEntries.first, rows)
        decision.tell(
            .metered(RunMark(lease), seconds: reading.seconds, charge: posted.net),
            of: job.id, at: now)
        decision.apply(ledger)
        return decision
    }

    private func settlementLedger(_ lease: Lease, _ job: Job, _ rows: Rows) throws -> Ledger {
        let purse = job.purse
        let source: [LedgerAccount] = lease.isLocked ? [.escrow] : []
        return Ledger(
            balances(purse.both + [try income(of: lease, job), purse.commission] + source, rows))
    }

    /// Where the provider's share goes.
    private func income(of lease: Lease, _ job: Job) throws -> LedgerAccount {
        guard let income = job.purse.income(of: lease.provider, payee: lease.payee?.address) else {
            throw Refusal.termsImpossible("a lease on a rail that its node does not take")
        }
        return income
    }

    /// Whole seconds from start to end by the market's clock, of which a provider may have promised a share; at
    /// least 1, and never fewer than are billed. Nobody answers for a second that is not over on either clock,
    /// for what the market itself was away for, nor for what came after the renter's own stop. A lost node's
    /// lease ends when its fence is over.
    private func elapsed(
        of lease: Lease, since: Timestamp, _ reading: Reading?, endedBy reason: EndReason,
        _ job: Job, billed seconds: Int64
    ) -> Int64 {
        var end = reading?.acceptedAt ?? since
        if reason == .nodeLost { end = end.advanced(milliseconds: lease.fence * 1_100) }
        if reason == .stopped, let stop = job.stoppedAt { end = min(end, max(stop, since)) }
        let ran = end.millisecondsSince(since) - (lease.excusedMilliseconds ?? 0)
        // Billed seconds are rounded down, so up to one that ran is not among them.
        return max(seconds, (ran - 1_000) / 1_000, 1)
    }

    /// What a lease has cost at `seconds`. While it goes on (no `elapsed`), what its provider may have to give
    /// back of it stays with the renter.
    private func bill(_ lease: Lease, seconds: Int64, elapsed: Int64?) throws -> Posted {
        let charge = try Bill.charge(seconds: seconds, rate: lease.rate)
        let commission = Bill.commission(of: charge, at: lease.commission)
        guard let level = lease.serviceLevel else {
            return Posted(charge: charge, commission: commission)
        }
        let credit: Money
        if let elapsed {
            credit = Bill.credit(
                of: charge, commission: commission, seconds: seconds, elapsed: elapsed,
                level: level)
        } else {
            let certain = Bill.certainPay(of: charge, commission: lease.commission, level: level)
            credit = try charge.subtracting(commission).subtracting(certain)
        }
        return Posted(charge: charge, commission: commission, credit: credit)
    }

    /// Posts the difference between what a lease has cost and what was posted before.
    private func post(
        _ seconds: Int64, elapsed: Int64?, of lease: Lease, after before: Posted, _ job: Job,
        _ hold: inout Hold, _ ledger: inout Ledger, _ now: Timestamp
    ) throws -> Posted {
        let posted = try bill(lease, seconds: seconds, elapsed: elapsed)
        try hold.post(posted.net.subtracting(before.net))
        let parts: [(Transfer.Kind, LedgerAccount, Money)] = [
            (.charge, try income(of: lease, job), try posted.pay.subtracting(before.pay)),
            (
                .commission, job.purse.commission,
                try posted.commission.subtracting(before.commission)
            ),
        ]
        for (kind, target, amount) in parts where amount > .zero {
            try ledger.post(
                Transfer(
                    kind: kind, from: job.purse.held, to: target, amount: amount, job: job.id,
                    lease: lease.id, reason: "\(seconds) s", at: now))
        }
        return posted
    }

    /// What the lease's user owes to its payee after this; none on a rail without vouchers.
    private func owe(
        _ posted: Posted, after before: Posted, of lease: Lease, as record: PendingEntry?,
        _ rows: Rows
    ) throws -> [Row] {
        guard let parties = lease.parties else { return [] }
        var pair = rows.pair(parties) ?? VoucherPair(parties: parties)
        pair.owed = try pair.owed.adding(
            charge: posted.net.subtracting(before.net),
            commission: posted.commission.subtracting(before.commission))
        if let record { pair.usageRoot = LogHash.leaf(record.bytes).bytes }
        return [.pair(pair)]
    }

    /// What becomes of a task whose lease is settled.
    private enum Standing { case waiting, over }

    /// A task that waits anew is counted where it is put among those that wait.
    private func count(_ reason: EndReason, _ standing: Standing, in job: inout Job) {
        job.counts.leased -= 1
        guard standing == .over else { return }
        switch reason {
        case _ where reason.isSuccess: job.counts.succeeded += 1
        case .stopped: job.counts.stopped += 1
        case .exited, .outOfMemory, .overran, .budgetExhausted, .startFailed, .nodeLost, .killed,
            .deviceLost, .yielded:
            job.counts.failed += 1
        }
    }

    /// The public record of one lease; renter and job only as hashes under the job's salt.
    ///
    /// - Parameter elapsed: nil while it goes on.
    private func record(
        elapsed: Int64?, _ lease: Lease, _ job: Job, _ reading: Reading, _ posted: Posted
    ) -> PendingEntry {
        let kind: UsageRecord.Kind = elapsed == nil ? .period : .final
        let promise = lease.serviceLevel.map { level in
            UsageRecord.Promise(
                level: level, commission: lease.commission, elapsed: elapsed ?? 0,
                credit: elapsed == nil ? .zero : posted.credit)
        }
        let record = UsageRecord(
            kind: kind, lease: lease.id, attempt: lease.attempt, provider: lease.provider,
            node: lease.node, deviceModel: lease.deviceModel, seconds: reading.seconds,
            rate: lease.rate, charge: posted.charge,
            renterHash: SaltedHash.of(job.renter.text, salt: job.salt),
            jobHash: SaltedHash.of(job.id.text, salt: job.salt), receipt: reading.receipt,
            promise: promise)
        return PendingEntry(
            key: "\(lease.id.text):\(kind == .final ? "final" : String(reading.sequence))",
            lease: lease.id, bytes: record.bytes)
    }
}
