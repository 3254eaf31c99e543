extension ABIType {
    package enum ParseRefusal: Error, Hashable {
        case tooLong
        case tooDeep
        /// No type stands where one must, or something stands after it.
        case form
        /// No such type, width or count.
        case unknown
    }

    private static let mostText = 1 << 14
    private static let mostDepth = 32

    /// `uint256`, `uint`, `(address,bytes)[2][]`, `tuple(bool)`; no spaces, no names.
    package init(_ text: some StringProtocol) throws(ParseRefusal) {
        guard text.utf8.count <= Self.mostText else { throw .tooLong }
        var rest = Array(text.utf8)[...]
        self = try Self.takeType(from: &rest, depth: 0)
        guard rest.isEmpty else { throw .form }
    }

    private static func takeType(
        from rest: inout ArraySlice<UInt8>, depth: Int
    ) throws(ParseRefusal) -> ABIType {
        guard depth < mostDepth else { throw .tooDeep }
        if rest.starts(with: "tuple(".utf8) { rest = rest.dropFirst(5) }
        var type: ABIType
        if rest.first == UInt8(ascii: "(") {
            type = .tuple(try takeMembers(from: &rest, depth: depth))
        } else {
            let name = rest.prefix { isLetter($0) || isDigit($0) }
            rest = rest.dropFirst(name.count)
            type = try named(name)
        }
        var arrays = depth
        while rest.first == UInt8(ascii: "[") {
            arrays += 1
            guard arrays < mostDepth else { throw .tooDeep }
            type = try takeArray(of: type, from: &rest)
        }
        return type
    }

    private static func takeMembers(
        from rest: inout ArraySlice<UInt8>, depth: Int
    ) throws(ParseRefusal) -> [ABIType] {
        rest = rest.dropFirst()
        var members: [ABIType] = []
        if rest.first == UInt8(ascii: ")") {
            rest = rest.dropFirst()
            return members
        }
        while true {
            members.append(try takeType(from: &rest, depth: depth + 1))
            switch rest.popFirst() {
            case UInt8(ascii: ","): continue
            case UInt8(ascii: ")"): return members
            default: throw .form
            }
        }
    }

    private static func takeArray(
        of element: ABIType, from rest: inout ArraySlice<UInt8>
    ) throws(ParseRefusal) -> ABIType {
        rest = rest.dropFirst()
        let digits = rest.prefix(while: isDigit)
        rest = rest.dropFirst(digits.count)
        guard rest.popFirst() == UInt8(ascii: "]") else { throw .form }
        let type: ABIType
        if digits.isEmpty {
            type = .array(element)
        } else {
            guard let count = number(digits), let exact = UInt32(exactly: count) else {
                throw .unknown
            }
            type = .fixedArray(element, count: exact)
        }
        guard type.layout != nil else { throw .unknown }
        return type
    }

    private static func named(_ name: ArraySlice<UInt8>) throws(ParseRefusal) -> ABIType {
        let word = name.prefix(while: isLetter)
        let digits = name.dropFirst(word.count)
        let type: ABIType? =
            switch (String(decoding: word, as: UTF8.self), digits.isEmpty) {
            case ("address", true): .address
            case ("bool", true): .bool
            case ("bytes", true): .bytes
            case ("string", true): .string
            case ("uint", true): .uint256
            case ("int", true): .int256
            case ("function", true): ByteWidth(24).map(ABIType.fixedBytes)
            case ("uint", false): number(digits).flatMap(BitWidth.init).map(ABIType.uint)
            case ("int", false): number(digits).flatMap(BitWidth.init).map(ABIType.int)
            case ("bytes", false): number(digits).flatMap(ByteWidth.init).map(ABIType.fixedBytes)
            default: nil
            }
        guard let type else { throw name.isEmpty ? .form : .unknown }
        return type
    }

    /// Digits without a zero in front.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy(isDigit), digits.first != UInt8(ascii: "0") || digits.count == 1
        else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
