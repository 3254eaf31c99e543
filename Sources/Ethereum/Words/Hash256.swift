/// 32 bytes of Keccak-256: the name of a block, a transaction, a topic.
package struct Hash256: Hashable, Sendable {
    package let bytes: [UInt8]

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    /// `0x` and 64 digits.
    package init?(_ text: some StringProtocol) {
        guard let bytes = Hex.bytes(of: text) else { return nil }
        self.init(bytes: bytes)
    }

    package static let zero = Hash256(word: .zero)

    init(word: UInt256) { bytes = word.bytes }

    package var word: UInt256 {
        guard let word = UInt256(bytes: bytes) else { preconditionFailure("a hash has 32 bytes") }
        return word
    }
}

extension Hash256: CustomStringConvertible, Comparable {
    package var description: String { Hex.text(of: bytes) }

    package static func < (left: Hash256, right: Hash256) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
