/// A place on Earth, in millionths of a degree: north and east are positive.
package struct Coordinates: Hashable, Sendable, Codable {
    package let latitude: Int64
    package let longitude: Int64

    /// - Returns: nil beyond the poles or the date line.
    package init?(latitude: Int64, longitude: Int64) {
        guard (-90_000_000...90_000_000).contains(latitude),
            (-180_000_000...180_000_000).contains(longitude)
        else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }

    /// Reads `25.033,121.565`: degrees with at most six decimals.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let latitude = Self.micro(parts[0]),
            let longitude = Self.micro(parts[1])
        else { return nil }
        self.init(latitude: latitude, longitude: longitude)
    }

    private static func micro(_ text: some StringProtocol) -> Int64? {
        let isNegative = text.hasPrefix("-")
        let parts = text.dropFirst(isNegative ? 1 : 0)
            .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let degrees = parts.first.flatMap({ whole($0, digits: 3) }) else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard let digits = whole(parts[1], digits: 6) else { return nil }
            fraction = (parts[1].utf8.count..<6).reduce(digits) { value, _ in value * 10 }
        }
        let value = degrees * 1_000_000 + fraction
        return isNegative ? -value : value
    }

    private static func whole(_ text: some StringProtocol, digits: Int) -> Int64? {
        guard (1...digits).contains(text.utf8.count),
            text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int64(text)
    }

    /// Whole kilometres of the great circle to `other`, rounded down, on a sphere of 6371 km.
    ///
    /// The Earth is no sphere: what is true of it lies within 0.6 % of this.
    package func kilometres(to other: Coordinates) -> Int64 {
        let north = FixedAngle(microdegrees: abs(latitude - other.latitude) / 2).sine
        let east = FixedAngle(microdegrees: abs(longitude - other.longitude) / 2).sine
        let parallels = FixedAngle.product(
            FixedAngle(microdegrees: latitude).cosine,
            FixedAngle(microdegrees: other.latitude).cosine)
        // Haversine: the square of half the chord.
        let half =
            FixedAngle.product(north, north)
            + FixedAngle.product(parallels, FixedAngle.product(east, east))
        var (low, high): (Int64, Int64) = (0, 20_015)
        while low < high {
            let middle = (low + high + 1) / 2
            let sine = FixedAngle(arcKilometres: middle, halvedOnRadius: 6_371).sine
            if FixedAngle.product(sine, sine) <= half { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

/// Sines in whole numbers, for the core computes without fractions: everything in 10⁻¹².
private struct FixedAngle {
    static let one: Int128 = 1_000_000_000_000
    private static let halfTurn: Int128 = 3_141_592_653_590

    private let radians: Int128

    init(microdegrees: Int64) {
        radians = Int128(microdegrees) * Self.halfTurn / 180_000_000
    }

    private init(radians: Int128) { self.radians = radians }

    /// Half of the angle that an arc of that length has.
    init(arcKilometres: Int64, halvedOnRadius radius: Int64) {
        radians = Int128(arcKilometres) * Self.one / Int128(2 * radius)
    }

    static func product(_ left: Int128, _ right: Int128) -> Int128 { left * right / one }

    /// Taylor's series, of angles within a half turn; its twelfth term is below 10⁻¹².
    var sine: Int128 {
        let square = Self.product(radians, radians)
        var (sum, term) = (radians, radians)
        for step in Int128(1)...14 {
            term = -Self.product(term, square) / (2 * step * (2 * step + 1))
            sum += term
        }
        return sum
    }

    var cosine: Int128 { FixedAngle(radians: Self.halfTurn / 2 - abs(radians)).sine }
}
