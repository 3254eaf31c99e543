import Domain
import Wire

extension LeafCommand {
    /// `orban stop`: what ran so far is charged; nothing more is.
    static let jobStop = LeafCommand(
        "job stop", shortcut: "stop", .helpStop, operands: [Operand("job", .many, .operandJob)],
        options: [Flag.yes.form]
    ) { session in
        let names = session.arguments.operands
        if !session.arguments.has(.yes) {
            let question = session.told(
                .confirmStop, ["job": names.joined(separator: ", ")])
            guard try session.confirm(question, upTo: nil) else { return ExitCode.failure.rawValue }
        }
        let jobs = try await session.withMarket([.renter, .operator]) { market in
            var stopped: [JobDTO] = []
            for name in names {
                stopped.append(
                    try await market.postAgain("/v1/jobs/\(name.pathSegment)/stop"))
            }
            return stopped
        }
        try session.show(jobs) { jobs.map { $0.state.stopText(of: $0.name, in: session.language) } }
        return ExitCode.done.rawValue
    }
}

extension JobState {
    /// What became of the wish to stop a job that stands so since.
    func stopText(of job: String, in language: Language) -> String {
        switch self {
        case .finished, .failed:
            Message.stopOver.text(in: language, ["job": job, "state": text(in: language)])
        case .stopped: Message.stopDone.text(in: language, ["job": job])
        case .waiting, .matching, .starting, .running, .stopping:
            Message.stopAsked.text(in: language, ["job": job])
        }
    }
}
