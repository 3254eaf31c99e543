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

    /// - Parameter start: of a job that nothing fits now.
    func outlook(
        of deadline: Deadline, _ spec: JobSpec, _ fit: JobFit,
        busyUntil start: ExpectedStartDTO?, at now: Timestamp
    ) -> DeadlineOutlookDTO {
        // A gang that has its places has all of them.
        let isFree = fit.isFeasible
        let free = fit.gang?.placed ?? fit.explanation.feasible
        let outlook = DeadlineOutlook(
            deadline, tasks: spec.tasks,
            places: isFree ? min(spec.parallel, free) : 1,
            start: isFree ? now : start?.latest.timestamp,
            ahead: isFree ? 0 : start?.ordersAhead ?? 0)
        return DeadlineOutlookDTO(
            verdict: outlook.verdict.map(DeadlineOutlookDTO.Verdict.init),
            lastStart: outlook.lastStart.map { TimeDTO($0) },
            finish: outlook.finish.map { TimeDTO($0) })
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
