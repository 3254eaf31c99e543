import Accounting
import Domain
import Verification

extension Market {
    /// Accepts a node's cumulative claim, or refuses it whole: it is never cut.
    ///
    /// The first accepted receipt is the start frame; it claims nothing. Idempotent by (lease,
    /// sequence).
    ///
    /// - Throws: `Refusal.leaseOver`, `.wrongAttempt`, `.wrongNode`, `.receiptNotNewer`,
    ///   `.receiptAheadOfTime`, `.receiptOverBudget`.
    func meter(
        _ verified: VerifiedReceipt, arrivedAt: Timestamp, _ rows: Rows, _ now: Timestamp
    ) throws -> Decision {
        let receipt = verified.receipt
        guard var lease = rows.lease(receipt.lease) else {
            throw Refusal.leaseUnknown(receipt.lease)
        }
        guard receipt.node == lease.node else { throw Refusal.wrongNode }
        guard receipt.attempt == lease.attempt else { throw Refusal.wrongAttempt }
        let arrival = min(arrivedAt, now)
        var decision = Decision()
        let since: Timestamp
        switch lease.life {
        case .locking: throw Refusal.leaseUnknown(receipt.lease)
        case .reserved:
            since = arrival
            if receipt.showsStart {
                decision.tell(.started(RunMark(lease)), of: lease.task.job, at: now)
            }
        case .running(let start, let reading, _):
            if reading.receipt == verified.signed { return Decision() }
            guard receipt.sequence > reading.sequence, receipt.seconds >= reading.seconds else {
                throw Refusal.receiptNotNewer
            }
            since = start
        case .ended(_, _, let reading, _):
            if reading?.receipt == verified.signed { return Decision() }
            throw Refusal.leaseOver(lease.id)
        case .settled: throw Refusal.leaseOver(lease.id)
        }
        try checkClaim(receipt.seconds, lease, since: since, arrival: arrival)

        let reading = Reading(
            sequence: receipt.sequence, seconds: receipt.seconds, acceptedAt: arrival,
            receipt: verified.signed)
        let before = lease.life
        lease.life = try lease.life.after(.metered(reading, since: since))
        if case .ended(let reason) = receipt.status {
            try end(&lease, reason, after: before, rows, now, in: &decision)
        }
        decision.rows.append(.lease(lease))
        return decision
    }

    /// Never more than the clock allows since the start frame, less silence, rounded up; never more
    /// than the escrow pays.
    private func checkClaim(
        _ claimed: Int64, _ lease: Lease, since: Timestamp, arrival: Timestamp
    ) throws(Refusal) {
        let unfrozen = max(arrival.millisecondsSince(since) - lease.silenceMilliseconds, 0)
        let possible = (unfrozen + 999) / 1000
        guard claimed <= possible else {
            throw .receiptAheadOfTime(claimed: claimed, possible: possible)
        }
        guard claimed <= Bill.seconds(paidBy: lease.escrow, rate: lease.rate) else {
            throw .receiptOverBudget
        }
    }

    /// Ends a lease by the market's own decision: lost, or never started in time.
    func endLease(_ id: LeaseID, _ reason: EndReason, _ rows: Rows, _ now: Timestamp) throws
        -> Decision
    {
        guard var lease = rows.lease(id) else { throw Refusal.leaseUnknown(id) }
        guard lease.life.isLive else { return Decision() }
        var decision = Decision()
        try end(&lease, reason, after: lease.life, rows, now, in: &decision)
        decision.rows.append(.lease(lease))
        decision.effects.append(OutboxEntry(effect: .stop(id, reason), node: lease.node))
        return decision
    }

    /// Ends `lease`, frees what it used, and asks for its verdict.
    ///
    /// - Parameter before: its life before this; one that ran has left something on its devices.
    private func end(
        _ lease: inout Lease, _ reason: EndReason, after before: LeaseLife, _ rows: Rows,
        _ now: Timestamp, in decision: inout Decision
    ) throws {
        lease.life = try lease.life.after(.ended(reason, at: now))
        decision.tell(.ended(RunMark(lease), reason), of: lease.task.job, at: now)
        decision.effects.append(OutboxEntry(effect: .verify(lease.id), node: lease.node))
        decision.doneEffects += [
            Effect.dispatch(lease.id).id, Effect.stop(lease.id, reason).id,
            Effect.leave(lease.id).id,
        ]
        if var offer = rows.offer(lease.node) {
            let live = rows.leases(.liveLeasesOfNode(lease.node, limit: Command.everyTask))
            let ended = lease.id
            if case .running = before { offer.hygiene.end(ended, on: lease.devices.map(\.id)) }
            offer.record.note(
                ran: lease.life.reading?.seconds ?? 0,
                isLost: lease.isLost(by: reason), at: lease.rate,
                of: offer.terms.price(isSpot: lease.spot != nil))
            restate(&offer, under: live.filter { $0.id != ended })
            offer.version += 1
            decision.rows.append(.offer(offer))
        }
        for device in lease.devices {
            decision.rows.append(
                .device(DeviceClaim(device: device.id, node: lease.node, life: .free)))
        }
    }
}

extension Lease {
    /// Whether its machine is to blame for that end: not where the market had asked it to make way.
    fileprivate func isLost(by reason: EndReason) -> Bool {
        if reason == .yielded(code: OwnerCode.preempted.rawValue), notice?.makesWayFor != nil {
            return false
        }
        // Its payer has not locked its price in time.
        if reason == .startFailed(code: EndReason.notLocked) { return false }
        return reason.isOfMachine && reason != .killed
    }
}

extension Receipt {
    /// Whether its container was heard of. A node's first word of a lease is that it runs, so an end
    /// that comes first is one of a lease that never did.
    fileprivate var showsStart: Bool {
        guard case .ended = status else { return true }
        return sequence > 1 || seconds > 0
    }
}
