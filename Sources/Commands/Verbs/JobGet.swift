import Domain
import Wire

extension LeafCommand {
    /// `orban show`: one page about a job; as JSON the market's own object.
    static let jobGet = LeafCommand(
        "job get", shortcut: "show", .helpShow, operands: [Operand("job", .operandJob)]
    ) { session in
        let job: JobDTO = try await session.withMarket([.renter, .operator]) { market in
            try await market.get("/v1/jobs/\(session.arguments.operands[0].pathSegment)")
        }
        try session.show(job) { JobPage(job: job, language: session.language).lines }
        return ExitCode.done.rawValue
    }
}

/// A job as people read it.
struct JobPage {
    /// Tasks shown of a large array; `-o json` has all.
    private static let mostTasks = 100

    let job: JobDTO
    let language: Language

    var lines: [String] {
        let head = "\(job.name)  \(job.id)  \(JobTable.state(job.state, language))"
        return [head] + Table.aligned(facts) + tasks
    }

    /// What a job is paid from, and whether the market signs for it.
    static func source(
        _ payer: ChainAddress, _ custodial: Bool?, locked: Bool?, _ language: Language
    ) -> String {
        if locked == true {
            return Message.paidFromLock.text(in: language, ["address": payer.text])
        }
        let vault = Message.paidFromVault.text(in: language, ["address": payer.text])
        return custodial == true ? vault + "  " + Message.paidCustodial.text(in: language) : vault
    }

    private var facts: [[String]] {
        var rows: [[String]] = []
        if let reason = job.reason {
            rows.append([told(.showWhy), reason.text])
            if let start = reason.expectedStart { rows.append(["", start.text(in: language)]) }
            rows += (reason.fixes ?? []).map { [told(.fixLabel), $0.title] }
        }
        let charged = told(
            .showCharged,
            [
                "charged": Quantity.money(job.charged.money),
                "budget": Quantity.money(job.budget.money),
            ])
        rows.append([told(.showCost), "\(charged) · \(job.billedSeconds) s"])
        if job.held.money > .zero {
            rows.append([told(.showHeld), Quantity.money(job.held.money)])
        }
        if let payer = job.payer {
            rows.append([
                told(.showPaidFrom),
                Self.source(payer, job.custodial, locked: job.isLocked, language),
            ])
        }
        rows.append([told(.showImage), "\(job.image.name)  \(job.image.digest)"])
        if job.network == .egress {
            rows.append([told(.planNetwork), told(.networkEgress)])
        }
        if let deadline = job.deadline {
            rows.append([told(.planDeadline), deadline.text(in: language)])
        }
        rows.append([told(.showSubmitted), job.submittedAt.description])
        if let code = job.exitCode { rows.append([told(.showExit), String(code)]) }
        return rows
    }

    private var tasks: [String] {
        guard !job.taskList.isEmpty else { return [] }
        let hasDevices = job.taskList.contains { $0.devices != nil }
        var table = Table(
            [
                .init(told(.headingTask), .right), .init(told(.headingState)),
                .init(told(.headingAttempt), .right), .init(told(.headingNode)),
            ] + (hasDevices ? [.init(told(.headingDevices))] : []) + [
                .init(told(.headingEndedBy)),
                .init(told(.headingChargeOfAll), .right),
            ])
        table.rows = job.taskList.prefix(Self.mostTasks).map { task in
            [
                String(task.index), task.state.text(in: language), String(task.attempt),
                task.node?.text ?? "–",
            ] + (hasDevices ? [task.devices?.map(\.text).joined(separator: " ") ?? "–"] : [])
                + [task.endedBy ?? "–", Quantity.money(task.charged.money)]
        }
        let more = job.taskList.count - Self.mostTasks
        let leaving = job.taskList.compactMap { task in
            task.leaving.map {
                "! \(told(.headingTask)) \(task.index)  \($0.text(in: language))"
            }
        }
        return [""] + table.lines + leaving.prefix(Self.mostTasks)
            + (more > 0 ? [told(.moreFollows, ["command": "-o json (+\(more))"])] : [])
    }

    private func told(_ message: Message, _ values: [String: String] = [:]) -> String {
        message.text(in: language, values)
    }
}
