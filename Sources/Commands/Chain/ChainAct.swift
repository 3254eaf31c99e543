import Ethereum
import Wire

/// What was done, and the transaction that did it.
private struct ActView: Codable {
    let transaction: String
    let account: String
}

extension LeafCommand {
    /// Sends what `calls` makes of the contracts and the wallet's account, and says that it was done.
    static func act(
        _ session: Session, _ done: Message, by key: PrivateKey? = nil,
        _ calls: (ChainAccess, _ account: Address) async throws -> [Transaction.Call]
    ) async throws -> Int32 {
        let view = try await ChainAccess.with(session) { access in
            try await access.check()
            let sender = try await ChainSender(access.chain, session, key: key)
            let transaction = try await sender.send(try await calls(access, sender.key.address))
            return ActView(
                transaction: "\(transaction)", account: "\(sender.key.address)")
        }
        try session.show(view) { ["✓ " + session.told(done), "  \(view.transaction)"] }
        return ExitCode.done.rawValue
    }
}
