package import Domain
import Glibc
import HTTPTypes
package import Hummingbird
import Logging
import NIOCore
import Synchronization
import Wire

/// What the router keeps of one request: where it comes from.
package struct CallContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// The peer's address without its port; of IPv6 the network of 64 bits, which is one customer's.
    let remote: String

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remote = Self.network(of: source.channel.remoteAddress)
    }

    private static func network(of address: SocketAddress?) -> String {
        guard let text = address?.ipAddress else { return "unknown" }
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &bytes) == 1 else {
            return text
        }
        return network(ofIPv6: withUnsafeBytes(of: bytes) { Array($0) })
    }

    /// Of 16 bytes. An IPv4 peer of a listener for both (RFC 4291 §2.5.5.2) is its own address.
    package static func network(ofIPv6 bytes: [UInt8]) -> String {
        let mapped = [UInt8](repeating: 0, count: 10) + [255, 255]
        if bytes.starts(with: mapped) {
            return bytes.dropFirst(mapped.count).map { String($0) }.joined(separator: ".")
        }
        return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":")
    }
}

/// Applies the limits of the configuration to requests; forgets everything at a restart.
package final class RateLimiter: Sendable {
    private struct State {
        var writes: TokenBuckets<AccountID>
        var reads: TokenBuckets<AccountID>
        var strangers: TokenBuckets<String>
        var failures: TokenBuckets<String>
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> Timestamp

    package init(_ limits: RateLimits, clock: @escaping @Sendable () -> Timestamp) {
        self.clock = clock
        state = Mutex(
            State(
                writes: TokenBuckets(limits.writes), reads: TokenBuckets(limits.reads),
                strangers: TokenBuckets(limits.strangers),
                failures: TokenBuckets(limits.failures)))
    }

    /// - Throws: `WireError.tooManyRequests`.
    func admit(
        _ principal: Principal, _ method: HTTPRequest.Method, from remote: String
    ) throws(WireError) {
        let now = clock()
        let wait = state.withLock { state -> Int? in
            switch principal {
            case .nobody: state.strangers.take(remote, at: now)
            case .lease: nil
            case .account(let id, _) where method == .get || method == .head:
                state.reads.take(id, at: now)
            case .account(let id, _): state.writes.take(id, at: now)
            }
        }
        if let wait { throw .tooManyRequests(afterSeconds: wait) }
    }

    /// Counts a key or a token that is none. Nobody's valid key is ever shut out by others that
    /// share its address: only the failures themselves are answered otherwise.
    ///
    /// - Returns: what to answer.
    func answer(toFailure error: WireError, from remote: String) -> WireError {
        let now = clock()
        let wait = state.withLock { $0.failures.take(remote, at: now) }
        return wait.map { .tooManyRequests(afterSeconds: $0) } ?? error
    }
}

/// A request's body that ends with an error when it arrives too slowly.
struct PacedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    private let body: RequestBody
    private let clock: @Sendable () -> Timestamp

    init(_ body: RequestBody, clock: @escaping @Sendable () -> Timestamp) {
        self.body = body
        self.clock = clock
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            base: body.makeAsyncIterator(), pace: BodyPace(startedAt: clock()), clock: clock)
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var base: RequestBody.AsyncIterator
        fileprivate var pace: BodyPace
        fileprivate let clock: @Sendable () -> Timestamp

        /// - Throws: `WireError.requestTooSlow`.
        @concurrent
        mutating func next() async throws -> ByteBuffer? {
            guard let buffer = try await base.next() else { return nil }
            guard pace.isKept(by: buffer.readableBytes, at: clock()) else {
                throw WireError.requestTooSlow
            }
            return buffer
        }
    }
}
