import Ethereum
import Wire

extension LeafCommand {
    /// `orban chain status`: whether the endpoints agree, and the contracts are there.
    static let chainStatus = LeafCommand(
        "chain status", .helpChainStatus, options: ChainAccess.options
    ) { session in
        let status = try await ChainAccess.with(session) { access in
            try await access.check()
            return try await ChainStanding(access)
        }
        try session.show(status) { status.lines(session) }
        return ExitCode.done.rawValue
    }
}

private struct ChainStanding: Encodable {
    let chain: UInt64
    let head: UInt64
    let finalized: UInt64
    let token: String
    let contracts: Deployment

    private enum CodingKeys: String, CodingKey {
        case chain = "chain_id"
        case head, finalized, token, contracts
    }

    init(_ access: ChainAccess) async throws {
        chain = access.chain.id.number
        head = try await access.chain.latest().number
        finalized = try await access.chain.finalized().number
        token = try await access.dollar.symbol(on: access.chain, at: .latest)
        contracts = access.deployment
    }

    func lines(_ session: Session) -> [String] {
        Table.aligned([
            [session.told(.chainNumber), "\(chain)"],
            [session.told(.chainHead), "\(head) (\(session.told(.chainFinal)) \(finalized))"],
            ["Vault", "\(contracts.vault)"], ["LeaseEscrow", "\(contracts.escrow)"],
            ["UsageAnchor", "\(contracts.anchor)"], [token, "\(contracts.dollar)"],
        ])
    }
}
