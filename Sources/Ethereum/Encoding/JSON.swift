/// A JSON text (RFC 8259), read within bounds. Numbers stay text, for amounts have up to 78 digits; a name
/// that an object has twice is refused, for two readers would take two values.
package enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    indirect case array([JSON])
    indirect case object([String: JSON])

    package enum Refusal: Error, Hashable {
        case tooLong
        case tooDeep
        /// More values than are taken.
        case tooMany
        case form
        case duplicateName
    }

    package struct Bounds: Sendable {
        package var bytes: Int
        package var depth: Int
        package var values: Int

        package init(bytes: Int, depth: Int, values: Int) {
            self.bytes = bytes
            self.depth = depth
            self.values = values
        }

        /// What an endpoint may answer.
        package static let answer = Bounds(bytes: 8 << 20, depth: 32, values: 1 << 20)
        /// A keystore, typed data.
        package static let file = Bounds(bytes: 1 << 20, depth: 32, values: 1 << 16)
    }
}

// MARK: - Looking in

extension JSON {
    package subscript(name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    package var asString: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var asArray: [JSON]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    package var asObject: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// A number without fraction and exponent.
    package var asInt: Int? {
        guard case .number(let text) = self else { return nil }
        return Int(text)
    }

    package var isNull: Bool { self == .null }

    package static func number(_ value: Int) -> JSON { .number(String(value)) }
}

// MARK: - Writing

extension JSON {
    /// In one line, the names of objects in order: one value, one text.
    package var bytes: [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    private func write(to output: inout [UInt8]) {
        switch self {
        case .null: output += Array("null".utf8)
        case .bool(let isTrue): output += Array((isTrue ? "true" : "false").utf8)
        case .number(let text): output += Array(text.utf8)
        case .string(let text): Self.write(text, to: &output)
        case .array(let items):
            Self.write(items, between: "[", "]", to: &output) { $0.write(to: &$1) }
        case .object(let members):
            Self.write(members.sorted { $0.key < $1.key }, between: "{", "}", to: &output) {
                Self.write($0.key, to: &$1)
                $1.append(UInt8(ascii: ":"))
                $0.value.write(to: &$1)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], between open: Unicode.Scalar, _ close: Unicode.Scalar,
        to output: inout [UInt8], _ body: (Item, inout [UInt8]) -> Void
    ) {
        output.append(UInt8(ascii: open))
        for (place, item) in items.enumerated() {
            if place > 0 { output.append(UInt8(ascii: ",")) }
            body(item, &output)
        }
        output.append(UInt8(ascii: close))
    }

    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output += [UInt8(ascii: "\\"), byte]
            case ..<0x20:
                output += Array("\\u00".utf8) + Hex.text(of: [byte]).utf8.suffix(2)
            default:
                output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
