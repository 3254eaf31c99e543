/// Writes values as Solidity's ABI specification says ("Formal Specification of the Encoding").
package enum ABIEncoding {
    /// The arguments of a function, the fields of an event, what a function returns.
    package static func encode(
        _ values: [ABIValue], as types: [ABIType]
    ) throws(ABIRefusal) -> [UInt8] {
        var output: [UInt8] = []
        try appendSequence(values, types, to: &output, of: .tuple(types))
        return output
    }

    package static func encode(_ value: ABIValue, as type: ABIType) throws(ABIRefusal) -> [UInt8] {
        try encode([value], as: [type])
    }

    /// Heads first, then what the offsets in them lead to; offsets count from the first head.
    private static func appendSequence(
        _ values: [ABIValue], _ types: some Collection<ABIType>, to output: inout [UInt8],
        of whole: ABIType
    ) throws(ABIRefusal) {
        guard values.count == types.count else { throw .range(wanted: whole) }
        let start = output.count
        var places: [Int] = []
        for (value, type) in zip(values, types) {
            guard let layout = type.layout else { throw .type }
            if layout.isDynamic {
                places.append(output.count)
                output.append(contentsOf: repeatElement(0, count: 32))
            } else {
                try append(value, as: type, to: &output)
            }
        }
        var next = places.makeIterator()
        for (value, type) in zip(values, types) where type.layout?.isDynamic == true {
            guard let place = next.next() else { preconditionFailure("one place for each") }
            let offset = UInt256(UInt64(output.count - start)).bytes
            output.replaceSubrange(place..<place + 32, with: offset)
            try append(value, as: type, to: &output)
        }
    }

    private static func append(
        _ value: ABIValue, as type: ABIType, to output: inout [UInt8]
    ) throws(ABIRefusal) {
        switch (value, type) {
        case (.bytes(let bytes), .bytes):
            appendCounted(bytes, to: &output)
        case (.string(let text), .string):
            appendCounted(Array(text.utf8), to: &output)
        case (.array(let values), .array(let element)):
            output += UInt256(UInt64(values.count)).bytes
            try appendSequence(
                values, repeatElement(element, count: values.count), to: &output, of: type)
        case (.array(let values), .fixedArray(let element, let count)):
            guard values.count == Int(count) else { throw .range(wanted: type) }
            try appendSequence(
                values, repeatElement(element, count: values.count), to: &output, of: type)
        case (.tuple(let values), .tuple(let members)):
            try appendSequence(values, members, to: &output, of: type)
        default:
            output += try word(of: value, as: type)
        }
    }

    private static func appendCounted(_ bytes: [UInt8], to output: inout [UInt8]) {
        output += UInt256(UInt64(bytes.count)).bytes
        output += bytes
        output.append(contentsOf: repeatElement(0, count: -bytes.count & 31))
    }

    /// A value that fills one word of 32 bytes: also a topic, and a member of EIP-712's structs.
    static func word(of value: ABIValue, as type: ABIType) throws(ABIRefusal) -> [UInt8] {
        switch (value, type) {
        case (.uint(let number), .uint(let width)):
            guard number.bitWidth <= width.bits else { throw .range(wanted: type) }
            return number.bytes
        case (.int(let number), .int(let width)):
            guard number.fits(bits: width.bits) else { throw .range(wanted: type) }
            return number.bits.bytes
        case (.address(let address), .address):
            return address.word.bytes
        case (.bool(let isTrue), .bool):
            return UInt256(isTrue ? 1 : 0).bytes
        case (.fixedBytes(let bytes), .fixedBytes(let width)):
            guard bytes.count == width.bytes else { throw .range(wanted: type) }
            return bytes + repeatElement(0, count: 32 - bytes.count)
        default:
            throw .kind(wanted: type)
        }
    }
}
