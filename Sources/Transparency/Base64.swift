/// Standard base64 with padding (RFC 4648 §4).
///
/// Strict: every byte string has exactly one accepted text. Line breaks, the URL alphabet,
/// missing padding and stray bits under the padding (RFC 4648 §3.5) are refused, so that two
/// texts that differ can never carry the same signature or hash.
package enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let padding = UInt8(ascii: "=")

    /// The padded text of `bytes`; empty for no bytes.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var group: UInt32 = 0
        var pending = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            pending += 1
            if pending == 3 {
                appendGroup(group, characters: 4, to: &text)
                group = 0
                pending = 0
            }
        }
        if pending > 0 {
            appendGroup(group << UInt32(8 * (3 - pending)), characters: pending + 1, to: &text)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of `text`, or nil unless it is exactly what `encode` writes for them.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4) else { return nil }
        let padded = characters.reversed().prefix { $0 == padding }.count
        guard padded <= 2 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3)
        var bits: UInt32 = 0
        var count = 0
        for character in characters.dropLast(padded) {
            guard let value = value(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
                bits &= (1 << UInt32(count)) - 1
            }
        }
        return bits == 0 ? bytes : nil
    }

    private static func appendGroup(_ group: UInt32, characters: Int, to text: inout [UInt8]) {
        for position in 0..<4 {
            let index = Int(group >> UInt32(18 - 6 * position) & 0x3F)
            text.append(position < characters ? alphabet[index] : padding)
        }
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
