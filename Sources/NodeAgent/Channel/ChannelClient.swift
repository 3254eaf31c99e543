import Domain
import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import Logging
import NIOCore
import Wire

/// The node's end of the channel: gRPC over mutual TLS, with the identity in its state folder.
package struct ChannelClient: Sendable {
    /// How long a connection may take to stand.
    static let connectWithin = Duration.seconds(10)

    private let folder: String
    private let clock: any Clock<Duration>
    private let log: Logger

    package init(stateFolder: String, clock: any Clock<Duration>, log: Logger) {
        folder = stateFolder
        self.clock = clock
        self.log = log
    }

    /// One attempt to reach the market, with the newest certificate. The connection stands and the
    /// market has accepted the node when this returns; it ends when the link is let go.
    ///
    /// - Throws: `ChannelFailure`, `RPCError` for a market that refuses, `FileFailure`.
    package func connect() async throws -> NodeLink {
        guard let identity = try NodeIdentity.load(stateFolder: folder) else {
            throw ChannelFailure.notJoined
        }
        let (frames, received) = AsyncThrowingStream<MarketFrame, any Error>.makeStream(
            bufferingPolicy: .bufferingOldest(FrameQueueFault.limit))
        let connection = ChannelConnection(received: received, clock: clock)
        let client = GRPCClient(transport: try Self.transport(identity))
        let running = Task { await connection.run(client) }
        received.onTermination = { _ in running.cancel() }
        do { try await connection.standing(within: Self.connectWithin) } catch {
            running.cancel()
            throw error
        }
        log.debug("channel stands", metadata: ["node.id": "\(identity.place.node)"])
        return NodeLink(
            send: { frame in
                guard connection.exchange.send(frame) else { throw ChannelFailure.ended }
            },
            frames: frames)
    }

    private static func transport(_ identity: NodeIdentity) throws -> HTTP2ClientTransport.Posix {
        let channel = identity.place.channel
        let security = HTTP2ClientTransport.Posix.TransportSecurity.mTLS(
            certificateChain: [.bytes(Array(identity.certificatePEM.utf8), format: .pem)],
            privateKey: .bytes(Array(identity.keyPEM.utf8), format: .pem)
        ) { tls in
            tls.trustRoots = .certificates([
                .bytes(Array(identity.authorityPEM.utf8), format: .pem)
            ])
            tls.serverCertificateVerification = .fullVerification
        }
        return try HTTP2ClientTransport.Posix(
            target: target(channel), transportSecurity: security,
            config: .defaults { config in
                config.connection.keepalive = .init(
                    time: .seconds(10), timeout: .seconds(5), allowWithoutCalls: true)
            })
    }

    /// An IP address is checked against the certificate as an address, a name as a name.
    private static func target(_ channel: ChannelDTO) -> any ResolvableTarget {
        switch try? NIOCore.SocketAddress(ipAddress: channel.host, port: channel.port) {
        case .v4: .ipv4(address: channel.host, port: channel.port)
        case .v6: .ipv6(address: channel.host, port: channel.port)
        case .unixDomainSocket, nil: .dns(host: channel.host, port: channel.port)
        }
    }
}

/// Why a node's connection did not come about, or ended.
package enum ChannelFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case notJoined
    case timeout
    /// The market said nothing for so long that its side must be gone.
    case silent
    /// What the market says is not taken fast enough.
    case overrun
    case ended

    package var description: String {
        switch self {
        case .notJoined: "this node has joined no market"
        case .timeout: "the market does not answer"
        case .silent: "the market fell silent"
        case .overrun: "frames of the market are not taken"
        case .ended: "the connection has ended"
        }
    }
}
