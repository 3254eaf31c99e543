import Domain
import Foundation
import Testing

@Suite struct PlaceTests {
    static func place(_ text: String) -> Coordinates { Coordinates(text)! }

    static let taipei = place("25.033,121.565")
    static let tokyo = place("35.6762,139.6503")
    static let reykjavik = place("64.1466,-21.9426")

    @Test func `coordinates are degrees with up to six decimals, on this planet`() {
        #expect(Self.taipei.latitude == 25_033_000 && Self.taipei.longitude == 121_565_000)
        #expect(Coordinates("-0.5,-179.999999")?.longitude == -179_999_999)
        #expect(Coordinates("-0.5,1")?.latitude == -500_000)
        #expect(Coordinates("90,180") != nil)
        for wrong in [
            "", ",", "1", "1,2,3", "91,0", "0,181", "-90.000001,0", "1.1234567,0", "1., 2", "a,b",
            "1.-2,3", "+1,2", "1e2,3", "--1,2", "1,", "٣,1", "9999,0",
        ] {
            #expect(Coordinates(wrong) == nil, "\(wrong)")
        }
    }

    @Test(arguments: [
        ("25.033,121.565", "35.6762,139.6503", 2_100), ("0,0", "0,180", 20_015),
        ("90,0", "-90,77", 20_015), ("0,179.5", "0,-179.5", 111),
        ("52.52,13.405", "48.8566,2.3522", 877),
        ("64.1466,-21.9426", "25.033,121.565", 9_605), ("1,1", "1,1", 0), ("0,0", "0,1", 111),
    ])
    func `distances are those of the sphere`(one: String, other: String, kilometres: Int64) {
        let found = Self.place(one).kilometres(to: Self.place(other))
        #expect(abs(found - kilometres) <= max(1, kilometres / 100), "\(found)")
        #expect(Self.place(other).kilometres(to: Self.place(one)) == found)
    }

    /// The same sphere, by floating point.
    @Test(arguments: UInt64(1)...5)
    func `whole numbers are as good as fractions`(seed: UInt64) throws {
        print("sphere seed \(seed)")
        var random = Seeded(state: seed)
        for _ in 0..<400 {
            let places = try (0..<2).map { _ in
                try #require(
                    Coordinates(
                        latitude: Int64.random(in: -90_000_000...90_000_000, using: &random),
                        longitude: Int64.random(in: -180_000_000...180_000_000, using: &random)))
            }
            func radians(_ micro: Int64) -> Double { Double(micro) * .pi / 180_000_000 }
            let (one, other) = (places[0], places[1])
            let north = sin(radians(one.latitude - other.latitude) / 2)
            let east = sin(radians(one.longitude - other.longitude) / 2)
            let half =
                north * north + cos(radians(one.latitude)) * cos(radians(other.latitude)) * east
                * east
            let expected = 2 * 6_371 * asin(min(1, half.squareRoot()))
            #expect(abs(Double(one.kilometres(to: other)) - expected) <= 1.1, "\(places)")
        }
    }

    // MARK: Countries

    @Test func `the table is whole`() throws {
        #expect(CountryBounds.codes.count == 245)
        for code in CountryBounds.codes {
            let bounds = try #require(CountryBounds(code))
            #expect((60...5_000).contains(bounds.radiusKilometres), "\(code)")
        }
        #expect(CountryBounds("XX") == nil && CountryBounds("tw") == nil)
    }

    @Test(arguments: [
        ("TW", taipei), ("JP", tokyo), ("IS", reykjavik), ("NO", place("59.91,10.75")),
        ("US", place("21.31,-157.86")), ("US", place("44.81,-68.77")), ("SG", place("1.35,103.82")),
        ("DE", place("52.52,13.405")), ("ES", place("28.29,-16.63")), ("PT", place("37.74,-25.66")),
        ("RU", place("43.12,131.89")), ("RU", place("54.71,20.51")), ("FJ", place("-18.14,178.44")),
        ("NZ", place("-36.85,174.76")), ("BR", place("-23.55,-46.63")),
        ("KR", place("37.57,126.98")),
        ("GB", place("51.51,-0.13")), ("AU", place("-31.95,115.86")), ("ZA", place("-33.92,18.42")),
    ])
    func `a place of a country is within its circle`(code: String, place: Coordinates) throws {
        #expect(try #require(CountryBounds(code)).kilometres(from: place) == 0)
    }

    @Test func `from elsewhere it is as far as its nearest edge`() throws {
        let iceland = try #require(CountryBounds("IS")).kilometres(from: Self.taipei)
        #expect((8_900...9_500).contains(iceland), "\(iceland)")
        let japan = try #require(CountryBounds("JP")).kilometres(from: Self.taipei)
        // Yonaguni is 110 km from Taiwan.
        #expect(japan < 110, "\(japan)")
    }

    // MARK: Refutations

    private static let beacons = [
        Beacon(name: .market, url: Beacon.marketPath, place: taipei),
        Beacon(name: BeaconName("tokyo")!, url: "https://t.example/b", place: tokyo),
        Beacon(name: BeaconName("nowhere")!, url: "https://n.example/b", place: nil),
    ]

    private static func terms(_ region: String, _ readings: (String, Int64)...) throws -> OfferTerms
    {
        let trips = RoundTrips(
            readings.map { .init(beacon: BeaconName($0.0)!, microseconds: $0.1) })
        return OfferTerms(
            capacity: .zero, devices: [], ask: try Rate(microPerHour: 1), region: region,
            tier: .new, roundTrips: try #require(trips))
    }

    @Test func `a country that light in fibre cannot come from in time is refuted`() throws {
        let terms = try Self.terms("IS", ("market", 2_001), ("tokyo", 60_000))
        let found = try #require(RegionRefutation(of: terms, by: Self.beacons))
        #expect(found.region == "IS" && found.beacon == .market && found.microseconds == 2_001)
        #expect(found.withinKilometres == 201 && found.awayKilometres > 8_900)
    }

    @Test func `what could be true is not refuted`() throws {
        for terms in [
            try Self.terms("TW", ("market", 100)), try Self.terms("IS", ("market", 100_000)),
            try Self.terms("IS", ("nowhere", 100)), try Self.terms("IS", ("other", 100)),
            try Self.terms("IS"), try Self.terms("XX", ("market", 100)),
            try Self.terms("JP", ("market", 1_500)),
        ] {
            #expect(RegionRefutation(of: terms, by: Self.beacons) == nil, "\(terms.region)")
        }
        let near = try Self.terms("IS", ("market", 100))
        #expect(RegionRefutation(of: near, by: []) == nil)
    }

    @Test(arguments: UInt64(1)...5)
    func `no place of a circle is refuted by a round trip as long as fibre needs`(
        seed: UInt64
    ) throws {
        print("refutation seed \(seed)")
        var random = Seeded(state: seed)
        let codes = CountryBounds.codes
        for _ in 0..<500 {
            let code = codes[Int.random(in: 0..<codes.count, using: &random)]
            let centre = try #require(CountryBounds(code)).centre
            let beacon = try #require(
                Coordinates(
                    latitude: Int64.random(in: -90_000_000...90_000_000, using: &random),
                    longitude: Int64.random(in: -180_000_000...180_000_000, using: &random)))
            let shortest = max(1, centre.kilometres(to: beacon) * 10)
            let terms = try Self.terms(code, ("market", shortest))
            let beacons = [Beacon(name: .market, url: Beacon.marketPath, place: beacon)]
            #expect(RegionRefutation(of: terms, by: beacons) == nil, "\(code) \(beacon)")
        }
    }
}
