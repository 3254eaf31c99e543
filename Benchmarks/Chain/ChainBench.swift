import Ethereum
import Foundation
import Glibc

/// `bench chain`: what the module for EVM chains does a second, on one thread, by the processor's time;
/// `redeem`, `settle` and `payday` run a chain, and go by the clock.
struct ChainBench {
    private struct Line: Encodable {
        let measure = "chain"
        let operation: String
        let perSecond: Double
        /// Of input, where that is what counts.
        var mibPerSecond: Double?
        let repeats: Int
    }

    static let usage = "bench chain [keccak|sign|abi|vouchers|redeem|settle|payday…]"

    private static let measures: [(name: String, run: @Sendable () throws -> Void)] = [
        ("keccak", keccak), ("sign", sign), ("abi", abi), ("vouchers", vouchers),
    ]

    private let names: [String]

    init(_ words: [String]) throws {
        let known = Self.measures.map(\.name) + ["redeem", "settle", "payday"]
        guard words.allSatisfy(known.contains) else { throw BadUsage(description: Self.usage) }
        names = words.isEmpty ? known : words
    }

    func run() async throws {
        for measure in Self.measures where names.contains(measure.name) { try measure.run() }
        if names.contains("redeem") { try await RedeemBench.run() }
        if names.contains("settle") { try await SettleBench.run() }
        if names.contains("payday") { try await PaydayBench.run() }
    }

    private static func keccak() throws {
        for (name, count, repeats) in [("keccak_1mib", 1 << 20, 200), ("keccak_64b", 64, 500_000)] {
            let bytes = [UInt8](repeating: 0xA5, count: count)
            try measure(name, repeats, bytes: count) { _ in Keccak256.hash(bytes).bytes[0] }
        }
    }

    /// Each of another digest; then who signed is found again.
    private static func sign() throws {
        var secret = UInt256(7).bytes
        let key = try PrivateKey(wiping: &secret)
        let digests = (0..<1_000).map { Keccak256.hash(UInt256(UInt64($0)).bytes) }
        try measure("sign", 20_000) { key.sign(digests[$0 % digests.count]).r.bytes[0] }
        let signatures = digests.map { key.sign($0) }
        try measure("recover", 20_000) { number in
            let place = number % digests.count
            return try signatures[place].signer(of: digests[place]).bytes[0]
        }
        let voucher = try transaction()
        try measure("sign_transaction", 20_000) { number in
            var transaction = voucher
            transaction.nonce = UInt64(number)
            return key.sign(transaction).raw[0]
        }
    }

    private static func transaction() throws -> Transaction {
        let fees = Fees(maxFeePerGas: 30_000_000_000, maxPriorityFeePerGas: 1_000_000_000)
        return Transaction(
            envelope: .dynamicFee(fees, chain: ChainID(1), []), nonce: 0, gasLimit: 100_000,
            call: .init(to: .zero, value: 0, data: [UInt8](repeating: 1, count: 228)))
    }

    /// A batch of 100 vouchers with their signatures, as a relayer sends it.
    private static func abi() throws {
        let voucher = "(address,address,address,uint256,uint256,bytes32)"
        let types = [try ABIType("\(voucher)[]"), try ABIType("bytes[]")]
        let one = ABIValue.tuple([
            .address(.zero), .address(.zero), .address(.zero), .uint(1_000_000), .uint(10_000),
            .fixedBytes(Hash256.zero.bytes),
        ])
        let signature = ABIValue.bytes([UInt8](repeating: 0x1B, count: 65))
        let values: [ABIValue] = [
            .array([ABIValue](repeating: one, count: 100)),
            .array([ABIValue](repeating: signature, count: 100)),
        ]
        let bytes = try ABIEncoding.encode(values, as: types)
        try measure("abi_encode_100_vouchers", 2_000, bytes: bytes.count) { _ in
            try ABIEncoding.encode(values, as: types)[0]
        }
        try measure("abi_decode_100_vouchers", 2_000, bytes: bytes.count) { _ in
            UInt8(try ABIDecoding.decode(bytes, as: types).count)
        }
    }

    /// Vouchers as EIP-712 hashes them: signed by a user's client, checked by a provider, and put into the call
    /// that redeems a hundred.
    private static func vouchers() throws {
        var secret = UInt256(7).bytes
        let key = try PrivateKey(wiping: &secret)
        let (vault, chain) = (Vault(key.address), ChainID(31_337))
        let all = (1...100 as ClosedRange<UInt64>).map { number in
            Voucher(
                user: key.address, payee: .zero, token: .zero, cumulative: UInt256(number),
                commission: 0, usageRoot: .zero)
        }
        try measure("voucher_sign", 5_000) { number in
            let digest = try all[number % all.count].digest(for: vault, on: chain)
            return key.sign(digest).r.bytes[0]
        }
        let signed = try all.map {
            SignedVoucher($0, key.sign(try $0.digest(for: vault, on: chain)))
        }
        try measure("voucher_check", 5_000) { number in
            let one = signed[number % signed.count]
            return try one.voucher.signer(of: one.signature, for: vault, on: chain).bytes[0]
        }
        let bytes = try vault.redeemBatch(signed).data.count
        try measure("voucher_batch_call", 1_000, bytes: bytes) { _ in
            try vault.redeemBatch(signed).data[0]
        }
    }

    /// What `body` gives is summed, so that nothing of it can be left out.
    private static func measure(
        _ operation: String, _ repeats: Int, bytes: Int? = nil, _ body: (Int) throws -> UInt8
    ) throws {
        var sum: UInt8 = 0
        for number in 0..<max(1, repeats / 20) { sum &+= try body(number) }
        let start = nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        for number in 0..<repeats { sum &+= try body(number) }
        let seconds = Double(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start) / 1e9
        say("chain: \(operation) (\(sum))")
        let rate = Double(repeats) / seconds
        print(
            try Line(
                operation: operation, perSecond: rate.rounded(),
                mibPerSecond: bytes.map { rounded(rate * Double($0) / Double(1 << 20)) },
                repeats: repeats
            ).json())
    }
}
