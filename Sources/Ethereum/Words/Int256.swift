/// A whole number of 256 bits with a sign, in two's complement as the EVM keeps it.
package struct Int256: Hashable, Sendable {
    package let bits: UInt256

    package init(bits: UInt256) { self.bits = bits }

    package init(_ value: Int64) {
        let magnitude = UInt256(value.magnitude)
        bits = value < 0 ? UInt256.zero.wrappingSubtracting(magnitude) : magnitude
    }

    package var isNegative: Bool { bits.bit(255) }

    package var magnitude: UInt256 {
        isNegative ? UInt256.zero.wrappingSubtracting(bits) : bits
    }

    /// Whether it is within `-2^(width-1) ..< 2^(width-1)`.
    package func fits(bits width: Int) -> Bool {
        let sign = UInt256.ones(from: width - 1)
        return isNegative ? bits.union(sign) == bits : bits.bitWidth < width
    }
}

extension Int256: CustomStringConvertible {
    package var description: String { (isNegative ? "-" : "") + magnitude.decimal }

    /// Decimal digits, with a minus sign where it is negative.
    package init?(decimal: some StringProtocol) {
        let isNegative = decimal.hasPrefix("-")
        guard let magnitude = UInt256(decimal: isNegative ? decimal.dropFirst() : decimal[...])
        else { return nil }
        let value = Int256(
            bits: isNegative ? UInt256.zero.wrappingSubtracting(magnitude) : magnitude)
        guard magnitude == .zero || value.isNegative == isNegative else { return nil }
        self = value
    }
}
