import Accounting
package import Domain

/// The market's rules with its parameters. A pure function over what a command reads.
package struct Market: Sendable {
    /// The market's part of each charge.
    package let commission: BasisPoints
    /// Seconds in which a dispatched lease must start; its escrow expires then.
    package let startWindowSeconds: Int64
    /// Seconds for which a place is kept for a lease whose price is not locked yet.
    package let lockWindowSeconds: Int64
    package static let standardLockWindow: Int64 = 300
    /// Bytes that one account may store.
    package let blobQuota: Int64
    /// What nodes measure their round trips to.
    package let beacons: [Beacon]
    /// So much of one deposit may be worked for and signed by nobody.
    package let unsignedLimit: Money
    /// Seconds within which a voucher is redeemed: a session key that ends sooner signs nothing that is kept.
    package let redeemWithin: Int64

    package init(
        commission: BasisPoints, startWindowSeconds: Int64 = 900,
        lockWindowSeconds: Int64 = standardLockWindow,
        blobQuota: Int64 = standardBlobQuota, beacons: [Beacon] = [.market],
        unsignedLimit: Money = standardUnsignedLimit, redeemWithin: Int64 = 7_800
    ) {
        self.redeemWithin = redeemWithin
        self.lockWindowSeconds = lockWindowSeconds
        self.unsignedLimit = unsignedLimit
        self.beacons = beacons
        self.commission = commission
        self.startWindowSeconds = startWindowSeconds
        self.blobQuota = blobQuota
    }

    /// What `command` makes true, given every row of `command.reads`.
    ///
    /// - Throws: `Refusal` when it cannot be; nothing changes then.
    package func decide(_ command: Command, on rows: Rows, at now: Timestamp) throws(Refusal)
        -> Decision
    {
        do {
            return try route(command, on: rows, at: now)
        } catch let refusal as Refusal {
            throw refusal
        } catch is MoneyOverflow {
            throw .amountOutOfRange
        } catch LedgerError.overflow {
            throw .amountOutOfRange
        } catch {
            // IllegalTransition or LedgerError that a rule did not foresee: our defect. Refuse
            // rather than guess; the simulator and the tables find it.
            throw .termsImpossible("internal rule: \(error)")
        }
    }

    private func route(_ command: Command, on rows: Rows, at now: Timestamp) throws -> Decision {
        switch command {
        case .openAccount(let account, let keys): try openAccount(account, keys, rows)
        case .addKey(let key): try addKey(key, rows)
        case .credit(let account, let amount, let reason, let once):
            try credit(account, amount, reason: reason, once, rows, now)
        case .registerNode(let node, let token): try register(node, token: token, rows, now)
        case .addJoinToken(let token): adding(.joinToken(token))
        case .nameImage(let image): adding(.image(image))
        case .beginUpload(let key, let total): try beginUpload(key, total: total, rows, now)
        case .addBlob(let blob): try addBlob(blob, rows)
        case .dropUpload(let key, let limit): dropUpload(key, untouchedSince: limit, rows)
        case .addOutputs(let lease, let outputs): try addOutputs(outputs, of: lease, rows)
        case .advertise(let node, let terms): try advertise(terms, from: node, rows, now)
        case .changeAvailability(let node, let event): try change(event, of: node, rows)
        case .release(let device, let node): try release(device, of: node, rows)
        case .scrubbed(let receipt): try scrubbed(receipt, rows)
        case .wish(let node, let wish): try take(wish, of: node, rows)
        case .submit(let submit): try self.submit(submit, rows, now)
        case .clear(let clearing): try clear(clearing, rows, now)
        case .clearGang(let clearings): try clearGang(clearings, rows, now)
        case .preempt(let preemption): try preempt(preemption, rows, now)
        case .meter(let receipt, let arrivedAt):
            try meter(receipt, arrivedAt: arrivedAt, rows, now)
        case .silence(let node, let from, let until, let excusedFrom):
            try silence(node, from: from, until: until, excusedFrom: excusedFrom, rows)
        case .notice(let node, let calls): notice(calls, from: node, rows, now)
        case .endLease(let lease, let reason): try endLease(lease, reason, rows, now)
        case .verify(let lease): try verify(lease, rows, now)
        case .closePeriod(let lease): try closePeriod(lease, rows, now)
        case .stop(let job): try stop(job, rows, now)
        case .expire(let job): try expire(job, rows, now)
        case .retry(let job, let once): try retry(job, once, rows, now)
        case .effectDone(let id): done(id)
        case .sequence(let limit): try sequence(limit: limit, rows)
        case .publishHead(let head): publish(head, rows)
        case .keepAlive: adding(.alive(Alive(at: now)))
        case .openBooks(let identity): try openBooks(identity, rows)
        case .anchor(let turn): try anchor(turn, rows)
        case .keepSending(let kept): try keepSending(kept, rows)
        case .endDeed(let number, let event): try endDeed(number, event, rows)
        case .link(let address, let account): try link(address, to: account, rows)
        case .takeNews(let facts, let block): try takeNews(facts, upTo: block, rows, now)
        case .takeVoucher(let voucher): try takeVoucher(voucher, rows, now)
        case .redeem: try redeem(rows)
        case .signLock(let lease, let word): try sign(word, lockOf: lease, rows)
        case .settleLocks: try settleLocks(rows)
        }
    }

    private func adding(_ row: Row) -> Decision {
        var decision = Decision()
        decision.rows = [row]
        return decision
    }

    private func done(_ id: EffectID) -> Decision {
        var decision = Decision()
        decision.doneEffects = [id]
        return decision
    }
}
