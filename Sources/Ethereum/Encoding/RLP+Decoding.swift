extension RLP {
    /// Exactly one item, in the one spelling that it has.
    package init(decoding bytes: [UInt8]) throws(Refusal) {
        guard bytes.count <= Self.mostBytes else { throw .tooLong }
        var rest = bytes[...]
        self = try Self.takeItem(from: &rest, depth: 0)
        guard rest.isEmpty else { throw .trailing }
    }

    private static func takeItem(
        from rest: inout ArraySlice<UInt8>, depth: Int
    ) throws(Refusal) -> RLP {
        guard let first = rest.popFirst() else { throw .ended }
        switch first {
        case ..<0x80:
            return .bytes([first])
        case ..<0xB8:
            let bytes = try take(Int(first - 0x80), from: &rest)
            guard bytes.count != 1 || bytes[bytes.startIndex] >= 0x80 else { throw .notCanonical }
            return .bytes(Array(bytes))
        case ..<0xC0:
            let count = try takeLength(Int(first - 0xB7), from: &rest)
            return .bytes(Array(try take(count, from: &rest)))
        case ..<0xF8:
            return try takeList(Int(first - 0xC0), from: &rest, depth: depth)
        default:
            let count = try takeLength(Int(first - 0xF7), from: &rest)
            return try takeList(count, from: &rest, depth: depth)
        }
    }

    private static func takeList(
        _ count: Int, from rest: inout ArraySlice<UInt8>, depth: Int
    ) throws(Refusal) -> RLP {
        guard depth < mostDepth else { throw .tooDeep }
        var payload = try take(count, from: &rest)
        var items: [RLP] = []
        while !payload.isEmpty {
            items.append(try takeItem(from: &payload, depth: depth + 1))
        }
        return .list(items)
    }

    /// A length of more than 55, in as few bytes as it needs.
    private static func takeLength(
        _ count: Int, from rest: inout ArraySlice<UInt8>
    ) throws(Refusal) -> Int {
        let bytes = try take(count, from: &rest)
        guard bytes.first != 0 else { throw .notCanonical }
        guard let length = UInt256(bytes: bytes)?.asUInt64.flatMap(Int.init(exactly:)) else {
            throw .ended
        }
        guard length > 55 else { throw .notCanonical }
        return length
    }

    private static func take(
        _ count: Int, from rest: inout ArraySlice<UInt8>
    ) throws(Refusal) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .ended }
        let taken = rest.prefix(count)
        rest = rest.dropFirst(count)
        return taken
    }
}
