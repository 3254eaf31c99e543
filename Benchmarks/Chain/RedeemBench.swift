import AsyncHTTPClient
import Ethereum
import Staging

/// `bench chain redeem`: vouchers from the signature to the block, by the clock. The EVM is Python's (`script/devnet`),
/// so beside each rate stands how much of the time was not the chain's.
struct RedeemBench {
    private struct Line: Encodable {
        let measure = "chain"
        let operation: String
        /// Vouchers, from their signatures to the receipt of their batch.
        let perSecond: Double
        /// Of the time, for digests, signatures, the call and the transaction's signature.
        let ownShare: Double
        let gasPerVoucher: UInt64
        let batches: Int
    }

    private static let chainID = ChainID(31_337)
    private static let batches = 10

    private let chain: Chain
    private let user: PrivateKey
    private let vault: Vault
    private let dollar: Address
    private var nonce: UInt64 = 0

    /// Ten batches of a hundred pairs: the first of its pairs, then nine that carry them on.
    static func run() async throws {
        try await Stage.run { stage in
            let devnet = try await Devnet(on: stage)
            let client = HTTPClient(
                eventLoopGroupProvider: .singleton, configuration: Endpoint.configuration)
            let endpoint = Endpoint(
                name: "devnet", url: devnet.url, client: client, clock: ContinuousClock(),
                limit: .seconds(60))
            do {
                let chain = try await Chain.connect(to: [endpoint], id: chainID) { _ in }
                var bench = try RedeemBench(devnet, chain)
                try await bench.measure()
            } catch {
                try? await client.shutdown()
                throw error
            }
            try await client.shutdown()
        }
    }

    private init(_ devnet: Devnet, _ chain: Chain) throws {
        self.chain = chain
        var secret = try required(Hex.bytes(of: devnet.secret(1)), "key")
        user = try PrivateKey(wiping: &secret)
        vault = Vault(try Address(devnet.contracts["vault"] ?? ""))
        dollar = try Address(devnet.contracts["dollar"] ?? "")
    }

    private mutating func measure() async throws {
        let deposit: UInt256 = 1_000_000_000
        for call in [
            try TestDollar(dollar).mint(deposit, for: user.address),
            try ERC20(dollar).approve(vault.address, deposit),
            try vault.deposit(ERC20(dollar), deposit),
        ] {
            _ = try await send(sign(call))
        }
        var next = (own: Duration.zero, all: Duration.zero, gas: UInt64(0))
        for number in 1...Self.batches {
            let clock = ContinuousClock()
            let start = clock.now
            let signed = sign(try vault.redeemBatch(try batch(UInt64(number))))
            let own = clock.now - start
            let receipt = try await send(signed)
            let all = clock.now - start
            guard receipt.logs.count == Vault.mostInBatch else {
                throw Stage.Unexpected(description: "not all vouchers were redeemed")
            }
            if number == 1 {
                try say("redeem_first_of_100_pairs", own, all, receipt.gasUsed, batches: 1)
            } else {
                next = (next.own + own, next.all + all, next.gas + receipt.gasUsed)
            }
        }
        try say(
            "redeem_next_of_100_pairs", next.own, next.all, next.gas, batches: Self.batches - 1)
    }

    /// One user's vouchers for a hundred payees.
    private func batch(_ number: UInt64) throws -> [SignedVoucher] {
        try (0..<UInt64(Vault.mostInBatch)).map { payee in
            let voucher = Voucher(
                user: user.address, payee: Address(word: UInt256(1_000_000 + payee)) ?? .zero,
                token: dollar, cumulative: UInt256(number * 10_000),
                commission: UInt256(number * 250),
                usageRoot: Keccak256.hash(UInt256(number).bytes))
            return SignedVoucher(
                voucher, user.sign(try voucher.digest(for: vault, on: Self.chainID)))
        }
    }

    /// With gas for any batch: what a node would estimate is not measured.
    private mutating func sign(_ call: Transaction.Call) -> SignedTransaction {
        let fees = Fees(maxFeePerGas: 100_000_000_000, maxPriorityFeePerGas: 1_000_000_000)
        defer { nonce += 1 }
        return user.sign(
            Transaction(
                envelope: .dynamicFee(fees, chain: Self.chainID, []), nonce: nonce,
                gasLimit: 12_000_000, call: call))
    }

    private func send(_ transaction: SignedTransaction) async throws -> Receipt {
        guard try await chain.broadcast(transaction.raw) == 1,
            let receipt = try await chain.receipt(of: transaction.hash),
            receipt.outcome == .succeeded
        else { throw Stage.Unexpected(description: "the devnet took no transaction") }
        return receipt
    }

    private func say(
        _ operation: String, _ own: Duration, _ all: Duration, _ gas: UInt64, batches: Int
    ) throws {
        let count = batches * Vault.mostInBatch
        print(
            try Line(
                operation: operation, perSecond: rounded(Double(count) / all.seconds),
                ownShare: rounded(own.seconds / all.seconds),
                gasPerVoucher: gas / UInt64(count), batches: batches
            ).json())
    }
}
