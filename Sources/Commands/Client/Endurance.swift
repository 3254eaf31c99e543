import Ethereum
import Wire

/// What a command does that runs until all is done, when something goes wrong on the way.
extension Session {
    /// Says what went wrong; the next look tries it again.
    ///
    /// - Throws: `error`, where waiting does not mend it.
    func endure(_ error: any Error) throws {
        guard Self.mayPass(error) else { throw error }
        let problem = ErrorReport(hints, terminal).problem(of: error)
        terminal.note("! \(problem.title): \(problem.detail)")
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let remote as RemoteProblem:
            remote.problem.status >= 500 || MarketClient.mayPass(remote)
        case let wire as WireError: mayPass(wire)
        default: WireError(ofChain: error).map(mayPass) ?? false
        }
    }

    private static func mayPass(_ error: WireError) -> Bool {
        switch error {
        case .marketUnreachable, .chainUnreachable, .contractRefused, .timeout: true
        case .chainWrong(let why, _):
            [
                .chainAccountBusy, .chainTooDear, .chainTooLittle, .chainNoCoin, .chainDisplaced,
                .chainTooMany,
            ].contains(why)
        default: false
        }
    }
}
