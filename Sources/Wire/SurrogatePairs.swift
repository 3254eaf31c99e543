/// JSON writes a scalar above U+FFFF as two escapes (RFC 8259 §7); YAML has no such pairs.
enum SurrogatePairs {
    /// `text` with each such pair in it replaced by its scalar, when `text` is a JSON object.
    static func joined(in text: String) -> String {
        let isObject = text.utf8.first { !" \t\r\n".utf8.contains($0) } == UInt8(ascii: "{")
        guard isObject, text.utf8.contains(UInt8(ascii: "\\")) else { return text }
        let bytes = Array(text.utf8)
        var joined: [UInt8] = []
        joined.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "\\") else {
                joined.append(bytes[index])
                index += 1
                continue
            }
            if let scalar = scalar(at: index, in: bytes) {
                joined.append(contentsOf: Character(scalar).utf8)
                index += 12
            } else {
                joined.append(contentsOf: bytes[index..<min(index + 2, bytes.count)])
                index += 2
            }
        }
        return String(decoding: joined, as: UTF8.self)
    }

    private static func scalar(at index: Int, in bytes: [UInt8]) -> Unicode.Scalar? {
        guard let high = unit(at: index, in: bytes), (0xD800...0xDBFF).contains(high),
            let low = unit(at: index + 6, in: bytes), (0xDC00...0xDFFF).contains(low)
        else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    /// The number of `\uXXXX` at `index`.
    private static func unit(at index: Int, in bytes: [UInt8]) -> UInt32? {
        guard bytes.count - index >= 6, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        else { return nil }
        let digits = bytes[(index + 2)..<(index + 6)]
        let isHex = digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        return isHex ? UInt32(String(decoding: digits, as: UTF8.self), radix: 16) : nil
    }
}
