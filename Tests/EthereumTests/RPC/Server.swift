import AsyncHTTPClient
import Ethereum
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A real HTTP server on loopback that says what a test wants.
final class Server: Sendable {
    /// What comes back for one request.
    enum Reply: Sendable {
        case body([UInt8], HTTPResponseStatus = .ok)
        /// Never anything.
        case silence
        /// A part, and then never the rest.
        case half([UInt8])
        /// More and more.
        case endless
        case closed
        case redirect(String)
    }

    private let listener: any Channel
    let requests = Mutex<[[UInt8]]>([])

    var url: String { "http://127.0.0.1:\(listener.localAddress?.port ?? 0)/key-in-path" }

    private init(_ listener: any Channel) { self.listener = listener }

    @discardableResult
    static func with<Value>(
        _ reply: @escaping @Sendable ([UInt8]) -> Reply, _ body: (Server) async throws -> Value
    ) async throws -> Value {
        let heard = AsyncStream<[UInt8]>.makeStream()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Speaker(reply: reply, heard: heard.continuation))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = Server(listener)
        let listening = Task {
            for await request in heard.stream { server.requests.withLock { $0.append(request) } }
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        try await listener.close()
        heard.continuation.finish()
        await listening.value
        return try result.get()
    }

    /// Several at once, and a client for them.
    @discardableResult
    static func with<Value>(
        _ replies: [@Sendable ([UInt8]) -> Reply], limit: Duration = .seconds(5),
        _ body: ([Endpoint]) async throws -> Value
    ) async throws -> Value {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: Endpoint.configuration)
        let result: Result<Value, any Error>
        do {
            result = .success(
                try await open(replies[...], [], client: client, limit: limit, body))
        } catch { result = .failure(error) }
        try await client.shutdown()
        return try result.get()
    }

    private static func open<Value>(
        _ replies: ArraySlice<@Sendable ([UInt8]) -> Reply>, _ endpoints: [Endpoint],
        client: HTTPClient, limit: Duration, _ body: ([Endpoint]) async throws -> Value
    ) async throws -> Value {
        guard let reply = replies.first else { return try await body(endpoints) }
        return try await with(reply) { server in
            let endpoint = Endpoint(
                name: "e\(endpoints.count)", url: server.url, client: client,
                clock: ContinuousClock(),
                limit: limit)
            return try await open(
                replies.dropFirst(), endpoints + [endpoint], client: client, limit: limit, body)
        }
    }

    private final class Speaker: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let reply: @Sendable ([UInt8]) -> Reply
        private let heard: AsyncStream<[UInt8]>.Continuation
        private var request: [UInt8] = []

        init(
            reply: @escaping @Sendable ([UInt8]) -> Reply,
            heard: AsyncStream<[UInt8]>.Continuation
        ) {
            self.reply = reply
            self.heard = heard
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch Self.unwrapInboundIn(data) {
            case .head: request = []
            case .body(let bytes): request += bytes.readableBytesView
            case .end:
                heard.yield(request)
                answer(reply(request), context)
            }
        }

        private func answer(_ reply: Reply, _ context: ChannelHandlerContext) {
            switch reply {
            case .silence: break
            case .closed: context.close(promise: nil)
            case .body(let bytes, let status):
                write(context, status, ["content-length": "\(bytes.count)"], bytes)
                context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
            case .half(let bytes):
                write(context, .ok, ["content-length": "\(bytes.count + 100)"], bytes)
                context.flush()
            case .redirect(let url):
                write(context, .found, ["content-length": "0", "location": url], [])
                context.writeAndFlush(Self.wrapOutboundOut(.end(nil)), promise: nil)
            case .endless:
                write(context, .ok, ["transfer-encoding": "chunked"], [])
                for _ in 0..<20 {
                    let megabyte = ByteBuffer(repeating: 0x20, count: 1 << 20)
                    context.write(Self.wrapOutboundOut(.body(.byteBuffer(megabyte))), promise: nil)
                }
                context.flush()
            }
        }

        private func write(
            _ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ headers: HTTPHeaders,
            _ bytes: [UInt8]
        ) {
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
            let body = ByteBuffer(bytes: bytes)
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
    }
}
