import Domain

/// Who owns which bytes, and how many of them.
extension Market {
    /// 100 GB.
    package static let standardBlobQuota: Int64 = 100_000_000_000
    /// Unfinished uploads of one account.
    static let mostUploads = 1000

    /// Sets an upload's whole size aside, or goes on with it. An account that has the blob already
    /// changes nothing. What was set aside never shrinks: an earlier part may still be written.
    ///
    /// - Throws: `Refusal.storageFull`, `.tooManyUploads`.
    func beginUpload(_ key: BlobKey, total: Int64, _ rows: Rows, _ now: Timestamp) throws
        -> Decision
    {
        guard total >= 0 else { throw Refusal.termsImpossible("a size of zero or more bytes") }
        var decision = Decision()
        if rows.ownedBlob(key) != nil { return decision }
        var use = rows.storage(key.owner)
        let known = rows.upload(key)
        if known == nil {
            guard use.uploads < Self.mostUploads else {
                throw Refusal.tooManyUploads(limit: Self.mostUploads)
            }
            use.uploads += 1
        }
        let aside = max(total, known?.total ?? 0)
        try grow(&use, by: aside, releasing: known?.total ?? 0)
        decision.rows = [
            .upload(Upload(key: key, total: aside, touchedAt: now)), .storage(use),
        ]
        return decision
    }

    /// Makes an account an owner of bytes that it delivered and that were verified. Idempotent.
    ///
    /// - Throws: `Refusal.storageFull` where nothing was set aside for them.
    func addBlob(_ blob: Blob, _ rows: Rows) throws -> Decision {
        guard rows.ownedBlob(blob.key) == nil else { return Decision() }
        var decision = Decision()
        var use = rows.storage(blob.owner)
        let upload = rows.upload(blob.key)
        try grow(&use, by: blob.size, releasing: upload?.total ?? 0)
        if upload != nil {
            use.uploads -= 1
            decision.droppedUploads = [blob.key]
        }
        decision.rows = [.blob(blob), .storage(use)]
        return decision
    }

    /// Gives up an upload that was not touched since `limit`. Idempotent.
    func dropUpload(_ key: BlobKey, untouchedSince limit: Timestamp, _ rows: Rows) -> Decision {
        var decision = Decision()
        guard let upload = rows.upload(key), upload.touchedAt < limit else { return decision }
        var use = rows.storage(key.owner)
        use.bytes -= upload.total
        use.uploads -= 1
        decision.rows = [.storage(use)]
        decision.droppedUploads = [key]
        return decision
    }

    /// What was set aside before stays granted, also under a quota that was lowered since.
    private func grow(_ use: inout StorageUse, by bytes: Int64, releasing old: Int64) throws {
        let (sum, overflow) = (use.bytes - old).addingReportingOverflow(bytes)
        guard bytes <= old || (!overflow && sum <= blobQuota) else {
            throw Refusal.storageFull(limitBytes: blobQuota)
        }
        use.bytes = sum
    }
}
