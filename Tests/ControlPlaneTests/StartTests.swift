import ControlPlane
import Domain
import Foundation
import Marketplace
import Testing

@Suite struct StartTests {
    private static func orphan(_ market: TestMarket) async throws -> String {
        let blobs = market.server.services.blobs
        let key = BlobKey(digest: TestMarket.digest([7]), owner: TestMarket.renter)
        _ = try await blobs.receive(TestMarket.stream([7]), at: 0, total: 1, as: key)
        return blobs.path(of: key.digest)
    }

    @Test func `a market that has lived deletes a blob that a crash left without an owner`()
        async throws
    {
        let market = try await TestMarket()
        let path = try await Self.orphan(market)
        try await market.addImage("localhost/kept:1")
        try await market.server.services.store.perform(.keepAlive)
        let again = try await market.restarted()
        #expect(!FileManager.default.fileExists(atPath: path))
        let kept = TestMarket.digest(Array("image of localhost/kept:1".utf8))
        let blobs = again.server.services.blobs
        #expect(FileManager.default.fileExists(atPath: blobs.path(of: kept)))
    }

    @Test func `a market with an empty database touches no file that lies there`() async throws {
        let market = try await TestMarket()
        let path = try await Self.orphan(market)
        for name in ["market.db", "market.db-wal", "market.db-shm"] {
            try FileManager.default.removeItem(atPath: market.configuration.folder + "/" + name)
        }
        _ = try await market.restarted()
        #expect(FileManager.default.fileExists(atPath: path))
    }
}
