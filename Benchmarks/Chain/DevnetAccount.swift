import AsyncHTTPClient
import Ethereum
import Staging

/// An account of the devnet that sends for a measure, one transaction after the other.
struct DevnetAccount {
    static let chainID = ChainID(31_337)

    let chain: Chain
    let key: PrivateKey
    private var nonce: UInt64 = 0

    init(_ devnet: Devnet, _ chain: Chain, account: Int) throws {
        self.chain = chain
        var secret = try required(Hex.bytes(of: devnet.secret(account)), "key")
        key = try PrivateKey(wiping: &secret)
    }

    /// With gas for any batch: what a node would estimate is not measured.
    mutating func sign(_ call: Transaction.Call) -> SignedTransaction {
        let fees = Fees(maxFeePerGas: 100_000_000_000, maxPriorityFeePerGas: 1_000_000_000)
        defer { nonce += 1 }
        return key.sign(
            Transaction(
                envelope: .dynamicFee(fees, chain: Self.chainID, []), nonce: nonce,
                gasLimit: 12_000_000, call: call))
    }

    func send(_ transaction: SignedTransaction) async throws -> Receipt {
        guard try await chain.broadcast(transaction.raw) == 1,
            let receipt = try await chain.receipt(of: transaction.hash),
            receipt.outcome == .succeeded
        else { throw Stage.Unexpected(description: "the devnet took no transaction") }
        return receipt
    }

    /// With a devnet of its own, and a connection that ends with `body`.
    static func onDevnet(
        _ body: (Devnet, Chain) async throws -> Void
    ) async throws {
        try await Stage.run { stage in
            let devnet = try await Devnet(on: stage)
            let client = HTTPClient(
                eventLoopGroupProvider: .singleton, configuration: Endpoint.configuration)
            let endpoint = Endpoint(
                name: "devnet", url: devnet.url, client: client, clock: ContinuousClock(),
                limit: .seconds(60))
            do {
                try await body(
                    devnet, try await Chain.connect(to: [endpoint], id: chainID) { _ in })
            } catch {
                try? await client.shutdown()
                throw error
            }
            try await client.shutdown()
        }
    }
}
