import Domain
import Marketplace
import Matching

// Distance: nobody is placed farther away than they asked, by what both sides had measured.
extension Auditor {
    mutating func noteDistance(_ evidence: Evidence) {
        switch evidence.command {
        case .advertise(let node, let terms): roundTrips[node] = terms.roundTrips
        case .submit(let submit):
            guard case .success(let answer) = evidence.outcome, let job = answer.job else { return }
            ceilings[job] = submit.terms.needs.latency
        default: break  // nothing else tells of places
        }
    }

    mutating func checkDistance(_ lease: Lease) {
        guard let asked = ceilings[lease.task.job] else { return }
        let measured = roundTrips[lease.node]?.readings ?? []
        let ways = asked.measured.readings.flatMap { mine in
            measured.filter { $0.beacon == mine.beacon }.map { $0.microseconds + mine.microseconds }
        }
        require(
            ways.contains { $0 <= asked.ceiling }, "an order is placed as near as it asks",
            "\(lease.id) on \(lease.node): \(ways), asked \(asked.ceiling)")
    }
}

extension World {
    /// The farther a node, the later it was drawn; one of them measures nothing.
    static func roundTrips(of place: Int) -> RoundTrips {
        guard place != 2 else { return .none }
        let there = RoundTrips.Reading(
            beacon: .market, microseconds: 5_000 * (Int64(place % 100) + 1))
        return RoundTrips([there]) ?? .none
    }

    /// Of a bid, so that no draw more is needed: every third job says how near, and the first node,
    /// which can take everything, is near enough for all.
    static func latency(ofBid bid: Int64) -> LatencyNeed? {
        guard bid % 3 == 0 else { return nil }
        let here = RoundTrips.Reading(beacon: .market, microseconds: 1_000)
        return RoundTrips([here]).map {
            LatencyNeed(ceiling: 6_000 + 5_000 * (bid / 3 % 4), measured: $0)
        }
    }
}

extension SubmitJob {
    /// The same order with other needs: what a planted bug makes of it.
    func asking(_ needs: Needs, by deadline: Deadline?) -> SubmitJob {
        let old = terms
        return SubmitJob(
            id: id, renter: renter,
            terms: JobTerms(
                name: old.name, workload: old.workload, needs: needs, tasks: old.tasks,
                parallel: old.parallel, maxFailures: old.maxFailures, budget: old.budget,
                maxDuration: old.maxDuration, fence: old.fence, deadline: deadline,
                formation: old.formation, payer: old.payer), salt: salt,
            idempotency: idempotency)
    }
}
