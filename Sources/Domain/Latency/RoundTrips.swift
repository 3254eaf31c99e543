/// What a market calls one of its beacons: 1…32 of `a-z`, `0-9` and `-`.
package struct BeaconName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The market itself.
    package static let market = BeaconName(known: "market")

    package let text: String

    package init?(_ text: String) {
        let isName = text.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard isName, (1...32).contains(text.utf8.count) else { return nil }
        self.text = text
    }

    private init(known text: String) { self.text = text }

    package var description: String { text }
    package static func < (left: BeaconName, right: BeaconName) -> Bool { left.text < right.text }
}

extension BeaconName: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let name = BeaconName(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no name of a beacon"))
        }
        self = name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// How long the way to beacons and back takes from one place, as that place has measured it.
package struct RoundTrips: Hashable, Sendable {
    package struct Reading: Hashable, Sendable, Codable {
        package let beacon: BeaconName
        package let microseconds: Int64

        package init(beacon: BeaconName, microseconds: Int64) {
            self.beacon = beacon
            self.microseconds = microseconds
        }
    }

    package static let none = RoundTrips(ascending: [])
    /// Beacons of one market, and so readings of one place.
    package static let most = 16
    /// Of one reading: ten seconds are no round trip of this planet.
    package static let bounds: ClosedRange<Int64> = 1...10_000_000

    /// Ascending by beacon, each once.
    package let readings: [Reading]

    private init(ascending readings: [Reading]) { self.readings = readings }

    /// - Returns: nil for too many, one twice, or one out of bounds.
    package init?(_ readings: [Reading]) {
        guard readings.count <= Self.most,
            readings.allSatisfy({ Self.bounds.contains($0.microseconds) })
        else { return nil }
        let ascending = readings.sorted { $0.beacon < $1.beacon }
        let isTwice = zip(ascending, ascending.dropFirst()).contains { $0.beacon == $1.beacon }
        guard !isTwice else { return nil }
        self.readings = ascending
    }

    package var isEmpty: Bool { readings.isEmpty }

    /// Both sides' readings of each beacon that both have.
    func shared(with other: RoundTrips) -> [(Reading, Reading)] {
        var pairs: [(Reading, Reading)] = []
        var rest = other.readings[...]
        for reading in readings {
            rest = rest.drop { $0.beacon < reading.beacon }
            if let first = rest.first, first.beacon == reading.beacon {
                pairs.append((reading, first))
            }
        }
        return pairs
    }

    /// Whether these are the other ones, measured again: every beacon within a tenth or two
    /// milliseconds. A machine that is busy measures that much more, and nothing has moved.
    package func isLike(_ other: RoundTrips) -> Bool {
        guard readings.map(\.beacon) == other.readings.map(\.beacon) else { return false }
        return zip(readings, other.readings).allSatisfy { new, old in
            abs(new.microseconds - old.microseconds) <= max(old.microseconds / 10, 2_000)
        }
    }
}

/// A list of `{beacon, microseconds}`.
extension RoundTrips: Codable {
    package init(from decoder: any Decoder) throws {
        let readings = try decoder.singleValueContainer().decode([Reading].self)
        guard let trips = RoundTrips(readings) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no round trips"))
        }
        self = trips
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(readings)
    }
}

// Rows, journals and frames of before there were round trips have no such field; who has measured none
// is still written as before, byte for byte.
extension KeyedDecodingContainer {
    func decode(_ type: RoundTrips.Type, forKey key: Key) throws -> RoundTrips {
        try decodeIfPresent(type, forKey: key) ?? RoundTrips.none
    }
}

extension KeyedEncodingContainer {
    mutating func encode(_ trips: RoundTrips, forKey key: Key) throws {
        if !trips.isEmpty { try encodeIfPresent(trips, forKey: key) }
    }
}
