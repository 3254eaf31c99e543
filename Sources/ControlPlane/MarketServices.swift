package import Domain
package import Logging
package import Marketplace
package import Transparency

/// Everything that routes and channels use; made once by `MarketServer`.
package struct MarketServices: Sendable {
    package let store: any Store
    package let feed: Feed
    package let signals: Signals
    package let clock: MarketClock
    package let sessions: NodeSessions
    package let matching: MatchLoop
    package let logs: JobLogs
    package let series: SeriesStore
    package let reports: NodeReports
    package let blobs: BlobStore
    package let authenticator: Authenticator
    package let signer: NoteSigner
    package let authority: CertificateAuthority
    package let channelPort: Int
    package let publicHost: String
    /// Whether the HTTP listener speaks TLS.
    package let isTLS: Bool
    package let metrics: Metrics
    package let limiter: RateLimiter
    /// Itself, and those that its operator named.
    package let beacons: [Beacon]
    /// Where it settles by vouchers; nil: nowhere.
    let settlement: SettlementPlace?
    /// Who anchors its log's heads; nil: nobody.
    package let publisher: SignedPublisher?
    package let log: Logger

    /// A fresh identifier from the system's generator.
    package static func newID<Tag>() -> ID<Tag> { ID(bytes: RandomBytes.make(16)) }
}
