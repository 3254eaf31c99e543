import ControlPlane
import Crypto
import Domain
import Foundation
import Glibc
import Logging
import Marketplace
import NodeAgent
import ServiceLifecycle
import SwiftASN1
import Synchronization
import Testing
import Transparency
import Wire
import X509

/// The node's own client against the market's own listeners, over real sockets.
@Suite(.timeLimit(.minutes(1))) struct ChannelClientTests {
    /// A market that serves HTTP and the node channel on loopback.
    struct Serving: Sendable {
        let market: MarketServices
        let url: String
        let token: Enrollment.Token
        let folder: String

        func joined(_ name: String = "one") async throws -> NodeIdentity {
            try await Enrollment.join(with: token, as: name, stateFolder: folder)
        }

        func client(_ clock: any Clock<Duration> = ContinuousClock()) -> ChannelClient {
            ChannelClient(stateFolder: folder, clock: clock, log: Logger(label: "test"))
        }
    }

    /// - Parameter host: where HTTP is bound; beyond loopback it is TLS.
    private func serving<Value: Sendable>(
        host: String, _ body: @Sendable (Serving) async throws -> Value
    ) async throws -> Value {
        let folder =
            FileManager.default.temporaryDirectory.path
            + "/orban-join-" + Hex.encode(RandomBytes.make(8))
        var log = Logger(label: "test")
        log.logLevel = .critical
        let server = try await MarketServer(
            MarketConfiguration(
                folder: folder + "/market", host: host, port: 0,
                channelPort: try Self.freePort(), publicHost: "127.0.0.1",
                commission: BasisPoints(250)!, origin: "test.orban"),
            log: log)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (ports, found) = AsyncStream<Int>.makeStream()
        let services = try server.all { found.yield($0) }
        let group = ServiceGroup(services: services, gracefulShutdownSignals: [], logger: log)
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var port = ports.makeAsyncIterator()
            let scheme = host == "127.0.0.1" ? "http" : "https"
            let url = "\(scheme)://127.0.0.1:\(await port.next() ?? 0)"
            let token = try await Self.token(server.services, url)
            let value = try await body(
                Serving(
                    market: server.services, url: url, token: token, folder: folder + "/node"))
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return value
        }
    }

    /// A port that nobody had a moment ago.
    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isBound)
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func token(
        _ market: MarketServices, _ url: String
    ) async throws -> Enrollment.Token {
        let provider = AccountID("acc_provider")!
        _ = try await market.makeKey(for: provider, role: .provider, label: "p")
        try await market.store.perform(
            .addJoinToken(
                JoinToken(
                    id: "tok_1", secretHash: Authenticator.hash("secret"), provider: provider,
                    expiresAt: market.clock.now().advanced(seconds: 60), usesLeft: 1)))
        return Enrollment.Token(
            marketURL: url, id: "tok_1", secret: "secret",
            authorityFingerprint: market.authority.fingerprint)
    }

    @Test(arguments: ["127.0.0.1", "0.0.0.0"])
    func `a node joins, connects, and is heard and answered`(_ host: String) async throws {
        try await serving(host: host) { serving in
            let identity = try await serving.joined()
            let link = try await serving.client().connect()
            try await link.send(.hello(terms: ChannelTests.terms, leases: []))
            try await link.send(.heartbeat(number: 1))
            var heard: [MarketFrame] = []
            for try await frame in link.frames {
                heard.append(frame)
                if heard.count == 2 { break }
            }
            #expect(heard == [.welcome, .renewal(number: 1, leases: [])])
            let offer = try await serving.market.store.read([.offer(identity.place.node)])
                .offer(identity.place.node)
            #expect(offer?.availability == .open)
        }
    }

    @Test func `a link that is let go ends the node's session`() async throws {
        try await serving(host: "127.0.0.1") { serving in
            _ = try await serving.joined()
            do {
                let link = try await serving.client().connect()
                try await link.send(.heartbeat(number: 1))
                for try await _ in link.frames { break }
                #expect(await serving.market.sessions.connectedCount == 1)
            }
            try await ChannelTests.until { await serving.market.sessions.connectedCount == 0 }
        }
    }

    @Test func `the keys of a node are its own, and the same folder is the same node`()
        async throws
    {
        try await serving(host: "127.0.0.1") { serving in
            let first = try await serving.joined()
            let again = try await serving.joined()
            #expect(first.place.node == again.place.node)
            let files = try FileManager.default.contentsOfDirectory(atPath: serving.folder)
            #expect(
                files.sorted()
                    == ["ca.pem", "enrollment.json", "node.pem", "receipt.key", "tls.key"])
            for file in files {
                let mode =
                    try FileManager.default.attributesOfItem(
                        atPath: serving.folder + "/" + file)[.posixPermissions] as? NSNumber
                #expect(mode?.intValue == 0o600, "\(file)")
            }
        }
    }

    @Test(arguments: ["127.0.0.1", "0.0.0.0"])
    func `a market of another fingerprint gets no token`(_ host: String) async throws {
        try await serving(host: host) { serving in
            let wrong = Enrollment.Token(
                marketURL: serving.url, id: serving.token.id, secret: serving.token.secret,
                authorityFingerprint: String(repeating: "0", count: 64))
            let error = await #expect(throws: WireError.self) {
                try await Enrollment.join(with: wrong, as: "one", stateFolder: serving.folder)
            }
            #expect(error?.errorCode == .marketUntrusted)
            let rows = try await serving.market.store.read([.joinToken("tok_1")])
            #expect(rows.joinToken("tok_1")?.usesLeft == 1)
            #expect(try NodeIdentity.load(stateFolder: serving.folder) == nil)
        }
    }

    @Test(arguments: ["http://192.0.2.1:80", "ftp://127.0.0.1", "market", ""])
    func `a token is sent in clear to nobody but this machine`(_ url: String) async throws {
        let token = Enrollment.Token(
            marketURL: url, id: "t", secret: "s", authorityFingerprint: "")
        let folder =
            FileManager.default.temporaryDirectory.path
            + "/orban-join-" + Hex.encode(RandomBytes.make(8))
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let error = await #expect(throws: WireError.self) {
            try await Enrollment.join(with: token, as: "one", stateFolder: folder)
        }
        #expect(error?.errorCode == .marketUntrusted)
    }

    @Test func `a refused token is told with the market's code`() async throws {
        try await serving(host: "127.0.0.1") { serving in
            let wrong = Enrollment.Token(
                marketURL: serving.url, id: serving.token.id, secret: "guess",
                authorityFingerprint: serving.token.authorityFingerprint)
            let error = await #expect(throws: EnrollmentRefused.self) {
                try await Enrollment.join(with: wrong, as: "one", stateFolder: serving.folder)
            }
            #expect(error?.problem.code == "token_invalid")
        }
    }

    @Test func `a certificate is renewed at half of its life, over verified TLS`() async throws {
        try await serving(host: "0.0.0.0") { serving in
            let first = try await serving.joined()
            let life = first.renewAt.timeIntervalSince(MarketClock.certificateTime())
            #expect((42_000...43_200).contains(life))
            let key = try ReceiptKey.load(stateFolder: serving.folder)
            let second = try await Enrollment.renew(
                first, signer: key, stateFolder: serving.folder)
            #expect(second.place == first.place)
            #expect(second.certificatePEM != first.certificatePEM)
            let link = try await serving.client().connect()
            try await link.send(.heartbeat(number: 1))
            for try await frame in link.frames {
                #expect(frame == .renewal(number: 1, leases: []))
                break
            }
        }
    }

    @Test func `a market that says nothing for ten seconds is gone`() async throws {
        try await serving(host: "127.0.0.1") { serving in
            _ = try await serving.joined()
            let clock = StillClock()
            let link = try await serving.client(clock).connect()
            clock.hurry()
            await #expect(throws: ChannelFailure.silent) {
                for try await _ in link.frames {}
            }
            await #expect(throws: ChannelFailure.ended) { try await link.send(.drain) }
        }
    }

    @Test func `a node that has joined no market cannot connect`() async throws {
        let client = ChannelClient(
            stateFolder: "/nonexistent", clock: ContinuousClock(), log: Logger(label: "test"))
        await #expect(throws: ChannelFailure.notJoined) { _ = try await client.connect() }
    }
}

/// A clock that stands still until it is hurried; from then on every wait is over at once.
final class StillClock: Clock {
    private let isHurried = Mutex(false)
    private let clock = ContinuousClock()

    var now: ContinuousClock.Instant { clock.now }
    var minimumResolution: Duration { clock.minimumResolution }

    func hurry() { isHurried.withLock { $0 = true } }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        while !isHurried.withLock({ $0 }) { try await clock.sleep(for: .milliseconds(5)) }
        await Task.yield()
    }
}
