package import Domain

/// What became of one command: its answer, or why it was refused.
package typealias Outcome = Result<Answer, Refusal>

/// The only way to write, and the only truth.
///
/// `perform` runs in one write transaction: for each command in turn it loads what the command
/// reads, runs `Market.decide`, and applies the decision. A refusal rolls back that command alone.
/// A thrown error means that nothing of the whole call is true, or — after a crash in the commit —
/// that the caller does not know; every command is idempotent, so it may be repeated.
package protocol Store: Sendable {
    /// - Returns: one outcome per command, in order.
    func perform(_ commands: [Command]) async throws -> [Outcome]

    /// A consistent view of everything asked for.
    func read(_ reads: [Read]) async throws -> Rows
}

extension Store {
    /// - Throws: the command's `Refusal`, or a failure of the store.
    @discardableResult
    package func perform(_ command: Command) async throws -> Answer {
        let outcomes = try await perform([command])
        guard let outcome = outcomes.first else {
            throw StoreFailure(doing: "perform \(command.verb.rawValue)", cause: "no outcome")
        }
        return try outcome.get()
    }
}

/// The store broke; the market cannot go on with what it was doing.
package struct StoreFailure: Error, CustomStringConvertible {
    package let doing: String
    package let cause: String

    package init(doing: String, cause: String) {
        self.doing = doing
        self.cause = cause
    }

    package var description: String { "cannot \(doing): \(cause)" }
}

/// The moments at which a crash is worth testing: each commit and each effect, before and after.
package enum FaultPoint: Hashable, Sendable {
    case beforeCommit(Command.Verb)
    case afterCommit(Command.Verb)
    case beforeEffect(EffectKind)
    case afterEffect(EffectKind)

    package enum EffectKind: String, Hashable, Sendable, CaseIterable {
        case dispatch, stop, leave, verify, publishHead
        /// A transaction goes to a chain.
        case send
    }

    /// Stable text: `commit.submit.before`, `effect.dispatch.after`.
    package var text: String {
        switch self {
        case .beforeCommit(let verb): "commit.\(verb.rawValue).before"
        case .afterCommit(let verb): "commit.\(verb.rawValue).after"
        case .beforeEffect(let kind): "effect.\(kind.rawValue).before"
        case .afterEffect(let kind): "effect.\(kind.rawValue).after"
        }
    }

    /// Every fault point there is, in a fixed order.
    package static let all: [FaultPoint] =
        Command.Verb.allCases.flatMap { [.beforeCommit($0), .afterCommit($0)] }
        + EffectKind.allCases.flatMap { [.beforeEffect($0), .afterEffect($0)] }
}
