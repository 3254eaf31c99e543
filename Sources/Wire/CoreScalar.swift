/// What a plain scalar is by YAML 1.2's core schema (§10.3.2): `NO`, `on` and `22:22` are text,
/// `0o17` is fifteen, `017` is seventeen.
enum CoreScalar: Hashable {
    case null
    case bool(Bool)
    /// Nil: whole, and too large for 64 bits.
    case int(Int64?)
    case float
    case text

    init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        case ".nan", ".NaN", ".NAN": self = .float
        default:
            let bytes = Array(text.utf8)
            if let number = Self.whole(bytes, of: text) {
                self = .int(number)
            } else {
                self = Self.isFloat(bytes) ? .float : .text
            }
        }
    }

    /// Nil: not a whole number; `.some(nil)`: one that does not fit.
    private static func whole(_ bytes: [UInt8], of text: String) -> Int64?? {
        if text.hasPrefix("0o"), bytes.count > 2,
            bytes[2...].allSatisfy({ (48...55).contains($0) })
        {
            return .some(Int64(text.dropFirst(2), radix: 8))
        }
        if text.hasPrefix("0x"), bytes.count > 2, bytes[2...].allSatisfy(isHexDigit) {
            return .some(Int64(text.dropFirst(2), radix: 16))
        }
        let digits = withoutSign(bytes[...])
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        return .some(Int64(text))
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, or an infinity.
    private static func isFloat(_ bytes: [UInt8]) -> Bool {
        let body = withoutSign(bytes[...])
        if [".inf", ".Inf", ".INF"].contains(where: { body.elementsEqual($0.utf8) }) {
            return true
        }
        let whole = body.prefix(while: isDigit)
        var rest = body.dropFirst(whole.count)
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !whole.isEmpty || !fraction.isEmpty else { return false }
            rest = rest.dropFirst(1 + fraction.count)
        } else if whole.isEmpty {
            return false
        }
        guard let mark = rest.first else { return true }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return false }
        let exponent = withoutSign(rest.dropFirst())
        return !exponent.isEmpty && exponent.allSatisfy(isDigit)
    }

    private static func withoutSign(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
            ? bytes.dropFirst() : bytes
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (65...70).contains(byte) || (97...102).contains(byte)
    }
}
