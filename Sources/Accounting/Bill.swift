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
        part(points, of: charge)
    }

    /// `floor(charge × bps / 10 000)`.
    private static func part(_ points: BasisPoints, of charge: Money) -> Money {
        let product = Int128(max(charge.micro, 0)) * Int128(points.value)
        return (try? Money(micro: Int64(product / 10_000))) ?? charge  // never above the charge
    }

    /// What of a lease's charge goes back to its renter: `min(floor(charge × credit_bps / 10 000),
    /// charge − commission)` where `seconds × 10 000 < availability_bps × elapsed`, else nothing.
    ///
    /// - Parameter elapsed: whole seconds from start to end by the market's clock.
    package static func credit(
        of charge: Money, commission: Money, seconds: Int64, elapsed: Int64, level: ServiceLevel
    ) -> Money {
        let least = Int128(level.availability.value) * Int128(elapsed)
        guard Int128(seconds) * 10_000 < least else { return .zero }
        return min(part(level.credit, of: charge), charge.excess(over: commission))
    }

    /// What a provider gets of a charge whatever the rest of its lease comes to; it never falls while the
    /// charge grows.
    package static func certainPay(
        of charge: Money, commission points: BasisPoints, level: ServiceLevel
    ) -> Money {
        BasisPoints(10_000 - points.value - level.credit.value)
            .map { part($0, of: charge) } ?? .zero
    }

    /// `floor(escrow × 3600 / rate)`, at most 366 days: the seconds that the escrow pays for.
    package static func seconds(paidBy escrow: Money, rate: Rate) -> Int64 {
        let product = Int128(max(escrow.micro, 0)) * 3600
        return Int64(min(product / Int128(rate.microPerHour), Int128(maximumSeconds)))
    }
}
