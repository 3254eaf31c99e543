import Domain
import Foundation
import Testing

@Suite struct RoundTripTests {
    static func trips(_ readings: (String, Int64)...) throws -> RoundTrips {
        let all = try readings.map { name, microseconds in
            RoundTrips.Reading(
                beacon: try #require(BeaconName(name)), microseconds: microseconds)
        }
        return try #require(RoundTrips(all))
    }

    @Test(arguments: ["", "Tokyo", "a b", "a_b", "a/b", String(repeating: "a", count: 33), "東京"])
    func `a beacon's name is short and plain`(text: String) {
        #expect(BeaconName(text) == nil)
    }

    @Test func `readings stand by beacon, each once, within their bounds`() throws {
        #expect(try Self.trips(("b", 2), ("a", 1)) == Self.trips(("a", 1), ("b", 2)))
        let name = try #require(BeaconName("a"))
        let good = RoundTrips.Reading(beacon: name, microseconds: 10_000_000)
        #expect(RoundTrips([good]) != nil && RoundTrips([good, good]) == nil)
        for wrong in [0, -1, 10_000_001, Int64.max, .min] {
            #expect(RoundTrips([.init(beacon: name, microseconds: wrong)]) == nil)
        }
        let many = (0...16).map {
            RoundTrips.Reading(beacon: BeaconName("b\($0)")!, microseconds: 1)
        }
        #expect(RoundTrips(many) == nil && RoundTrips(Array(many.dropLast())) != nil)
    }

    @Test func `they are a list of beacon and microseconds, and nothing else is read as one`()
        throws
    {
        let trips = try Self.trips(("market", 812), ("tokyo", 33_000))
        let text =
            #"[{"beacon":"market","microseconds":812},{"beacon":"tokyo","microseconds":33000}]"#
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        #expect(String(decoding: try encoder.encode(trips), as: UTF8.self) == text)
        #expect(try JSONDecoder().decode(RoundTrips.self, from: Data(text.utf8)) == trips)
        for wrong in [
            text.replacing("812", with: "0"), text.replacing("812", with: "8.5"),
            text.replacing("tokyo", with: "market"), text.replacing("tokyo", with: "To"), "{}",
            text.replacing("812", with: "1e30"), #"[{"beacon":"a"}]"#, "null",
        ] {
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(RoundTrips.self, from: Data(wrong.utf8))
            }
        }
    }

    @Test func `the same beacons within a tenth or two milliseconds are the same as before`() throws
    {
        let old = try Self.trips(("a", 1_000), ("b", 100_000))
        #expect(try Self.trips(("a", 3_000), ("b", 90_000)).isLike(old))
        #expect(try !Self.trips(("a", 3_001), ("b", 100_000)).isLike(old))
        #expect(try !Self.trips(("a", 1_000), ("b", 110_001)).isLike(old))
        #expect(try !Self.trips(("a", 1_000)).isLike(old))
        #expect(!RoundTrips.none.isLike(old) && RoundTrips.none.isLike(.none))
    }

    // MARK: Estimates

    @Test func `places that share no beacon have no estimate`() throws {
        let near = try Self.trips(("a", 10))
        #expect(RoundTripEstimate(between: near, and: .none) == nil)
        #expect(RoundTripEstimate(between: near, and: try Self.trips(("b", 10))) == nil)
    }

    @Test func `the tightest bounds of all beacons stand, and the nearest beacon tells most`()
        throws
    {
        let renter = try Self.trips(("a", 3_000), ("b", 50_000), ("c", 7))
        let node = try Self.trips(("a", 40_000), ("b", 20_000), ("d", 7))
        let trip = try #require(RoundTripEstimate(between: renter, and: node))
        // a: 37 to 43 ms, b: 30 to 70 ms; a is nearest: √(3² + 40²) = 40.112… ms
        #expect([trip.lower, trip.estimate, trip.upper] == [37_000, 40_112, 43_000])
        #expect(RoundTripEstimate(between: node, and: renter) == trip)
    }

    @Test func `a renter beside a beacon is as far away as the beacon`() throws {
        let trip = try #require(
            RoundTripEstimate(
                between: try Self.trips(("a", 300)), and: try Self.trips(("a", 80_000))))
        #expect(trip.estimate == 80_000 && trip.upper == 80_300)
    }

    @Test func `measurements that contradict each other leave the way over the nearest beacon`()
        throws
    {
        let trip = try #require(
            RoundTripEstimate(
                between: try Self.trips(("a", 1_000), ("b", 90_000)),
                and: try Self.trips(("a", 1_000), ("b", 10_000))))
        #expect([trip.lower, trip.estimate, trip.upper] == [2_000, 2_000, 2_000])
    }

    /// Any metric keeps the triangle inequality; this one is the number of steps on a grid.
    @Test(arguments: UInt64(1)...20)
    func `where ways are as a metric says, the true one is within the bounds`(seed: UInt64) throws {
        print("round trip seed \(seed)")
        var random = Seeded(state: seed)
        for _ in 0..<500 {
            let places = (0..<Int.random(in: 3...18, using: &random)).map { _ in
                (0..<2).map { _ in Int64.random(in: 0...2_000_000, using: &random) }
            }
            func way(_ one: [Int64], _ other: [Int64]) -> Int64 {
                max(1, zip(one, other).reduce(0) { $0 + abs($1.0 - $1.1) })
            }
            func measured(_ from: Int) throws -> RoundTrips {
                try #require(
                    RoundTrips(
                        places.indices.dropFirst(2).map {
                            .init(
                                beacon: BeaconName("b\($0)")!,
                                microseconds: way(places[from], places[$0]))
                        }))
            }
            let trip = try #require(
                RoundTripEstimate(between: try measured(0), and: try measured(1)))
            let truth = way(places[0], places[1])
            // Places less than a microsecond apart are said to be one apart.
            #expect((trip.lower - 1...trip.upper).contains(truth), "\(places)")
            #expect((trip.lower...trip.upper).contains(trip.estimate))
        }
    }
}

/// SplitMix64.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
