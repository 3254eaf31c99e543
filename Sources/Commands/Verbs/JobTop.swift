import Domain
import Synchronization
import Wire

extension Flag {
    static let once = Flag("once", short: "1", .optionOnce)
}

extension Option where Value == Int64 {
    /// Seconds before the end of what is shown.
    static let since = Option("since", "10m", .optionSince, .duration(1...30 * 86_400))
}

extension LeafCommand {
    /// `orban top`: what jobs use, drawn anew each second on a terminal, else once.
    static let jobTop = LeafCommand(
        "job metrics", shortcut: "top", .helpTop,
        operands: [Operand("job[/task]", .optional, .operandJobTask)],
        options: [Flag.once.form, Option<Int64>.since.form]
    ) { session in
        let target = try session.arguments.operands.first.map { try JobTarget($0) }
        let span = try session.arguments.value(Option<Int64>.since)
        try await session.withMarket([.renter, .operator]) { market in
            let top = JobTop(session: session, market: market, span: span)
            let targets = try await top.targets(target)
            let isLive =
                session.form == .table && session.terminal.isOutputTerminal
                && !session.arguments.has(.once)
            if isLive {
                try await top.follow(targets)
            } else {
                let metrics = try await top.snapshot(of: targets)
                try top.show(metrics, isOne: target != nil)
            }
        }
        return ExitCode.done.rawValue
    }
}

/// What `orban top` asks the market, and in which order it shows it.
struct JobTop: Sendable {
    /// Jobs shown at once where none is named.
    private static let mostJobs = 10

    let session: Session
    let market: MarketClient
    /// Seconds; nil for what is usual.
    let span: Int64?

    /// The job that was named, or those that go on.
    func targets(_ named: JobTarget?) async throws -> [JobTarget] {
        if let named { return [named] }
        return try await market.jobs(limit: 200).filter { !$0.state.isOver }
            .prefix(Self.mostJobs).map { JobTarget(job: $0.id.text, task: nil) }
    }

    func snapshot(of targets: [JobTarget]) async throws -> [MetricsDTO] {
        var all: [MetricsDTO] = []
        for target in targets { all.append(try await metrics(of: target)) }
        return all
    }

    /// A job that goes on up to now, one that is over up to its end.
    private func metrics(of target: JobTarget) async throws -> MetricsDTO {
        let path = "/v1/jobs/\(target.job.pathSegment)/metrics?"
        let task = target.task.map { "&task=\($0)" } ?? ""
        // When it is, and where a job that is over ends, the market knows.
        let last: MetricsDTO = try await market.get(path + "step=3600" + task)
        let from = last.to.timestamp.advanced(seconds: -TopBoard.span(span, of: last.state))
        return try await market.get(path + "from=\(TimeDTO(from))&to=\(last.to)" + task)
    }

    func show(_ metrics: [MetricsDTO], isOne: Bool) throws {
        if isOne, let first = metrics.first {
            try session.show(first) { lines(metrics) }
        } else {
            try session.show(metrics) { lines(metrics) }
        }
    }

    private func lines(_ metrics: [MetricsDTO]) -> [String] {
        guard !metrics.isEmpty else {
            return [session.told(.psEmpty, ["command": "orban run job.yaml"])]
        }
        return metrics.flatMap {
            TopPage(board: TopBoard($0, span: span), language: session.language).lines
        }
    }

    // MARK: Live

    /// Draws until every job is over, then once more with what it came to.
    func follow(_ targets: [JobTarget]) async throws {
        guard !targets.isEmpty else { return try show([], isOne: false) }
        let boards = Boards(
            try await snapshot(of: targets).map { TopBoard($0, span: span) })
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await draw(boards)
                return false
            }
            for (place, target) in targets.enumerated() {
                group.addTask {
                    try await listen(to: target, boards, place)
                    return true
                }
            }
            var left = targets.count
            while left > 0, let isOver = try await group.next() { left -= isOver ? 1 : 0 }
            group.cancelAll()
        }
        try boards.finish(
            try await snapshot(of: targets).map { TopBoard($0, span: span) },
            on: session)
    }

    private func listen(to target: JobTarget, _ boards: Boards, _ place: Int) async throws {
        let stream = JobStream(
            client: market, path: "/v1/jobs/\(target.job.pathSegment)/metrics/stream",
            query: target.task.map { "&task=\($0)" } ?? "", mode: .follow)
        _ = try await stream.read(
            { event in
                guard event.name == "samples" else { return }
                boards.take(
                    try WireJSON.decode(SamplesEventDTO.self, from: event.data.utf8), at: place)
            }, interrupted: {})
    }

    private func draw(_ boards: Boards) async throws {
        while !Task.isCancelled {
            try boards.draw(on: session)
            do { try await market.pause(milliseconds: 1000) } catch is CancellationError { return }
        }
    }

    /// What is on the screen, for those who change it and the one who draws it.
    private final class Boards: Sendable {
        private struct State {
            var boards: [TopBoard]
            var screen: LiveScreen?
        }

        private let state: Mutex<State>

        init(_ boards: [TopBoard]) { state = Mutex(State(boards: boards)) }

        func take(_ event: SamplesEventDTO, at place: Int) {
            state.withLock { $0.boards[place].take(event) }
        }

        func draw(on session: Session) throws {
            try state.withLock { state in
                var screen = state.screen ?? LiveScreen(session.terminal)
                try screen.draw(
                    state.boards.flatMap { TopPage(board: $0, language: session.language).lines })
                state.screen = screen
            }
        }

        func finish(_ boards: [TopBoard], on session: Session) throws {
            state.withLock { $0.boards = boards }
            try draw(on: session)
        }
    }
}

extension JobTarget {
    init(job: String, task: Int?) {
        self.job = job
        self.task = task
    }
}
