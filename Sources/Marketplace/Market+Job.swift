import Accounting
import Domain

/// How a job goes on after a lease, and how it ends.
extension Market {
    /// After one of its leases is over: stop the rest, open the next task, or close.
    ///
    /// - Parameter requeued: what waits again since now; it goes before the others.
    func moveOn(
        _ job: Job, _ hold: Hold, _ ledger: Ledger, requeued: [JobTask], _ rows: Rows,
        _ now: Timestamp, in decision: inout Decision
    ) throws {
        var job = job
        var waiting =
            requeued
            + rows.tasks(.waitingTasks(job.id, limit: job.counts.queued + job.counts.open))
        job.counts.queued += requeued.count
        switch job.life {
        case .active where job.counts.failed > job.terms.maxFailures || isBroken(job):
            if isBroken(job) { stopLeases(of: job.id, rows, in: &decision) }
            try cancel(&waiting, of: &job, because: .stopped, in: &decision)
            tellClosing(.failed, cancelled: waiting.count, of: job, now, in: &decision)
            job.life = try job.life.after(.close(.failed))
        case .active where job.counts.unfinished == 0:
            job.life = try job.life.after(.close(job.counts.failed > 0 ? .failed : .succeeded))
        case .active: try openNext(waiting, of: &job, now, in: &decision)
        case .closing, .closed: break
        }
        try settle(job, hold, ledger, now, in: &decision)
    }

    /// Stops a job that may still have work: waiting tasks are cancelled for `reason`; it closes when
    /// the last live lease is over.
    func closing(
        _ job: Job, _ hold: Hold, outcome: JobOutcome, because reason: EndReason, _ rows: Rows,
        _ now: Timestamp
    ) throws -> Decision {
        var job = job
        var waiting = rows.tasks(
            .waitingTasks(job.id, limit: job.counts.queued + job.counts.open))
        var decision = Decision()
        try cancel(&waiting, of: &job, because: reason, in: &decision)
        tellClosing(outcome, cancelled: waiting.count, of: job, now, in: &decision)
        job.life = try job.life.after(.close(outcome))
        let ledger = Ledger(balances(job.purse.both, rows))
        try settle(job, hold, ledger, now, in: &decision)
        return decision
    }

    /// The renter's stop: nothing new is placed, and what runs is told to end. Idempotent.
    func stop(_ id: JobID, _ rows: Rows, _ now: Timestamp) throws -> Decision {
        guard var job = rows.job(id), let hold = rows.hold(id) else { throw Refusal.jobUnknown }
        var decision: Decision
        switch job.life {
        case .active:
            job.stoppedAt = now
            decision = try closing(
                job, hold, outcome: .stopped, because: .stopped, rows, now)
        case .closing:
            decision = Decision()
            if job.stoppedAt == nil {
                job.stoppedAt = now
                decision.rows = [.job(job)]
            }
        case .closed: return Decision()
        }
        stopLeases(of: id, rows, in: &decision)
        return decision
    }

    /// Runs a closed job's failed and stopped tasks again, within what its budget has left; of a gang
    /// all tasks, as they run together.
    ///
    /// - Throws: `Refusal.jobNotOver` while it runs, `.nothingToRetry`, `.balanceTooLow`,
    ///   `.deadlinePast`.
    func retry(_ id: JobID, _ once: Idempotency, _ rows: Rows, _ now: Timestamp) throws -> Decision
    {
        if let replayed = try replayed(once, rows) { return replayed }
        guard var job = rows.job(id), var hold = rows.hold(id) else { throw Refusal.jobUnknown }
        guard case .closed = job.life else { throw Refusal.jobNotOver }
        try checkPayer(job.terms, of: job.renter, rows, now)
        let failed = rows.tasks(.failedTasks(id, limit: Command.everyTask))
        guard !failed.isEmpty else { throw Refusal.nothingToRetry }
        try checkDeadline(job.terms, at: now)
        let again =
            job.terms.isGang ? rows.tasks(.tasks(id, after: 0, limit: Command.everyTask)) : failed
        let needed = try hold.reopen()
        guard needed > .zero else { throw Refusal.budgetExhausted }
        let ledger = try setAside(needed, in: job.purse, of: id, "retry", rows, now)
        job.life = try job.life.after(.reopened)
        job.stoppedAt = nil
        job.counts.queued = again.count
        if job.terms.isGang { job.counts.succeeded = 0 }
        job.counts.failed = 0
        job.counts.stopped = 0
        var queued: [JobTask] = []
        for var task in again {
            task.life = try task.life.after(.retried)
            task.attempt += 1
            queued.append(task)
        }
        var decision = Decision()
        try openNext(queued, of: &job, now, in: &decision)
        let opened = decision.rows
        decision.rows = queued.map(Row.task) + opened + [.job(job), .hold(hold)]
        decision.apply(ledger)
        decision.tell(.reopened(tasks: again.count), of: id, at: now)
        remember(.job(id), for: once, in: &decision)
        return decision
    }

    /// Only where it is a state of its own: a job with nothing left closes in the same decision.
    private func tellClosing(
        _ outcome: JobOutcome, cancelled: Int, of job: Job, _ now: Timestamp,
        in decision: inout Decision
    ) {
        guard cancelled > 0 || job.counts.unfinished > 0 else { return }
        decision.tell(.closing(outcome, cancelled: cancelled), of: job.id, at: now)
    }

    func cancel(
        _ waiting: inout [JobTask], of job: inout Job, because reason: EndReason,
        in decision: inout Decision
    ) throws {
        for index in waiting.indices {
            waiting[index].life = try waiting[index].life.after(.cancelled(reason))
            decision.rows.append(.task(waiting[index]))
        }
        if reason == .stopped {
            job.counts.stopped += waiting.count
        } else {
            job.counts.failed += waiting.count
        }
        job.counts.queued = 0
        job.counts.open = 0
        job.awaitNothing()
    }

    private func openNext(
        _ waiting: [JobTask], of job: inout Job, _ now: Timestamp, in decision: inout Decision
    ) throws {
        for var task in waiting where task.life == .queued {
            guard job.counts.open + job.counts.leased < job.terms.parallel else { return }
            task.life = try task.life.after(.opened(at: now))
            decision.rows.append(.task(task))
            job.counts.queued -= 1
            job.counts.open += 1
        }
    }

    /// Writes job and hold; when nothing of a closing job is unfinished, returns the rest.
    private func settle(
        _ job: Job, _ hold: Hold, _ ledger: Ledger, _ now: Timestamp, in decision: inout Decision
    ) throws {
        var (job, hold, ledger) = (job, hold, ledger)
        if case .closing = job.life, job.counts.unfinished == 0 {
            job.life = try job.life.after(.drained(at: now))
            let rest = try hold.close()
            if rest > .zero {
                decision.tell(.refunded(rest), of: job.id, at: now)
                if let source = job.purse.available {
                    try ledger.post(
                        Transfer(
                            kind: .refund, from: job.purse.held, to: source, amount: rest,
                            job: job.id, lease: nil, reason: "unused budget", at: now))
                }
            }
            if case .closed(let outcome, at: _) = job.life {
                decision.tell(.closed(outcome), of: job.id, at: now)
            }
        }
        decision.rows += [.job(job), .hold(hold)]
        decision.apply(ledger)
    }
}
