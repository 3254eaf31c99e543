/// What a program that is given a name takes for an address without asking anybody.
///
/// `inet_aton(3)`, and `getaddrinfo(3)` after it, read `0xa9fea9fe`, `0251.0376.43518` and
/// `2852039166` as 169.254.169.254. Whoever decides by name must read what they read, and more: other
/// libraries take a closing dot, an empty hexadecimal number, or brackets.
package enum AddressSpelling {
    /// The address that `text` spells; nil for what is a name.
    package static func address(_ text: String) -> IPAddress? {
        // `inet_aton` stops at the first blank, whatever follows.
        var rest = text.prefix { !$0.isWhitespace }
        if rest.first == "[", rest.last == "]" { rest = rest.dropFirst().dropLast() }
        if rest.contains(":") { return six(rest) }
        if rest.last == "." { rest.removeLast() }
        return four(rest)
    }

    /// A zone (`fe80::1%eth0`) says over which link, not to whom.
    private static func six(_ text: Substring) -> IPAddress? {
        let plain = text.prefix { $0 != "%" }
        return plain.utf8.count <= 45 ? IPAddress(String(plain)) : nil
    }

    /// One to four numbers; the last one fills all the bits that are left.
    private static func four(_ text: Substring) -> IPAddress? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts.dropLast() {
            guard let value = number(part), value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        let free = 40 - 8 * UInt64(parts.count)
        guard let last = parts.last.flatMap(number), UInt64(last) < 1 << free else { return nil }
        return IPAddress(v4: UInt32(truncatingIfNeeded: UInt64(bits) << free | UInt64(last)))
    }

    /// Decimal, octal after `0`, hexadecimal after `0x`; leading zeros are as many as there are.
    private static func number(_ text: Substring) -> UInt32? {
        var digits = text.utf8[...]
        var radix: UInt64 = 10
        if digits.first == 48, digits.count > 1 {
            digits = digits.dropFirst()
            radix = 8
            if digits.first.map({ $0 | 32 }) == 120 {
                digits = digits.dropFirst()
                radix = 16
            }
        } else if digits.isEmpty {
            return nil
        }
        var value: UInt64 = 0
        for digit in digits {
            guard let figure = figure(digit), figure < radix else { return nil }
            value = value * radix + figure
            guard value <= UInt32.max else { return nil }
        }
        return UInt32(value)
    }

    private static func figure(_ digit: UInt8) -> UInt64? {
        switch digit {
        case 48...57: UInt64(digit - 48)
        case 65...70: UInt64(digit - 55)
        case 97...102: UInt64(digit - 87)
        default: nil
        }
    }
}
