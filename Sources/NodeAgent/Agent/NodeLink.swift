package import Domain

/// One connection to the market: in-process, or a network stream. Control frames only.
package struct NodeLink: Sendable {
    package let send: @Sendable (NodeFrame) async throws -> Void
    /// What the market says; its end, with or without an error, is the end of the connection.
    package let frames: AsyncThrowingStream<MarketFrame, any Error>

    package init(
        send: @escaping @Sendable (NodeFrame) async throws -> Void,
        frames: AsyncThrowingStream<MarketFrame, any Error>
    ) {
        self.send = send
        self.frames = frames
    }
}

/// How long to wait before the next attempt to connect: doubles from 100 ms to 5 s, less a random
/// part of up to a half, so that nodes do not come back all at once.
struct Backoff {
    private static let first: Int64 = 100
    private static let most: Int64 = 5_000
    private var milliseconds = Backoff.first

    mutating func reset() { milliseconds = Self.first }

    mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        let wait = milliseconds - Int64.random(in: 0...(milliseconds / 2), using: &generator)
        milliseconds = min(milliseconds * 2, Self.most)
        return .milliseconds(wait)
    }
}
