import Domain
import Wire

extension Option where Value == LogStream {
    static let stream = Option("stream", "out|err|system", .optionStream, .word())
}

extension Flag {
    static let follow = Flag("follow", short: "f", .optionFollow)
    static let timestamps = Flag("timestamps", .optionTimestamps)
}

extension LeafCommand {
    /// `orban logs`: what a job wrote, raw; its standard error on ours.
    static let jobLogs = LeafCommand(
        "job logs", shortcut: "logs", .helpLogs, operands: [Operand("job[/task]", .operandJobTask)],
        options: [Flag.follow.form, Option.stream.form, Flag.timestamps.form]
    ) { session in
        let target = try JobTarget(session.arguments.operands[0])
        let printer = LogPrinter(
            only: try session.arguments.value(Option.stream),
            form: session.arguments.has(.timestamps) ? .timestamped : .raw)
        try await session.withMarket([.renter, .operator]) { market in
            let reader = JobLogReader(
                client: market, job: target.job, task: target.task,
                mode: session.arguments.has(.follow) ? .follow : .soFar)
            let end = try await reader.read(
                { try printer.print($0, to: session.terminal) },
                interrupted: {
                    session.terminal.progress(session.told(.commandReconnecting))
                })
            if let end, session.arguments.has(.follow) {
                let reason = end.state.text(in: session.language)
                session.terminal.progress("— " + session.told(.logsEnded, ["reason": reason]))
            }
        }
        return ExitCode.done.rawValue
    }
}

/// `name`, `job_…`, either with `/task`.
struct JobTarget: Hashable {
    let job: String
    let task: Int?

    /// - Throws: `UsageFault.jobPathNeeded`.
    init(_ text: String) throws(UsageFault) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, parts.count <= 2 else {
            throw .jobPathNeeded(text)
        }
        job = String(name)
        guard parts.count == 2 else {
            task = nil
            return
        }
        guard let number = Int(parts[1]), number >= 1 else { throw .jobPathNeeded(text) }
        task = number
    }
}

/// Writes log lines out.
struct LogPrinter {
    enum Form: Hashable, Sendable { case raw, timestamped }

    let only: LogStream?
    let form: Form

    func print(_ line: LogLine, to terminal: Terminal) throws {
        guard only == nil || only == line.stream else { return }
        switch form {
        case .raw: try Self.printRaw(line, to: terminal)
        case .timestamped:
            let head = "\(line.at) \(line.task) \(line.stream.rawValue)  "
            let end: [UInt8] = line.bytes.last == UInt8(ascii: "\n") ? [] : [UInt8(ascii: "\n")]
            try terminal.send(.output, Array(head.utf8) + line.bytes + end)
        }
    }

    /// The program's bytes as it wrote them, on the stream that it wrote them to.
    static func printRaw(_ line: LogLine, to terminal: Terminal) throws {
        try terminal.send(line.stream == .out ? .output : .error, line.bytes)
    }
}
