package import Domain
import Hummingbird
package import HummingbirdCore
import HummingbirdTLS
package import Logging
package import Marketplace
package import NIOCore
import NIOSSL
import SQLiteStorage
package import ServiceLifecycle
import Synchronization
import Transparency
import Wire

/// Where a market keeps its state and listens.
package struct MarketConfiguration: Sendable {
    package static let standardBlobQuota = Market.standardBlobQuota
    package static let standardSeriesBytes = SeriesStore.standardBytes

    /// Database, keys, blobs and logs.
    package var folder: String
    package var host: String
    /// 0 lets the system choose.
    package var port: Int
    /// Where nodes connect. 0 lets the system choose: no node can join, for it could not know.
    package var channelPort: Int
    /// What nodes and people call this machine.
    package var publicHost: String
    package var commission: BasisPoints
    /// The log's origin and key name: which market this is.
    package var origin: String
    /// Bytes that one account may store.
    package var blobQuota: Int64
    package var limits: RateLimits
    /// Bytes that all series of samples may take together.
    package var seriesBytes: Int64
    /// Beside the market itself, or in its place by its name.
    package var beacons: [Beacon]
    /// Nil: it has no dealings with a chain.
    package var chain: ChainConfiguration?

    package init(
        folder: String, host: String, port: Int, channelPort: Int, publicHost: String,
        commission: BasisPoints, origin: String,
        blobQuota: Int64 = standardBlobQuota, limits: RateLimits = .standard,
        seriesBytes: Int64 = SeriesStore.standardBytes, beacons: [Beacon] = [],
        chain: ChainConfiguration? = nil
    ) {
        self.chain = chain
        self.beacons = beacons
        self.folder = folder
        self.host = host
        self.port = port
        self.channelPort = channelPort
        self.publicHost = publicHost
        self.commission = commission
        self.origin = origin
        self.blobQuota = blobQuota
        self.limits = limits
        self.seriesBytes = seriesBytes
    }

    /// All that renters and nodes are told of, each name once.
    var allBeacons: [Beacon] {
        (beacons.contains { $0.name == .market } ? [] : [.market]) + beacons
    }

    /// Beyond loopback everything is TLS; a port that others reach never speaks in clear.
    package var isLoopback: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }
}

/// The market as one process: composition root of store, loops, routes and channels.
package struct MarketServer: Sendable {
    package let services: MarketServices
    private let configuration: MarketConfiguration
    private let workers: [any Service]
    private let store: SQLiteStore

    /// Opens the store and makes every part; nothing runs yet.
    ///
    /// - Parameter reach: called at each named fault point; tests kill the process there.
    package init(
        _ configuration: MarketConfiguration, log: Logger,
        reach: @escaping @Sendable (FaultPoint) -> Void = { _ in }
    ) async throws {
        self.configuration = configuration
        let secrets = try MarketSecrets(folder: configuration.folder + "/keys")
        let clock = MarketClock()
        let feed = Feed()
        let signals = Signals()
        let metrics = Metrics()
        let faults = Faults(reach: reach)
        let market = Market(
            commission: configuration.commission,
            lockWindowSeconds: configuration.chain?.lockSeconds ?? Market.standardLockWindow,
            blobQuota: configuration.blobQuota, beacons: configuration.allBeacons,
            unsignedLimit: configuration.chain?.unsignedLimit ?? Market.standardUnsignedLimit,
            redeemWithin: configuration.chain?.redeemWithin ?? 0)
        let store = try SQLiteStore(
            path: configuration.folder + "/market.db", market: market, sealKey: secrets.sealKey,
            clock: { clock.now() }, reach: reach,
            committed: { notice in
                metrics.countCommit()
                for case .event(let event) in notice.rows { signals.ring(event.job.text) }
                feed.publish(
                    Commit(
                        rows: notice.rows, effects: notice.newEffects,
                        done: notice.doneEffects, newEntries: notice.newEntryCount))
            })
        self.store = store
        let authority = try CertificateAuthority(
            folder: configuration.folder + "/keys", market: configuration.origin)
        let authenticator = Authenticator(store: store, tokenKey: secrets.tokenKey)
        let lastAlive = try await Self.lastAlive(store)
        let machine = Sessions(
            liveness: Liveness(startedAt: clock.now(), lastAlive: lastAlive),
            token: { authenticator.token($0, $1) })
        let sessions = NodeSessions(
            machine, store: store, feed: feed, clock: clock, faults: faults, log: log)
        let matching = MatchLoop(
            store: store, feed: feed, clock: { clock.now() }, newLease: { MarketServices.newID() },
            log: log)
        let signer = try NoteSigner(name: configuration.origin, privateKey: secrets.logKey)
        let blobs = try BlobStore(folder: configuration.folder)
        let uploads = UploadKeeper(store: store, blobs: blobs, log: log)
        let series = try SeriesStore(
            folder: configuration.folder + "/series", mostBytes: configuration.seriesBytes)
        services = MarketServices(
            store: store, feed: feed, signals: signals, clock: clock, sessions: sessions,
            matching: matching, logs: try JobLogs(folder: configuration.folder + "/logs"),
            series: series, reports: NodeReports(), blobs: blobs, authenticator: authenticator,
            signer: signer, authority: authority, channelPort: configuration.channelPort,
            publicHost: configuration.publicHost, isTLS: !configuration.isLoopback,
            metrics: metrics, limiter: RateLimiter(configuration.limits) { clock.now() },
            beacons: configuration.allBeacons,
            settlement: SettlementPlace(of: configuration),
            publisher: try configuration.chain.map { try SignedPublisher(of: $0, by: signer) },
            log: log)
        workers =
            Self.stoppedLast(configuration, store, clock, faults, log) + [
                sessions, matching,
                OutboxWorker(store: store, feed: feed, faults: faults, log: log),
                Sequencer(store: store, feed: feed, signer: signer, faults: faults),
                Timekeeper(
                    sessions: sessions, feed: feed, signals: signals, uploads: uploads,
                    series: series, clock: clock),
            ]
        // A store that never lived knows no blob: what lies there is not its to delete.
        if lastAlive != nil { try await uploads.sweep() }
        try await Self.begin(store)
    }

    /// By then the log has its last head.
    private static func stoppedLast(
        _ configuration: MarketConfiguration, _ store: SQLiteStore, _ clock: MarketClock,
        _ faults: Faults, _ log: Logger
    ) -> [any Service] {
        guard let chain = configuration.chain else { return [] }
        return [
            ChainWorker(
                configuration: chain, commission: configuration.commission, store: store,
                clock: clock, faults: faults, log: log)
        ]
    }

    private static func lastAlive(_ store: SQLiteStore) async throws -> Timestamp? {
        let rows = try await store.read([.alive])
        if case .alive(let alive)? = rows[.alive].first { return alive.at }
        return nil
    }

    private static func begin(_ store: SQLiteStore) async throws {
        let read = Read.offers(limit: 1_000_000)
        let commands = Sessions.atStart(offers: try await store.read([read])[read])
        _ = try await store.perform(commands)
    }

    /// Every loop and listener, in dependency order, for one `ServiceGroup`.
    ///
    /// - Parameter listening: told the port on which HTTP is served.
    package func all(listening: @escaping @Sendable (Int) -> Void) throws -> [any Service] {
        var services = workers
        services.append(try ChannelServer(market: self.services))
        services.append(try http(listening: listening))
        // Stopped first, for the last is: open streams end, so that the listener can.
        services.append(Closing(signals: self.services.signals))
        return services
    }

    /// Idle connections end, also ones whose request does not go on arriving; a request's line and
    /// headers are bounded. More connections wait until others end.
    package static func http1(idle: TimeAmount = .seconds(75)) -> HTTPServerBuilder {
        .http1(
            configuration: .init(
                idleTimeout: idle,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 64 << 10,
                    maxHeaderFieldCount: 100)))
    }
    private static let mostConnections = 8192

    private func http(listening: @escaping @Sendable (Int) -> Void) throws -> some Service {
        let api = API(services)
        let server: HTTPServerBuilder =
            configuration.isLoopback
            ? Self.http1()
            : try .tls(
                Self.http1(),
                tlsConfiguration: try services.authority.serverTLS(
                    hosts: [configuration.publicHost, configuration.host]))
        let application = Application(
            router: api.responder, server: server,
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "orban",
                availableConnectionsDelegate: MaximumAvailableConnections(Self.mostConnections)),
            onServerRunning: { channel in listening(channel.localAddress?.port ?? 0) },
            logger: services.log)
        return Listening(service: .market, host: configuration.host, port: configuration.port) {
            try await application.run()
        }
    }

    /// Walks every table and the log; names each row that is not as it was written.
    package func audit() throws -> [String] { try store.audit().map { "\($0)" } }
}

/// Ends every stream of news when the program stops.
private struct Closing: Service {
    let signals: Signals

    func run() async throws {
        do { try await gracefulShutdown() } catch is CancellationError {}
        signals.close()
    }
}
