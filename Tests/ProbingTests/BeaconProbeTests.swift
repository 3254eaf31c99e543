import Domain
import NIOCore
import NIOHTTP1
import NIOPosix
import Probing
import Synchronization
import Testing

/// Against endpoints that really answer, or do what no beacon does.
@Suite struct BeaconProbeTests {
    /// What an endpoint says to every request.
    struct Answer: Sendable {
        var status = HTTPResponseStatus.noContent
        var headers: HTTPHeaders = [:]
        var bytes = 0
    }

    /// An HTTP endpoint on loopback; it is gone with the test.
    private final class Endpoint: Sendable {
        private let listener: any Channel
        let requests = Mutex<[HTTPRequestHead]>([])

        var port: Int { listener.localAddress?.port ?? 0 }

        static func with<Value>(
            _ answer: Answer, _ body: (Endpoint) async throws -> Value
        ) async throws -> Value {
            let heads = AsyncStream<HTTPRequestHead>.makeStream()
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.pipeline.configureHTTPServerPipeline().flatMap {
                        channel.pipeline.addHandler(
                            Speaker(answer: answer, heard: heads.continuation))
                    }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            let endpoint = Endpoint(listener)
            let listening = Task {
                for await head in heads.stream { endpoint.requests.withLock { $0.append(head) } }
            }
            do {
                let value = try await body(endpoint)
                try await listener.close()
                heads.continuation.finish()
                await listening.value
                return value
            } catch {
                heads.continuation.finish()
                throw error
            }
        }

        private init(_ listener: any Channel) { self.listener = listener }
    }

    private final class Speaker: ChannelInboundHandler, Sendable {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        let answer: Answer
        let heard: AsyncStream<HTTPRequestHead>.Continuation

        init(answer: Answer, heard: AsyncStream<HTTPRequestHead>.Continuation) {
            self.answer = answer
            self.heard = heard
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let head) = Self.unwrapInboundIn(data) else { return }
            heard.yield(head)
            let bytes = ByteBuffer(repeating: 97, count: answer.bytes)
            var headers = answer.headers
            if answer.status != .noContent {
                headers.add(name: "content-length", value: String(answer.bytes))
            }
            let parts: [HTTPServerResponsePart] =
                [.head(.init(version: .http1_1, status: answer.status, headers: headers))]
                + (answer.bytes > 0 ? [.body(.byteBuffer(bytes))] : []) + [.end(nil)]
            for part in parts { context.write(Self.wrapOutboundOut(part), promise: nil) }
            context.flush()
        }
    }

    private static func probe(_ market: String) -> BeaconProbe {
        BeaconProbe(
            marketURL: market, authorityPEM: nil, clock: ContinuousClock(), milliseconds: 2_000)
    }

    private static let tokyo = BeaconName("tokyo")!

    @Test func `the market and another beacon are timed, by bare requests`() async throws {
        try await Endpoint.with(Answer()) { market in
            try await Endpoint.with(Answer(status: .ok, bytes: 1_024)) { other in
                let trips = try await Self.probe("http://127.0.0.1:\(market.port)").measure([
                    .market,
                    Beacon(
                        name: Self.tokyo, url: "http://127.0.0.1:\(other.port)/b", place: nil),
                ])
                #expect(trips.readings.map(\.beacon) == [.market, Self.tokyo])
            }
            let heads = market.requests.withLock { $0 }
            #expect(heads.allSatisfy { $0.uri == "/v1/beacon" && $0.method == .GET })
            for name in ["authorization", "cookie", "user-agent"] {
                #expect(heads.allSatisfy { $0.headers[name].isEmpty })
            }
        }
    }

    @Test(arguments: [
        Answer(status: .notFound), Answer(status: .movedPermanently, headers: ["location": "/"]),
        Answer(status: .ok, bytes: 1_025), Answer(headers: ["connection": "close"]),
        Answer(status: .internalServerError),
    ])
    func `what answers otherwise than a beacon does is none`(answer: Answer) async throws {
        try await Endpoint.with(answer) { endpoint in
            let trips = try await Self.probe("http://127.0.0.1:\(endpoint.port)").measure([.market])
            #expect(trips.isEmpty)
        }
    }

    @Test func `a market elsewhere has nothing asked in clear but itself`() async throws {
        try await Endpoint.with(Answer()) { endpoint in
            let inside = Beacon(
                name: Self.tokyo, url: "http://127.0.0.1:\(endpoint.port)/", place: nil)
            for market in [
                "https://market.invalid", "http://127.0.0.1.market.invalid",
                "http://market.invalid/127.0.0.1", "http://localhostess.invalid:1",
            ] {
                let trips = try await Self.probe(market).measure([inside])
                #expect(trips.isEmpty, "\(market)")
            }
            let path = Beacon(name: Self.tokyo, url: "/v1/jobs", place: nil)
            let here = "http://127.0.0.1:\(endpoint.port)"
            let trips = try await Self.probe(here).measure([path])
            #expect(trips.isEmpty)
            #expect(endpoint.requests.withLock { $0.isEmpty })
        }
    }

    @Test func `more beacons than a market may have are not asked`() async throws {
        try await Endpoint.with(Answer()) { endpoint in
            let beacons = (0..<40).map {
                Beacon(name: BeaconName("b\($0)")!, url: Beacon.marketPath, place: nil)
            }
            let here = "http://127.0.0.1:\(endpoint.port)"
            let trips = try await Self.probe(here).measure(beacons)
            #expect(trips.readings.count == RoundTrips.most)
        }
    }
}
