import Domain
import Marketplace

// Gangs start whole and end together; what is to be apart is never together.
extension Auditor {
    /// One start of a gang: all its tasks have the same attempt.
    struct GangRun: Hashable {
        let job: JobID
        let attempt: Int64
    }

    /// As the renter has said it.
    mutating func noteFormation(_ evidence: Evidence) {
        guard case .submit(let submit) = evidence.command,
            case .success(let answer) = evidence.outcome, !answer.isReplayed,
            let job = answer.job
        else { return }
        formations[job] = submit.terms.formation
    }

    /// Beside a sibling that lives, as far as commits have told.
    mutating func checkApart(_ lease: Lease) {
        if formations[lease.task.job]?.gang != nil {
            gangLeases[GangRun(job: lease.task.job, attempt: lease.attempt), default: 0] += 1
        }
        guard let spread = formations[lease.task.job]?.spread else { return }
        let siblings = (unsettled[lease.task.job] ?? []).compactMap { leases[$0] }.filter {
            $0.id != lease.id && $0.life.isLive
        }
        let beside = siblings.filter { sibling in
            switch spread {
            case .node: sibling.node == lease.node
            case .provider: sibling.provider == lease.provider
            }
        }
        require(
            beside.isEmpty, "what is kept apart is apart",
            "\(lease.id) on \(lease.node) beside \(beside.map(\.id))")
    }

    /// After each commit a gang's run has all its leases or none. One that has lost a member is over, and
    /// what runs of it is told so in the same commit.
    mutating func checkGangs(_ decision: Decision) {
        for case .lease(let lease) in decision.rows {
            let job = lease.task.job
            guard let members = formations[job]?.gang else { continue }
            let made = gangLeases[GangRun(job: job, attempt: lease.attempt)] ?? 0
            require(
                made == members, "a gang starts whole",
                "\(job) attempt \(lease.attempt): \(made) of \(members)")
            guard case .settled(let reason, _, _, _) = lease.life, !reason.isSuccess else {
                continue
            }
            require(
                jobs[job]?.life != .active, "a gang that lost a member ends", "\(job): \(lease.id)")
            let closesNow = decision.news.contains {
                if case .closing(.failed, _) = $0.fact { true } else { false }
            }
            guard closesNow else { continue }
            let told = decision.effects.compactMap { entry in
                if case .stop(let lease, _) = entry.effect { lease } else { nil }
            }
            let left = (unsettled[job] ?? []).filter {
                leases[$0]?.life.isLive == true && !told.contains($0)
            }
            require(left.isEmpty, "a gang that lost a member ends", "\(job): \(left) run on")
        }
    }
}

extension World {
    func note(formation decision: Decision) {
        for case .lease(let lease) in decision.rows {
            guard let formation = auditor.formations[lease.task.job] else { continue }
            if formation.spread != nil, case .reserved = lease.life {
                report.reached.count(.spreadPlaced)
            }
            guard formation.gang != nil, case .settled = lease.life else { continue }
            let isTold = decision.effects.contains {
                if case .stop = $0.effect { true } else { false }
            }
            if isTold { report.reached.count(.gangBroken) }
        }
    }
}

extension SubmitJob {
    /// The same job, whose tasks stand to one another as `formation` says.
    func with(_ formation: Formation?) -> SubmitJob {
        let old = terms
        return SubmitJob(
            id: id, renter: renter,
            terms: JobTerms(
                name: old.name, workload: old.workload, needs: old.needs, tasks: old.tasks,
                parallel: old.parallel, maxFailures: old.maxFailures, budget: old.budget,
                maxDuration: old.maxDuration, fence: old.fence, deadline: old.deadline,
                formation: formation, payer: old.payer), salt: salt, idempotency: idempotency)
    }
}
