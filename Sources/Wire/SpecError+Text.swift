extension SpecError {
    /// `orban.yaml:14:3  unknown key "budgte"`.
    package func located(in language: Language) -> String {
        let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
        return "\(place)  \(text(in: language))"
    }

    /// The source line with a caret under the fault and, for an unknown key, the nearest known one:
    ///
    ///       14 |   budgte: {max_total: 5 USD}
    ///          |   ^^^^^^ did you mean "budget"?
    ///
    /// Empty when the fault has no place.
    package func excerpt(in language: Language) -> [String] {
        guard let position, let sourceLine else { return [] }
        let scalars = Array(sourceLine.unicodeScalars)
        let start = min(position.column - 1, scalars.count)
        let first = max(0, start - 60)
        let shown = scalars[first..<min(scalars.count, first + 100)]
        let before = scalars[first..<start].reduce(into: "") { $0 += Self.blank($1) }
        let marked = scalars[start..<min(scalars.count, start + width, first + 100)]
        let columns = marked.reduce(0) { $0 + Self.columns($1) }
        let number = String(position.line)
        let margin = String(repeating: " ", count: number.utf8.count)
        var pointer = "  \(margin) | \(before)" + String(repeating: "^", count: max(1, columns))
        if case .unknownKey(_, nearest: .some(let nearest)) = fault {
            pointer += " " + Message.didYouMean.text(in: language, ["name": nearest])
        }
        return ["  \(number) | " + Self.text(of: shown), pointer]
    }

    /// What is wrong, without its place.
    package func text(in language: Language) -> String {
        let (message, values) = sentence(in: language)
        return message.text(in: language, values)
    }

    private func sentence(in language: Language) -> (Message, [String: String]) {
        switch fault {
        case .unreadable(let what): (.specUnreadable, ["what": what])
        case .tooLarge(let limit): (.specTooLarge, ["limit": Quantity.bytes(Int64(limit))])
        case .tooDeep(let limit): (.specTooDeep, ["limit": String(limit)])
        case .tooManyNodes(let limit): (.specTooManyNodes, ["limit": String(limit)])
        case .manyDocuments: (.specManyDocuments, [:])
        case .tooManyAliases(let limit): (.specAliases, ["limit": String(limit)])
        case .tag(let tag): (.specTag, ["found": Self.bounded(tag)])
        case .empty: (.specEmpty, [:])
        case .duplicateKey(let key): (.specDuplicateKey, ["key": Self.bounded(key)])
        case .unknownKey(let key, nearest: _): (.specUnknownKey, ["key": Self.bounded(key)])
        case .unsupportedKey(let key): (.specUnsupportedKey, ["key": key])
        case .unsupportedValue(let what): (.specUnsupportedValue, ["what": Self.bounded(what)])
        case .missingKey(let key): (.specMissingKey, ["key": key])
        case .wrongType(let key, let expected, let found):
            (
                .specWrongType,
                [
                    "key": key, "expected": expected.message.text(in: language),
                    "found": found.message.text(in: language),
                ]
            )
        case .badValue(let key, let expected, let found):
            (
                .specBadValue,
                [
                    "key": key, "expected": expected.message.text(in: language),
                    "found": Self.bounded(found),
                ]
            )
        case .tooMany(let key, let limit): (.specTooMany, ["key": key, "limit": String(limit)])
        case .tooLong(let key, let limit):
            (.specTooLong, ["key": key, "limit": Quantity.bytes(Int64(limit))])
        case .outOfRange(let key, let low, let high):
            (.specOutOfRange, ["key": key, "low": low, "high": high])
        case .before(let key, let other): (.specBefore, ["key": key, "other": other])
        case .overlap(let path, let other):
            (.specOverlap, ["path": Self.bounded(path), "other": Self.bounded(other)])
        case .reserved(let path): (.specReserved, ["path": Self.bounded(path)])
        case .twice(let name): (.specTwice, ["name": Self.bounded(name)])
        case .conflict(let key, let other): (.specConflict, ["key": key, "other": other])
        case .inputMissing(let path): (.specInputMissing, ["path": Self.bounded(path)])
        case .inputUnknown(let path): (.specInputUnknown, ["path": Self.bounded(path)])
        case .inputDiffers(let path): (.specInputDiffers, ["path": Self.bounded(path)])
        }
    }

    /// At most 80 scalars, control characters shown as `\u{…}`.
    static func bounded(_ text: String) -> String {
        let scalars = text.unicodeScalars
        let head = scalars.prefix(80).reduce(into: "") { $0 += visible($1) }
        return scalars.count > 80 ? head + "…" : head
    }

    private static func text(of scalars: ArraySlice<Unicode.Scalar>) -> String {
        scalars.reduce(into: "") { $0 += $1 == "\t" ? "\t" : visible($1) }
    }

    private static func visible(_ scalar: Unicode.Scalar) -> String {
        let isControl = scalar.properties.generalCategory == .control || scalar.value == 0xFEFF
        let isBidi = scalar.properties.generalCategory == .format && scalar.value != 0x200D
        return isControl || isBidi
            ? "\\u{\(String(scalar.value, radix: 16))}" : String(Character(scalar))
    }

    /// Blanks as wide as the scalar is shown.
    private static func blank(_ scalar: Unicode.Scalar) -> String {
        scalar == "\t" ? "\t" : String(repeating: " ", count: columns(scalar))
    }

    /// Terminal columns by East Asian Width (UAX #11): wide and full-width take two.
    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        let shown = visible(scalar).unicodeScalars.count
        guard shown == 1 else { return shown }
        if scalar.properties.generalCategory == .nonspacingMark { return 0 }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
            0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

extension SpecError.Expected {
    var message: Message {
        switch self {
        case .text: .expectText
        case .quoted: .expectQuoted
        case .map: .expectMap
        case .list: .expectList
        case .whole: .expectWhole
        case .version: .expectVersion
        case .type: .expectType
        case .name: .expectName
        case .command: .expectCommand
        case .scalar: .expectScalar
        case .variable: .expectVariable
        case .plain: .expectPlain
        case .cpu: .expectCPU
        case .size: .expectSize
        case .gpu: .expectGPU
        case .country: .expectCountry
        case .tier: .expectTier
        case .failures: .expectFailures
        case .path: .expectPath
        case .local: .expectLocal
        case .digest: .expectDigest
        case .money: .expectMoney
        case .price: .expectPrice
        case .duration: .expectDuration
        case .network: .expectNetwork
        case .latency: .expectLatency
        case .moment: .expectMoment
        case .truth: .foundTruth
        case .spread: .expectSpread
        case .payment: .expectPayment
        case .capability: .expectCapability
        case .speed: .expectSpeed
        case .spot: .expectSpot
        }
    }
}

extension SpecError.Found {
    var message: Message {
        switch self {
        case .text: .foundText
        case .number: .foundNumber
        case .truth: .foundTruth
        case .nothing: .foundNothing
        case .list: .foundList
        case .map: .foundMap
        }
    }
}
