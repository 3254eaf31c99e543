import Accounting
import Domain
import Foundation
import Marketplace
import Matching
import Wire

/// What people are shown, from committed rows alone.
extension MarketServices {
    enum TaskDetail { case none, all }

    /// The job that a route names, by id or by name, if the caller may see it.
    ///
    /// - Throws: `Refusal.jobUnknown`, also for other people's jobs.
    func job(_ call: Call) async throws -> Job {
        let name = try call.parameter("job")
        if let id = JobID(name) {
            let rows = try await store.read([.job(id)])
            guard let job = rows.job(id), try call.isOperator || job.renter == call.account else {
                throw Refusal.jobUnknown
            }
            return job
        }
        let read = Read.jobNamed(try call.account, name)
        let rows = try await store.read([read])
        guard case .job(let job)? = rows[read].first else { throw Refusal.jobUnknown }
        return job
    }

    func view(_ job: Job, tasks detail: TaskDetail, _ language: Language) async throws -> JobDTO {
        let leasesRead = Read.leases(job.id, limit: JobTerms.mostLeases)
        let tasksRead = Read.tasks(job.id, after: 0, limit: JobTerms.maximumTasks)
        let rows = try await store.read([.job(job.id), leasesRead, tasksRead, .hold(job.id)])
        // As of the same moment as its tasks and leases.
        let job = rows.job(job.id) ?? job
        let leases = rows.leases(leasesRead)
        let started = leases.filter { if case .running = $0.life { true } else { false } }.count
        let state = JobState(life: job.life, counts: job.counts, started: started)
        let tasks = rows.tasks(tasksRead)
        guard let hold = rows.hold(job.id) else { throw Refusal.jobUnknown }
        return JobDTO(
            id: job.id, name: job.terms.name, state: state,
            reason: try await reason(job, state, tasks, language),
            submittedAt: TimeDTO(job.submittedAt), tasks: job.terms.tasks,
            counts: TaskCountsDTO(job.counts), budget: MoneyDTO(hold.amount),
            held: MoneyDTO(
                hold.life == .pending && !hold.isLimit
                    ? try hold.amount.subtracting(hold.charged) : .zero),
            charged: MoneyDTO(hold.charged), refunded: MoneyDTO(hold.refunded),
            billedSeconds: leases.reduce(0) { $0 + $1.billedSeconds },
            exitCode: state.isOver ? job.exitCode(tasks) : nil,
            image: ImageDTO(job.terms.workload.image), network: job.terms.networkAsked,
            deadline: job.terms.deadline.map(DeadlineDTO.init), payer: job.terms.payer,
            custodial: try await isCustodial(job.terms), isLocked: job.terms.isLocked ? true : nil,
            taskList: detail == .all ? try TaskDTO.list(tasks, leases) : [])
    }

    /// Why a waiting job waits, with counts; why a failed one failed.
    private func reason(
        _ job: Job, _ state: JobState, _ tasks: [JobTask], _ language: Language
    ) async throws -> ReasonDTO? {
        switch state {
        case .waiting, .matching:
            let fit = await self.fit(
                job.terms.needs, job.terms.formation, of: job, language)
            return ReasonDTO(
                code: fit.isFeasible ? "queued" : "no_matching_offers",
                text: fit.line(in: language), fixes: fit.isFeasible ? nil : fit.fixes,
                expectedStart: try await expectedStart(
                    fit, of: job.terms.needs,
                    as: tasks.first { if case .open = $0.life { true } else { false } }?.id))
        case .failed, .stopped:
            guard let reason = job.endReason(tasks) else {
                return ReasonDTO(
                    code: "budget", text: EndReason.budgetExhausted.sentence(in: language))
            }
            return ReasonDTO(
                code: reason.text, text: reason.sentence(in: language),
                fixes: reason.isOfMachine && mayStart(job) ? [retry(job, language)] : nil)
        case .starting, .running, .stopping, .finished: return nil
        }
    }

    /// Where running leases alone are in the way: when the first of them has ended. Not of a gang, which
    /// may wait for several at once.
    private func expectedStart(
        _ fit: JobFit, of needs: Needs, as task: TaskID? = nil
    ) async throws -> ExpectedStartDTO? {
        guard fit.gang == nil, fit.explanation.feasible == 0,
            fit.explanation.rejected.contains(where: { $0.reason == .busy })
        else { return nil }
        guard let start = await matching.expectedStart(of: needs, as: task),
            start.latest > clock.now()
        else { return nil }
        return ExpectedStartDTO(
            latest: TimeDTO(start.latest), ordersAhead: start.ahead,
            spotMakesWay: start.takesWay ? true : nil)
    }

    /// By id: the job's name may be a newer one's by then.
    private func retry(_ job: Job, _ language: Language) -> FixDTO {
        let command = "orban retry \(job.id)"
        return FixDTO(
            title: Message.fixRetry.text(in: language, ["command": command]), command: command)
    }

    /// Low: every task ends within its first second. Likely: every task runs as long as the tasks
    /// of the renter's last job of that name did on average; without one, the worst case. Where no
    /// offer fits there is no price, and so nothing that is likely.
    func plan(
        _ spec: JobSpec, digest: BlobDigest?, measured: RoundTrips, for renter: AccountID,
        _ language: Language
    ) async throws -> PlanDTO {
        guard let budget = spec.budget else { throw Refusal.budgetMissing }
        let image = try await resolve(spec.image, digest: digest, for: renter)
        let now = clock.now()
        let deadline = try self.deadline(of: spec, at: now)
        let needs = spec.needs(measured: measured)
        let fit = await self.fit(needs, spec.formation, language)
        // Of a gang all must be able to run for a second, of other jobs one task.
        guard try fit.rates.charge(seconds: 1) <= budget else { throw Refusal.budgetExhausted }
        let low = try fit.charge(seconds: 1, tasks: spec.tasks) ?? .zero
        let priced = fit.rates.isEmpty ? fit.priced(at: spec.maxPrice) : fit
        let longest = try priced.charge(seconds: spec.maxDuration, tasks: spec.tasks) ?? budget
        let worst = min(longest, budget)
        let likely = try await self.likely(spec, renter, fit, worst: worst)
        let explanation = fit.explanation
        let start = try await expectedStart(fit, of: needs)
        let places = deadline == nil ? 0 : await self.places(of: spec, needs, fit)
        return PlanDTO(
            name: spec.name, tasks: spec.tasks,
            image: ImageDTO(image), budget: MoneyDTO(budget),
            low: MoneyDTO(min(low, budget)),
            likely: likely.map { MoneyDTO($0) },
            worst: MoneyDTO(worst),
            feasible: fit.isFeasible ? explanation.feasible : 0, totalOffers: explanation.total,
            rejected: explanation.rejections(in: language),
            maxDurationSeconds: spec.maxDuration,
            cheapestMicroPerHour: fit.rates.min()?.microPerHour, fixes: fit.fixes,
            expectedStart: start, latency: explanation.latency(of: needs),
            deadline: deadline.map(DeadlineDTO.init),
            outlook: deadline.map {
                outlook(of: $0, spec, places: places, busyUntil: start, at: now)
            }, gang: fit.gang, spot: needs.spot.map(PlanSpotDTO.init),
            vault: try await planVault(of: spec, renter))
    }

    private func likely(
        _ spec: JobSpec, _ renter: AccountID, _ fit: JobFit, worst: Money
    ) async throws -> Money? {
        guard !fit.rates.isEmpty, let budget = spec.budget else { return nil }
        let named = Read.jobNamed(renter, spec.name)
        guard case .job(let job)? = try await store.read([named])[named].first else { return worst }
        let read = Read.leases(job.id, limit: JobTerms.mostLeases)
        let seconds = try await store.read([read]).leases(read).map(\.billedSeconds)
            .filter { $0 > 0 }
        guard !seconds.isEmpty else { return worst }
        let mean = (seconds.reduce(0, +) + Int64(seconds.count) - 1) / Int64(seconds.count)
        let all = try fit.charge(seconds: min(mean, spec.maxDuration), tasks: spec.tasks)
        return all.map { min($0, budget) }
    }

    func invoice(_ job: Job) async throws -> InvoiceDTO {
        let read = Read.leases(job.id, limit: JobTerms.mostLeases)
        let rows = try await store.read([read, .hold(job.id)])
        guard let hold = rows.hold(job.id) else { throw Refusal.jobUnknown }
        let lines = rows.leases(read).sorted { ($0.task, $0.attempt) < ($1.task, $1.attempt) }.map {
            InvoiceLineDTO(
                task: $0.task.index, attempt: $0.attempt, lease: $0.id, node: $0.node,
                provider: $0.provider, microPerHour: $0.rate.microPerHour,
                meteredS: $0.billedSeconds, charge: MoneyDTO($0.posted.net),
                endedBy: $0.endReason?.text ?? "running", credit: $0.credit.map { MoneyDTO($0) })
        }
        return InvoiceDTO(
            job: job.id, name: job.terms.name, currency: MoneyDTO.currency, lines: lines,
            total: MoneyDTO(hold.charged), budget: MoneyDTO(hold.amount),
            refunded: MoneyDTO(hold.refunded),
            fundedBy: job.terms.source.text, custodial: try await isCustodial(job.terms))
    }

    func outputs(_ job: Job) async throws -> ListDTO<TaskOutputDTO> {
        let read = Read.outputs(job.id, limit: JobTerms.mostLeases)
        let rows = try await store.read([read])
        let data = rows[read].compactMap { row -> TaskOutputDTO? in
            guard case .output(let output) = row else { return nil }
            return TaskOutputDTO(
                task: output.task.index, lease: output.lease, path: output.path,
                digest: output.digest, size: output.size)
        }
        return ListDTO(data: data, hasMore: false)
    }
}

/// One kept output of a task.
struct TaskOutputDTO: Codable, Hashable, Sendable {
    let task: Int
    let lease: LeaseID
    let path: String
    let digest: BlobDigest
    let size: Int64
}

extension Lease {
    /// Seconds that this lease is billed: settled, or as far as its last accepted receipt.
    var billedSeconds: Int64 {
        if case .settled(_, let seconds, _, at: _) = life {
            seconds
        } else {
            life.reading?.seconds ?? 0
        }
    }

    var posted: Posted {
        switch life {
        case .locking, .reserved: .nothing
        case .running(_, _, let posted), .ended(_, _, _, let posted), .settled(_, _, let posted, _):
            posted
        }
    }

    /// What went back of its charge; nil while it is not settled, and where nothing was promised.
    var credit: Money? {
        guard serviceLevel != nil, case .settled(_, _, let posted, _) = life else { return nil }
        return posted.credit
    }

    var endReason: EndReason? {
        switch life {
        case .locking, .reserved, .running: nil
        case .ended(let reason, _, _, _), .settled(let reason, _, _, _): reason
        }
    }
}

extension Hold {
    var refunded: Money {
        switch life {
        case .pending: .zero
        case .posted(let refunded): refunded
        case .voided: amount
        }
    }
}

extension Money {
    /// - Throws: `MoneyOverflow`.
    func times(_ count: Int64) throws -> Money {
        let (product, overflow) = micro.multipliedReportingOverflow(by: count)
        guard !overflow else { throw MoneyOverflow() }
        return try Money(micro: product)
    }
}

extension Job {
    /// The first reason, by task, for which the job did not succeed. That a task was stopped is told where
    /// nothing else was wrong: a gang's are because of the one that failed.
    func endReason(_ tasks: [JobTask]) -> EndReason? {
        let reasons = tasks.compactMap { task -> EndReason? in
            guard case .finished(let reason) = task.life, !reason.isSuccess else { return nil }
            return reason
        }
        return reasons.first { $0 != .stopped } ?? reasons.first
    }

    /// What a waiting command ends with: 0, or the code of the first task that did not succeed.
    func exitCode(_ tasks: [JobTask]) -> Int {
        guard case .closed(let outcome, at: _) = life else { return 0 }
        switch outcome {
        case .succeeded: return 0
        case .failed, .stopped: return endReason(tasks)?.exitCode ?? 124
        }
    }
}

extension TaskDTO {
    /// - Throws: `MoneyOverflow`.
    static func list(_ tasks: [JobTask], _ leases: [Lease]) throws -> [TaskDTO] {
        let table = Dictionary(grouping: leases, by: \.task)
        return try tasks.map { try TaskDTO($0, table[$0.id] ?? []) }
    }

    /// - Parameter leases: all of its attempts.
    private init(_ task: JobTask, _ leases: [Lease]) throws {
        let latest = leases.first { $0.attempt == task.attempt }
        let charged = try leases.reduce(Money.zero) { try $0.adding($1.posted.net) }
        let reason: EndReason? = if case .finished(let reason) = task.life { reason } else { nil }
        self.init(
            index: task.id.index, state: TaskState(task.life), attempt: task.attempt,
            exitCode: reason?.exitCode, endedBy: reason?.text, node: latest?.node,
            lease: latest?.id,
            devices: latest.flatMap { $0.devices.isEmpty ? nil : $0.devices.map(\.id) },
            leaving: latest?.standingNotice.map(LeavingDTO.init), charged: MoneyDTO(charged))
    }
}

extension JobDTO {
    /// The job as it stood when it was submitted, whatever became of it.
    init(submitted job: Job) {
        let open = min(job.terms.tasks, job.terms.parallel)
        self.init(
            id: job.id, name: job.terms.name, state: .waiting,
            submittedAt: TimeDTO(job.submittedAt), tasks: job.terms.tasks,
            counts: TaskCountsDTO(TaskCounts(queued: job.terms.tasks - open, open: open)),
            budget: MoneyDTO(job.terms.budget), held: MoneyDTO(job.terms.budget),
            charged: MoneyDTO(.zero), refunded: MoneyDTO(.zero), billedSeconds: 0,
            image: ImageDTO(job.terms.workload.image), network: job.terms.networkAsked,
            deadline: job.terms.deadline.map(DeadlineDTO.init), payer: job.terms.payer,
            isLocked: job.terms.isLocked ? true : nil)
    }
}

extension JobTerms {
    /// Where its money comes from.
    fileprivate var source: LedgerAccount {
        guard let payer else { return .operatorGranted }
        return isLocked ? .locked(payer) : .vault(payer)
    }

    fileprivate var networkAsked: NetworkAccess? {
        needs.network == .none ? nil : needs.network
    }
}
