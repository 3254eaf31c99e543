/// An amount of a chain's own coin, in its smallest unit (10⁻¹⁸ of it).
package struct Wei: Hashable, Sendable, Comparable, ExpressibleByIntegerLiteral {
    package let amount: UInt256

    package init(_ amount: UInt256) { self.amount = amount }
    package init(integerLiteral value: UInt64) { amount = UInt256(value) }

    package static let zero = Wei(.zero)

    package static func < (left: Wei, right: Wei) -> Bool { left.amount < right.amount }

    package func adding(_ other: Wei) throws(UInt256.Overflow) -> Wei {
        Wei(try amount.adding(other.amount))
    }

    package func multiplied(by factor: UInt64) throws(UInt256.Overflow) -> Wei {
        Wei(try amount.multiplied(by: UInt256(factor)))
    }
}

extension Wei: CustomStringConvertible {
    package var description: String { "\(amount) wei" }
}

/// Which chain a signature is for (EIP-155).
package struct ChainID: Hashable, Sendable, CustomStringConvertible {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    package var description: String { "\(number)" }
}
