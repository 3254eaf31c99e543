/// A value of a line. Written by hand: the program is to stay small, without Foundation.
enum JSON: Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Three places behind the point.
    case decimal(Double)
    case text(String)
    case list([JSON])
    case object([Field])

    struct Field: Hashable {
        let name: String
        let value: JSON

        init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    var line: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .decimal(let value): Self.decimal(value)
        case .text(let value): Self.quoted(value)
        case .list(let values): "[" + values.map(\.line).joined(separator: ",") + "]"
        case .object(let fields):
            "{"
                + fields.map { Self.quoted($0.name) + ":" + $0.value.line }
                .joined(separator: ",") + "}"
        }
    }

    private static func decimal(_ value: Double) -> String {
        guard let thousandths = Int64(exactly: (value * 1000).rounded()) else { return "null" }
        let (whole, rest) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1000)
        let digits = String(1000 + rest).dropFirst()
        return (thousandths < 0 ? "-" : "") + "\(whole).\(digits)"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension JSON {
    static func optional(_ value: String?) -> JSON { value.map(JSON.text) ?? .null }
    static func optional(_ value: Bool?) -> JSON { value.map(JSON.bool) ?? .null }
    static func optional(_ value: Int?) -> JSON { value.map { .integer(Int64($0)) } ?? .null }
    static func optional(_ value: Int64?) -> JSON { value.map(JSON.integer) ?? .null }
    static func count(_ value: Int) -> JSON { .integer(Int64(value)) }
    static func texts(_ values: [String]) -> JSON { .list(values.map(JSON.text)) }
    /// As a program reads a whole number of 64 bits without loss.
    static func hex(_ value: UInt64) -> JSON { .text("0x" + String(value, radix: 16)) }
}
