import ControlPlane
import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Marketplace
import NIOCore
import Transparency
import Wire

/// A market without listeners in a folder of its own, its routes called directly.
struct TestMarket {
    static let renter = AccountID("acc_renter")!
    static let other = AccountID("acc_other")!
    static let provider = AccountID("acc_provider")!
    static let boss = AccountID("acc_operator")!

    let configuration: MarketConfiguration
    let server: MarketServer
    let keys: [Role: String]
    let otherRenter: String

    init(
        blobQuota: Int64 = MarketConfiguration.standardBlobQuota, limits: RateLimits = .standard,
        channelPort: Int = 7071, beacons: [Beacon] = []
    ) async throws {
        let folder =
            FileManager.default.temporaryDirectory.path
            + "/orban-api-" + Hex.encode(RandomBytes.make(8))
        configuration = MarketConfiguration(
            folder: folder, host: "127.0.0.1", port: 0, channelPort: channelPort,
            publicHost: "localhost", commission: BasisPoints(250)!, origin: "test.orban",
            blobQuota: blobQuota, limits: limits, beacons: beacons)
        server = try await MarketServer(configuration, log: Self.log)
        let services = server.services
        keys = [
            .renter: try await services.makeKey(for: Self.renter, role: .renter, label: "renter"),
            .provider: try await services.makeKey(
                for: Self.provider, role: .provider, label: "provider"),
            .operator: try await services.makeKey(
                for: Self.boss, role: .operator, label: "operator"),
        ]
        otherRenter = try await services.makeKey(for: Self.other, role: .renter, label: "other")
    }

    private init(restarting old: TestMarket) async throws {
        configuration = old.configuration
        keys = old.keys
        otherRenter = old.otherRenter
        server = try await MarketServer(configuration, log: Self.log)
    }

    /// Another market on the same folder, with nothing of the first in memory.
    func restarted() async throws -> TestMarket { try await TestMarket(restarting: self) }

    private static let log: Logger = {
        var log = Logger(label: "test")
        log.logLevel = .critical
        return log
    }()

    func call<Value>(
        _ body: @Sendable @escaping (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        let app = Application(router: API(server.services).responder)
        return try await app.test(.router, body)
    }

    /// Puts a blob there as if it had been uploaded, named as an image.
    func addImage(_ name: String) async throws {
        let bytes = Array("image of \(name)".utf8)
        let digest = Self.digest(bytes)
        _ = try await server.services.blobs.receive(
            Self.stream(bytes), at: 0, total: Int64(bytes.count),
            as: BlobKey(digest: digest, owner: Self.boss))
        let store = server.services.store
        try await store.perform(
            .addBlob(Blob(digest: digest, size: Int64(bytes.count), owner: Self.boss)))
        try await store.perform(.nameImage(NamedImage(name: name, digest: digest)))
    }

    static func stream(_ bytes: [UInt8]) -> AsyncThrowingStream<ByteBuffer, any Error> {
        AsyncThrowingStream { continuation in
            continuation.yield(ByteBuffer(bytes: bytes))
            continuation.finish()
        }
    }

    func credit(_ amount: String) async throws {
        let key = Idempotency(
            key: ReplayKey(account: Self.boss, key: Hex.encode(RandomBytes.make(8))), bodyHash: "")
        try await server.services.store.perform(
            .credit(Self.renter, Money(decimal: amount)!, reason: "test", key))
    }

    static func digest(_ bytes: [UInt8]) -> BlobDigest {
        BlobDigest("sha256:" + Hex.encode(Array(SHA256.hash(data: bytes))))!
    }

    static func headers(_ token: String?, key: String? = nil) -> HTTPFields {
        var fields = HTTPFields()
        if let token { fields[.authorization] = "Bearer \(token)" }
        if let key { fields[HTTPField.Name("Idempotency-Key")!] = key }
        return fields
    }

    static func problem(_ response: TestResponse) throws -> ProblemDTO {
        try WireJSON.decode(ProblemDTO.self, from: Array(response.body.readableBytesView))
    }
}
