import Accounting
package import Domain

/// Tasks that start together or not at all, and are of no use without one another.
extension Market {
    /// Places all members of a gang, in the order of their tasks, or none of them. Escrows pay each the
    /// same seconds, as many as the hold pays for all at once. A hold that pays not one ends the job as
    /// failed.
    ///
    /// - Throws: `Refusal.orderChanged` for anything but a whole gang; `.ofMember` with what a single
    ///   order would be refused for.
    func clearGang(_ clearings: [Clearing], _ rows: Rows, _ now: Timestamp) throws -> Decision {
        guard let first = clearings.first?.task.job, let job = rows.job(first),
            let hold = rows.hold(first), job.terms.formation?.gang == clearings.count,
            clearings.allSatisfy({ $0.task.job == first }), !isLate(job.terms, at: now),
            clearings.map(\.task.index) == Array(1...clearings.count),
            Set(clearings.map(\.lease)).count == clearings.count
        else { throw Refusal.orderChanged }
        var floor = Floor(rows, of: job)
        var seats: [Seat] = []
        for (place, clearing) in clearings.enumerated() {
            do {
                seats.append(try seat(clearing, of: job, on: &floor, rows, now))
            } catch let refusal as Refusal {
                throw Refusal.ofMember(place, refusal)
            }
        }
        let rates = seats.map(\.rate)
        let seconds = try Self.seconds(
            paidBy: hold.free, to: rates, atMost: job.terms.maxDuration)
        guard seconds >= 1 else {
            return try closing(
                job, hold, outcome: .failed, because: .budgetExhausted, rows, now)
        }
        let escrows = try rates.map { try Bill.charge(seconds: seconds, rate: $0) }
        return try leasing(seats, escrows, to: job, hold, floor, now)
    }

    /// The most seconds that `money` pays to leases at all of these rates at once.
    ///
    /// - Throws: what `Bill.charge` does; not for rates within bounds.
    package static func seconds(
        paidBy money: Money, to rates: [Rate], atMost longest: Int64
    ) throws -> Int64 {
        func pays(_ seconds: Int64) throws -> Bool {
            let sum = try rates.reduce(Int128(0)) { sum, rate in
                sum + Int128(try Bill.charge(seconds: seconds, rate: rate).micro)
            }
            return sum <= Int128(money.micro)
        }
        var (low, high) = (Int64(0), min(max(longest, 0), Bill.maximumSeconds))
        while low < high {
            let middle = low + (high - low + 1) / 2
            if try pays(middle) { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// Whether a gang's job has lost a member: it did not succeed, so the others are of no use.
    func isBroken(_ job: Job) -> Bool {
        job.terms.isGang && job.counts.failed + job.counts.stopped > 0
    }

    /// Tells what still runs of a job to end.
    func stopLeases(of job: JobID, _ rows: Rows, in decision: inout Decision) {
        for lease in rows.leases(.liveLeasesOfJob(job, limit: Command.everyTask)) {
            // No node has heard of it: it ends by itself.
            if case .locking = lease.life { continue }
            decision.effects.append(
                OutboxEntry(effect: .stop(lease.id, .stopped), node: lease.node))
        }
    }
}
