import Domain
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Synchronization
import Wire

/// One connection to the market while it lives. A connection is over when its stream ends, when the
/// node lets it go, or when nothing was heard for ten seconds, whatever TCP believes.
final class ChannelConnection: Sendable {
    private static let lookEvery = Duration.seconds(1)
    private static let mostSilentLooks = 10
    /// The largest dispatch, with room.
    private static let mostMessageBytes = 16 << 20

    let exchange = FrameExchange<NodeFrame>()
    private let received: AsyncThrowingStream<MarketFrame, any Error>.Continuation
    private let clock: any Clock<Duration>
    private let heard = Atomic(0)
    private let accepted: AsyncThrowingStream<Void, any Error>
    private let accepting: AsyncThrowingStream<Void, any Error>.Continuation

    init(
        received: AsyncThrowingStream<MarketFrame, any Error>.Continuation,
        clock: any Clock<Duration>
    ) {
        self.received = received
        self.clock = clock
        (accepted, accepting) = AsyncThrowingStream.makeStream(
            bufferingPolicy: .bufferingOldest(1))
    }

    /// Lives until the connection is over; then everybody who waits on it is told.
    func run(_ client: GRPCClient<HTTP2ClientTransport.Posix>) async {
        var cause: (any Error)?
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.runConnections() }
                group.addTask { try await self.call(client) }
                group.addTask { try await self.watch() }
                defer { group.cancelAll() }
                try await group.next()
            }
        } catch { cause = error }
        exchange.close()
        accepting.finish(throwing: cause ?? ChannelFailure.ended)
        received.finish(throwing: cause)
    }

    /// Returns when the market has accepted the node.
    func standing(within limit: Duration) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await _ in self.accepted { return }
                throw ChannelFailure.ended
            }
            group.addTask {
                try await self.clock.sleep(for: limit)
                throw ChannelFailure.timeout
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func call(_ client: GRPCClient<HTTP2ClientTransport.Posix>) async throws {
        var options = CallOptions.defaults
        options.waitForReady = false
        options.maxRequestMessageBytes = Self.mostMessageBytes
        options.maxResponseMessageBytes = Self.mostMessageBytes
        try await Orban_Node_V1_NodeChannel.Client(wrapping: client).connect(options: options) {
            writer in
            for await _ in self.exchange.wakes {
                while let envelope = self.exchange.next() {
                    try await writer.write(.init(envelope))
                }
            }
            while let envelope = self.exchange.next() { try await writer.write(.init(envelope)) }
        } onResponse: { response in
            _ = try response.accepted.get()
            self.accepting.yield()
            for try await message in response.messages { try self.take(message) }
        }
    }

    private func take(_ message: Orban_Node_V1_MarketEnvelope) throws {
        heard.add(1, ordering: .relaxed)
        guard let numbered = try exchange.receive(try FrameEnvelope<MarketFrame>(message)) else {
            return
        }
        switch received.yield(numbered.frame) {
        case .enqueued: exchange.took(numbered.sequence)
        case .dropped: throw ChannelFailure.overrun
        case .terminated: throw CancellationError()
        @unknown default: throw ChannelFailure.ended
        }
    }

    /// - Throws: `ChannelFailure.silent` once nothing has come in so many looks.
    private func watch() async throws {
        var last = heard.load(ordering: .relaxed)
        var silentLooks = 0
        while silentLooks < Self.mostSilentLooks {
            try await clock.sleep(for: Self.lookEvery)
            let count = heard.load(ordering: .relaxed)
            silentLooks = count == last ? silentLooks + 1 : 0
            last = count
        }
        throw ChannelFailure.silent
    }
}
