/// Bytes as text: `0x` and two digits for each byte.
package enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    package static func text(of bytes: some Collection<UInt8>) -> String {
        let count = 2 + 2 * bytes.count
        return String(unsafeUninitializedCapacity: count) { buffer in
            buffer[0] = UInt8(ascii: "0")
            buffer[1] = UInt8(ascii: "x")
            var place = 2
            for byte in bytes {
                buffer[place] = digits[Int(byte >> 4)]
                buffer[place + 1] = digits[Int(byte & 15)]
                place += 2
            }
            return count
        }
    }

    /// Nil without `0x`, for an odd number of digits, and for what is no digit.
    package static func bytes(of text: some StringProtocol) -> [UInt8]? {
        guard text.hasPrefix("0x") else { return nil }
        return bytes(ofDigits: text.utf8.dropFirst(2))
    }

    package static func bytes(ofDigits digits: some Collection<UInt8>) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 2)
        var upper: UInt8?
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            if let half = upper {
                bytes.append(half << 4 | value)
                upper = nil
            } else {
                upper = value
            }
        }
        return bytes
    }

    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
