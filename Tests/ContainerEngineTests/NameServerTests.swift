import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import ContainerEngine

/// The resolver over real sockets of the loopback, against name servers that do as they are told.
@Suite struct NameServerTests {
    private static let loop = MultiThreadedEventLoopGroup.singleton.next()

    private static func query(_ id: UInt16 = 5, _ name: String = "a.example") throws -> NameMessage
    {
        NameMessage(id: id, asking: .init(name: try NameMessageTests.name(name), type: 1))
    }

    /// Runs `body` with a resolver that asks `servers`.
    private static func resolving(
        _ servers: [FakeServer], rule: NameRule = NameRule(EgressPolicyTests.policy),
        _ body: (Asker) async throws -> Void
    ) async throws {
        let places = servers.map(\.address)
        let names = try await NameServer.open(
            at: try SocketAddress(ipAddress: "127.0.0.1", port: try freePort()), rule: rule,
            servers: { places }, on: loop)
        do { try await body(Asker(port: names.address?.port ?? 0)) } catch {
            await names.close()
            for server in servers { await server.close() }
            throw error
        }
        await names.close()
        for server in servers { await server.close() }
    }

    /// Free for UDP and TCP a moment ago.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return try Asker.bound(descriptor)
    }

    @Test func `a public answer is told, a private one is not, and it is asked each time`()
        async throws
    {
        let server = try await FakeServer { query, round in
            [query.answer([round == 0 ? "93.184.215.14" : "169.254.169.254"])]
        }
        try await Self.resolving([server]) { asker in
            let told = try await asker.udp(Self.query().bytes(limit: 512))
            #expect(told?.id == 5 && told?.addresses == ["93.184.215.14"])
            let rebound = try await asker.udp(Self.query().bytes(limit: 512))
            #expect(rebound?.addresses == [] && rebound?.code == .done)
            let stream = try await asker.tcp(Self.query(6).bytes(limit: 512))
            #expect(stream?.id == 6 && stream?.addresses == [])
            #expect(server.rounds == 3)
        }
        let open = try await FakeServer { query, _ in [query.answer(["169.254.169.254"])] }
        try await Self.resolving([open], rule: NameRule(allows: { _ in true })) { asker in
            let told = try await asker.udp(Self.query().bytes(limit: 512))
            #expect(told?.addresses == ["169.254.169.254"], "the rule alone held it back")
        }
    }

    @Test func `what is not the answer to this question is not taken for one`() async throws {
        let server = try await FakeServer { query, _ in
            var guessed = query.answer(["93.184.215.1"])
            guessed.id = query.id ^ 1
            var other = query.answer(["93.184.215.2"])
            other.question = .init(name: DomainName("bank.example")!, type: 1)
            return [guessed, other, query.answer(["93.184.215.3"])]
        }
        try await Self.resolving([server]) { asker in
            let told = try await asker.udp(Self.query().bytes(limit: 512))
            #expect(told?.addresses == ["93.184.215.3"])
        }
    }

    @Test func `a server that says nothing is passed over, and none at all is a failure`()
        async throws
    {
        let silent = try await FakeServer { _, _ in [] }
        let good = try await FakeServer { query, _ in [query.answer(["93.184.215.14"])] }
        try await Self.resolving([silent, good]) { asker in
            let told = try await asker.udp(Self.query().bytes(limit: 512))
            #expect(told?.addresses == ["93.184.215.14"])
        }
        try await Self.resolving([]) { asker in
            let told = try await asker.udp(Self.query().bytes(limit: 512))
            #expect(told?.code == .failed)
        }
    }

    @Test func `an answer that is too large for a datagram is told by TCP`() async throws {
        let many = (0..<60).map { "93.184.215.\($0)" }
        let server = try await FakeServer { query, _ in [query.answer(many)] }
        try await Self.resolving([server]) { asker in
            let cut = try await asker.udp(Self.query().bytes(limit: 512))
            #expect(cut?.isTruncated == true && cut?.addresses == [])
            #expect(try await asker.tcp(Self.query().bytes(limit: 512))?.addresses == many)
        }
    }

    @Test func `only so many questions wait at a time, and no more are asked`() async throws {
        let silent = try await FakeServer { _, _ in [] }
        try await Self.resolving([silent]) { asker in
            let answers = try await asker.burst(
                (0..<80).map { try Self.query(UInt16($0)).bytes(limit: 512) }, expecting: 16)
            #expect(answers.count == 16 && answers.allSatisfy { $0.code == .failed })
            #expect(silent.rounds <= NameDesk.mostPending)
        }
    }

    @Test func `nonsense is refused or not answered, and the next question is`() async throws {
        let server = try await FakeServer { query, _ in [query.answer(["93.184.215.14"])] }
        let seed = UInt64.random(in: .min ... .max)
        print("nonsense, seed \(seed)")
        var random = EgressPolicyTests.Linear(state: seed)
        try await Self.resolving([server]) { asker in
            for _ in 0..<300 {
                let count = Int(random.next() % 700)
                asker.throwAway((0..<count).map { _ in UInt8(random.next() & 255) })
            }
            asker.throwAway(try Self.query().bytes(limit: 512) + [UInt8](repeating: 0, count: 600))
            #expect(try await asker.tcp([UInt8](repeating: 7, count: 600)) == nil)
            #expect(try await asker.tcp([1, 2]) == nil)
            let told = try await asker.udp(Self.query(99).bytes(limit: 512))
            #expect(told?.id == 99 && told?.addresses == ["93.184.215.14"], "seed \(seed)")
        }
    }

    @Test func `only so many connections are held, and a closed one makes room`() async throws {
        let server = try await FakeServer { query, _ in [query.answer(["93.184.215.14"])] }
        try await Self.resolving([server]) { asker in
            let held = try (0..<NameDesk.mostConnections).map { _ in try asker.connected() }
            #expect(try await asker.tcp(Self.query().bytes(limit: 512)) == nil)
            for descriptor in held { close(descriptor) }
            var told: NameMessage?
            for _ in 0..<50 where told == nil {
                told = try await asker.tcp(Self.query().bytes(limit: 512))
            }
            #expect(told?.addresses == ["93.184.215.14"])
        }
    }
}

extension NameMessage {
    var addresses: [String] {
        answers.compactMap {
            if case .address(let address) = $0.value { "\(address)" } else { nil }
        }
    }

    /// As a name server answers it.
    fileprivate func answer(_ addresses: [String]) -> NameMessage {
        var answer = answered(.done)
        answer.answers = addresses.compactMap { IPAddress($0) }.map {
            Record(name: question.name, seconds: 0, value: .address($0))
        }
        return answer
    }
}

/// A name server that answers each question with the messages that it is told to, by UDP and TCP.
private final class FakeServer: Sendable {
    typealias Answer = @Sendable (NameMessage, Int) -> [NameMessage]

    private let count = Mutex(0)
    private let channels = Mutex<[any Channel]>([])
    let address: SocketAddress
    var rounds: Int { count.withLock { $0 } }

    init(_ answer: @escaping Answer) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let shared = Replies()
        let datagrams = try await DatagramBootstrap(group: group).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(Datagrams(shared))
            }
        }.bind(host: "127.0.0.1", port: 0).get()
        guard let place = datagrams.localAddress else { throw CancellationError() }
        let streams = try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandlers([
                    ByteToMessageHandler(NameFrameDecoder(most: 512)), Streams(shared),
                ])
            }
        }.bind(to: place).get()
        address = place
        channels.withLock { $0 = [datagrams, streams] }
        shared.answer.withLock { said in
            said = { [unowned self] query in
                answer(
                    query,
                    count.withLock { count in
                        defer { count += 1 }
                        return count
                    })
            }
        }
    }

    func close() async {
        for channel in channels.withLock({ $0 }) { try? await channel.close() }
    }

    final class Replies: Sendable {
        let answer = Mutex<(@Sendable (NameMessage) -> [NameMessage])?>(nil)

        func to(_ bytes: [UInt8]) -> [NameMessage] {
            guard case .question(let query) = NameMessage.query(bytes) else { return [] }
            return answer.withLock { $0 }?(query) ?? []
        }
    }

    private final class Datagrams: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias OutboundOut = AddressedEnvelope<ByteBuffer>
        let replies: Replies
        init(_ replies: Replies) { self.replies = replies }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let envelope = unwrapInboundIn(data)
            for reply in replies.to(Array(envelope.data.readableBytesView)) {
                let bytes = ByteBuffer(bytes: reply.bytes(limit: 1_232))
                context.writeAndFlush(
                    wrapOutboundOut(
                        AddressedEnvelope(remoteAddress: envelope.remoteAddress, data: bytes)),
                    promise: nil)
            }
        }
    }

    private final class Streams: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let replies: Replies
        init(_ replies: Replies) { self.replies = replies }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            for reply in replies.to(Array(unwrapInboundIn(data).readableBytesView)) {
                context.writeAndFlush(
                    wrapOutboundOut(NameFrame.buffer(reply.bytes(limit: 65_535))), promise: nil)
            }
        }
    }
}

/// A program that asks a resolver, in the plain way of the system's own.
private struct Asker {
    let port: Int

    /// Binds a socket to any port of the loopback.
    static func bound(_ descriptor: Int32) throws -> Int {
        var address = place(0)
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port: Int? = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            } ? Int(UInt16(bigEndian: pointer.pointee.sin_port)) : nil
        }
        return try #require(port)
    }

    private static func place(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        return address
    }

    private func opened(_ kind: __socket_type) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(kind.rawValue), 0)
        var patience = timeval(tv_sec: 8, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience,
            socklen_t(MemoryLayout<timeval>.size))
        var address = Self.place(port)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        return descriptor
    }

    /// A connection that says nothing.
    func connected() throws -> Int32 { try opened(SOCK_STREAM) }

    func throwAway(_ bytes: [UInt8]) {
        guard let descriptor = try? opened(SOCK_DGRAM) else { return }
        defer { close(descriptor) }
        _ = send(descriptor, bytes, bytes.count, 0)
    }

    func udp(_ bytes: [UInt8]) async throws -> NameMessage? {
        try await burst([bytes], expecting: 1).first
    }

    /// Asks all at once, and waits for so many answers.
    func burst(_ all: [[UInt8]], expecting count: Int) async throws -> [NameMessage] {
        let descriptor = try opened(SOCK_DGRAM)
        defer { close(descriptor) }
        for bytes in all { _ = send(descriptor, bytes, bytes.count, 0) }
        var answers: [NameMessage] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while answers.count < count {
            let read = recv(descriptor, &buffer, buffer.count, 0)
            guard read > 0 else { break }
            answers.append(try NameMessage(answer: Array(buffer[..<read])))
        }
        return answers
    }

    /// - Returns: nil when the connection is closed without an answer.
    func tcp(_ bytes: [UInt8]) async throws -> NameMessage? {
        let descriptor = try opened(SOCK_STREAM)
        defer { close(descriptor) }
        let frame = [UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
        _ = send(descriptor, frame, frame.count, Int32(MSG_NOSIGNAL))
        if bytes.count < 12 { shutdown(descriptor, Int32(SHUT_WR)) }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_537)
        while answer.count < 2 || answer.count < 2 + Int(answer[0]) << 8 + Int(answer[1]) {
            let read = recv(descriptor, &buffer, buffer.count, 0)
            guard read > 0 else { return nil }
            answer += buffer[..<read]
        }
        return try NameMessage(answer: Array(answer[2...]))
    }
}
