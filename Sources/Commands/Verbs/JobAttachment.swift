import Domain
import Wire

/// Stays with a job to its end: its output to ours as it is, its state to a watching person.
struct JobAttachment {
    let session: Session
    private let market: MarketClient
    let job: JobDTO

    /// What a job goes through, a waiting person goes through, too: a market that is away for a
    /// while ends nothing.
    init(session: Session, market: MarketClient, job: JobDTO) {
        self.session = session
        self.market = market.patient(JobStream.patience)
        self.job = job
    }

    private enum Ending: Sendable {
        case log(JobEndDTO?)
        case interrupt(Int)
        case progressStopped
    }

    private var terminal: Terminal { session.terminal }

    /// - Returns: the job's exit code; 130 when the person left.
    func run(outputs: [JobSpec.Output], under folder: String) async throws -> Int32 {
        guard let end = try await follow() else { return ExitCode.interrupted.rawValue }
        let over: JobDTO = try await market.get("/v1/jobs/\(job.id)")
        tellEnd(over)
        try await fetch(outputs, of: over, under: folder)
        return Int32(clamping: end.exitCode ?? over.exitCode ?? 0)
    }

    /// The end of the log, or nil when the person went away.
    private func follow() async throws -> JobEndDTO? {
        let reader = JobLogReader(client: market, job: job.id.text, task: nil, mode: .follow)
        let interrupts = Interrupts.all()
        return try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask {
                let end = try await reader.read(
                    { try LogPrinter.printRaw($0, to: session.terminal) },
                    interrupted: {})
                return .log(end)
            }
            group.addTask { try await watch() }
            group.addTask { .interrupt(try await Interrupts.next(of: interrupts)) }
            defer { group.cancelAll() }
            while let ending = try await group.next() {
                switch ending {
                case .log(let end): return end
                case .interrupt: return try await leave(interrupts)
                case .progressStopped: continue
                }
            }
            return nil
        }
    }

    // MARK: Leaving

    /// The first interrupt leaves the job running; a second within two seconds asks to stop it.
    private func leave(_ interrupts: AsyncStream<Int>) async throws -> JobEndDTO? {
        let price = Quantity.money(job.budget.money)
        let command = "orban logs -f \(job.name)"
        terminal.note("")
        terminal.note(
            session.told(
                .runDetached, ["job": job.name, "price": price, "command": command]))
        guard terminal.isErrorTerminal else { return nil }
        terminal.note(session.told(.runStopAgain))
        let again = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = try await Interrupts.next(of: interrupts)
                return true
            }
            group.addTask {
                try await market.pause(milliseconds: 2000)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
        guard again else { return nil }
        let _: JobDTO = try await market.postAgain("/v1/jobs/\(job.id)/stop")
        terminal.note(session.told(.stopAsked, ["job": job.name]))
        return nil
    }

    // MARK: Telling

    /// Tells a watching person each new state; when nobody watches, only why a job still waits
    /// after a few seconds, for then its silence would look like work.
    private func watch() async throws -> Ending {
        var told = ""
        var looks = 0
        while true {
            if let now: JobDTO = try? await market.get("/v1/jobs/\(job.id)") {
                let line = state(now)
                let isWaiting = now.state == .waiting || now.state == .matching
                if line != told, !now.state.isOver {
                    if isWaiting, looks > 2 { terminal.note(line) } else { terminal.progress(line) }
                    told = isWaiting && looks <= 2 && !terminal.isErrorTerminal ? "" : line
                }
                guard isWaiting || terminal.isErrorTerminal else { return .progressStopped }
            }
            looks += 1
            try await market.pause(milliseconds: 1000)
        }
    }

    private func state(_ job: JobDTO) -> String {
        let node = job.taskList.compactMap(\.node).last?.text ?? "–"
        switch job.state {
        case .waiting, .matching:
            return "! " + session.told(.runWaiting, ["reason": job.reason?.text ?? "–"])
        case .starting: return "… " + session.told(.runStarting, ["node": node])
        case .running where job.tasks == 1:
            return "✓ " + session.told(.runStarted, ["node": node])
        case .running, .stopping, .finished, .failed, .stopped:
            return "… "
                + session.told(
                    .runProgress,
                    [
                        "done": String(job.counts.succeeded), "total": String(job.tasks),
                        "spent": Quantity.money(job.charged.money),
                        "budget": Quantity.money(job.budget.money),
                    ])
        }
    }

    /// How it ended: to a watching person always; otherwise only when the program did not end by
    /// itself, for then its exit code alone does not say why.
    private func tellEnd(_ job: JobDTO) {
        let values = [
            "reason": job.reason?.text ?? "–", "charged": Quantity.money(job.charged.money),
            "budget": Quantity.money(job.budget.money),
            "refunded": Quantity.money(job.refunded.money),
        ]
        switch job.state {
        case .failed:
            let line = "✗ " + session.told(.runFailed, values)
            let endedByItself = job.reason?.code.hasPrefix("exit:") ?? false
            endedByItself ? terminal.progress(line) : terminal.note(line)
        case .stopped: terminal.note("✗ " + session.told(.runStopped, values))
        case .waiting, .matching, .starting, .running, .stopping, .finished:
            terminal.progress("✓ " + session.told(.runFinished, values))
        }
        for fix in job.reason?.fixes ?? [] {
            terminal.note("  \(session.told(.fixLabel))  \(fix.title)")
        }
        terminal.progress(
            "  " + session.told(.runProof, ["command": "orban audit verify \(job.name)"]))
    }

    private func fetch(
        _ outputs: [JobSpec.Output], of job: JobDTO, under folder: String
    ) async throws {
        let wanted = outputs.filter { $0.to != nil }
        guard !wanted.isEmpty else { return }
        let download = OutputDownload(session: session, market: market)
        let kept = try await download.list(job)
        for output in wanted {
            guard let to = output.to else { continue }
            let target = to.hasPrefix("/") ? to : folder + "/" + to
            let mine = kept.filter { $0.path == output.path }
            try await download.fetch(mine, of: job, into: target)
        }
    }
}
