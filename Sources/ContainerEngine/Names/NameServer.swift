package import NIOCore
import NIOPosix

/// The resolver of one container with a network: it listens at the machine's end of the container's
/// link, asks the machine's own name servers, and tells the container what `NameRule` leaves of their
/// answers. It keeps no answer: each question is asked and judged anew, and no container learns what
/// another one asked.
///
/// Everything is bounded: 64 questions that wait at a time, 512 bytes a question, 8 connections, a few
/// seconds for each. What does not fit is answered with a failure, or not at all.
package final class NameServer: Sendable {
    private let datagrams: any Channel
    private let streams: any Channel

    private init(datagrams: any Channel, streams: any Channel) {
        self.datagrams = datagrams
        self.streams = streams
    }

    /// Begins to listen, by UDP and TCP.
    ///
    /// - Parameters:
    ///   - servers: the name servers to ask, the first one first; looked up for each question.
    ///   - loop: on whose thread all of it happens, sockets included.
    package static func open(
        at address: SocketAddress, rule: NameRule,
        servers: @escaping @Sendable () -> [SocketAddress], on loop: any EventLoop
    ) async throws -> NameServer {
        let desk = try await loop.submit {
            NIOLoopBound(NameDesk(loop, rule, servers), eventLoop: loop)
        }.get()
        let datagrams = try await loop.flatSubmit {
            DatagramBootstrap(group: loop).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramReader(desk.value))
                }
            }.bind(to: address)
        }.get()
        do {
            let streams = try await loop.flatSubmit { listen(at: address, desk, loop) }.get()
            return NameServer(datagrams: datagrams, streams: streams)
        } catch {
            datagrams.close(promise: nil)
            throw error
        }
    }

    private static func listen(
        at address: SocketAddress, _ desk: NIOLoopBound<NameDesk>, _ loop: any EventLoop
    ) -> EventLoopFuture<any Channel> {
        ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 16)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([
                        IdleStateHandler(allTimeout: NameDesk.idleTime),
                        ByteToMessageHandler(NameFrameDecoder(most: NameDesk.mostQueryBytes)),
                        StreamReader(desk.value),
                    ])
                }
            }.bind(to: address)
    }

    /// Where it listens.
    package var address: SocketAddress? { datagrams.localAddress }

    /// Stops listening. Questions that wait get no answer any more.
    package func close() async {
        for channel in [datagrams, streams] { try? await channel.close() }
    }
}

/// Takes questions of one container, asks them, and answers. All of it happens on one event loop.
final class NameDesk {
    static let mostQueryBytes = 512
    static let mostPending = 64
    static let mostConnections = 8
    static let idleTime = TimeAmount.seconds(10)
    /// Name servers that are asked for one question, one after the other.
    static let mostServers = 3

    enum Transport { case datagram, stream }

    private let loop: any EventLoop
    private let rule: NameRule
    private let servers: @Sendable () -> [SocketAddress]
    private var pending = 0
    private var connections = 0

    init(
        _ loop: any EventLoop, _ rule: NameRule,
        _ servers: @escaping @Sendable () -> [SocketAddress]
    ) {
        self.loop = loop
        self.rule = rule
        self.servers = servers
    }

    /// - Returns: false when there are too many.
    func admitConnection() -> Bool {
        guard connections < Self.mostConnections else { return false }
        connections += 1
        return true
    }

    func endConnection() { connections -= 1 }

    func take(
        _ bytes: [UInt8], over transport: Transport, _ reply: @escaping ([UInt8]) -> Void
    ) {
        guard bytes.count <= Self.mostQueryBytes else { return }
        switch NameMessage.query(bytes) {
        case .ignored: return
        case .refused(let answer): reply(answer)
        case .question(let query):
            answer(query, over: transport) { answer in
                let limit =
                    transport == .datagram ? query.answerBytes : NameMessage.mostFrameBytes
                reply(answer.bytes(limit: limit))
            }
        }
    }

    private func answer(
        _ query: NameMessage, over transport: Transport, _ reply: @escaping (NameMessage) -> Void
    ) {
        switch rule.verdict(on: query) {
        case .answer(let answer): reply(answer)
        case .ask(let question):
            guard pending < Self.mostPending else { return reply(query.answered(.failed)) }
            pending += 1
            let servers = servers().prefix(Self.mostServers)
            ask(question, servers, over: transport) { said in
                self.pending -= 1
                reply(
                    said.map { self.rule.answer(to: query, by: $0) } ?? query.answered(.failed))
            }
        }
    }

    private func ask(
        _ question: NameMessage.Question, _ servers: ArraySlice<SocketAddress>,
        over transport: Transport, _ done: @escaping (NameMessage?) -> Void
    ) {
        guard let server = servers.first else { return done(nil) }
        NameExchange(question, on: loop) { said in
            if let said { return done(said) }
            self.ask(question, servers.dropFirst(), over: transport, done)
        }.begin(with: server, over: transport)
    }
}

// MARK: - What arrives

private final class DatagramReader: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>
    typealias OutboundOut = AddressedEnvelope<ByteBuffer>

    private let desk: NameDesk

    init(_ desk: NameDesk) { self.desk = desk }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        let channel = context.channel
        desk.take(Array(envelope.data.readableBytesView), over: .datagram) { answer in
            // Nobody waits for what does not fit into the socket: the question comes again.
            guard channel.isActive, channel.isWritable else { return }
            let answer = AddressedEnvelope(
                remoteAddress: envelope.remoteAddress, data: ByteBuffer(bytes: answer))
            channel.writeAndFlush(answer, promise: nil)
        }
    }

    /// Of one datagram; the next one may be good.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {}
}

private final class StreamReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let desk: NameDesk
    private var isAdmitted = false

    init(_ desk: NameDesk) { self.desk = desk }

    func channelActive(context: ChannelHandlerContext) {
        isAdmitted = desk.admitConnection()
        if !isAdmitted { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isAdmitted { desk.endConnection() }
        isAdmitted = false
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard isAdmitted else { return }
        let channel = context.channel
        desk.take(Array(unwrapInboundIn(data).readableBytesView), over: .stream) { answer in
            guard channel.isActive, channel.isWritable else { return }
            channel.writeAndFlush(NameFrame.buffer(answer), promise: nil)
        }
    }

    /// It was idle.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// Messages over TCP: each after its length (RFC 1035 §4.2.2).
enum NameFrame {
    struct TooLong: Error {}

    static func buffer(_ message: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt16(clamping: message.count))
        buffer.writeBytes(message.prefix(Int(UInt16.max)))
        return buffer
    }
}

struct NameFrameDecoder: ByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    let most: Int

    mutating func decode(
        context: ChannelHandlerContext, buffer: inout ByteBuffer
    ) throws -> DecodingState {
        guard let length = buffer.getInteger(at: buffer.readerIndex, as: UInt16.self) else {
            return .needMoreData
        }
        guard length <= most else { throw NameFrame.TooLong() }
        guard let frame = buffer.getSlice(at: buffer.readerIndex + 2, length: Int(length)) else {
            return .needMoreData
        }
        buffer.moveReaderIndex(forwardBy: Int(length) + 2)
        context.fireChannelRead(wrapInboundOut(frame))
        return .continue
    }
}

extension NameServer {
    /// The resolver of the container at a link's other end.
    ///
    /// - Parameter resolvers: whom to ask; nobody: whom the machine asks, looked up for each question.
    package static func open(
        for link: EgressLink, _ policy: EgressPolicy, asking resolvers: [IPAddress]
    ) async throws -> NameServer {
        try await open(
            at: SocketAddress(ipAddress: "\(link.outer)", port: 53), rule: NameRule(policy),
            servers: {
                (resolvers.isEmpty ? ResolverFile.servers() : resolvers).compactMap(\.ofNames)
            }, on: MultiThreadedEventLoopGroup.singleton.next())
    }
}
