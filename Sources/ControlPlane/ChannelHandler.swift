import Domain
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import Marketplace
import Wire

/// One stream of one node: finds out who it is, then pumps frames between the stream and the node's
/// session until either ends.
struct ChannelHandler: Orban_Node_V1_NodeChannel.ServiceProtocol {
    typealias Inbound = RPCAsyncSequence<Orban_Node_V1_NodeEnvelope, any Error>
    typealias Outbound = RPCWriter<Orban_Node_V1_MarketEnvelope>

    /// How long a node that does not read may hold up the end of its call.
    private static let lastWordsMilliseconds: Int64 = 3000

    let market: MarketServices
    let connections: ChannelConnections

    /// The response begins only when the node is known, so a refusal is the call's own status.
    func connect(
        request: StreamingServerRequest<Orban_Node_V1_NodeEnvelope>, context: ServerContext
    ) async throws -> StreamingServerResponse<Orban_Node_V1_MarketEnvelope> {
        let node = try await node(of: context)
        return StreamingServerResponse(metadata: [:]) { writer in
            try await hold(node, request.messages, writer)
            return [:]
        }
    }

    /// - Throws: `RPCError` for a certificate that names no node, or one that is not registered.
    private func node(of context: ServerContext) async throws -> Node {
        let transport = context.transportSpecific as? HTTP2ServerTransport.Posix.Context
        guard let certificate = transport?.peerCertificate,
            let id = market.authority.node(namedIn: certificate)
        else { throw RPCError(code: .unauthenticated, message: "certificate_invalid") }
        guard let node = try await market.store.read([.node(id)]).node(id) else {
            market.log.warning("unknown node refused", metadata: ["node.id": "\(id)"])
            throw RPCError(code: .permissionDenied, message: "node_not_found")
        }
        return node
    }

    private func hold(_ node: Node, _ inbound: Inbound, _ outbound: Outbound) async throws {
        let exchange = FrameExchange<MarketFrame>()
        guard let place = connections.add(exchange) else {
            throw RPCError(code: .unavailable, message: "market_stopping")
        }
        defer { connections.remove(place) }
        let channel = NodeChannel(send: { exchange.send($0) }, close: { exchange.close() })
        guard let session = await market.sessions.open(node, channel) else {
            exchange.close()
            return try await Self.write(exchange, to: outbound)
        }
        let end = await pump(exchange, inbound, outbound, of: node.id, session)
        await market.sessions.closed(node.id, session)
        if let end { throw end }
    }

    /// - Returns: what the node is to hear as the call's status; nil for a regular end.
    private func pump(
        _ exchange: FrameExchange<MarketFrame>, _ inbound: Inbound, _ outbound: Outbound,
        of node: NodeID, _ session: Int
    ) async -> RPCError? {
        let (frames, arrived) = AsyncStream<NumberedFrame<NodeFrame>>.makeStream(
            bufferingPolicy: .bufferingOldest(FrameQueueFault.limit))
        do {
            try await withThrowingTaskGroup(of: Part.self) { group in
                group.addTask {
                    defer { arrived.finish() }
                    try await Self.read(inbound, through: exchange, into: arrived)
                    return .reader
                }
                group.addTask {
                    try await take(frames, of: node, session, for: exchange)
                    return .taker
                }
                group.addTask {
                    try await Self.write(exchange, to: outbound)
                    return .writer
                }
                group.addTask {
                    for await _ in exchange.closed {}
                    try await MarketClock.pause(milliseconds: Self.lastWordsMilliseconds)
                    return .deadline
                }
                defer { group.cancelAll() }
                // What a node said before it closed its side is still dealt with; and a reader that
                // failed says so, however early its taker has run dry.
                var listening: Set<Part> = [.reader, .taker]
                while !listening.isEmpty, let part = try await group.next() {
                    guard listening.remove(part) != nil else { break }
                }
            }
            return nil
        } catch {
            return status(for: error, of: node)
        }
    }

    private enum Part { case reader, taker, writer, deadline }

    private static func read(
        _ inbound: Inbound, through exchange: FrameExchange<MarketFrame>,
        into arrived: AsyncStream<NumberedFrame<NodeFrame>>.Continuation
    ) async throws {
        for try await message in inbound {
            let envelope = try FrameEnvelope<NodeFrame>(message)
            guard let numbered = try exchange.receive(envelope) else { continue }
            arrived.yield(numbered)  // never full: no more than its limit is in flight
        }
    }

    private func take(
        _ frames: AsyncStream<NumberedFrame<NodeFrame>>, of node: NodeID, _ session: Int,
        for exchange: FrameExchange<MarketFrame>
    ) async throws {
        for await numbered in frames {
            await market.sessions.take(numbered.frame, from: node, session: session)
            exchange.took(numbered.sequence)
        }
    }

    private static func write(
        _ exchange: FrameExchange<MarketFrame>, to outbound: Outbound
    ) async throws {
        for await _ in exchange.wakes {
            while let envelope = exchange.next() { try await outbound.write(.init(envelope)) }
        }
        while let envelope = exchange.next() { try await outbound.write(.init(envelope)) }
    }

    private func status(for error: any Error, of node: NodeID) -> RPCError? {
        let about: Logger.Metadata = ["node.id": "\(node)", "cause": "\(error)"]
        switch error {
        case is CancellationError: return nil
        case is MalformedFrame, is FrameQueueFault:
            market.log.warning("node broke the channel's rules", metadata: about)
            return RPCError(code: .invalidArgument, message: "frame_malformed")
        case is RPCError:
            market.log.info("channel lost", metadata: about)
            return nil
        default:
            market.log.error("channel failed", metadata: about)
            return RPCError(code: .unavailable, message: "unavailable")
        }
    }
}
