import Domain
import Wire

extension Flag {
    static let everything = Flag("all", short: "a", .optionAll)
}

extension LeafCommand {
    /// `orban ps`: jobs that go on; with `-a` all of them, newest first.
    static let jobList = LeafCommand(
        "job list", shortcut: "ps", .helpPs, options: [Flag.everything.form, Option.limit.form]
    ) { session in
        let limit = try session.arguments.value(Option.limit) ?? 200
        let jobs = try await session.withMarket([.renter]) { market in
            try await market.jobs(limit: limit)
        }
        let shown = session.arguments.has(.everything) ? jobs : jobs.filter { !$0.state.isOver }
        try session.show(shown) { JobTable(session: session).lines(shown) }
        return ExitCode.done.rawValue
    }
}

extension MarketClient {
    /// The newest `limit` jobs, over as many pages as it takes.
    func jobs(limit: Int) async throws -> [JobDTO] {
        try await pages("/v1/jobs", limit: limit, pageLimit: 200)
    }

    /// The first `limit` elements of a list.
    func pages<Element: Codable & Hashable & Sendable>(
        _ path: String, limit: Int, pageLimit: Int
    ) async throws -> [Element] {
        var all: [Element] = []
        var cursor: String?
        repeat {
            let count = min(pageLimit, limit - all.count)
            let from = cursor.map { "&cursor=\($0.pathSegment)" } ?? ""
            let page: ListDTO<Element> = try await get("\(path)?limit=\(count)\(from)")
            all += page.data
            cursor = page.hasMore ? page.nextCursor : nil
            if page.data.isEmpty { break }
        } while cursor != nil && all.count < limit
        return all
    }
}

/// Jobs as rows.
struct JobTable {
    let session: Session

    func lines(_ jobs: [JobDTO]) -> [String] {
        guard !jobs.isEmpty else {
            return [session.told(.psEmpty, ["command": "orban run job.yaml"])]
        }
        var table = Table([
            .init(session.told(.headingName)), .init(session.told(.headingState)),
            .init(session.told(.headingProgress), .right), .init(session.told(.headingAge)),
            .init(session.told(.headingSpent), .right), .init(session.told(.headingBudget), .right),
            .init(session.told(.headingJob)),
        ])
        table.rows = jobs.map { job in
            [
                job.name, Self.state(job.state, session.language),
                "\(job.counts.succeeded)/\(job.tasks)", age(job.submittedAt),
                Quantity.money(job.charged.money), Quantity.money(job.budget.money), job.id.text,
            ]
        }
        return table.lines
    }

    /// Relative on a terminal, absolute in a pipe.
    private func age(_ time: TimeDTO) -> String {
        guard session.terminal.isOutputTerminal else { return time.description }
        let seconds = max(0, session.now.millisecondsSince(time.timestamp) / 1000)
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3600: return "\(seconds / 60)m"
        case ..<86_400: return "\(seconds / 3600)h"
        default: return "\(seconds / 86_400)d"
        }
    }

    /// Never by colour alone: a mark and a word.
    static func state(_ state: JobState, _ language: Language) -> String {
        let mark =
            switch state {
            case .running, .finished: "✓"
            case .waiting, .matching, .starting, .stopping: "!"
            case .failed, .stopped: "✗"
            }
        return mark + " " + state.text(in: language)
    }
}
