package import Domain

/// An endpoint to which renters and nodes measure their distance (`GET /v1/beacons`).
package struct BeaconDTO: Codable, Hashable, Sendable {
    package let name: BeaconName
    /// Absolute, or a path of the market that was asked.
    package let url: String
    /// Where it stands, in millionths of a degree; left out where that is not known.
    package let microLatitude: Int64?
    package let microLongitude: Int64?

    private enum CodingKeys: String, CodingKey {
        case name, url
        case microLatitude = "micro_latitude"
        case microLongitude = "micro_longitude"
    }

    package init(_ beacon: Beacon) {
        name = beacon.name
        url = beacon.url
        microLatitude = beacon.place?.latitude
        microLongitude = beacon.place?.longitude
    }

    package var beacon: Beacon {
        var place: Coordinates?
        if let microLatitude, let microLongitude {
            place = Coordinates(latitude: microLatitude, longitude: microLongitude)
        }
        return Beacon(name: name, url: url, place: place)
    }
}
