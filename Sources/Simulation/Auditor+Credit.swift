import Accounting
import Domain
import Marketplace

// Availability that providers promise: what it comes to, reckoned again.
extension Auditor {
    /// While a lease goes on its provider has only what no credit can take back; at its end the renter keeps what
    /// the promise gives back, no more and no less.
    mutating func checkCredit(_ lease: Lease, before: Lease?) {
        let promised = said[lease.node]?.serviceLevel
        if before == nil {
            require(
                lease.serviceLevel == promised, "a lease promises what its node has offered",
                "\(lease.id): \(lease.serviceLevel as Any)")
        }
        let paid = paid[lease.id] ?? .nothing
        switch lease.life {
        case .running(_, let reading, _):
            let charge = Int128(Self.charge(reading.seconds, lease))
            let kept = charge * Int128(lease.serviceLevel?.credit.value ?? 0) / 10_000
            let most = charge - charge * Int128(commission.value) / 10_000 - kept
            require(
                Int128(paid.pay.micro) <= max(most, 0), "what may go back is not paid out",
                "\(lease.id): \(paid.pay.micro) of \(charge)")
        case .settled(let reason, let seconds, let posted, _):
            guard let before, case .ended = before.life else { return }
            let elapsed = elapsed(before, reason, billed: seconds)
            let credit = Self.credit(lease, seconds, elapsed, posted)
            require(
                Int128(posted.credit.micro) == credit, "the credit is the promise's",
                "\(lease.id): \(posted.credit.micro), not \(credit): \(seconds) of \(elapsed) s")
            elapsedOf[lease.id] = elapsed
        case .locking, .reserved, .ended: break
        }
    }

    /// From the start frame to the last receipt, or to the end of a lost node's fence, or to the renter's stop.
    private func elapsed(_ lease: Lease, _ reason: EndReason, billed seconds: Int64) -> Int64 {
        guard let start = started[lease.id], let last = lastReading[lease.id] else {
            return max(seconds, 1)
        }
        var end = last.acceptedAt.milliseconds
        if reason == .nodeLost { end += lease.fence * 1_100 }
        if reason == .stopped, let stop = stops[lease.task.job] {
            end = min(end, max(stop.milliseconds, start.milliseconds))
        }
        let excused = lease.excusedMilliseconds ?? 0
        return max((end - start.milliseconds - excused - 1_000) / 1_000, seconds, 1)
    }

    private static func charge(_ seconds: Int64, _ lease: Lease) -> Int64 {
        (seconds * lease.rate.microPerHour + 3599) / 3600
    }

    private static func credit(
        _ lease: Lease, _ seconds: Int64, _ elapsed: Int64, _ posted: Posted
    ) -> Int128 {
        guard let level = lease.serviceLevel,
            Int128(seconds) * 10_000 < Int128(level.availability.value) * Int128(elapsed)
        else { return 0 }
        let charge = Int128(charge(seconds, lease))
        let part = charge * Int128(level.credit.value) / 10_000
        return min(part, charge - charge * Int128(lease.commission.value) / 10_000)
    }

    /// The renter's first stop since the job was sent, or run again.
    mutating func noteStop(_ evidence: Evidence) {
        guard case .success = evidence.outcome else { return }
        switch evidence.command {
        case .stop(let id):
            if stops[id] == nil, case .closed? = jobs[id]?.life { return }
            stops[id] = stops[id] ?? evidence.at
        case .retry(let id, _): if evidence.decision?.rows.isEmpty == false { stops[id] = nil }
        default: break  // nothing else is a renter's stop
        }
    }

    /// What is excused is what a lease may have been frozen for while the market was away, all of it and no more:
    /// since its node was answered last, or, after a restart, since the market's last sign of life.
    mutating func checkExcuse(_ lease: Lease, before: Lease?, _ command: Command) {
        let rule = "a market that was away excuses the silence, and nothing else does"
        let excused = (lease.excusedMilliseconds ?? 0) - (before?.excusedMilliseconds ?? 0)
        guard case .silence(let node, _, let until, let from) = command else {
            return require(excused == 0, rule, "\(lease.id): \(excused) ms without a silence")
        }
        guard case .running = lease.life, let start = started[lease.id] else { return }
        let answered = realLastAnswer[node]
        if let restart, answered ?? restart.alive <= restart.at {
            require(from == restart.alive, rule, "\(node): \(from as Any), \(restart)")
        } else {
            require(from == nil || from == answered, rule, "\(node): \(from as Any)")
        }
        let booked = max(start, before?.silentUntil ?? start)
        let frozen = from.map {
            until.millisecondsSince(max($0.advanced(seconds: lease.fence), booked))
        }
        require(
            excused == max(frozen ?? 0, 0), rule,
            "\(lease.id): \(excused) ms, not \(frozen ?? 0)")
    }
}
