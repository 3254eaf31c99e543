/// An arithmetic result left the range that money may have.
package struct MoneyOverflow: Error, Hashable {
    package init() {}
}

/// Whole micro-units of the market's one asset; |amount| ≤ 10¹² units = 10¹⁸ micro.
package struct Money: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package static let limit: Int64 = 1_000_000_000_000_000_000
    package static let zero = Money(unchecked: 0)
    package static let most = Money(unchecked: limit)
    /// One unit of money.
    package static let unit = Money(unchecked: 1_000_000)

    package let micro: Int64

    /// - Throws: `MoneyOverflow` outside ±10¹⁸ micro.
    package init(micro: Int64) throws(MoneyOverflow) {
        guard micro >= -Self.limit, micro <= Self.limit else { throw MoneyOverflow() }
        self.micro = micro
    }

    private init(unchecked micro: Int64) { self.micro = micro }

    package init(from decoder: any Decoder) throws {
        try self.init(micro: decoder.singleValueContainer().decode(Int64.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(micro)
    }

    package func adding(_ other: Money) throws(MoneyOverflow) -> Money {
        try Money(micro: micro + other.micro)  // cannot overflow Int64: both are within ±10¹⁸
    }

    package func subtracting(_ other: Money) throws(MoneyOverflow) -> Money {
        try Money(micro: micro - other.micro)
    }

    /// How much this is above another one that is not negative either; zero where it is not.
    package func excess(over other: Money) -> Money {
        Money(unchecked: max(0, max(0, micro) - max(0, other.micro)))
    }

    package var negated: Money { Money(unchecked: -micro) }

    package func dividedRoundingDown(by divisor: Int64) -> Money {
        precondition(divisor > 0, "money is divided by a positive count")
        return Money(unchecked: micro / divisor)
    }

    package static func < (left: Money, right: Money) -> Bool { left.micro < right.micro }

    /// Decimal with six places, for example `-0.050000`.
    package var description: String {
        let magnitude = micro.magnitude
        let fraction = String(magnitude % 1_000_000)
        let padded = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
        return (micro < 0 ? "-" : "") + "\(magnitude / 1_000_000).\(padded)"
    }

    /// Reads `12`, `0.05`, `1.000001`: digits, optionally a point and 1…6 digits; never negative.
    package init?(decimal text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = Self.digits(parts[0], upTo: 13) else { return nil }
        var micro = whole * 1_000_000
        if parts.count == 2 {
            guard let fraction = Self.digits(parts[1], upTo: 6) else { return nil }
            micro += (0..<(6 - parts[1].utf8.count)).reduce(fraction) { value, _ in value * 10 }
        }
        guard micro <= Self.limit else { return nil }
        self.micro = micro
    }

    private static func digits(_ text: Substring, upTo count: Int) -> Int64? {
        guard (1...count).contains(text.utf8.count),
            text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int64(text)
    }
}

/// Micro-units per hour, 1…10¹¹.
package struct Rate: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package static let limit: Int64 = 100_000_000_000
    package static let least = Rate(within: 1)
    package let microPerHour: Int64

    private init(within micro: Int64) { microPerHour = micro }

    /// - Throws: `MoneyOverflow` outside 1…10¹¹.
    package init(microPerHour: Int64) throws(MoneyOverflow) {
        guard (1...Self.limit).contains(microPerHour) else { throw MoneyOverflow() }
        self.microPerHour = microPerHour
    }

    package init(from decoder: any Decoder) throws {
        try self.init(microPerHour: decoder.singleValueContainer().decode(Int64.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(microPerHour)
    }

    package static func < (left: Rate, right: Rate) -> Bool {
        left.microPerHour < right.microPerHour
    }

    /// Decimal units per hour with six places.
    package var description: String {
        let fraction = String(microPerHour % 1_000_000)
        let padded = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
        return "\(microPerHour / 1_000_000).\(padded)"
    }
}

/// Hundredths of a percent, 0…10 000.
package struct BasisPoints: Hashable, Sendable, Codable {
    package let value: Int64

    package init?(_ value: Int64) {
        guard (0...10_000).contains(value) else { return nil }
        self.value = value
    }

    package init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer().decode(Int64.self)
        guard let points = BasisPoints(value) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not within 0…10000 bps"))
        }
        self = points
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
