package import AsyncHTTPClient
package import Domain
import NIOCore
import Probing
import Wire

/// Measures, again and again, how far the market's beacons are from this node.
package struct BeaconWatch: Sendable {
    /// Roads change seldom, and a measurement is a dozen small requests to each beacon.
    package static let every = Duration.seconds(600)
    /// Where nothing answered.
    package static let again = Duration.seconds(30)
    /// For one measurement of all of them; a renter waits for theirs, a node does not.
    private static let measureMilliseconds: Int64 = 5_000
    private static let mostListBytes = 64 << 10

    /// Nil where the market or every beacon of it is away.
    let measure: @Sendable () async throws -> RoundTrips?

    package init(measure: @escaping @Sendable () async throws -> RoundTrips?) {
        self.measure = measure
    }

    /// The beacons of the market at `url`, whose list `http` fetches.
    package init(
        marketURL url: String, authorityPEM: String?, http: HTTPClient, clock: any Clock<Duration>
    ) {
        let probe = BeaconProbe(
            marketURL: url, authorityPEM: authorityPEM, clock: clock,
            milliseconds: Self.measureMilliseconds)
        self.init {
            let answer: ListDTO<BeaconDTO>
            do {
                let response = try await http.execute(
                    HTTPClientRequest(url: url + "/v1/beacons"), timeout: .seconds(10))
                guard response.code == 200 else { return nil }
                let body = try await response.body.collect(upTo: Self.mostListBytes)
                answer = try WireJSON.decode(
                    ListDTO<BeaconDTO>.self, from: Array(body.readableBytesView))
            } catch let error where !(error is CancellationError) {
                return nil
            }
            let trips = try await probe.measure(answer.data.map(\.beacon))
            return trips.isEmpty ? nil : trips
        }
    }

    /// Tells of each measurement until it is cancelled, or `tell` throws.
    package func run(
        clock: any Clock<Duration>, _ tell: (RoundTrips) async throws -> Void
    ) async throws {
        while !Task.isCancelled {
            let trips = try await measure()
            if let trips { try await tell(trips) }
            try await clock.sleep(for: trips == nil ? Self.again : Self.every)
        }
    }
}
