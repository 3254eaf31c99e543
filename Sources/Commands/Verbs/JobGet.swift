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
        try session.show(job) { JobPage(session: session, job: job).lines }
        return ExitCode.done.rawValue
    }
}

/// A job as people read it.
private struct JobPage {
    /// Tasks shown of a large array; `-o json` has all.
    private static let mostTasks = 100

    let session: Session
    let job: JobDTO

    var lines: [String] {
        let head = "\(job.name)  \(job.id)  \(JobTable.state(job.state, session.language))"
        return [head] + Table.aligned(facts) + tasks
    }

    private var facts: [[String]] {
        var rows: [[String]] = []
        if let reason = job.reason { rows.append([session.told(.showWhy), reason.text]) }
        let charged = session.told(
            .showCharged,
            [
                "charged": Quantity.money(job.charged.money),
                "budget": Quantity.money(job.budget.money),
            ])
        rows.append([session.told(.showCost), "\(charged) · \(job.billedSeconds) s"])
        if job.held.money > .zero {
            rows.append([session.told(.showHeld), Quantity.money(job.held.money)])
        }
        rows.append([session.told(.showImage), "\(job.image.name)  \(job.image.digest)"])
        if job.network == .egress {
            rows.append([session.told(.planNetwork), session.told(.networkEgress)])
        }
        rows.append([session.told(.showSubmitted), job.submittedAt.description])
        if let code = job.exitCode { rows.append([session.told(.showExit), String(code)]) }
        return rows
    }

    private var tasks: [String] {
        guard !job.taskList.isEmpty else { return [] }
        let hasDevices = job.taskList.contains { $0.devices != nil }
        var table = Table(
            [
                .init(session.told(.headingTask), .right), .init(session.told(.headingState)),
                .init(session.told(.headingAttempt), .right), .init(session.told(.headingNode)),
            ] + (hasDevices ? [.init(session.told(.headingDevices))] : []) + [
                .init(session.told(.headingEndedBy)), .init(session.told(.headingCharge), .right),
            ])
        table.rows = job.taskList.prefix(Self.mostTasks).map { task in
            [
                String(task.index), task.state.text(in: session.language), String(task.attempt),
                task.node?.text ?? "–",
            ] + (hasDevices ? [task.devices?.map(\.text).joined(separator: " ") ?? "–"] : [])
                + [task.endedBy ?? "–", Quantity.money(task.charged.money)]
        }
        let more = job.taskList.count - Self.mostTasks
        let leaving = job.taskList.compactMap { task in
            task.leaving.map {
                "! \(session.told(.headingTask)) \(task.index)  \($0.text(in: session.language))"
            }
        }
        return [""] + table.lines + leaving.prefix(Self.mostTasks)
            + (more > 0 ? [session.told(.moreFollows, ["command": "-o json (+\(more))"])] : [])
    }
}
