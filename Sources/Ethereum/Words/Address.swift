/// An account or a contract: 20 bytes.
package struct Address: Hashable, Sendable {
    package enum Refusal: Error, Hashable {
        /// Not `0x` and 40 digits.
        case form
        /// Large and small letters, but not those of EIP-55: a digit is wrong.
        case checksum
    }

    package let bytes: [UInt8]

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 20 else { return nil }
        self.bytes = Array(bytes)
    }

    /// Of one case, or with the checksum of EIP-55. All small or all large letters carry none, and
    /// are taken as EIP-55 says.
    package init(_ text: some StringProtocol) throws(Refusal) {
        guard let bytes = Hex.bytes(of: text), let address = Address(bytes: bytes) else {
            throw .form
        }
        self = address
        let digits = text.utf8.dropFirst(2)
        let isSmall = !digits.contains { (UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
        let isLarge = !digits.contains { (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
        guard isSmall || isLarge || description == text else { throw .checksum }
    }

    package static let zero = Address(hash: .zero)

    /// The lower 20 bytes.
    init(hash: Hash256) { bytes = Array(hash.bytes.suffix(20)) }

    package init?(word: UInt256) {
        guard word.bitWidth <= 160 else { return nil }
        bytes = Array(word.bytes.suffix(20))
    }

    package var word: UInt256 {
        guard let word = UInt256(bytes: bytes) else {
            preconditionFailure("an address has 20 bytes")
        }
        return word
    }
}

extension Address: CustomStringConvertible, Comparable {
    /// With the checksum of EIP-55.
    package var description: String {
        let digits = Array(Hex.text(of: bytes).utf8.dropFirst(2))
        let hash = Keccak256.hash(digits).bytes
        let letters = digits.enumerated().map { place, digit in
            let half = place.isMultiple(of: 2) ? hash[place / 2] >> 4 : hash[place / 2] & 15
            return digit >= UInt8(ascii: "a") && half >= 8 ? digit - 32 : digit
        }
        return "0x" + String(decoding: letters, as: UTF8.self)
    }

    package static func < (left: Address, right: Address) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
