import Accounting
import Domain
import Matching

extension Market {
    /// Places one order on one offer: a reserved lease with its escrow, dispatched by the outbox.
    ///
    /// Checks only the proposed rows. A job whose hold pays not one more second, with nothing
    /// running that could give some back, ends here as failed.
    ///
    /// - Throws: `Refusal.orderChanged`, also for one of a gang; `.offerChanged`, `.deviceTaken`,
    ///   `.siblingThere`, `.budgetInUse`.
    func clear(_ clearing: Clearing, _ rows: Rows, _ now: Timestamp) throws -> Decision {
        guard let job = rows.job(clearing.task.job), !job.terms.isGang,
            let hold = rows.hold(job.id), !isLate(job.terms, at: now)
        else { throw Refusal.orderChanged }
        var floor = Floor(rows, of: job)
        let seat = try seat(clearing, of: job, on: &floor, rows, now)
        let escrow = try escrow(for: job, hold: hold, rate: seat.rate)
        guard Bill.seconds(paidBy: escrow, rate: seat.rate) >= 1 else {
            guard job.counts.leased == 0 else { throw Refusal.budgetInUse }
            return try closing(
                job, hold, outcome: .failed, because: .budgetExhausted, rows, now)
        }
        return try leasing([seat], [escrow], to: job, hold, floor, now)
    }

    /// What one order gets of an offer: checked, and not leased yet.
    struct Seat {
        let clearing: Clearing
        let task: JobTask
        let provider: AccountID
        let devices: [Device]
        let rate: Rate
        /// Nil where the renter's balance pays.
        let payee: SignedPayee?
        let serviceLevel: ServiceLevel?
    }

    /// The offers of a decision as its leases take from them, and where siblings are.
    struct Floor {
        /// In the order in which they were first taken from.
        private(set) var offers: [Offer] = []
        private var siblings: [(node: NodeID, provider: AccountID)] = []
        private let spread: Formation.Spread?
        private let rows: Rows

        init(_ rows: Rows, of job: Job) {
            self.rows = rows
            spread = job.terms.formation?.spread
            guard spread != nil else { return }
            siblings = rows.leases(.liveLeasesOfJob(job.id, limit: Command.everyTask))
                .map { ($0.node, $0.provider) }
        }

        func offer(_ node: NodeID) -> Offer? {
            offers.first { $0.node == node } ?? rows.offer(node)
        }

        func hasSibling(at offer: Offer) -> Bool {
            switch spread {
            case nil: false
            case .node: siblings.contains { $0.node == offer.node }
            case .provider: siblings.contains { $0.provider == offer.provider }
            }
        }

        mutating func take(
            _ slice: Resources, _ devices: [Device], of offer: Offer, at now: Timestamp
        ) {
            var offer = offer
            offer.takeTurn(at: now)
            offer.free = offer.free.subtracting(slice)
            offer.freeDevices.removeAll { id in devices.contains { $0.id == id } }
            offer.version += 1
            siblings.append((offer.node, offer.provider))
            if let known = offers.firstIndex(where: { $0.node == offer.node }) {
                offers[known] = offer
            } else {
                offers.append(offer)
            }
        }
    }

    /// Checks an order against the offer that it was proposed to, and takes its place there.
    func seat(
        _ clearing: Clearing, of job: Job, on floor: inout Floor, _ rows: Rows, _ now: Timestamp
    ) throws -> Seat {
        guard rows.lease(clearing.lease) == nil, job.life == .active,
            var task = rows.task(clearing.task), case .open = task.life,
            task.attempt == clearing.attempt
        else { throw Refusal.orderChanged }
        guard let offer = floor.offer(clearing.node), offer.version == clearing.offerVersion
        else { throw Refusal.offerChanged }
        let needs = job.terms.needs
        let devices = try leased(clearing, from: offer, needs: needs, rows, now)
        let rate = offer.terms.rate(of: needs)
        guard rate <= needs.bid else { throw Refusal.offerChanged }
        guard !floor.hasSibling(at: offer) else { throw Refusal.siblingThere }
        floor.take(needs.slice, devices, of: offer, at: now)
        task.life = try task.life.after(.matched(clearing.lease))
        return Seat(
            clearing: clearing, task: task, provider: offer.provider, devices: devices, rate: rate,
            payee: try payee(for: job, offer), serviceLevel: offer.terms.serviceLevel)
    }

    private func payee(for job: Job, _ offer: Offer) throws(Refusal) -> SignedPayee? {
        guard job.terms.payer != nil else { return nil }
        guard let payee = offer.terms.payee else { throw .offerChanged }
        return payee
    }

    /// Leases on all of these seats, each with its escrow.
    func leasing(
        _ seats: [Seat], _ escrows: [Money], to job: Job, _ hold: Hold, _ floor: Floor,
        _ now: Timestamp
    ) throws -> Decision {
        var (job, hold, decision) = (job, hold, Decision())
        for (seat, escrow) in zip(seats, escrows) {
            try hold.carve(escrow)
            let isLocked = job.terms.isLocked
            let lease = Lease(
                id: seat.clearing.lease, task: seat.task.id, attempt: seat.task.attempt,
                renter: job.renter, provider: seat.provider, node: seat.clearing.node,
                slice: job.terms.needs.slice, devices: seat.devices, rate: seat.rate,
                commission: commission, escrow: escrow, fence: job.terms.fence, placedAt: now,
                life: isLocked
                    ? .locking(until: now.advanced(seconds: lockWindowSeconds))
                    : .reserved(until: now.advanced(seconds: startWindowSeconds)),
                spot: job.terms.needs.spot, payer: job.terms.payer, payee: seat.payee,
                settlement: job.terms.needs.settlement, serviceLevel: seat.serviceLevel)
            job.awaitPlace(on: nil, for: seat.task.id.index)
            job.counts.open -= 1
            job.counts.leased += 1
            decision.rows += [.lease(lease), .task(seat.task)]
            for device in seat.devices {
                decision.rows.append(
                    .device(
                        DeviceClaim(device: device.id, node: lease.node, life: .leased(lease.id))))
            }
            if let lock = lock(of: lease, in: job) {
                decision.rows.append(.lock(lock))
            } else {
                decision.effects.append(OutboxEntry(effect: .dispatch(lease.id), node: lease.node))
            }
            decision.tell(
                .placed(RunMark(lease), node: lease.node, rate: lease.rate), of: job.id, at: now)
        }
        decision.rows += [.job(job), .hold(hold)] + floor.offers.map(Row.offer)
        return decision
    }

    /// The devices to lease, each free now, on that node, and as the order needs them.
    private func leased(
        _ clearing: Clearing, from offer: Offer, needs: Needs, _ rows: Rows,
        _ now: Timestamp
    ) throws -> [Device] {
        guard Feasibility.check(needs, offer, at: now) == nil else { throw Refusal.offerChanged }
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
    func escrow(for job: Job, hold: Hold, rate: Rate) throws -> Money {
        let longest = try Bill.charge(seconds: job.terms.maxDuration, rate: rate)
        let waiting = Int64(max(job.counts.queued + job.counts.open, 1))
        let share = hold.free.dividedRoundingDown(by: waiting)
        let pays = Bill.seconds(paidBy: share, rate: rate) >= 1
        return min(longest, pays ? share : hold.free)
    }
}
