import Domain
import Marketplace
import Testing

@Suite struct StorageTests {
    static let owner = AccountID("acc_ann")!
    static let now = Timestamp(milliseconds: 1_000_000)

    /// A market of 100 bytes per account.
    struct Depot {
        var tables = MemoryTables()
        let market = Market(commission: BasisPoints(250)!, blobQuota: 100)

        mutating func perform(_ command: Command, at now: Timestamp = now) throws {
            _ = try tables.perform([command], market: market, at: now)[0].get()
        }
        var use: StorageUse { tables.read([.storage(owner)]).storage(owner) }
    }

    static func key(_ letter: String, _ owner: AccountID = owner) -> BlobKey {
        BlobKey(
            digest: BlobDigest("sha256:" + String(repeating: letter, count: 64))!, owner: owner)
    }

    static func blob(_ letter: String, _ size: Int64) -> Blob {
        Blob(digest: key(letter).digest, size: size, owner: owner)
    }

    @Test func `uploads that began at the same time cannot pass the quota together`() throws {
        var depot = Depot()
        try depot.perform(.beginUpload(Self.key("a"), totalBytes: 60))
        #expect(throws: Refusal.storageFull(limitBytes: 100)) {
            try depot.perform(.beginUpload(Self.key("b"), totalBytes: 60))
        }
        try depot.perform(.beginUpload(Self.key("b"), totalBytes: 40))
        #expect(depot.use == StorageUse(account: Self.owner, bytes: 100, uploads: 2))
    }

    @Test func `an upload that begins again is counted once, by its largest size`() throws {
        var depot = Depot()
        for total in [10, 90, 70] {
            try depot.perform(.beginUpload(Self.key("a"), totalBytes: Int64(total)))
        }
        #expect(depot.use == StorageUse(account: Self.owner, bytes: 90, uploads: 1))
        #expect(throws: Refusal.storageFull(limitBytes: 100)) {
            try depot.perform(.beginUpload(Self.key("a"), totalBytes: 101))
        }
        #expect(throws: Refusal.storageFull(limitBytes: 100)) {
            try depot.perform(.beginUpload(Self.key("a"), totalBytes: .max))
        }
    }

    @Test func `a complete blob takes its upload's place and is counted once`() throws {
        var depot = Depot()
        try depot.perform(.beginUpload(Self.key("a"), totalBytes: 70))
        try depot.perform(.addBlob(Self.blob("a", 70)))
        try depot.perform(.addBlob(Self.blob("a", 70)))
        try depot.perform(.beginUpload(Self.key("a"), totalBytes: 70))
        #expect(depot.use == StorageUse(account: Self.owner, bytes: 70, uploads: 0))
    }

    @Test func `two owners of the same bytes each count them`() throws {
        var depot = Depot()
        let other = AccountID("acc_bob")!
        try depot.perform(.addBlob(Self.blob("a", 70)))
        try depot.perform(.addBlob(Blob(digest: Self.key("a").digest, size: 70, owner: other)))
        #expect(depot.use.bytes == 70)
        #expect(depot.tables.read([.storage(other)]).storage(other).bytes == 70)
    }

    @Test func `an upload is dropped only when nothing touched it since`() throws {
        var depot = Depot()
        try depot.perform(.beginUpload(Self.key("a"), totalBytes: 70))
        try depot.perform(.dropUpload(Self.key("a"), untouchedSince: Self.now))
        #expect(depot.use.uploads == 1)
        try depot.perform(.dropUpload(Self.key("a"), untouchedSince: Self.now.advanced(seconds: 1)))
        try depot.perform(.dropUpload(Self.key("a"), untouchedSince: Self.now.advanced(seconds: 1)))
        #expect(depot.use == StorageUse(account: Self.owner, bytes: 0, uploads: 0))
    }

    @Test func `an account has at most a thousand unfinished uploads`() throws {
        var depot = Depot()
        for number in 0..<1000 {
            let hex = String(1_000_000 + number)
            let digest = "sha256:" + String(repeating: "0", count: 64 - hex.utf8.count) + hex
            try depot.perform(
                .beginUpload(
                    BlobKey(digest: BlobDigest(digest)!, owner: Self.owner), totalBytes: 0))
        }
        #expect(throws: Refusal.tooManyUploads(limit: 1000)) {
            try depot.perform(.beginUpload(Self.key("a"), totalBytes: 0))
        }
    }
}
