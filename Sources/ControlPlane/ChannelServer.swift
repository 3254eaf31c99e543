import Domain
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import ServiceLifecycle
import Synchronization
import Wire

/// The market's end of the node channel: a listener for gRPC over mutual TLS.
///
/// Only who holds a certificate of the market's own authority gets as far as a frame, and is the
/// node that the certificate names. Every connection says goodbye when the listener stops.
package final class ChannelServer: Service {
    private static let loopback = ["127.0.0.1", "::1", "localhost"]
    /// How long connections have to end by themselves when the listener stops.
    private static let graceSeconds = 3

    private let market: MarketServices
    private let renewAfterMilliseconds: Int64
    private let listening: @Sendable (Int) -> Void
    private let port: Mutex<Int>

    /// - Parameters:
    ///   - renewAfterMilliseconds: how long one certificate serves.
    ///   - listening: told the port, each time that the listener stands.
    package init(
        market: MarketServices, renewAfterMilliseconds: Int64,
        listening: @escaping @Sendable (Int) -> Void
    ) {
        self.market = market
        self.renewAfterMilliseconds = renewAfterMilliseconds
        self.listening = listening
        port = Mutex(market.channelPort)
    }

    package convenience init(market: MarketServices) throws {
        self.init(
            market: market, renewAfterMilliseconds: CertificateAuthority.Lifetime.server / 2 * 1000,
            listening: { _ in })
    }

    /// Serves until it is shut down or cancelled. At half the life of its certificate it listens
    /// anew with another, on the same port; nodes reconnect well within their fence.
    package func run() async throws {
        repeat {
            try await serve()
        } while !Task.isShuttingDownGracefully && !Task.isCancelled
    }

    private func serve() async throws {
        let identity = try market.authority.serverIdentity(
            hosts: [market.publicHost] + Self.loopback)
        let connections = ChannelConnections()
        let transport = HTTP2ServerTransport.Posix(
            address: address(port.withLock { $0 }), transportSecurity: security(identity),
            config: Self.configuration)
        let server = GRPCServer(
            transport: transport,
            services: [ChannelHandler(market: market, connections: connections)])
        let stop: @Sendable (String) -> Void = { code in
            connections.end(code: code)
            server.beginGracefulShutdown()
        }
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await MarketClock.pause(milliseconds: self.renewAfterMilliseconds)
                    stop("market_restarting")
                }
                group.addTask { try await self.announce(transport) }
                defer { group.cancelAll() }
                try await self.serving(server, unless: connections)
            }
        } onGracefulShutdown: {
            stop("market_stopping")
        }
    }

    private func announce(_ transport: HTTP2ServerTransport.Posix) async throws {
        let address = try await transport.listeningAddress
        guard let bound = address.ipv4?.port else { return }
        port.withLock { $0 = bound }
        listening(bound)
    }

    /// A server that was stopped before it began has nothing to serve.
    private static func run(
        _ server: GRPCServer<HTTP2ServerTransport.Posix>, unless connections: ChannelConnections
    ) async throws {
        do { try await server.serve() } catch let error as RuntimeError {
            guard error.code == .serverIsStopped, connections.isEnded else { throw error }
        }
    }

    private func serving(
        _ server: GRPCServer<HTTP2ServerTransport.Posix>, unless connections: ChannelConnections
    ) async throws {
        let port = port.withLock { $0 }
        try await Listening(service: .channel, host: host, port: port) {
            do { try await Self.run(server, unless: connections) } catch let error as RuntimeError {
                throw error.cause ?? error
            }
        }.run()
    }

    private func address(_ port: Int) -> SocketAddress { .ipv4(host: host, port: port) }

    private var host: String {
        Self.loopback.contains(market.publicHost) ? "127.0.0.1" : "0.0.0.0"
    }

    private func security(
        _ identity: ServerIdentity
    ) -> HTTP2ServerTransport.Posix.TransportSecurity {
        .mTLS(
            certificateChain: [.bytes(Array(identity.certificatePEM.utf8), format: .pem)],
            privateKey: .bytes(Array(identity.keyPEM.utf8), format: .pem)
        ) { tls in
            tls.trustRoots = .certificates([
                .bytes(Array(market.authority.pem.utf8), format: .pem)
            ])
            tls.clientCertificateVerification = .noHostnameVerification
            tls.requireALPN = true
        }
    }

    private static let configuration = HTTP2ServerTransport.Posix.Config.defaults { config in
        config.connection.keepalive.time = .seconds(10)
        config.connection.keepalive.timeout = .seconds(5)
        config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = .seconds(5)
        config.connection.keepalive.clientBehavior.allowWithoutCalls = true
        config.connection.maxIdleTime = .seconds(30)
        config.connection.maxGraceTime = .seconds(graceSeconds)
        config.http2.maxConcurrentStreams = 1
        config.rpc.maxRequestPayloadSize = 1 << 20
    }
}
