import ControlPlane
import Domain
import Wire

/// What a leaf command works with: its arguments, and the ways out.
struct Session: Sendable {
    let arguments: Arguments
    let surroundings: Surroundings
    let hints: OutputHints

    init(_ arguments: Arguments, hints: OutputHints, surroundings: Surroundings) {
        self.arguments = arguments
        self.surroundings = surroundings
        self.hints = hints
    }

    var language: Language { hints.language }
    var form: OutputForm { hints.form }
    var terminal: Terminal { surroundings.terminal }
    var environment: [String: String] { surroundings.environment }
    var settings: Settings { Settings(environment: environment) }

    func told(_ message: Message, _ values: [String: String] = [:]) -> String {
        message.text(in: language, values)
    }

    /// Shows `value` unchanged as JSON, or as the lines that `table` makes.
    func show(_ value: some Encodable, table: () throws -> [String]) throws {
        switch form {
        case .json: try terminal.write(try WireJSON.text(value) + "\n")
        case .table: try terminal.write(lines: try table())
        }
    }

    /// Asks, and takes only a plain yes for one.
    ///
    /// - Throws: `WireError.confirmRequired` without a terminal, or when told not to ask.
    func confirm(_ question: String, upTo amount: Money?) throws -> Bool {
        guard canAsk else { throw WireError.confirmRequired(upTo: amount) }
        try? terminal.send(.error, Array((question + " ").utf8))
        let answer = terminal.readLine()?.lowercased() ?? ""
        return ["y", "yes", "是", "好"].contains(answer)
    }

    var canAsk: Bool {
        terminal.isInputTerminal && terminal.isErrorTerminal && !arguments.has(.noInput)
            && environment["ORBAN_NO_INPUT"].map { $0.isEmpty || $0 == "0" } ?? true
    }

    /// The market's time on this machine.
    var now: Timestamp { MarketClock().now() }

    /// The context that this run uses.
    func context() throws -> Context { try settings.context(try arguments.value(.context)) }

    /// Talks to the market as one of the context's keys; the connections end with `body`.
    func withMarket<Value>(
        _ roles: [Role], _ body: (MarketClient) async throws -> Value
    ) async throws -> Value {
        let context = try context()
        let key = try settings.key(of: context, roles: roles)
        return try await MarketClient.with(context, key: key, language: language, body)
    }
}
