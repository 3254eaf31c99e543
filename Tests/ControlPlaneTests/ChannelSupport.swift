import ControlPlane
import Crypto
import Domain
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import Marketplace
import SwiftASN1
import Testing
import Transparency
import Wire
import X509

/// A market whose node channel really listens on loopback, with one registered node.
struct ChannelMarket: Sendable {
    static let provider = AccountID("acc_provider")!

    let folder: String
    let server: MarketServer
    let receiptKey = Curve25519.Signing.PrivateKey()
    let node: Node

    var services: MarketServices { server.services }
    var authority: CertificateAuthority { server.services.authority }

    init() async throws {
        folder =
            FileManager.default.temporaryDirectory.path
            + "/orban-channel-" + Hex.encode(RandomBytes.make(8))
        server = try await Self.server(in: folder)
        node = Node(
            id: NodeID("nod_1")!, provider: Self.provider, name: "one",
            receiptKey: Array(receiptKey.publicKey.rawRepresentation))
        let account = Account(
            id: Self.provider, name: "provider", createdAt: Timestamp(milliseconds: 0))
        try await services.store.perform(.openAccount(account, keys: []))
        try await services.store.perform(.registerNode(node, token: nil))
    }

    /// Opens what lies in a folder, as the next run of the program does.
    static func server(in folder: String) async throws -> MarketServer {
        var log = Logger(label: "test")
        log.logLevel = .critical
        return try await MarketServer(
            MarketConfiguration(
                folder: folder, host: "127.0.0.1", port: 0, channelPort: 0,
                publicHost: "127.0.0.1", commission: BasisPoints(250)!, origin: "test.orban/m"),
            log: log)
    }

    /// Runs `body` while the channel listens; it is told the port.
    func listening<Value: Sendable>(
        _ body: @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (ports, found) = AsyncStream<Int>.makeStream()
        let channel = ChannelServer(
            market: services, renewAfterMilliseconds: 60_000, listening: { found.yield($0) })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await channel.run() }
            group.addTask { try await services.sessions.run() }
            defer { group.cancelAll() }
            var port = ports.makeAsyncIterator()
            return try await body(await port.next() ?? 0)
        }
    }

    /// Runs `body` while the market's sessions are pumped.
    static func pumping(
        _ services: MarketServices, _ body: @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.sessions.run() }
            defer { group.cancelAll() }
            try await body()
        }
    }

    /// What a node that joined holds.
    func identity(of node: NodeID) throws -> ClientIdentity {
        let key = P256.Signing.PrivateKey()
        let certificate = try authority.certificate(for: node, key: key.publicKey)
        return ClientIdentity(
            certificatePEM: try certificate.serializeAsPEM().pemString,
            keyPEM: key.pemRepresentation)
    }
}

struct ClientIdentity: Sendable {
    let certificatePEM: String
    let keyPEM: String
}

/// A node of plain gRPC: says frames, hears frames, knows none of the agent's rules.
struct PlainNode {
    let exchange: FrameExchange<NodeFrame>
    var heard: AsyncThrowingStream<MarketFrame, any Error>.Iterator

    func say(_ frame: NodeFrame) { exchange.send(frame) }

    mutating func hear() async throws -> MarketFrame? {
        try await heard.next(isolation: #isolation)
    }

    /// The next frame is `frame`; nil: there is none, the market has ended the call.
    mutating func expect(
        _ frame: MarketFrame?, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let next = try await hear()
        #expect(next == frame, sourceLocation: sourceLocation)
    }

    /// - Parameter identity: nil shows no certificate.
    static func connected<Value: Sendable>(
        to port: Int, as identity: ClientIdentity?, trusting authorityPEM: String,
        _ body: @Sendable (inout PlainNode) async throws -> Value
    ) async throws -> Value {
        let transport = try HTTP2ClientTransport.Posix(
            target: .ipv4(address: "127.0.0.1", port: port),
            transportSecurity: security(identity, authorityPEM))
        return try await withGRPCClient(transport: transport) { client in
            let exchange = FrameExchange<NodeFrame>()
            let (frames, received) = AsyncThrowingStream<MarketFrame, any Error>.makeStream()
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await call(client, exchange, received) }
                var node = PlainNode(exchange: exchange, heard: frames.makeAsyncIterator())
                defer {
                    exchange.close()
                    group.cancelAll()
                }
                return try await body(&node)
            }
        }
    }

    private static func call(
        _ client: GRPCClient<HTTP2ClientTransport.Posix>, _ exchange: FrameExchange<NodeFrame>,
        _ received: AsyncThrowingStream<MarketFrame, any Error>.Continuation
    ) async {
        do {
            try await Orban_Node_V1_NodeChannel.Client(wrapping: client).connect { writer in
                for await _ in exchange.wakes {
                    while let envelope = exchange.next() {
                        try await writer.write(.init(envelope))
                    }
                }
            } onResponse: { response in
                for try await message in response.messages {
                    let envelope = try FrameEnvelope<MarketFrame>(message)
                    guard let numbered = try exchange.receive(envelope) else { continue }
                    exchange.took(numbered.sequence)
                    received.yield(numbered.frame)
                }
            }
            received.finish()
        } catch {
            received.finish(throwing: error)
        }
    }

    private static func security(
        _ identity: ClientIdentity?, _ authorityPEM: String
    ) -> HTTP2ClientTransport.Posix.TransportSecurity {
        let roots = TLSConfig.TrustRootsSource.certificates([
            .bytes(Array(authorityPEM.utf8), format: .pem)
        ])
        guard let identity else { return .tls { $0.trustRoots = roots } }
        return .mTLS(
            certificateChain: [.bytes(Array(identity.certificatePEM.utf8), format: .pem)],
            privateKey: .bytes(Array(identity.keyPEM.utf8), format: .pem)
        ) { $0.trustRoots = roots }
    }
}
