/// Reads values that others encoded. Every byte counts at most once: an encoding whose offsets lead to
/// the same place again and again is refused, so that what comes out is never larger than what came in.
package struct ABIDecoding {
    private let bytes: [UInt8]
    /// Bytes that may still be read. What `ABIEncoding` writes uses each of its bytes once.
    private var budget: Int

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        budget = bytes.count
    }

    /// - Returns: one value for each type; bytes that no value uses are ignored.
    package static func decode(
        _ bytes: [UInt8], as types: [ABIType]
    ) throws(ABIRefusal) -> [ABIValue] {
        var decoding = ABIDecoding(bytes)
        return try decoding.sequence(types, at: 0)
    }

    package static func decode(_ bytes: [UInt8], as type: ABIType) throws(ABIRefusal) -> ABIValue {
        try decode(bytes, as: [type])[0]
    }

    // MARK: Composites

    private mutating func sequence(
        _ types: [ABIType], at start: Int
    ) throws(ABIRefusal) -> [ABIValue] {
        var values: [ABIValue] = []
        var head = start
        for type in types {
            guard let layout = type.layout else { throw .type }
            values.append(try member(type, layout, at: head, of: start))
            head += layout.headSize
        }
        return values
    }

    private mutating func elements(
        _ element: ABIType, count: Int, at start: Int
    ) throws(ABIRefusal) -> [ABIValue] {
        guard let layout = element.layout else { throw .type }
        guard count > 0 else { return [] }
        // Elements without a size would be as many as a length says, out of nothing.
        guard layout.headSize > 0 else { throw .shared }
        guard start <= bytes.count, count <= (bytes.count - start) / layout.headSize else {
            throw .ended
        }
        guard count <= budget / layout.headSize else { throw .shared }
        var values: [ABIValue] = []
        values.reserveCapacity(count)
        for place in 0..<count {
            values.append(
                try member(element, layout, at: start + place * layout.headSize, of: start))
        }
        return values
    }

    /// What stands at `head`, or what the offset there leads to.
    private mutating func member(
        _ type: ABIType, _ layout: ABIType.Layout, at head: Int, of start: Int
    ) throws(ABIRefusal) -> ABIValue {
        guard layout.isDynamic else { return try value(type, at: head) }
        let offset = try length(at: head)
        guard offset <= bytes.count - start else { throw .ended }
        return try value(type, at: start + offset)
    }

    private mutating func value(_ type: ABIType, at place: Int) throws(ABIRefusal) -> ABIValue {
        switch type {
        case .bytes:
            return .bytes(try counted(at: place))
        case .string:
            guard let text = String(validating: try counted(at: place), as: UTF8.self) else {
                throw .notCanonical
            }
            return .string(text)
        case .array(let element):
            return .array(
                try elements(element, count: try length(at: place), at: place + 32))
        case .fixedArray(let element, let count):
            return .array(try elements(element, count: Int(count), at: place))
        case .tuple(let members):
            return .tuple(try sequence(members, at: place))
        case .uint, .int, .address, .bool, .fixedBytes:
            return try Self.value(of: try word(at: place), as: type)
        }
    }

    // MARK: Words

    private mutating func take(_ count: Int, at place: Int) throws(ABIRefusal) -> ArraySlice<UInt8>
    {
        guard place <= bytes.count, count <= bytes.count - place else { throw .ended }
        guard count <= budget else { throw .shared }
        budget -= count
        return bytes[place..<place + count]
    }

    private mutating func word(at place: Int) throws(ABIRefusal) -> UInt256 {
        guard let word = UInt256(bytes: try take(32, at: place)) else {
            preconditionFailure("a word has 32 bytes")
        }
        return word
    }

    /// A length or an offset: none that fits is larger than what there is.
    private mutating func length(at place: Int) throws(ABIRefusal) -> Int {
        guard let length = try word(at: place).asUInt64, length <= UInt64(bytes.count) else {
            throw .ended
        }
        return Int(length)
    }

    /// A length, that many bytes, and zeros to the end of the word.
    private mutating func counted(at place: Int) throws(ABIRefusal) -> [UInt8] {
        let count = try length(at: place)
        let padded = try take((count + 31) & ~31, at: place + 32)
        guard padded.dropFirst(count).allSatisfy({ $0 == 0 }) else { throw .notCanonical }
        return Array(padded.prefix(count))
    }

    /// - Throws: where bits are set that the type does not have.
    static func value(of word: UInt256, as type: ABIType) throws(ABIRefusal) -> ABIValue {
        switch type {
        case .uint(let width):
            guard word.bitWidth <= width.bits else { throw .notCanonical }
            return .uint(word)
        case .int(let width):
            guard Int256(bits: word).fits(bits: width.bits) else { throw .notCanonical }
            return .int(Int256(bits: word))
        case .address:
            guard let address = Address(word: word) else { throw .notCanonical }
            return .address(address)
        case .bool:
            guard word <= 1 else { throw .notCanonical }
            return .bool(word == 1)
        case .fixedBytes(let width):
            let bytes = word.bytes
            guard bytes.dropFirst(width.bytes).allSatisfy({ $0 == 0 }) else { throw .notCanonical }
            return .fixedBytes(Array(bytes.prefix(width.bytes)))
        case .bytes, .string, .array, .fixedArray, .tuple:
            throw .kind(wanted: type)
        }
    }
}
