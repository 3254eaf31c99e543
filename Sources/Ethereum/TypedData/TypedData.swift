/// Structured data that is signed for one domain (EIP-712).
package struct TypedData: Sendable {
    static let domainName = "EIP712Domain"

    /// Of all structs, the domain's among them.
    let schema: TypedSchema
    let domain: [String: TypedValue]
    package let primaryType: String
    let message: [String: TypedValue]

    /// The bytes that the hash of the message is taken of.
    package func encodedMessage() throws(TypedHashing.Refusal) -> [UInt8] {
        var hashing = TypedHashing(schema)
        return try hashing.encoded(message, as: primaryType)
    }

    package func domainSeparator() throws(TypedHashing.Refusal) -> Hash256 {
        var hashing = TypedHashing(schema)
        return try hashing.hash(of: domain, as: Self.domainName)
    }

    /// What is signed.
    package func digest() throws(TypedHashing.Refusal) -> Hash256 {
        let separator = try domainSeparator()
        // Of a bare domain there is no message (EIP-712, as deployed).
        guard primaryType != Self.domainName else {
            return Keccak256.hash([0x19, 0x01] + separator.bytes)
        }
        let message = Keccak256.hash(try encodedMessage())
        return Keccak256.hash([0x19, 0x01] + separator.bytes + message.bytes)
    }
}

/// For whom typed data is signed: what is nil is not part of the domain.
package struct TypedDomain: Hashable, Sendable {
    package var name: String?
    package var version: String?
    package var chain: ChainID?
    package var verifyingContract: Address?
    package var salt: Hash256?

    package init(
        name: String? = nil, version: String? = nil, chain: ChainID? = nil,
        verifyingContract: Address? = nil, salt: Hash256? = nil
    ) {
        self.name = name
        self.version = version
        self.chain = chain
        self.verifyingContract = verifyingContract
        self.salt = salt
    }

    /// The members that a domain may have, in the order that they must stand in.
    static let members: [(name: String, type: String)] = [
        ("name", "string"), ("version", "string"), ("chainId", "uint256"),
        ("verifyingContract", "address"), ("salt", "bytes32"),
    ]

    var values: [String: TypedValue] {
        let all: [String: ABIValue?] = [
            "name": name.map(ABIValue.string), "version": version.map(ABIValue.string),
            "chainId": chain.map { .uint(UInt256($0.number)) },
            "verifyingContract": verifyingContract.map(ABIValue.address),
            "salt": salt.map { .fixedBytes($0.bytes) },
        ]
        return all.compactMapValues { $0.map(TypedValue.atom) }
    }
}
