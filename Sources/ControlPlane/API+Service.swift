import Domain
import HTTPTypes
import Hummingbird
import Marketplace
import Transparency
import Wire

extension API {
    mutating func addService() {
        let market = market
        add(.get, "/healthz", .anyone) { _, _ in
            Self.text(Array("ok\n".utf8), type: "text/plain")
        }
        add(.get, "/readyz", .anyone) { _, _ in
            _ = try await market.store.read([.tree])
            return Self.text(Array("ready\n".utf8), type: "text/plain")
        }
        add(.get, "/metrics", .anyone) { _, _ in
            let text = market.metrics.text(
                nodes: await market.sessions.connectedCount,
                liveLeases: await market.sessions.liveLeaseCount,
                series: await market.series.figures)
            return Self.text(Array(text.utf8), type: "text/plain; version=0.0.4")
        }
        // What people and nodes time: nothing is read, nothing is kept on the way.
        add(.get, Beacon.marketPath, .anyone) { _, _ in
            Response(status: .noContent, headers: [.cacheControl: "no-store"])
        }
        add(.get, "/v1/beacons", .anyone) { _, _ in
            try Self.json(ListDTO(data: market.beacons.map(BeaconDTO.init), hasMore: false))
        }
        add(.get, "/v1/version", .anyone) { _, _ in
            try Self.json(
                VersionDTO(
                    name: "orban", version: ProductVersion.text, api: "v1",
                    origin: market.signer.name))
        }
    }
}

/// What this build calls itself.
package enum ProductVersion {
    package static let text = "0.1.0"
}
