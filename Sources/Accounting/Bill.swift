package import Domain

/// The bill rule (DESIGN §6), in this one place.
package enum Bill {
    /// Longest lease: 366 days. With the highest rate its charge stays within `Money`'s range.
    package static let maximumSeconds: Int64 = 366 * 86_400

    /// `ceil(seconds × rate / 3600)` micro, once per lease; interim charges are differences of it.
    ///
    /// - Throws: `MoneyOverflow` for negative seconds or more than 366 days.
    package static func charge(seconds: Int64, rate: Rate) throws(MoneyOverflow) -> Money {
        guard (0...maximumSeconds).contains(seconds) else { throw MoneyOverflow() }
        let product = seconds * rate.microPerHour  // ≤ 3.2 × 10⁷ × 10¹¹ < 2⁶³
        return try Money(micro: (product + 3599) / 3600)
    }

    /// `floor(charge × bps / 10 000)`: the market's part; the provider gets the rest.
    package static func commission(of charge: Money, at points: BasisPoints) -> Money {
        let product = Int128(max(charge.micro, 0)) * Int128(points.value)
        return (try? Money(micro: Int64(product / 10_000))) ?? charge  // never above the charge
    }

    /// `floor(escrow × 3600 / rate)`, at most 366 days: the seconds that the escrow pays for.
    package static func seconds(paidBy escrow: Money, rate: Rate) -> Int64 {
        let product = Int128(max(escrow.micro, 0)) * 3600
        return Int64(min(product / Int128(rate.microPerHour), Int128(maximumSeconds)))
    }
}
