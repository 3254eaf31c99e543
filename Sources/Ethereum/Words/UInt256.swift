/// A whole number of 256 bits without a sign. What does not fit throws; nothing wraps by itself.
package struct UInt256: Hashable, Sendable {
    package struct Overflow: Error, Hashable, CustomStringConvertible {
        package let description = "a number does not fit into 256 bits"
    }

    let high: UInt128
    let low: UInt128

    init(high: UInt128, low: UInt128) {
        self.high = high
        self.low = low
    }

    package static let zero = UInt256(0)
    package static let one = UInt256(1)
    package static let max = UInt256(high: .max, low: .max)

    package init(_ value: UInt64) {
        high = 0
        low = UInt128(value)
    }

    /// The lowest 64 bits, where the others are zero.
    package var asUInt64: UInt64? { high == 0 ? UInt64(exactly: low) : nil }

    package var bitWidth: Int {
        high == 0 ? 128 - low.leadingZeroBitCount : 256 - high.leadingZeroBitCount
    }
}

extension UInt256: Comparable, ExpressibleByIntegerLiteral {
    package init(integerLiteral value: UInt64) { self.init(value) }

    package static func < (left: UInt256, right: UInt256) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

// MARK: - Arithmetic

extension UInt256 {
    package func adding(_ other: UInt256) throws(Overflow) -> UInt256 {
        let (low, carries) = low.addingReportingOverflow(other.low)
        let (sum, overflows) = high.addingReportingOverflow(other.high)
        let (high, overflowsToo) = sum.addingReportingOverflow(carries ? 1 : 0)
        guard !overflows, !overflowsToo else { throw Overflow() }
        return UInt256(high: high, low: low)
    }

    package func subtracting(_ other: UInt256) throws(Overflow) -> UInt256 {
        guard self >= other else { throw Overflow() }
        return wrappingSubtracting(other)
    }

    func subtractingOrZero(_ other: UInt256) -> UInt256 {
        self >= other ? wrappingSubtracting(other) : .zero
    }

    package func multiplied(by other: UInt256) throws(Overflow) -> UInt256 {
        guard high == 0 || other.high == 0 else { throw Overflow() }
        let base = low.multipliedFullWidth(by: other.low)
        // One of the two factors has no upper half, so there is at most one product beside the lower.
        let (upper, upperFactor) = high == 0 ? (other.high, low) : (high, other.low)
        let (cross, overflows) = upper.multipliedReportingOverflow(by: upperFactor)
        let (high, overflowsToo) = base.high.addingReportingOverflow(cross)
        guard !overflows, !overflowsToo else { throw Overflow() }
        return UInt256(high: high, low: base.low)
    }

    /// Rounds down. The divisor is not zero.
    package func quotientAndRemainder(
        dividingBy divisor: UInt256
    ) -> (quotient: UInt256, remainder: UInt256) {
        precondition(divisor != .zero, "a division by zero")
        guard divisor.high == 0 else { return longDivision(by: divisor) }
        let upper = high.quotientAndRemainder(dividingBy: divisor.low)
        let lower = divisor.low.dividingFullWidth((upper.remainder, low))
        return (
            UInt256(high: upper.quotient, low: lower.quotient),
            UInt256(high: 0, low: lower.remainder)
        )
    }

    package func dividedRoundingDown(by divisor: UInt256) -> UInt256 {
        quotientAndRemainder(dividingBy: divisor).quotient
    }

    /// Bit by bit; of the quotient only the lower half can be set.
    private func longDivision(
        by divisor: UInt256
    ) -> (quotient: UInt256, remainder: UInt256) {
        var rest = UInt256(high: 0, low: high)
        var quotient: UInt128 = 0
        for bit in (0..<128).reversed() {
            let carry = rest.high >> 127
            rest = UInt256(
                high: rest.high << 1 | rest.low >> 127, low: rest.low << 1 | (low >> bit) & 1)
            quotient <<= 1
            if carry == 1 || rest >= divisor {
                rest = rest.wrappingSubtracting(divisor)
                quotient |= 1
            }
        }
        return (UInt256(high: 0, low: quotient), rest)
    }

    func wrappingSubtracting(_ other: UInt256) -> UInt256 {
        let (low, borrows) = low.subtractingReportingOverflow(other.low)
        return UInt256(high: high &- other.high &- (borrows ? 1 : 0), low: low)
    }

    /// All bits from `bit` upwards are set.
    static func ones(from bit: Int) -> UInt256 {
        switch bit {
        case ..<128: UInt256(high: .max, low: UInt128.max << bit)
        case ..<256: UInt256(high: UInt128.max << (bit - 128), low: 0)
        default: .zero
        }
    }

    func union(_ other: UInt256) -> UInt256 {
        UInt256(high: high | other.high, low: low | other.low)
    }

    func bit(_ place: Int) -> Bool {
        (place < 128 ? low >> place : high >> (place - 128)) & 1 == 1
    }
}
