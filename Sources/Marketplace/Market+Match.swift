import Accounting
import Domain
import Matching

extension Market {
    /// Places one order on one offer: a reserved lease with its escrow, dispatched by the outbox.
    ///
    /// Checks only the proposed rows. A job whose hold pays not one more second, with nothing
    /// running that could give some back, ends here as failed.
    ///
    /// - Throws: `Refusal.orderChanged`, `.offerChanged`, `.deviceTaken`, `.budgetInUse`.
    func clear(_ clearing: Clearing, _ rows: Rows, _ now: Timestamp) throws -> Decision {
        guard rows.lease(clearing.lease) == nil, var job = rows.job(clearing.task.job),
            job.life == .active, var task = rows.task(clearing.task),
            case .open = task.life, task.attempt == clearing.attempt,
            var hold = rows.hold(job.id), !isLate(job.terms, at: now)
        else { throw Refusal.orderChanged }
        guard var offer = rows.offer(clearing.node), offer.version == clearing.offerVersion
        else { throw Refusal.offerChanged }
        let needs = job.terms.needs
        let devices = try leased(clearing, from: offer, needs: needs, rows)
        let rate = offer.terms.rate(of: needs.slice, deviceCount: devices.count)
        guard rate <= needs.bid else { throw Refusal.offerChanged }

        let escrow = try escrow(for: job, hold: hold, rate: rate)
        guard Bill.seconds(paidBy: escrow, rate: rate) >= 1 else {
            guard job.counts.leased == 0 else { throw Refusal.budgetInUse }
            return try closing(
                job, hold, outcome: .failed, because: .budgetExhausted, rows, now)
        }
        try hold.carve(escrow)
        let lease = Lease(
            id: clearing.lease, task: task.id, attempt: task.attempt, renter: job.renter,
            provider: offer.provider, node: offer.node, slice: needs.slice, devices: devices,
            rate: rate, commission: commission, escrow: escrow, fence: job.terms.fence,
            placedAt: now, life: .reserved(until: now.advanced(seconds: startWindowSeconds)))
        task.life = try task.life.after(.matched(lease.id))
        job.counts.open -= 1
        job.counts.leased += 1
        offer.free = offer.free.subtracting(needs.slice)
        offer.freeDevices.removeAll { id in devices.contains { $0.id == id } }
        offer.version += 1

        var decision = Decision()
        decision.rows = [.lease(lease), .task(task), .job(job), .offer(offer), .hold(hold)]
        for device in devices {
            decision.rows.append(
                .device(DeviceClaim(device: device.id, node: offer.node, life: .leased(lease.id))))
        }
        decision.effects = [OutboxEntry(effect: .dispatch(lease.id), node: lease.node)]
        decision.tell(
            .placed(RunMark(lease), node: lease.node, rate: lease.rate), of: job.id, at: now)
        return decision
    }

    /// The devices to lease, each free now, on that node, and as the order needs them.
    private func leased(
        _ clearing: Clearing, from offer: Offer, needs: Needs, _ rows: Rows
    ) throws -> [Device] {
        guard Feasibility.check(needs, offer) == nil else { throw Refusal.offerChanged }
        guard clearing.devices.count == needs.devices.count,
            Set(clearing.devices).count == clearing.devices.count
        else { throw Refusal.orderChanged }
        return try clearing.devices.map { id in
            guard let device = offer.terms.devices.first(where: { $0.id == id }),
                needs.devices.accepts(device), offer.freeDevices.contains(id),
                rows.device(id) == DeviceClaim(device: id, node: offer.node, life: .free)
            else { throw Refusal.deviceTaken(id) }
            return device
        }
    }

    /// An even share of what the hold has free for every task still to be placed, but no more than
    /// the longest run can cost; the whole free part where an even share pays nothing.
    private func escrow(for job: Job, hold: Hold, rate: Rate) throws -> Money {
        let longest = try Bill.charge(seconds: job.terms.maxDuration, rate: rate)
        let waiting = Int64(max(job.counts.queued + job.counts.open, 1))
        let share = hold.free.dividedRoundingDown(by: waiting)
        let pays = Bill.seconds(paidBy: share, rate: rate) >= 1
        return min(longest, pays ? share : hold.free)
    }
}
