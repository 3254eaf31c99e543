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

    private static let batches = 10

    private var user: DevnetAccount
    private let vault: Vault
    private let dollar: Address

    /// Ten batches of a hundred pairs: the first of its pairs, then nine that carry them on.
    static func run() async throws {
        try await DevnetAccount.onDevnet { devnet, chain in
            var bench = try RedeemBench(devnet, chain)
            try await bench.measure()
        }
    }

    private init(_ devnet: Devnet, _ chain: Chain) throws {
        user = try DevnetAccount(devnet, chain, account: 1)
        vault = Vault(try Address(devnet.contracts["vault"] ?? ""))
        dollar = try Address(devnet.contracts["dollar"] ?? "")
    }

    private mutating func measure() async throws {
        let deposit: UInt256 = 1_000_000_000
        for call in [
            try TestDollar(dollar).mint(deposit, for: user.key.address),
            try ERC20(dollar).approve(vault.address, deposit),
            try vault.deposit(ERC20(dollar), deposit),
        ] {
            _ = try await user.send(user.sign(call))
        }
        var next = (own: Duration.zero, all: Duration.zero, gas: UInt64(0))
        for number in 1...Self.batches {
            let clock = ContinuousClock()
            let start = clock.now
            let signed = user.sign(try vault.redeemBatch(try batch(UInt64(number))))
            let own = clock.now - start
            let receipt = try await user.send(signed)
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
                user: user.key.address, payee: Address(word: UInt256(1_000_000 + payee)) ?? .zero,
                token: dollar, cumulative: UInt256(number * 10_000),
                commission: UInt256(number * 250),
                usageRoot: Keccak256.hash(UInt256(number).bytes))
            return SignedVoucher(
                voucher,
                user.key.sign(try voucher.digest(for: vault, on: DevnetAccount.chainID)))
        }
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
