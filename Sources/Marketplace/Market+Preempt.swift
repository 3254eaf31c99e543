import Accounting
import Domain
import Matching

extension Market {
    /// Asks spot leases to make way for an order that has no place without that, and notes that it
    /// awaits theirs. Idempotent. A job whose hold pays not one more second of it asks nobody to
    /// leave, and ends where nothing of it runs.
    ///
    /// - Throws: `Refusal.orderChanged`, `.offerChanged`, `.budgetInUse`.
    func preempt(_ preemption: Preemption, _ rows: Rows, _ now: Timestamp) throws -> Decision {
        let task = preemption.task
        guard var job = rows.job(task.job), job.life == .active, let row = rows.task(task),
            case .open = row.life, row.attempt == preemption.attempt,
            job.terms.needs.spot == nil, let hold = rows.hold(job.id)
        else { throw Refusal.orderChanged }
        let live = rows.leases(.liveLeasesOfNode(preemption.node, limit: Command.everyTask))
        let asked = live.filter { preemption.leases.contains($0.id) }
        guard let offer = rows.offer(preemption.node), !asked.isEmpty,
            asked.count == Set(preemption.leases).count
        else { throw Refusal.offerChanged }
        if asked.allSatisfy({ $0.notice?.makesWayFor == task }) { return Decision() }
        let latest = job.terms.deadline?.latestStart
        guard asked.allSatisfy({ $0.isGone(by: latest, askedAt: now) }) else {
            throw Refusal.orderChanged
        }
        let staying = live.filter { $0.standingNotice == nil && !preemption.leases.contains($0.id) }
        guard Feasibility.check(job.terms.needs, offer, at: now) != nil,
            Feasibility.check(job.terms.needs, offer.vacated(but: staying), at: now) == nil
        else { throw Refusal.offerChanged }
        let rate = offer.terms.rate(of: job.terms.needs)
        guard Bill.seconds(paidBy: try escrow(for: job, hold: hold, rate: rate), rate: rate) >= 1
        else {
            guard job.counts.leased == 0 else { throw Refusal.budgetInUse }
            return try closing(
                job, hold, outcome: .failed, because: .budgetExhausted, rows, now)
        }
        var decision = Decision()
        for lease in asked { try ask(lease, toMakeWayFor: task, now, in: &decision) }
        job.awaitPlace(on: offer.node, for: task.index)
        decision.rows.append(.job(job))
        return decision
    }

    private func ask(
        _ asked: Lease, toMakeWayFor task: TaskID, _ now: Timestamp, in decision: inout Decision
    ) throws(Refusal) {
        var lease = asked
        guard let notice = lease.notice(makingWayFor: task, at: now) else {
            throw .offerChanged
        }
        lease.notice = notice
        decision.rows.append(.lease(lease))
        decision.effects.append(OutboxEntry(effect: .leave(lease.id), node: lease.node))
        // Its owner may have asked before, and for sooner.
        guard asked.standingNotice?.until != notice.until else { return }
        decision.tell(
            .leaving(RunMark(lease), code: notice.code, until: notice.until),
            of: lease.task.job, at: now)
    }
}

extension Offer {
    /// As it will be when all but these leases are gone, and their devices are wiped.
    fileprivate func vacated(but staying: [Lease]) -> Offer {
        var offer = self
        let used = staying.reduce(Resources.zero) { $0.adding($1.slice) }
        let leased = Set(staying.flatMap { $0.devices.map(\.id) })
        offer.free = terms.capacity.subtracting(used)
        offer.freeDevices = terms.devices.map(\.id).filter { !leased.contains($0) }
        return offer
    }
}
