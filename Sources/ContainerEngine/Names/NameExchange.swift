import NIOCore
import NIOPosix

/// One question to one name server. From a port and under a number that nobody else can know, and taken
/// for the answer is only what comes from that server, with that number, to that question (RFC 5452).
final class NameExchange {
    static let patience = TimeAmount.milliseconds(1_500)

    private let query: NameMessage
    private let loop: any EventLoop
    private var done: ((NameMessage?) -> Void)?
    private var channel: (any Channel)?
    private var timer: Scheduled<Void>?

    /// - Parameter done: called once: with the answer, or nil when there is none to be had.
    init(
        _ question: NameMessage.Question, on loop: any EventLoop,
        _ done: @escaping (NameMessage?) -> Void
    ) {
        var generator = SystemRandomNumberGenerator()
        query = NameMessage(
            id: UInt16.random(in: .min ... .max, using: &generator), asking: question,
            datagramBytes: UInt16(NameMessage.mostDatagramBytes))
        self.loop = loop
        self.done = done
    }

    func begin(with server: SocketAddress, over transport: NameDesk.Transport) {
        timer = loop.assumeIsolated().scheduleTask(in: Self.patience) { self.finish(nil) }
        let bound = NIOLoopBound(self, eventLoop: loop)
        let opening: EventLoopFuture<any Channel>
        switch transport {
        case .datagram:
            opening = DatagramBootstrap(group: loop).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramAnswer(bound.value))
                }
            }.connect(to: server)
        case .stream:
            opening = ClientBootstrap(group: loop).connectTimeout(Self.patience)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers([
                            ByteToMessageHandler(
                                NameFrameDecoder(most: NameMessage.mostFrameBytes)),
                            StreamAnswer(bound.value),
                        ])
                    }
                }.connect(to: server)
        }
        opening.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel): self.ask(on: channel, server, over: transport)
            case .failure: self.finish(nil)
            }
        }
    }

    private func ask(
        on channel: any Channel, _ server: SocketAddress, over transport: NameDesk.Transport
    ) {
        guard done != nil else { return channel.close(promise: nil) }
        self.channel = channel
        let bytes = query.bytes(limit: NameMessage.plainDatagramBytes)
        switch transport {
        case .datagram:
            let envelope = AddressedEnvelope(remoteAddress: server, data: ByteBuffer(bytes: bytes))
            channel.writeAndFlush(envelope, promise: nil)
        case .stream: channel.writeAndFlush(NameFrame.buffer(bytes), promise: nil)
        }
    }

    func take(_ bytes: [UInt8]) {
        guard bytes.count >= 2, UInt16(bytes[0]) << 8 | UInt16(bytes[1]) == query.id else { return }
        guard let answer = try? NameMessage(answer: bytes) else { return finish(nil) }
        guard answer.question == query.question else { return }
        finish(answer)
    }

    func finish(_ answer: NameMessage?) {
        guard let done else { return }
        self.done = nil
        timer?.cancel()
        channel?.close(promise: nil)
        channel = nil
        done(answer)
    }
}

private final class DatagramAnswer: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let exchange: NameExchange

    init(_ exchange: NameExchange) { self.exchange = exchange }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        exchange.take(Array(unwrapInboundIn(data).data.readableBytesView))
    }

    /// Such as the word that nobody listens there.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { exchange.finish(nil) }
}

private final class StreamAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let exchange: NameExchange

    init(_ exchange: NameExchange) { self.exchange = exchange }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        exchange.take(Array(unwrapInboundIn(data).readableBytesView))
    }

    func channelInactive(context: ChannelHandlerContext) { exchange.finish(nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { exchange.finish(nil) }
}
