import Ethereum
import Staging

/// `bench chain settle`: locked leases from both sides' last signatures to the block that closes them, by the clock.
/// The EVM is Python's, so beside the rate stands how much of the time was not the chain's.
struct SettleBench {
    private struct Line: Encodable {
        let measure = "chain"
        let operation: String
        /// Leases, from their signatures to the receipt of their batch.
        let perSecond: Double
        /// Of the time, for digests, two signatures a lease, the call and the transaction's signature.
        let ownShare: Double
        let gasPerLease: UInt64
        let leases: Int
    }

    private static let batches = 3

    private let devnet: Devnet
    private var payer: DevnetAccount
    private let provider: DevnetAccount
    private let escrow: LeaseEscrow
    private let dollar: Address

    static func run() async throws {
        try await DevnetAccount.onDevnet { devnet, chain in
            var bench = try SettleBench(devnet, chain)
            try await bench.measure()
        }
    }

    private init(_ devnet: Devnet, _ chain: Chain) throws {
        self.devnet = devnet
        payer = try DevnetAccount(devnet, chain, account: 1)
        provider = try DevnetAccount(devnet, chain, account: 2)
        escrow = LeaseEscrow(try Address(devnet.contracts["escrow"] ?? ""))
        dollar = try Address(devnet.contracts["dollar"] ?? "")
    }

    private mutating func measure() async throws {
        let wealth: UInt256 = 1_000_000_000
        for call in [
            try TestDollar(dollar).mint(wealth, for: payer.key.address),
            try ERC20(dollar).approve(escrow.address, wealth),
        ] {
            _ = try await payer.send(payer.sign(call))
        }
        var (own, all, gas) = (Duration.zero, Duration.zero, UInt64(0))
        for batch in 1...Self.batches {
            let terms = try await open(batch)
            let clock = ContinuousClock()
            let start = clock.now
            let signed = payer.sign(try escrow.settleBatch(try terms.map(settlement)))
            own += clock.now - start
            let receipt = try await payer.send(signed)
            all += clock.now - start
            gas += receipt.gasUsed
            let closed = try receipt.logs.count { log in
                if case .closed = try EscrowEvent(log, of: escrow) { true } else { false }
            }
            guard closed == terms.count else {
                throw Stage.Unexpected(description: "not all leases were closed")
            }
        }
        let count = Self.batches * LeaseEscrow.mostInBatch
        print(
            try Line(
                operation: "settle_100_locked_leases",
                perSecond: rounded(Double(count) / all.seconds),
                ownShare: rounded(own.seconds / all.seconds), gasPerLease: gas / UInt64(count),
                leases: count
            ).json())
    }

    /// A hundred leases of an hour, opened one by one as payers do, and that hour later.
    private mutating func open(_ batch: Int) async throws -> [LeaseTerms] {
        let head = try await payer.chain.latest()
        let terms = (0..<LeaseEscrow.mostInBatch).map { place in
            LeaseTerms(
                payer: payer.key.address, signer: payer.key.address,
                payee: provider.key.address, token: dollar, deposit: 1_000_000, rate: 100_000,
                commission: 250, availability: .zero, credit: .zero,
                deadline: UInt256(head.second + 864_000),
                lease: Keccak256.hash(Array("lse_\(batch)-\(place)".utf8)))
        }
        for one in terms { _ = try await payer.send(payer.sign(try escrow.openLease(one))) }
        _ = try await devnet.rpc("evm_increaseTime", [3_600])
        _ = try await devnet.rpc("evm_mine")
        return terms
    }

    private func settlement(_ terms: LeaseTerms) throws -> LeaseEscrow.Settlement {
        let voucher = LeaseVoucher(
            id: try terms.id(), seconds: 3_500, elapsed: 3_600,
            usageRoot: Keccak256.hash(terms.lease.bytes))
        let digest = try voucher.digest(for: escrow, on: DevnetAccount.chainID)
        return LeaseEscrow.Settlement(
            terms, voucher, payer.key.sign(digest), agreement: provider.key.sign(digest))
    }
}
