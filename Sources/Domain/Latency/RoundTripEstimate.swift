/// The round trip between two places that have both measured the same beacons, in microseconds.
///
/// For a beacon that is `r` away from one side and `n` from the other, the way between them is no
/// longer than over the beacon, `r + n`, and no shorter than their difference, `|r − n|`: the triangle
/// inequality. Of several beacons the tightest bounds stand. Networks break the inequality now and
/// then, when they lead the direct way around; so `upper` is a way that exists, over a beacon, and the
/// network is not bound to find it.
package struct RoundTripEstimate: Hashable, Sendable, Codable {
    package let lower: Int64
    /// Within the bounds. The beacon that is nearest to one of the two tells most, for the bounds that
    /// it sets are twice that far apart. Where the other side lies from there nobody knows: half of all
    /// directions lead nearer than the right angle and half farther, so the square root of `r² + n²` is
    /// taken, the median. A renter beside a beacon is as far from a node as the beacon is.
    package let estimate: Int64
    package let upper: Int64

    /// - Returns: nil where no beacon was measured by both.
    package init?(between one: RoundTrips, and other: RoundTrips) {
        let pairs = one.shared(with: other).map { ($0.microseconds, $1.microseconds) }
        guard let first = pairs.first else { return nil }
        var (lower, upper) = (abs(first.0 - first.1), first.0 + first.1)
        var nearest = first
        for pair in pairs.dropFirst() {
            lower = max(lower, abs(pair.0 - pair.1))
            upper = min(upper, pair.0 + pair.1)
            if min(pair.0, pair.1) < min(nearest.0, nearest.1) { nearest = pair }
        }
        // Measurements that contradict each other: the way over the beacon is there all the same.
        lower = min(lower, upper)
        let median = Self.squareRoot(nearest.0 * nearest.0 + nearest.1 * nearest.1)
        self.lower = lower
        self.upper = upper
        estimate = min(max(median, lower), upper)
    }

    /// Rounded down; of readings within their bounds, so at most 2 × 10¹⁴.
    private static func squareRoot(_ square: Int64) -> Int64 {
        var (low, high): (Int64, Int64) = (0, RoundTrips.bounds.upperBound * 2)
        while low < high {
            let middle = (low + high + 1) / 2
            if middle * middle <= square { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

/// How near an offer's node has to be to who asks for it.
package struct LatencyNeed: Hashable, Sendable, Codable {
    /// The longest round trip, in microseconds: at or below it stands the upper bound.
    package let ceiling: Int64
    /// What the renter has measured; without any no offer is known to be near.
    package let measured: RoundTrips

    package init(ceiling: Int64, measured: RoundTrips) {
        self.ceiling = ceiling
        self.measured = measured
    }

    package func estimate(to offer: Offer) -> RoundTripEstimate? {
        RoundTripEstimate(between: measured, and: offer.terms.roundTrips)
    }
}
