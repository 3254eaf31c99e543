/// A small HTTP endpoint that answers at once: what renters and nodes measure their distance to.
package struct Beacon: Hashable, Sendable {
    /// What every market answers itself.
    package static let marketPath = "/v1/beacon"
    package static let market = Beacon(name: .market, url: marketPath, place: nil)

    package let name: BeaconName
    /// Absolute, or a path of the market, whatever name it is reached by.
    package let url: String
    /// Where it stands, where that is known.
    package let place: Coordinates?

    package init(name: BeaconName, url: String, place: Coordinates?) {
        self.name = name
        self.url = url
        self.place = place
    }
}

/// A node's declared country that cannot be: a beacon at a known place hears it too soon.
///
/// Light in fibre goes 200 km in a millisecond, so there and back at most 100. What the node says of its
/// round trips is its own word: this finds mistakes and careless lies, not a node that makes its round
/// trips longer than they are.
package struct RegionRefutation: Hashable, Sendable, Codable {
    package let region: String
    package let beacon: BeaconName
    package let microseconds: Int64
    /// The node is no farther from the beacon.
    package let withinKilometres: Int64
    /// No point of the country is nearer to it.
    package let awayKilometres: Int64

    private enum CodingKeys: String, CodingKey {
        case region, beacon, microseconds
        case withinKilometres = "within_km"
        case awayKilometres = "away_km"
    }

    /// The plainest refutation of `terms.region`.
    ///
    /// - Returns: nil where physics allows it, where nothing was measured, and for countries that the
    ///   table does not have.
    package init?(of terms: OfferTerms, by beacons: [Beacon]) {
        guard let country = CountryBounds(terms.region) else { return nil }
        var best: RegionRefutation?
        for reading in terms.roundTrips.readings {
            guard let place = beacons.first(where: { $0.name == reading.beacon })?.place else {
                continue
            }
            let found = RegionRefutation(
                region: terms.region, reading, away: country.kilometres(from: place))
            let excess = best.map { $0.awayKilometres - $0.withinKilometres } ?? 0
            if found.awayKilometres - found.withinKilometres > excess { best = found }
        }
        guard let best else { return nil }
        self = best
    }

    private init(region: String, _ reading: RoundTrips.Reading, away: Int64) {
        self.region = region
        beacon = reading.beacon
        microseconds = reading.microseconds
        // 100 km a millisecond, rounded up: a started kilometre is allowed.
        withinKilometres = (reading.microseconds + 9) / 10
        awayKilometres = away
    }
}
