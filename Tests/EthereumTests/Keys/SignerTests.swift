import Ethereum
import Testing

@Suite struct SignerTests {
    private static let token = address("0x00000000000000000000000000000000000000aa")
    private static let friend = address("0x00000000000000000000000000000000000000bb")
    private static let stranger = address("0x00000000000000000000000000000000000000cc")
    private static let chain = ChainID(31_337)
    private static let hour: UInt64 = 3_600

    private static func limits(_ creation: SpendingLimits.Creation = .refused) -> SpendingLimits {
        SpendingLimits(
            chain: chain, allowed: [token, friend],
            ceilings: [
                .coin: .init(perTransaction: 1_000, perDay: 2_500),
                .token(token): .init(perTransaction: 50, perDay: 80),
            ],
            creation: creation)
    }

    private static func transaction(
        nonce: UInt64 = 0, to: Address? = friend, value: Wei = 0, fee: Wei = 0, data: [UInt8] = [],
        chain: ChainID = chain
    ) -> Transaction {
        Transaction(
            envelope: .dynamicFee(
                Fees(maxFeePerGas: fee, maxPriorityFeePerGas: 0), chain: chain, []),
            nonce: nonce, gasLimit: 10, call: .init(to: to, value: value, data: data))
    }

    private static func tokenCall(_ signature: String, _ arguments: [ABIValue]) throws -> [UInt8] {
        try ABIFunction(signature: signature).call(arguments)
    }

    @Test func `what is not within the limits is refused, and nothing is counted`() throws {
        let transfer = try Self.tokenCall(
            "transfer(address,uint256)", [.address(Self.stranger), .uint(1)])
        let approve = try Self.tokenCall(
            "approve(address,uint256)", [.address(Self.friend), .uint(51)])
        var dirty = transfer
        dirty[5] = 1  // above the address, where there must be nothing
        let cases: [(Transaction, SpendingLimits.Refusal)] = [
            (Self.transaction(to: Self.token, data: dirty), .unreadableCall),
            (Self.transaction(to: Self.token, data: Array(transfer.dropLast())), .unreadableCall),
            (Self.transaction(chain: ChainID(1)), .wrongChain),
            (Self.transaction(to: nil), .creation),
            (Self.transaction(to: Self.stranger), .notAllowed(Self.stranger)),
            (Self.transaction(value: 1_001), .abovePerTransaction(.coin, ceiling: 1_000)),
            (Self.transaction(value: 991, fee: 1), .abovePerTransaction(.coin, ceiling: 1_000)),
            (Self.transaction(fee: Wei(.max)), .amount),
            (Self.transaction(to: Self.token, data: transfer), .notAllowed(Self.stranger)),
            (
                Self.transaction(to: Self.token, data: approve),
                .abovePerTransaction(.token(Self.token), ceiling: 50)
            ),
            (
                Self.transaction(
                    to: Self.friend,
                    data: try Self.tokenCall(
                        "transfer(address,uint256)", [.address(Self.friend), .uint(1)])),
                .noCeiling(.token(Self.friend))
            ),
        ]
        for (transaction, refusal) in cases {
            var signer = Signer(key(1), within: Self.limits(), after: SpendingRecord())
            #expect(throws: refusal) { try signer.sign(transaction, at: 0) }
            #expect(signer.record == SpendingRecord())
        }
        var legacy = Self.transaction()
        legacy.envelope = .legacy(gasPrice: 0, chain: nil)
        var signer = Signer(key(1), within: Self.limits(), after: SpendingRecord())
        #expect(throws: SpendingLimits.Refusal.noChain) { try signer.sign(legacy, at: 0) }
    }

    @Test func `a day has its ceiling, at whatever hour it begins`() throws {
        var signer = Signer(key(1), within: Self.limits(), after: SpendingRecord())
        let start = 100 * Self.hour + 59
        for step in 0..<2 as Range<UInt64> {
            _ = try signer.sign(Self.transaction(value: 1_000), at: start + step * 11 * Self.hour)
        }
        let refusal = SpendingLimits.Refusal.abovePerDay(.coin, left: 500)
        #expect(throws: refusal) {
            try signer.sign(Self.transaction(value: 501), at: start + 23 * Self.hour)
        }
        #expect(throws: refusal) {
            try signer.sign(Self.transaction(value: 501), at: start + 24 * Self.hour)
        }
        // A clock that is set back makes no room.
        #expect(throws: refusal) { try signer.sign(Self.transaction(value: 501), at: 0) }
        _ = try signer.sign(Self.transaction(value: 1_000), at: start + 25 * Self.hour)
        // The record is all there is to keep.
        var again = Signer(
            key(1), within: Self.limits(), after: SpendingRecord(hours: signer.record.hours))
        #expect(throws: refusal) {
            try again.sign(Self.transaction(value: 501), at: start + 25 * Self.hour)
        }
    }

    @Test func `of a replacement only what it may cost more counts`() throws {
        var signer = Signer(key(1), within: Self.limits(), after: SpendingRecord())
        let first = Self.transaction(value: 900, fee: 1)
        _ = try signer.sign(first, at: 0)
        var raised = Self.transaction(value: 900, fee: 9)
        _ = try signer.sign(raised, replacing: first, at: 0)
        #expect(signer.record.hours.map { $0.spent[.coin] } == [990])
        raised = Self.transaction(value: 901, fee: 9)
        #expect(throws: SpendingLimits.Refusal.notAReplacement) {
            try signer.sign(raised, replacing: first, at: 0)
        }
        #expect(throws: SpendingLimits.Refusal.notAReplacement) {
            try signer.sign(Self.transaction(nonce: 1, value: 900), replacing: first, at: 0)
        }
    }

    @Test func `typed data is signed for its chain and contract alone, and counts`() throws {
        let type = TypedStruct("Voucher", [.init("amount", .uint256)])
        let values = [TypedValue.atom(.uint(50))]
        let spending = [Spending(.token(Self.token), 50)]
        var signer = Signer(key(1), within: Self.limits(), after: SpendingRecord())
        func data(_ chain: ChainID?, _ contract: Address?) throws -> TypedData {
            try TypedData(type, values, in: TypedDomain(chain: chain, verifyingContract: contract))
        }
        for (chain, contract, refusal) in [
            (nil, Self.friend, .noChain), (Self.chain, nil, .noChain),
            (ChainID(1), Self.friend, .wrongChain),
            (Self.chain, Self.stranger, .notAllowed(Self.stranger)),
        ] as [(ChainID?, Address?, SpendingLimits.Refusal)] {
            let data = try data(chain, contract)
            #expect(throws: refusal) { try signer.sign(data, spending: spending, at: 0) }
        }
        let right = try data(Self.chain, Self.friend)
        let signature = try signer.sign(right, spending: spending, at: 0)
        #expect(try signature.signer(of: right.digest()) == key(1).address)
        #expect(throws: SpendingLimits.Refusal.abovePerDay(.token(Self.token), left: 30)) {
            try signer.sign(right, spending: spending, at: 0)
        }
        #expect("\(signer)" == "signer of \(key(1).address)")
    }
}
