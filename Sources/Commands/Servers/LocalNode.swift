import ControlPlane
import Crypto
import Domain
import Logging
import NodeAgent
import ServiceLifecycle
import Wire

/// A node in the market's own process; it starts when the market's port is known.
struct LocalNode: Service {
    let market: MarketServices
    let setup: NodeSetup
    let url: Known<String>
    let ready: @Sendable (NodeID, NodeStanding) async throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            let address = try await url.value
            let key = try ReceiptKey.load(stateFolder: setup.statePath)
            let node = Node(
                id: setup.nodeID(of: key), provider: FirstKeys.account(of: .provider),
                name: setup.name, receiptKey: Array(key.publicKey.rawRepresentation))
            try await market.admit(node)
            try await setup.run(as: node.id, key: key, marketURL: address, authorityPEM: nil) {
                let channel = try await InProcessChannel(to: market, as: node.id)
                return NodeLink(send: channel.send, frames: Self.throwing(channel.frames))
            } beside: { standing in
                try await market.waitForOffer(of: node.id)
                try await ready(node.id, standing)
            }
        }
    }

    private static func throwing(
        _ frames: AsyncStream<MarketFrame>
    ) -> AsyncThrowingStream<MarketFrame, any Error> {
        AsyncThrowingStream { continuation in
            let bridge = Task {
                for await frame in frames { continuation.yield(frame) }
                continuation.finish()
            }
            continuation.onTermination = { _ in bridge.cancel() }
        }
    }
}
