import AsyncHTTPClient
import Ethereum
import Wire

extension Option where Value == String {
    static let rpc = Option("rpc", "URL", .optionRPC)
    static let contracts = Option("contracts", "JSON|FILE", .optionContracts)
}

/// A chain as a command reaches it, and the contracts on it.
struct ChainAccess: Sendable {
    static let options = [Option<String>.rpc.form, Option<String>.contracts.form]

    let chain: Chain
    let deployment: Deployment

    var vault: Vault { Vault(deployment.vault) }
    var escrow: LeaseEscrow { LeaseEscrow(deployment.escrow) }
    var dollar: ERC20 { ERC20(deployment.dollar) }

    /// Of the endpoints of `--rpc` or `ORBAN_RPC_URL` (several: with commas) and the contracts of
    /// `--contracts` or `ORBAN_CONTRACTS`; the connections end with `body`.
    ///
    /// - Throws: `UsageFault.valueMissing`, `WireError.chainWrong`, `.chainUnreachable`.
    static func with<Value>(
        _ session: Session, _ body: (ChainAccess) async throws -> Value
    ) async throws -> Value {
        let deployment = try session.deployment()
        return try await withChain(deployment.chain, session) {
            try await body(ChainAccess(chain: $0, deployment: deployment))
        }
    }

    /// The chain alone, where there are no contracts yet.
    static func withChain<Value>(
        _ id: ChainID, _ session: Session, _ body: (Chain) async throws -> Value
    ) async throws -> Value {
        let urls = try urls(session)
        let http = Endpoint.client()
        do {
            let endpoints = Endpoint.numbered(urls, over: http)
            let chain = try await Chain.connect(to: endpoints, id: id) { notice in
                session.terminal.progress("! " + notice.text(in: session.language))
            }
            let value = try await body(chain)
            try await http.shutdown()
            return value
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    private static func urls(_ session: Session) throws -> [String] {
        let asked = try session.arguments.all(Option<String>.rpc)
        let given = session.given("ORBAN_RPC_URL").map { $0.split(separator: ",").map(String.init) }
        let urls = asked.isEmpty ? given ?? [] : asked
        guard !urls.isEmpty else { throw UsageFault.valueMissing("--rpc or ORBAN_RPC_URL") }
        return urls
    }

    /// That there is code where contracts are said to be, and that the token counts in millionths.
    func check() async throws {
        for contract in [deployment.vault, deployment.escrow, deployment.anchor, deployment.dollar]
        {
            _ = try await chain.code(of: contract, at: .latest)
        }
        guard try await dollar.decimals(on: chain, at: .latest) == 6 else {
            throw WireError.chainWrong(.chainTokenDecimals, ["token": "\(deployment.dollar)"])
        }
    }
}

extension Session {
    /// Of `--contracts` or `ORBAN_CONTRACTS`.
    ///
    /// - Throws: `UsageFault.valueMissing`, `WireError.chainWrong`.
    func deployment() throws -> Deployment {
        guard
            let text = try arguments.value(Option<String>.contracts) ?? given("ORBAN_CONTRACTS")
        else { throw UsageFault.valueMissing("--contracts or ORBAN_CONTRACTS") }
        return try Deployment.read(text, in: surroundings)
    }

    /// A variable that is set and not empty.
    func given(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
