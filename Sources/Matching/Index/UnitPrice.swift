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

    /// The highest price at which so many units may cost `rate` or less.
    static func highest(for rate: Rate, units: Int64) -> UInt64 {
        guard units > 0 else { return .max - 1 }
        return (UInt64(rate.microPerHour) << shift) / UInt64(units)
    }
}
