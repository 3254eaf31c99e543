import Domain
import GRDB
import Marketplace
import Testing

@testable import SQLiteStorage

/// A database of an older version goes on with everything that it held.
struct MigrationTests {
    private static let sealer = Sealer(key: testSealKey)
    private static let digests = ["b", "c"].map { "sha256:" + String(repeating: $0, count: 64) }

    /// A database as the first version wrote it: two blobs of one account.
    private static func makeFirstVersion(_ folder: ScratchFolder) throws {
        let queue = try DatabaseQueue(path: folder.databasePath)
        try Schema.migrator(sealer).migrate(queue, upTo: "v1")
        try queue.write { database in
            var tally = Tally()
            for digest in digests {
                let cells: [Cell] = [.text(digest), .integer(40), .text("acc_A1")]
                let seal = sealer.seal("blobs", cells)
                tally.add(seal)
                try database.run(
                    "INSERT INTO blobs (digest, size, owner, seal) VALUES (?, ?, ?, ?)",
                    cells + [.blob(seal)])
            }
            let later: [SQLiteStorage.Table] = [
                .uploads, .storage, .events, .chainBooks, .deeds, .vaultUsers, .pairs, .locks,
            ]
            for table in SQLiteStorage.Table.allCases where !later.contains(table) {
                let cells = (table == .blobs ? tally : Tally()).cells(of: table)
                try database.run(
                    "INSERT INTO tallies (name, row_count, sum, seal) VALUES (?, ?, ?, ?)",
                    cells + [.blob(sealer.seal(Tally.tableName, cells))])
            }
        }
        try queue.close()
    }

    @Test func `blobs of the first version keep their owner and count against the quota`()
        async throws
    {
        let folder = try ScratchFolder()
        try Self.makeFirstVersion(folder)
        let store = try openStore(folder, clock: HandClock(Timestamp(milliseconds: 5)))
        #expect(try store.audit() == [])
        let owner = AccountID("acc_A1")!
        let digest = try #require(BlobDigest(Self.digests[1]))
        let key = BlobKey(digest: digest, owner: owner)
        let rows = try await store.read([.ownedBlob(key), .storage(owner)])
        #expect(rows.ownedBlob(key) == Blob(digest: digest, size: 40, owner: owner))
        #expect(rows.storage(owner) == StorageUse(account: owner, bytes: 80))
        try await store.perform(.beginUpload(World.key("d", owner), totalBytes: 40))
        await #expect(throws: Refusal.storageFull(limitBytes: 120)) {
            try await store.perform(.beginUpload(World.key("e", owner), totalBytes: 1))
        }
        #expect(try store.audit() == [])
    }

    @Test func `a row that was changed before the migration is still named after it`() throws {
        let folder = try ScratchFolder()
        try Self.makeFirstVersion(folder)
        let queue = try DatabaseQueue(path: folder.databasePath)
        try queue.write {
            try $0.execute(
                sql: "UPDATE blobs SET owner = 'acc_A2' WHERE digest = ?",
                arguments: [Self.digests[0]])
        }
        try queue.close()
        let store = try openStore(folder, clock: HandClock(Timestamp(milliseconds: 5)))
        let broken = try store.audit()
        #expect(broken.map(\.table) == ["blobs"])
        #expect(broken.first?.key == Self.digests[0] + "/acc_A2")
    }
}

extension World {
    static func key(_ letter: String, _ owner: AccountID) -> BlobKey {
        BlobKey(
            digest: BlobDigest("sha256:" + String(repeating: letter, count: 64))!, owner: owner)
    }
}
