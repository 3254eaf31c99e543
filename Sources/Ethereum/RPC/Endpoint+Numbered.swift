package import AsyncHTTPClient
import NIOCore

extension Endpoint {
    /// Each by its place: an address may hold a key, and is never told.
    package static func numbered(_ urls: [String], over client: HTTPClient) -> [Endpoint] {
        urls.enumerated().map { place, url in
            Endpoint(
                name: "\(place + 1)", url: url, client: client, clock: ContinuousClock(),
                limit: .seconds(20))
        }
    }

    /// A client as endpoints need it; its owner shuts it down.
    package static func client() -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.redirectConfiguration = .disallow
        return HTTPClient(configuration: configuration)
    }
}
