import Accounting
import Domain

/// Orders with deadlines: none is placed when it is too late, and none waits on then.
extension Market {
    /// Ends what of a job waits and cannot start in time any more: as failed, unbilled. What runs goes
    /// on. Changes nothing where a start is still in time or nothing waits, so it is idempotent.
    ///
    /// - Throws: `Refusal.jobUnknown`.
    func expire(_ id: JobID, _ rows: Rows, _ now: Timestamp) throws -> Decision {
        guard var job = rows.job(id), let hold = rows.hold(id) else { throw Refusal.jobUnknown }
        var waiting = rows.tasks(
            .waitingTasks(id, limit: job.counts.queued + job.counts.open))
        guard job.life == .active, !waiting.isEmpty, isLate(job.terms, at: now) else {
            return Decision()
        }
        var decision = Decision()
        try cancel(&waiting, of: &job, because: .deadlineMissed, in: &decision)
        decision.tell(.expired(tasks: waiting.count), of: id, at: now)
        let ledger = Ledger(balances(job.purse.both, rows))
        try moveOn(job, hold, ledger, requeued: [], rows, now, in: &decision)
        return decision
    }

    /// Whether a task that is placed now starts too late.
    func isLate(_ terms: JobTerms, at now: Timestamp) -> Bool {
        terms.deadline?.isMissed(at: now) ?? false
    }

    /// - Throws: `Refusal.deadlinePast` where nothing that is placed now or later is in time.
    func checkDeadline(_ terms: JobTerms, at now: Timestamp) throws(Refusal) {
        guard isLate(terms, at: now), let latest = terms.deadline?.latestStart else { return }
        throw .deadlinePast(latest)
    }
}
