import Accounting
import Domain
import Marketplace
import Matching
import Verification

/// A planted bug at work on one command: what the rules see, and what becomes of their decision.
struct Tampering {
    let planted: PlantedBug?
    private(set) var command: Command
    private(set) var rows: Rows
    /// The lease as it really was, where the rules are shown another.
    private var lease: Lease?

    init(_ planted: PlantedBug?, _ command: Command, _ rows: Rows) {
        self.planted = planted
        self.command = command
        self.rows = rows
        switch command {
        case .meter(let verified, _): distort(meter: verified.receipt, verified.receipt.lease)
        case .verify(let id): distort(verify: id)
        case .closePeriod(let id) where planted == .creditPaidOut: promiseNothing(of: id)
        case .submit(let submit): distort(submit)
        case .takeNews:
            if planted == .newsBookedTwice, var books = rows.books {
                books.vaultBlock = nil
                self.rows.add([.books(books)], for: .books)
            }
        case .takeVoucher(let voucher): unbound(voucher)
        case .silence(let node, let from, let until, _):
            if planted == .silenceForgotten {
                self.command = .silence(node, from: from, until: from)
            } else if planted == .excuseForgotten {
                self.command = .silence(node, from: from, until: until)
            }
        default: break
        }
        if planted == .clockBoundDropped, case .meter(let verified, _) = command,
            case .running = rows.lease(verified.receipt.lease)?.life
        {
            self.command = .meter(
                verified, arrivedAt: Timestamp(milliseconds: Timestamp.limit / 2))
        }
    }

    func time(_ now: Timestamp) -> Timestamp {
        guard planted == .clockBoundDropped, case .meter = command else { return now }
        return now.advanced(seconds: 10_000_000)
    }

    private mutating func distort(_ submit: SubmitJob) {
        let formation = submit.terms.formation
        switch planted {
        case .ceilingForgotten: relax(submit, [.latencyUnknown])
        case .floorForgotten:
            relax(submit, [.deviceCapability(tenths: 0), .deviceSpeed(gigaflops: 0)])
        case .stayForgotten: relax(submit, [.window(milliseconds: 0)])
        case .deadlineForgotten: command = .submit(submit.withoutDeadline)
        case .payerForgotten:
            command = .submit(
                SubmitJob(
                    id: submit.id, renter: submit.renter, terms: submit.terms.paid(by: nil),
                    salt: submit.salt, idempotency: submit.idempotency))
        case .exitForgotten: forgetExit(of: submit.terms.payer)
        case .gangForgotten:
            command = .submit(submit.with(Formation(gang: nil, spread: formation?.spread)))
        case .spreadForgotten:
            command = .submit(submit.with(Formation(gang: formation?.gang, spread: nil)))
        default: return
        }
    }

    private mutating func forgetExit(of payer: ChainAddress?) {
        guard let payer, var user = rows.vaultUser(payer) else { return }
        user.exitCloses = nil
        rows.add([.vaultUser(user)], for: .vaultUser(payer))
    }

    private mutating func unbound(_ voucher: HeldVoucher) {
        guard planted == .voucherUnbounded, var pair = rows.pair(voucher.parties) else { return }
        pair.owed = VoucherSums(
            cumulative: max(pair.owed.cumulative, voucher.sums.cumulative),
            commission: max(pair.owed.commission, voucher.sums.commission))
        rows.add([.pair(pair)], for: .pair(voucher.parties))
    }

    private mutating func relax(_ submit: SubmitJob, _ forgotten: [MismatchReason]) {
        let needs = forgotten.reduce(submit.terms.needs) { $0.relaxed($1) }
        command = .submit(submit.asking(needs, by: submit.terms.deadline))
    }

    private mutating func distort(meter receipt: Receipt, _ id: LeaseID) {
        guard var shown = rows.lease(id) else { return }
        switch planted {
        case .attemptCheckDropped: shown = shown.with(attempt: receipt.attempt, rate: shown.rate)
        case .olderReceiptAccepted:
            guard case .running(let since, let reading, let posted) = shown.life else { return }
            let none = Reading(
                sequence: 0, seconds: 0, acceptedAt: reading.acceptedAt, receipt: reading.receipt)
            shown.life = .running(since: since, none, posted: posted)
        default: return
        }
        show(shown)
    }

    private mutating func distort(verify id: LeaseID) {
        if planted == .creditForgotten { return promiseNothing(of: id) }
        guard planted == .chargeRoundedDown, let shown = rows.lease(id),
            case .ended(_, _, let reading?, let posted) = shown.life, reading.seconds > 0
        else { return }
        let floor = reading.seconds * shown.rate.microPerHour / 3600
        guard floor > posted.charge.micro,
            let rate = try? Rate(microPerHour: floor * 3600 / reading.seconds)
        else { return }
        show(shown.with(attempt: shown.attempt, rate: rate))
    }

    private mutating func promiseNothing(of id: LeaseID) {
        guard let shown = rows.lease(id), shown.serviceLevel != nil else { return }
        show(shown.promising(nil))
    }

    private mutating func show(_ shown: Lease) {
        lease = rows.lease(shown.id)
        rows.add([.lease(shown)], for: .lease(shown.id))
    }
}

// What becomes of the decision
extension Tampering {
    func spoil(_ decision: inout Decision) {
        if let lease { restore(lease, in: &decision) }
        switch planted {
        case .commissionRoundedUp: shiftCommission(in: &decision)
        case .refundedTwice: repeatRefunds(in: &decision)
        case .silenceBookedTwice: repeatSilence(in: &decision)
        case .escrowKept: if case .verify = command { keepEscrow(in: &decision) }
        case .holdLeftOpen: reopenHold(in: &decision)
        case .finalRecordDropped: if case .verify = command { decision.newEntries = [] }
        case .deviceLeftFree, .capacityOversold:
            switch command {
            case .clear(let clearing): freeAgain([clearing], in: &decision)
            case .clearGang(let clearings): freeAgain(clearings, in: &decision)
            default: break  // nothing is taken
            }
        case .gangClearedInPart:
            if case .clearGang(let clearings) = command { drop(clearings.last, in: &decision) }
        case .brokenGangRunsOn:
            if case .verify = command {
                decision.effects.removeAll { if case .stop = $0.effect { true } else { false } }
            }
        case .attemptRepeated: if case .retry = command { repeatAttempts(in: &decision) }
        case .drainForgottenWhenDown: forgetDrain(in: &decision)
        case .unscrubbedLeased: forgetTenants(in: &decision)
        case .onDemandPreempted: preemptOnDemand(in: &decision)
        case .yieldedTaskFailed: if case .verify = command { failYielded(in: &decision) }
        case .payeeSwapped: swapPayee(in: &decision)
        case .lockForgotten: startUnlocked(in: &decision)
        case .lockSettledTwice:
            guard case .settleLocks = command else { break }
            decision.rows = decision.rows.map { row in
                guard case .lock(var lock) = row else { return row }
                lock.isUnderway = false
                return .lock(lock)
            }
        case .underwayForgotten:
            if case .redeem = command {
                decision.rows = decision.rows.map { row in
                    guard case .pair(var pair) = row else { return row }
                    pair.underway = nil
                    return .pair(pair)
                }
            }
        case .replayForgotten:
            decision.rows.removeAll { if case .replay = $0 { true } else { false } }
        case .verdictLost:
            decision.effects.removeAll { if case .verify = $0.effect { true } else { false } }
        default: break  // planted elsewhere, or in what the rules were shown
        }
    }

    private func restore(_ real: Lease, in decision: inout Decision) {
        decision.rows = decision.rows.map { row in
            guard case .lease(let changed) = row, changed.id == real.id else { return row }
            var lease = changed.with(
                attempt: real.attempt, rate: real.rate, serviceLevel: real.serviceLevel)
            lease.life = changed.life
            return .lease(lease)
        }
    }

    private func startUnlocked(in decision: inout Decision) {
        guard case .clear = command else { return }
        decision.rows = decision.rows.map { row in
            guard case .lease(var lease) = row, case .locking(let until) = lease.life else {
                return row
            }
            lease.life = .reserved(until: until)
            decision.effects.append(OutboxEntry(effect: .dispatch(lease.id), node: lease.node))
            return .lease(lease)
        }
    }

    private func swapPayee(in decision: inout Decision) {
        decision.rows = decision.rows.map { row in
            guard case .lease(let lease) = row, case .reserved = lease.life, lease.payer != nil
            else { return row }
            return .lease(
                Lease(
                    id: lease.id, task: lease.task, attempt: lease.attempt, renter: lease.renter,
                    provider: lease.provider, node: lease.node, slice: lease.slice,
                    devices: lease.devices, rate: lease.rate, commission: lease.commission,
                    escrow: lease.escrow, fence: lease.fence, placedAt: lease.placedAt,
                    life: lease.life, spot: lease.spot, payer: lease.payer,
                    payee: SignedPayee(address: World.payee(77), signature: []),
                    settlement: lease.settlement))
        }
    }

    private func forgetTenants(in decision: inout Decision) {
        decision.rows = decision.rows.map { row in
            guard case .offer(var offer) = row else { return row }
            let known = rows.offer(offer.node)
            let ended = offer.terms.devices.map(\.id).filter {
                offer.hygiene.isUnscrubbed($0) && known?.hygiene.isUnscrubbed($0) != true
            }
            offer.hygiene = known?.hygiene ?? Hygiene()
            offer.freeDevices += ended.filter { !offer.freeDevices.contains($0) }
            return .offer(offer)
        }
    }

    private func shiftCommission(in decision: inout Decision) {
        let one = decision.transfers.first { $0.kind == .charge && $0.amount.micro > 1 }
        guard let one, decision.transfers.contains(where: { $0.kind == .commission }) else {
            return
        }
        decision.transfers = decision.transfers.map { transfer in
            switch transfer.kind {
            case .charge: transfer.changed(by: -1)
            case .commission: transfer.changed(by: 1)
            case .credit, .hold, .refund, .deposit, .redeem, .exit: transfer
            }
        }
        decision.add(-1, to: one.to)
        decision.add(1, to: .commission)
    }

    private func repeatRefunds(in decision: inout Decision) {
        for refund in decision.transfers where refund.kind == .refund {
            decision.transfers.append(refund)
            decision.add(-refund.amount.micro, to: refund.from)
            decision.add(refund.amount.micro, to: refund.to)
        }
    }

    private func repeatSilence(in decision: inout Decision) {
        guard case .silence(_, let from, let until, _) = command else { return }
        decision.rows = decision.rows.map { row in
            guard case .lease(var lease) = row else { return row }
            lease.silenceMilliseconds += max(
                0, until.millisecondsSince(from.advanced(seconds: lease.fence)))
            return .lease(lease)
        }
    }

    private func keepEscrow(in decision: inout Decision) {
        decision.rows = decision.rows.map { row in
            guard case .hold(var hold) = row, hold.free > .zero else { return row }
            let kept = min(hold.free, (try? Money(micro: 7)) ?? hold.free)
            return (try? hold.carve(kept)) == nil ? row : .hold(hold)
        }
    }

    private func reopenHold(in decision: inout Decision) {
        decision.rows = decision.rows.map { row in
            guard case .hold(let hold) = row, hold.life != .pending,
                let before = rows.hold(hold.job), before.life == .pending
            else { return row }
            return .hold(before)
        }
    }

    /// As if it had not been proposed; the books agree, so that only the gang is wrong.
    private func drop(_ clearing: Clearing?, in decision: inout Decision) {
        let escrow = decision.rows.compactMap { row in
            if case .lease(let lease) = row, lease.id == clearing?.lease {
                lease.escrow
            } else {
                nil
            }
        }.first
        decision.rows = decision.rows.map { row in
            guard case .hold(var hold) = row, let escrow else { return row }
            return (try? hold.release(escrow)) == nil ? row : .hold(hold)
        }
        decision.rows.removeAll { row in
            switch row {
            case .lease(let lease): lease.id == clearing?.lease
            case .task(let task): task.id == clearing?.task
            default: false
            }
        }
        decision.effects.removeAll { $0.effect.lease == clearing?.lease }
    }

    private func freeAgain(_ clearings: [Clearing], in decision: inout Decision) {
        let before = clearings.compactMap { rows.offer($0.node) }
        if planted == .deviceLeftFree {
            decision.rows.removeAll { if case .device = $0 { true } else { false } }
        }
        decision.rows = decision.rows.map { row in
            guard case .offer(var offer) = row,
                let before = before.first(where: { $0.node == offer.node })
            else { return row }
            switch planted {
            case .deviceLeftFree: offer.freeDevices = before.freeDevices
            default: offer.free = before.free
            }
            return .offer(offer)
        }
    }

    private func forgetDrain(in decision: inout Decision) {
        decision.rows = decision.rows.map { row in
            guard case .offer(var offer) = row, offer.availability == .drainingDown else {
                return row
            }
            offer.availability = .down
            return .offer(offer)
        }
    }

    /// As a lost node's task does.
    private func failYielded(in decision: inout Decision) {
        let requeued = decision.news.contains {
            if case .requeued = $0.fact { true } else { false }
        }
        guard requeued, case .verify(let lease) = command,
            let task = rows.lease(lease)?.task
        else { return }
        decision.rows = decision.rows.map { row in
            switch row {
            case .task(var failed) where failed.id == task:
                failed.life = .finished(.yielded(code: OwnerCode.paused.rawValue))
                return .task(failed)
            case .job(var job):
                if job.counts.open > 0 { job.counts.open -= 1 } else { job.counts.queued -= 1 }
                job.counts.failed += 1
                return .job(job)
            default: return row
            }
        }
    }

    /// Somebody on demand is asked, too.
    private func preemptOnDemand(in decision: inout Decision) {
        guard case .preempt(let preemption) = command,
            case .lease(let asked)? = decision.rows.first
        else { return }
        let live = rows.leases(.liveLeasesOfNode(preemption.node, limit: 10_000))
        guard var lease = live.first(where: { $0.spot == nil && $0.notice == nil }) else { return }
        lease.notice = asked.notice
        decision.rows.append(.lease(lease))
    }

    private func repeatAttempts(in decision: inout Decision) {
        decision.rows = decision.rows.map { row in
            guard case .task(var task) = row else { return row }
            task.attempt -= 1
            return .task(task)
        }
    }
}

extension Decision {
    /// Changes a balance that this decision writes.
    fileprivate mutating func add(_ micro: Int64, to account: LedgerAccount) {
        rows = rows.map { row in
            guard case .balance(let balance) = row, balance.account == account,
                let amount = try? Money(micro: balance.amount.micro + micro)
            else { return row }
            return .balance(Balance(account: account, amount: amount))
        }
    }
}

extension Transfer {
    fileprivate func changed(by micro: Int64) -> Transfer {
        guard let changed = try? Money(micro: amount.micro + micro) else { return self }
        return Transfer(
            kind: kind, from: from, to: to, amount: changed, job: job, lease: lease,
            reason: reason, at: at)
    }
}

extension Lease {
    fileprivate func with(attempt: Int64, rate: Rate) -> Lease {
        with(attempt: attempt, rate: rate, serviceLevel: serviceLevel)
    }

    fileprivate func promising(_ level: ServiceLevel?) -> Lease {
        with(attempt: attempt, rate: rate, serviceLevel: level)
    }

    fileprivate func with(attempt: Int64, rate: Rate, serviceLevel: ServiceLevel?) -> Lease {
        var lease = Lease(
            id: id, task: task, attempt: attempt, renter: renter, provider: provider, node: node,
            slice: slice, devices: devices, rate: rate, commission: commission, escrow: escrow,
            fence: fence, placedAt: placedAt, life: life, silenceMilliseconds: silenceMilliseconds,
            silentUntil: silentUntil, loggedSeconds: loggedSeconds,
            notice: notice, spot: spot, payer: payer, payee: payee,
            settlement: settlement, serviceLevel: serviceLevel)
        lease.excusedMilliseconds = excusedMilliseconds
        return lease
    }
}
