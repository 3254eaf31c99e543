import Domain
import Wire

extension LeafCommand {
    /// `orban events`: what became true of a job, one line each; as JSON, one object a line.
    static let jobEvents = LeafCommand(
        "job events", shortcut: "events", .helpEvents, operands: [Operand("job", .operandJob)],
        options: [Flag.follow.form]
    ) { session in
        let job = session.arguments.operands[0]
        try await session.withMarket([.renter, .operator]) { market in
            let stream = JobStream(
                client: market, path: "/v1/jobs/\(job.pathSegment)/events", query: "",
                mode: session.arguments.has(.follow) ? .follow : .soFar)
            _ = try await stream.read(
                { event in
                    guard JobEventKind(rawValue: event.name) != nil else { return }
                    switch session.form {
                    case .json: try session.terminal.write(event.data + "\n")
                    case .table:
                        let news = try WireJSON.decode(JobEventDTO.self, from: event.data.utf8)
                        try session.terminal.write(EventLine(news, session.language).text + "\n")
                    }
                }, interrupted: { session.terminal.progress(session.told(.commandReconnecting)) })
        }
        return ExitCode.done.rawValue
    }
}

/// An event as a person reads it.
struct EventLine {
    let text: String

    init(_ event: JobEventDTO, _ language: Language) {
        let task = event.task.map { "\(Message.headingTask.text(in: language)) \($0)  " } ?? ""
        text = "\(event.at)  \(task)\(Self.sentence(event, language))"
    }

    private static func sentence(_ event: JobEventDTO, _ language: Language) -> String {
        let values: [String: String] = [
            "tasks": event.tasks.map(String.init) ?? "",
            "amount": event.amount.map { Quantity.money($0.money) } ?? "",
            "node": event.node?.text ?? "",
            "price": price(event),
            "time": event.meteredS.map { Quantity.duration(seconds: $0) } ?? "",
            "charge": event.charge.map { Quantity.money($0.money) } ?? "",
            "reason": event.reason.flatMap(EndReason.init(text:))?.sentence(in: language) ?? "",
            "why": owner(event, language),
            "until": event.until?.description ?? "",
            "outcome": outcome(event, language),
        ]
        return message(event).text(in: language, values)
    }

    private static func price(_ event: JobEventDTO) -> String {
        guard let micro = event.microPerHour, let rate = try? Rate(microPerHour: micro) else {
            return ""
        }
        return Quantity.rate(rate)
    }

    private static let preempted = EndReason.yielded(code: OwnerCode.preempted.rawValue).text

    /// Why a machine's owner needs it.
    private static func owner(_ event: JobEventDTO, _ language: Language) -> String {
        guard case .yielded(let code)? = event.reason.flatMap(EndReason.init(text:)) else {
            return ""
        }
        return Message.ownerReason(code, in: language)
    }

    private static func outcome(_ event: JobEventDTO, _ language: Language) -> String {
        let state: JobState? =
            switch event.outcome.flatMap(JobOutcome.init(rawValue:)) {
            case .succeeded: .finished
            case .failed: .failed
            case .stopped: .stopped
            case nil: nil
            }
        return state?.text(in: language) ?? ""
    }

    private static func message(_ event: JobEventDTO) -> Message {
        switch event.event {
        case .submitted: .eventSubmitted
        case .placed: .eventPlaced
        case .started: .eventStarted
        case .metered: .eventMetered
        case .leaving where event.reason == preempted: .eventPreempted
        case .leaving: .eventLeaving
        case .staying: .eventStaying
        case .ended: .eventEnded
        case .settled: .eventSettled
        case .requeued: .eventRequeued
        case .expired: .eventExpired
        case .closing: .eventClosing
        case .refunded: .eventRefunded
        case .closed: .eventClosed
        case .reopened: .eventReopened
        }
    }
}
