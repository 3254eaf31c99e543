import Domain
import Hosting
import Testing

/// What a node says of its distance to the market's beacons.
@Suite struct RoundTripTests {
    private static func trips(_ microseconds: Int64) -> RoundTrips {
        RoundTrips([.init(beacon: .market, microseconds: microseconds)]) ?? .none
    }

    private static func said(_ actions: [HostAction]) -> [RoundTrips] {
        actions.compactMap { action in
            switch action {
            case .send(.terms(let terms, _)), .send(.hello(let terms, _, _)):
                terms.roundTrips
            default: nil
            }
        }
    }

    @Test func `what is measured is told at once, and about the same again is no news`() {
        var bench = Bench()
        bench.connect()
        #expect(
            Self.said(bench.take(.roundTripsMeasured(Self.trips(40_000)))).map(\.readings.count)
                == [1])
        #expect(Self.said(bench.take(.roundTripsMeasured(Self.trips(43_000)))).isEmpty)
        #expect(
            Self.said(bench.take(.roundTripsMeasured(Self.trips(50_000)))) == [Self.trips(50_000)])
    }

    @Test func `it is measured before the market is reached, and said with hello, again and again`()
    {
        var bench = Bench()
        #expect(bench.take(.roundTripsMeasured(Self.trips(700))).isEmpty)
        #expect(Self.said(bench.take(.connected)) == [Self.trips(700)])
        bench.take(.frame(.welcome))
        bench.take(.disconnected)
        #expect(Self.said(bench.take(.connected)) == [Self.trips(700)])
    }
}
