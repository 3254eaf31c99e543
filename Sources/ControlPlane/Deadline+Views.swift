import Domain
import Marketplace
import Matching
import Wire

extension MarketServices {
    /// What a spec that were submitted now would be held to.
    ///
    /// - Throws: `Refusal.deadlinePast`; `SpecError` where its moments contradict each other.
    func deadline(of spec: JobSpec, at now: Timestamp) throws -> Deadline? {
        guard let deadline = try spec.deadline(at: now) else { return nil }
        if let latest = deadline.latestStart, deadline.isMissed(at: now) {
            throw Refusal.deadlinePast(latest)
        }
        return deadline
    }

    /// - Parameters:
    ///   - places: how many of its tasks could start at once now.
    ///   - start: of a job that nothing fits now.
    func outlook(
        of deadline: Deadline, _ spec: JobSpec, places: Int,
        busyUntil start: ExpectedStartDTO?, at now: Timestamp
    ) -> DeadlineOutlookDTO {
        let isFree = places > 0
        let outlook = DeadlineOutlook(
            deadline, tasks: spec.tasks,
            places: max(places, 1),
            start: isFree ? now : start?.latest.timestamp,
            ahead: isFree ? 0 : start?.ordersAhead ?? 0)
        return DeadlineOutlookDTO(
            verdict: outlook.verdict.map(DeadlineOutlookDTO.Verdict.init),
            lastStart: outlook.lastStart.map { TimeDTO($0) },
            finish: outlook.finish.map { TimeDTO($0) })
    }

    /// Tasks that are placed for trial at most: each takes some microseconds of the match loop.
    private static let mostTried = 1_000

    /// How many of a job's tasks could start at once now. A gang that has its places has all of them;
    /// who runs apart has one with each provider, however many nodes that one has.
    func places(of spec: JobSpec, _ needs: Needs, _ fit: JobFit) async -> Int {
        guard fit.isFeasible else { return 0 }
        let most = min(spec.parallel, fit.gang?.placed ?? fit.explanation.feasible)
        guard fit.gang == nil, let spread = spec.formation?.spread, most > 1 else { return most }
        let together = Formation(gang: min(most, Self.mostTried), spread: spread)
        return max(await matching.fit(needs, together)?.placed.count ?? 1, 1)
    }

    /// Whether its tasks, placed anew, could be in time.
    func mayStart(_ job: Job) -> Bool {
        job.terms.deadline?.isMissed(at: clock.now()) != true
    }
}

extension DeadlineOutlookDTO.Verdict {
    fileprivate init(_ verdict: DeadlineOutlook.Verdict) {
        switch verdict {
        case .inTime: self = .inTime
        case .atRisk: self = .atRisk
        case .unknown: self = .unknown
        }
    }
}
