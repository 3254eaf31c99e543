/// An account or a contract on a chain: 20 bytes. The core compares and keeps them; what they mean is for
/// `Ethereum` to know.
package struct ChainAddress: Hashable, Sendable {
    package static let byteCount = 20

    package let bytes: [UInt8]

    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = Array(bytes)
    }

    /// `0x` and 40 digits in small letters: one text for each address, without the checksum that people read.
    package init?(_ text: some StringProtocol) {
        let digits = text.utf8.dropFirst(2)
        guard text.utf8.starts(with: "0x".utf8), digits.count == 2 * Self.byteCount else {
            return nil
        }
        var bytes: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            guard let value = Self.value(of: digit) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        self.bytes = bytes
    }

    package var text: String {
        var digits = Array("0x".utf8)
        digits.reserveCapacity(2 + 2 * Self.byteCount)
        for byte in bytes { digits += [Self.digit(byte >> 4), Self.digit(byte & 15)] }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

extension ChainAddress: Comparable, CustomStringConvertible {
    package var description: String { text }

    package static func < (left: ChainAddress, right: ChainAddress) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension ChainAddress: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let address = ChainAddress(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not an address"))
        }
        self = address
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
