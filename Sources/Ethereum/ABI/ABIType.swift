/// A type of Solidity's contract ABI, in a form that cannot be wrong.
package indirect enum ABIType: Hashable, Sendable {
    case uint(BitWidth)
    case int(BitWidth)
    case address
    case bool
    case fixedBytes(ByteWidth)
    case bytes
    case string
    case array(ABIType)
    case fixedArray(ABIType, count: UInt32)
    case tuple([ABIType])

    /// 8, 16, … 256.
    package struct BitWidth: Hashable, Sendable {
        package let bits: Int

        package init?(_ bits: Int) {
            guard (8...256).contains(bits), bits.isMultiple(of: 8) else { return nil }
            self.bits = bits
        }

        private init(checked bits: Int) { self.bits = bits }
        package static let widest = BitWidth(checked: 256)
    }

    /// 1, 2, … 32.
    package struct ByteWidth: Hashable, Sendable {
        package let bytes: Int

        package init?(_ bytes: Int) {
            guard (1...32).contains(bytes) else { return nil }
            self.bytes = bytes
        }

        private init(checked bytes: Int) { self.bytes = bytes }
        package static let widest = ByteWidth(checked: 32)
        package static let selector = ByteWidth(checked: 4)
    }

    package static let uint256 = ABIType.uint(.widest)
    package static let int256 = ABIType.int(.widest)
    package static let bytes32 = ABIType.fixedBytes(.widest)
}

// MARK: - Layout

extension ABIType {
    /// How a value lies in an encoding, reckoned once for each type that is walked.
    struct Layout: Hashable, Sendable {
        /// Whether the head is an offset to where the value lies.
        let isDynamic: Bool
        /// Bytes of the value itself, where it is not dynamic.
        let size: Int

        /// Bytes of what stands in the place of the value in its tuple.
        var headSize: Int { isDynamic ? 32 : size }
    }

    /// What no encoding that is taken can be as large as.
    private static let mostSize = 1 << 28

    /// Nil where the size passes every bound.
    var layout: Layout? {
        switch self {
        case .uint, .int, .address, .bool, .fixedBytes:
            return Layout(isDynamic: false, size: 32)
        case .bytes, .string, .array:
            return Layout(isDynamic: true, size: 0)
        case .fixedArray(let element, let count):
            guard let layout = element.layout else { return nil }
            if layout.isDynamic { return Layout(isDynamic: true, size: 0) }
            let (size, overflows) = layout.size.multipliedReportingOverflow(by: Int(count))
            guard !overflows, size <= Self.mostSize else { return nil }
            return Layout(isDynamic: false, size: size)
        case .tuple(let members):
            return Self.layout(of: members)
        }
    }

    private static func layout(of members: [ABIType]) -> Layout? {
        var size = 0
        var isDynamic = false
        for member in members {
            guard let layout = member.layout else { return nil }
            isDynamic = isDynamic || layout.isDynamic
            size += layout.size
            guard size <= mostSize else { return nil }
        }
        return Layout(isDynamic: isDynamic, size: isDynamic ? 0 : size)
    }
}

// MARK: - Text

extension ABIType: CustomStringConvertible {
    /// As it stands in signatures: `(uint256,bytes)[3]`.
    package var description: String {
        switch self {
        case .uint(let width): "uint\(width.bits)"
        case .int(let width): "int\(width.bits)"
        case .address: "address"
        case .bool: "bool"
        case .fixedBytes(let width): "bytes\(width.bytes)"
        case .bytes: "bytes"
        case .string: "string"
        case .array(let element): "\(element)[]"
        case .fixedArray(let element, let count): "\(element)[\(count)]"
        case .tuple(let members): "(\(members.map(\.description).joined(separator: ",")))"
        }
    }
}
