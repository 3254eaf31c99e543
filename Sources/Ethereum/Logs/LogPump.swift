/// Carries a `LogFollower` to a chain: asks what it asks, and gives on what it delivers. It has no clock: its
/// owner calls `step` as often as blocks come.
package actor LogPump {
    private enum Turn {
        case idle
        case taken
    }

    /// Questions of one step; the rest waits for the next.
    private static let mostQuestions = 256

    private var follower: LogFollower
    private let filter: LogFilter
    private let chain: Chain
    private let deliver: @Sendable (LogFollower.Delivery) async throws -> Void
    private var turn = Turn.idle

    package init(
        _ follower: LogFollower, _ filter: LogFilter, on chain: Chain,
        deliver: @escaping @Sendable (LogFollower.Delivery) async throws -> Void
    ) {
        self.follower = follower
        self.filter = filter
        self.chain = chain
        self.deliver = deliver
    }

    /// - Throws: what kept it from asking; `LogFollower.Refusal`; what `deliver` threw, after which the follower
    ///   must begin anew at the cursor that its owner kept.
    package func step() async throws {
        guard turn == .idle else { return }
        turn = .taken
        defer { turn = .idle }
        let finalized = try await chain.finalized()
        try await apply(.status(latest: try await chain.latest(), finalized: finalized))
        for _ in 0..<Self.mostQuestions {
            guard let question = follower.question else { return }
            try await apply(try await answer(question))
        }
    }

    private func apply(_ event: LogFollower.Event) async throws {
        for delivery in try follower.apply(event) { try await deliver(delivery) }
    }

    private func answer(_ question: LogFollower.Question) async throws -> LogFollower.Event {
        switch question {
        case .range(let range):
            return .range(range, try await logs(.numbers(range)))
        case .block(let number):
            let header = try await chain.header(number)
            return .block(header, try await logs(.block(header.hash)))
        case .check(let number):
            return .header(try await chain.header(number))
        }
    }

    /// - Throws: where a log is not of those that were asked for.
    private func logs(_ range: LogRange) async throws -> [Log] {
        let logs = try await chain.logs(filter, in: range)
        guard logs.allSatisfy(filter.admits) else {
            throw Chain.Refusal.unreadable(method: "eth_getLogs")
        }
        return logs
    }
}
