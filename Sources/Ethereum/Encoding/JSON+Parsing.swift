extension JSON {
    package init(parsing bytes: [UInt8], within bounds: Bounds) throws(Refusal) {
        guard bytes.count <= bounds.bytes else { throw .tooLong }
        var parser = Parser(bytes: bytes, valuesLeft: bounds.values)
        self = try parser.takeValue(depthLeft: bounds.depth)
        parser.skipSpace()
        guard parser.place == bytes.count else { throw .form }
    }

    package init(parsing text: String, within bounds: Bounds) throws(Refusal) {
        try self.init(parsing: Array(text.utf8), within: bounds)
    }

    private struct Parser {
        let bytes: [UInt8]
        var place = 0
        var valuesLeft: Int

        init(bytes: [UInt8], valuesLeft: Int) {
            self.bytes = bytes
            self.valuesLeft = valuesLeft
        }

        var next: UInt8? { place < bytes.count ? bytes[place] : nil }

        mutating func skipSpace() {
            while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                place += 1
            }
        }

        mutating func takeValue(depthLeft: Int) throws(Refusal) -> JSON {
            guard valuesLeft > 0 else { throw .tooMany }
            valuesLeft -= 1
            skipSpace()
            switch next {
            case UInt8(ascii: "{"): return try takeObject(depthLeft: depthLeft)
            case UInt8(ascii: "["): return try takeArray(depthLeft: depthLeft)
            case UInt8(ascii: "\""): return .string(try takeString())
            case UInt8(ascii: "t"): return try take("true", .bool(true))
            case UInt8(ascii: "f"): return try take("false", .bool(false))
            case UInt8(ascii: "n"): return try take("null", .null)
            default: return .number(try takeNumber())
            }
        }

        mutating func take(_ word: StaticString, _ value: JSON) throws(Refusal) -> JSON {
            let count = word.utf8CodeUnitCount
            let matches = word.withUTF8Buffer { bytes[place...].starts(with: $0) }
            guard matches else { throw .form }
            place += count
            return value
        }

        mutating func skip(_ byte: Unicode.Scalar) -> Bool {
            skipSpace()
            guard next == UInt8(ascii: byte) else { return false }
            place += 1
            return true
        }

        mutating func takeArray(depthLeft: Int) throws(Refusal) -> JSON {
            guard depthLeft > 0 else { throw .tooDeep }
            place += 1
            var items: [JSON] = []
            if skip("]") { return .array(items) }
            repeat {
                items.append(try takeValue(depthLeft: depthLeft - 1))
            } while skip(",")
            guard skip("]") else { throw .form }
            return .array(items)
        }

        mutating func takeObject(depthLeft: Int) throws(Refusal) -> JSON {
            guard depthLeft > 0 else { throw .tooDeep }
            place += 1
            var members: [String: JSON] = [:]
            if skip("}") { return .object(members) }
            repeat {
                skipSpace()
                guard next == UInt8(ascii: "\"") else { throw .form }
                let name = try takeString()
                guard skip(":") else { throw .form }
                let value = try takeValue(depthLeft: depthLeft - 1)
                guard members.updateValue(value, forKey: name) == nil else {
                    throw .duplicateName
                }
            } while skip(",")
            guard skip("}") else { throw .form }
            return .object(members)
        }

        // MARK: Numbers

        mutating func takeNumber() throws(Refusal) -> String {
            let start = place
            if next == UInt8(ascii: "-") { place += 1 }
            let first = next
            let whole = skipDigits()
            guard whole > 0, whole == 1 || first != UInt8(ascii: "0") else { throw .form }
            if next == UInt8(ascii: ".") {
                place += 1
                guard skipDigits() > 0 else { throw .form }
            }
            if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
                place += 1
                if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { place += 1 }
                guard skipDigits() > 0 else { throw .form }
            }
            return String(decoding: bytes[start..<place], as: UTF8.self)
        }

        mutating func skipDigits() -> Int {
            let start = place
            while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                place += 1
            }
            return place - start
        }

        // MARK: Strings

        mutating func takeString() throws(Refusal) -> String {
            place += 1
            var text: [UInt8] = []
            while let byte = next {
                switch byte {
                case UInt8(ascii: "\""):
                    place += 1
                    guard let string = String(validating: text, as: UTF8.self) else {
                        throw .form
                    }
                    return string
                case UInt8(ascii: "\\"):
                    place += 1
                    text += Array(String(try takeEscape()).utf8)
                case ..<0x20:
                    throw .form
                default:
                    text.append(byte)
                    place += 1
                }
            }
            throw .form
        }

        mutating func takeEscape() throws(Refusal) -> Unicode.Scalar {
            guard let byte = next else { throw .form }
            place += 1
            switch byte {
            case UInt8(ascii: "\""): return "\""
            case UInt8(ascii: "\\"): return "\\"
            case UInt8(ascii: "/"): return "/"
            case UInt8(ascii: "b"): return "\u{8}"
            case UInt8(ascii: "f"): return "\u{C}"
            case UInt8(ascii: "n"): return "\n"
            case UInt8(ascii: "r"): return "\r"
            case UInt8(ascii: "t"): return "\t"
            case UInt8(ascii: "u"): return try takeScalar()
            default: throw .form
            }
        }

        /// Four digits; a pair of surrogates is one character, one alone is none.
        mutating func takeScalar() throws(Refusal) -> Unicode.Scalar {
            let first = try takeUnit()
            if let scalar = Unicode.Scalar(first) { return scalar }
            guard first < 0xDC00, next == UInt8(ascii: "\\") else { throw .form }
            place += 1
            guard next == UInt8(ascii: "u") else { throw .form }
            place += 1
            let second = try takeUnit()
            guard (0xDC00..<0xE000).contains(second),
                let scalar = Unicode.Scalar(
                    0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
            else { throw .form }
            return scalar
        }

        mutating func takeUnit() throws(Refusal) -> UInt16 {
            guard bytes.count - place >= 4 else { throw .form }
            var unit: UInt16 = 0
            for digit in bytes[place..<place + 4] {
                guard let value = Hex.value(of: digit) else { throw .form }
                unit = unit << 4 | UInt16(value)
            }
            place += 4
            return unit
        }
    }
}
