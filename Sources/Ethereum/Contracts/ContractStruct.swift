/// A struct of a contract whose members are single words: what the ABI passes is then what EIP-712 hashes.
struct ContractStruct: Sendable {
    /// Members that only the hash has, in front of those that calls pass: an id that the contract finds itself.
    private let typed: TypedStruct
    let abi: ABIType

    init(
        _ name: String, hashedOnly: [(String, ABIType)] = [], _ members: [(String, ABIType)]
    ) {
        typed = TypedStruct(
            name, (hashedOnly + members).map { TypedStruct.Field($0.0, $0.1) })
        abi = .tuple(members.map(\.1))
    }

    /// - Parameter values: one for each member, in order.
    func typedData(_ values: [ABIValue], in domain: TypedDomain) throws -> TypedData {
        try TypedData(typed, values.map(TypedValue.atom), in: domain)
    }

    /// `hashStruct` of EIP-712, which no domain is part of.
    func hash(_ values: [ABIValue]) throws -> Hash256 {
        Keccak256.hash(try typedData(values, in: TypedDomain()).encodedMessage())
    }
}

extension TypedDomain {
    /// Of one of our contracts: all are of version 1.
    init(_ name: String, _ contract: Address, on chain: ChainID) {
        self.init(name: name, version: "1", chain: chain, verifyingContract: contract)
    }
}

extension Signature {
    /// As batches take it (EIP-2098): r, and s with the parity in its highest bit, which no low s has set.
    static let compactType = ABIType.tuple([.uint256, .uint256])

    /// Where none is needed.
    static let noCompact = ABIValue.tuple([.uint(.zero), .uint(.zero)])

    var compact: ABIValue {
        let top = UInt256(high: parity == .odd ? 1 << 127 : 0, low: 0)
        return .tuple([.uint(r.word), .uint(s.word.union(top))])
    }

    /// As the contracts take it, and nothing else: 65 bytes, v of 27 or 28, low s.
    package init(strict bytes: [UInt8]) throws(Refusal) {
        guard let v = bytes.last, (27...28).contains(v) else { throw .form }
        try self.init(bytes: bytes)
    }
}
