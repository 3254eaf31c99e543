import Domain

/// The price per hour of one unit of an offer's CPU, or of one of its devices, in 2⁻²⁴ micro-units,
/// rounded down: what bounds a slice's rate from below without a division of 128 bits.
///
/// An ask is at most 10¹¹, so that nothing here overflows 64 bits.
enum UnitPrice {
    private static let shift: UInt64 = 24

    static func of(_ ask: Rate, per units: Int64) -> UInt64 {
        guard units > 0 else { return 0 }
        return (UInt64(ask.microPerHour) << shift) / UInt64(units)
    }

    /// The least rate that so many units may cost at this price.
    static func leastRate(_ price: UInt64, units: Int64) -> Int64 {
        let (high, low) = price.multipliedFullWidth(by: UInt64(max(units, 0)))
        guard high < 1 << shift else { return .max }
        let whole = high << (64 - shift) | low >> shift
        let rounded = low & (1 << shift - 1) == 0 ? whole : whole + 1
        return max(Int64(clamping: rounded), 1)
    }

    /// The highest price at which so many units may cost `rate` or less.
    static func highest(for rate: Int64, units: Int64) -> UInt64 {
        guard units > 0 else { return .max - 1 }
        return (UInt64(max(rate, 0)) << shift) / UInt64(units)
    }
}
