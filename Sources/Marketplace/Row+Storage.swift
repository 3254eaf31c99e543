package import Domain

/// One account's part in one blob.
package struct BlobKey: Hashable, Comparable, Sendable, Codable {
    package let digest: BlobDigest
    package let owner: AccountID

    package init(digest: BlobDigest, owner: AccountID) {
        self.digest = digest
        self.owner = owner
    }

    package static func < (left: BlobKey, right: BlobKey) -> Bool {
        (left.digest, left.owner) < (right.digest, right.owner)
    }
}

/// A blob that is complete and verified on disk, and an account that delivered all its bytes.
///
/// Each account that delivered them has its row; nobody owns a blob by naming its digest.
package struct Blob: Hashable, Sendable, Codable {
    package let digest: BlobDigest
    package let size: Int64
    package let owner: AccountID

    package init(digest: BlobDigest, size: Int64, owner: AccountID) {
        self.digest = digest
        self.size = size
        self.owner = owner
    }

    package var key: BlobKey { BlobKey(digest: digest, owner: owner) }
}

/// An upload that is not complete. Its whole announced size counts against its account's quota.
package struct Upload: Hashable, Sendable, Codable {
    package let key: BlobKey
    package let total: Int64
    /// When its last part began.
    package let touchedAt: Timestamp

    package init(key: BlobKey, total: Int64, touchedAt: Timestamp) {
        self.key = key
        self.total = total
        self.touchedAt = touchedAt
    }
}

/// What an account's blobs and uploads take.
package struct StorageUse: Hashable, Sendable, Codable {
    package let account: AccountID
    /// Bytes of its complete blobs, and announced bytes of its uploads.
    package var bytes: Int64
    package var uploads: Int

    package init(account: AccountID, bytes: Int64 = 0, uploads: Int = 0) {
        self.account = account
        self.bytes = bytes
        self.uploads = uploads
    }
}
