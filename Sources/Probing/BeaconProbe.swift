import AsyncHTTPClient
package import Domain
import NIOCore
import NIOHTTP1
import NIOSSL

/// Measures round trips to beacons: all at once, several times each on a connection that is kept, and
/// takes the shortest, for what is longer is a machine that was busy.
///
/// A beacon is sent a bare `GET`: no key, no cookie, no name of who asks. Which addresses those are its
/// market says. So that a market learns nothing of the network around who measures, it is asked over
/// `https` alone, with a certificate that the system trusts; only a market on this machine may name
/// others.
package struct BeaconProbe: Sendable {
    /// Beside the first request, which makes the connection and does not count.
    private static let samples = 5
    /// What a beacon may say.
    private static let mostBytes = 1 << 10

    /// `https://host:port`, no slash at its end.
    private let marketURL: String
    /// What signs the market's certificate; nil: the system's roots.
    private let authorityPEM: String?
    private let clock: any Clock<Duration>
    /// For all of it; what has not answered by then is left out.
    private let limit: TimeAmount

    package init(
        marketURL: String, authorityPEM: String?, clock: any Clock<Duration>, milliseconds: Int64
    ) {
        self.marketURL = marketURL
        self.authorityPEM = authorityPEM
        self.clock = clock
        limit = .milliseconds(milliseconds)
    }

    /// - Returns: without those that do not answer in time, answer otherwise than a beacon does, or
    ///   have no address that can be asked.
    /// - Throws: what makes the market's authority unreadable; `CancellationError`.
    package func measure(_ beacons: [Beacon]) async throws -> RoundTrips {
        let market = HTTPClient(configuration: try configuration(authorityPEM))
        let others = HTTPClient(configuration: try configuration(nil))
        let deadline = NIODeadline.now() + limit
        var readings: [RoundTrips.Reading] = []
        await withTaskGroup(of: RoundTrips.Reading?.self) { group in
            for beacon in beacons.prefix(RoundTrips.most) {
                let isOfMarket = beacon.url == Beacon.marketPath
                guard isOfMarket || beacon.url.hasPrefix("https://") || isMarketHere else {
                    continue
                }
                let url = isOfMarket ? marketURL + beacon.url : beacon.url
                group.addTask {
                    await reading(
                        of: beacon.name, at: url, isOfMarket ? market : others, until: deadline)
                }
            }
            for await reading in group {
                if let reading { readings.append(reading) }
            }
        }
        try await market.shutdown()
        try await others.shutdown()
        try Task.checkCancellation()
        return RoundTrips(readings) ?? .none
    }

    private var isMarketHere: Bool {
        let rest = marketURL.drop { $0 != "/" }.drop { $0 == "/" }
        return ["127.0.0.1", "localhost", "[::1]"].contains { host in
            rest == host || rest.hasPrefix(host + ":")
        }
    }

    private func configuration(_ pem: String?) throws -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = limit
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        if let pem {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)))
            configuration.tlsConfiguration = tls
        }
        return configuration
    }

    private func reading(
        of name: BeaconName, at url: String, _ http: HTTPClient, until deadline: NIODeadline
    ) async -> RoundTrips.Reading? {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Accept", value: "*/*")
        var shortest: Int64?
        for turn in 0...Self.samples {
            var answered = false
            let took = await clock.measure {
                answered = await isAnswered(request, http, until: deadline)
            }
            guard answered else { break }
            guard turn > 0 else { continue }
            shortest = min(shortest ?? .max, took.microseconds)
        }
        let bounds = RoundTrips.bounds
        return shortest.flatMap { $0 <= bounds.upperBound ? max($0, bounds.lowerBound) : nil }
            .map { RoundTrips.Reading(beacon: name, microseconds: $0) }
    }

    /// Whether a beacon answered: briefly, with success, and on a connection that stays.
    private func isAnswered(
        _ request: HTTPClientRequest, _ http: HTTPClient, until deadline: NIODeadline
    ) async -> Bool {
        do {
            let response = try await http.execute(request, deadline: deadline)
            _ = try await response.body.collect(upTo: Self.mostBytes)
            let closes = response.headers[canonicalForm: "connection"].contains {
                $0.lowercased() == "close"
            }
            return (200..<300).contains(response.status.code) && !closes
        } catch {
            return false
        }
    }
}

extension Duration {
    /// Whole, rounded up.
    fileprivate var microseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : whole + (attoseconds + 999_999_999_999) / 1_000_000_000_000
    }
}
