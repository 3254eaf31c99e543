import Domain
import NodeAgent
import Wire

/// An answer of the market that is an error.
struct RemoteProblem: Error, Hashable {
    let problem: ProblemDTO
}

/// Ends a run with a code, after everything was said.
struct Exit: Error, Hashable {
    let code: Int32
}

/// Says what went wrong: lines, or JSON where that was asked for; always on standard error.
struct ErrorReport {
    private let hints: OutputHints
    private let terminal: Terminal

    init(_ hints: OutputHints, _ terminal: Terminal) {
        self.hints = hints
        self.terminal = terminal
    }

    /// - Returns: the exit code.
    func show(_ error: any Error) -> Int32 {
        if let exit = error as? Exit { return exit.code }
        if error is Terminal.OutputClosed { return ExitCode.failure.rawValue }
        let problem = problem(of: error)
        switch hints.form {
        case .json: terminal.note((try? WireJSON.text(problem)) ?? problem.code)
        case .table:
            for line in lines(problem, error) { terminal.note(Table.visible(line)) }
        }
        return problem.exit.rawValue
    }

    private func lines(_ problem: ProblemDTO, _ error: any Error) -> [String] {
        var lines = problem.lines(in: hints.language)
        if case .specInvalid(let fault)? = error as? WireError {
            lines.insert(contentsOf: fault.excerpt(in: hints.language), at: 1)
        }
        return lines
    }

    func problem(of error: any Error) -> ProblemDTO {
        switch error {
        case let remote as RemoteProblem: remote.problem
        case let wire as WireError: ProblemDTO(wire, in: hints.language).proposing(fixes(of: wire))
        case let refusal as Refusal: ProblemDTO(refusal, in: hints.language)
        case let spec as SpecError: ProblemDTO(.specInvalid(spec), in: hints.language)
        case let usage as UsageFault:
            told(usage)
        case let failure as ListenFailure: ProblemDTO(.cannotListen(failure), in: hints.language)
        case let claim as CapacityRefusal: ProblemDTO(claim.told, in: hints.language)
        case LibpodRuntime.Unfit.selfTestImageMissing(let name, let store, let run):
            ProblemDTO(
                .selfTestImageMissing(image: name, store: store, run: run), in: hints.language)
        case LibpodRuntime.Unfit.otherStore(let found, let wanted):
            ProblemDTO(.engineOther(found: found, wanted: wanted), in: hints.language)
        case let failed as Terminal.OutputFailed:
            ProblemDTO(.outputFailed(failed.code), in: hints.language)
        case is CancellationError: ProblemDTO(.interrupted, in: hints.language)
        default:
            ProblemDTO(
                WireError(ofFile: error) ?? WireError(ofChain: error) ?? .localFailure("\(error)"),
                in: hints.language)
        }
    }

    /// With what was meant, and where help is.
    private func told(_ usage: UsageFault) -> ProblemDTO {
        let text = usage.text(in: hints.language)
        let problem = ProblemDTO(.usage(text, help: hints.help), in: hints.language)
        let help = FixDTO(title: problem.hint ?? hints.help, command: hints.help)
        return problem.proposing(usage.fixes(of: hints.words) + [help])
    }

    /// The same words with the agreement that they lack.
    private func fixes(of error: WireError) -> [FixDTO] {
        guard case .confirmRequired = error else { return [] }
        let (own, rest) = (hints.words.prefix { $0 != "--" }, hints.words.drop { $0 != "--" })
        let hint = ErrorText.of(.confirmRequired).hint
        return [
            FixDTO(
                title: hint?.text(in: hints.language) ?? "--yes",
                command: ShellWords.line(["orban"] + own + ["--yes"] + rest))
        ]
    }
}

extension CapacityRefusal {
    fileprivate var told: WireError {
        switch self {
        case .tooLittleFree(let asked, let free): .capacityTaken(asked: asked, free: free)
        case .nodeRunsAlready(let node): .nodeRunsAlready(node)
        }
    }
}
