import NIOCore
import NIOPosix

/// Forwards the connections of a loopback port to another one, and holds up what it forwards, each way,
/// by a fixed time: a network that is that long.
package final class DelayingProxy: Sendable {
    package let port: Int

    /// Listens until the stage ends.
    package init(to target: Int, eachWay delay: Duration, on stage: Stage) async throws {
        let wait = TimeAmount(delay)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { near in
                ClientBootstrap(group: near.eventLoop)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: target)
                    .flatMap { far in Self.join(near, far, wait) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else {
            throw Stage.Unexpected(description: "the proxy has no port")
        }
        self.port = port
        stage.afterwards { listener.close(promise: nil) }
    }

    private static func join(
        _ near: any Channel, _ far: any Channel, _ delay: TimeAmount
    ) -> EventLoopFuture<Void> {
        near.pipeline.addHandler(Relay(to: far, after: delay))
            .flatMap { far.pipeline.addHandler(Relay(to: near, after: delay)) }
            .flatMap { near.setOption(.autoRead, value: true) }
            .flatMap { far.setOption(.autoRead, value: true) }
    }

    /// Both channels are on one event loop, which runs what is due in its order.
    private final class Relay: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let partner: any Channel
        private let delay: TimeAmount

        init(to partner: any Channel, after delay: TimeAmount) {
            self.partner = partner
            self.delay = delay
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = Self.unwrapInboundIn(data)
            context.eventLoop.scheduleTask(in: delay) { [partner] in
                partner.writeAndFlush(bytes, promise: nil)
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            context.eventLoop.scheduleTask(in: delay) { [partner] in partner.close(promise: nil) }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
