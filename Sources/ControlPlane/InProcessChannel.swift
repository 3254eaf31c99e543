package import Domain
import Marketplace

/// A node in the market's own process: its frames go through the same sessions as everybody's.
package struct InProcessChannel: Sendable {
    private static let queueLimit = 1000

    package let send: @Sendable (NodeFrame) async throws -> Void
    package let frames: AsyncStream<MarketFrame>

    /// Opens a session for a registered node.
    ///
    /// - Throws: `Refusal.nodeUnknown`, or `.nodeTaken` when another live session of it stands.
    package init(to market: MarketServices, as id: NodeID) async throws {
        guard let node = try await market.store.read([.node(id)]).node(id) else {
            throw Refusal.nodeUnknown(id)
        }
        let (stream, continuation) = AsyncStream.makeStream(
            of: MarketFrame.self, bufferingPolicy: .bufferingOldest(Self.queueLimit))
        let channel = NodeChannel(
            send: { frame in
                if case .enqueued = continuation.yield(frame) { true } else { false }
            },
            close: { continuation.finish() })
        guard let number = await market.sessions.open(node, channel) else {
            throw Refusal.nodeTaken(id)
        }
        continuation.onTermination = { _ in
            Task { await market.sessions.closed(id, number) }
        }
        frames = stream
        send = { frame in await market.sessions.take(frame, from: id, session: number) }
    }
}

extension MarketServices {
    /// Knows `node` from now on; its key is logged. Idempotent.
    package func admit(_ node: Node) async throws {
        try await store.perform(.registerNode(node, token: nil))
    }

    /// Ends when the offer of `node` stands: it takes orders, unless it was drained.
    package func waitForOffer(of node: NodeID) async throws {
        while try await store.read([.offer(node)]).offer(node)?.availability.isConnected != true {
            try await MarketClock.pause(milliseconds: 20)
        }
    }
}
