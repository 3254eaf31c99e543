package import Domain
package import Logging
package import Marketplace
import Wire

/// Who may read a blob and who owns one, from committed rows alone.
extension MarketServices {
    /// Whose quota a blob counts to: the account itself, or the renter of the lease.
    func owner(_ call: Call) async throws -> AccountID {
        switch call.principal {
        case .account(let id, _): return id
        case .lease(let id):
            guard let lease = try await store.read([.lease(id)]).lease(id) else {
                throw Refusal.leaseUnknown(id)
            }
            return lease.renter
        case .nobody: throw WireError.unauthorized
        }
    }

    /// The largest blob that the caller may upload. A node keeps what its lease's disk held: at most
    /// that, and as much again for an archive's headers, counts to the renter's quota at a time.
    func largestBlob(of call: Call) async throws -> Int64 {
        guard case .lease(let id) = call.principal else { return BlobStore.limitBytes }
        guard let lease = try await store.read([.lease(id)]).lease(id) else {
            throw Refusal.leaseUnknown(id)
        }
        return min(BlobStore.limitBytes, 2 * lease.slice.diskBytes + 1 << 20)
    }

    /// The blob, if this account delivered its bytes.
    func ownedBlob(_ key: BlobKey) async throws -> Blob? {
        try await store.read([.ownedBlob(key)]).ownedBlob(key)
    }

    /// The size of a blob that the caller may read: one whose bytes they delivered themselves, one
    /// that their lease works with, or any for the operator.
    func blobSize(_ digest: BlobDigest, for call: Call) async throws -> Int64? {
        let rows = try await store.read([.blob(digest)])
        guard case .blob(let blob)? = rows[.blob(digest)].first,
            blobs.size(of: digest) == blob.size
        else { return nil }
        if call.isOperator { return blob.size }
        let owner = try await owner(call)
        if try await ownedBlob(BlobKey(digest: digest, owner: owner)) != nil { return blob.size }
        guard case .lease(let id) = call.principal,
            let lease = try await store.read([.lease(id)]).lease(id),
            let job = try await store.read([.job(lease.task.job)]).job(lease.task.job)
        else { return nil }
        let workload = job.terms.workload
        let isUsed =
            workload.image.blob == digest || workload.inputs.contains { $0.digest == digest }
        return isUsed ? blob.size : nil
    }

    /// What a spec's image is pinned to: a registry's image by its digest, a named image, or one
    /// that the caller pinned: a named image's blob, or one of their own. No registry is asked: a
    /// renter would choose whom the market calls.
    ///
    /// - Throws: `WireError.imageNotFound`, `.imageUnpinned`, `.parameterInvalid`.
    func resolve(
        _ name: String, digest: BlobDigest?, for renter: AccountID
    ) async throws -> ImageReference {
        if let image = RegistryImage(name) {
            guard digest == nil else { throw WireError.parameterInvalid(name: "image_digest") }
            return .registry(image)
        }
        guard let pinned = digest ?? BlobDigest(name) else {
            let rows = try await store.read([.image(name)])
            guard case .image(let image)? = rows[.image(name)].first else {
                throw RegistryImage.isMeant(by: name)
                    ? WireError.imageUnpinned(name) : WireError.imageNotFound(name)
            }
            return .archive(name: name, digest: image.digest)
        }
        let own = Read.ownedBlob(BlobKey(digest: pinned, owner: renter))
        let rows = try await store.read([own, .imageOf(pinned)])
        guard !rows[own].isEmpty || !rows[.imageOf(pinned)].isEmpty else {
            throw WireError.imageNotFound(name)
        }
        return .archive(name: name, digest: pinned)
    }

    /// - Throws: `WireError.notFound` for an input that this renter never uploaded whole.
    func checkInputs(_ workload: Workload, of renter: AccountID) async throws {
        for input in workload.inputs {
            guard try await ownedBlob(BlobKey(digest: input.digest, owner: renter)) != nil else {
                throw WireError.notFound(input.digest.text)
            }
        }
    }
}

/// Removes uploads that nobody goes on with.
package struct UploadKeeper: Sendable {
    /// Hours without a new part after which an upload is given up.
    package static let patienceHours: Int64 = 24
    private static let batch = 1000

    private let store: any Store
    private let blobs: BlobStore
    private let log: Logger

    package init(store: any Store, blobs: BlobStore, log: Logger) {
        self.store = store
        self.blobs = blobs
        self.log = log
    }

    /// The file goes first, then its row and what it had set aside: a crash between leaves a row,
    /// which the next pass finds again.
    package func removeAbandoned(at now: Timestamp) async throws {
        let limit = now.advanced(seconds: -Self.patienceHours * 3600)
        let read = Read.uploads(untouchedSince: limit, limit: Self.batch)
        var drops: [Command] = []
        for case .upload(let upload) in try await store.read([read])[read] {
            do {
                try blobs.discard(upload.key)
            } catch WireError.unavailable {
                continue  // it is being written: not abandoned
            } catch {
                log.error(
                    "cannot remove an abandoned upload",
                    metadata: ["digest": "\(upload.key.digest)", "cause": "\(error)"])
                continue
            }
            drops.append(.dropUpload(upload.key, untouchedSince: limit))
        }
        _ = try await store.perform(drops)
    }

    /// Deletes files without rows; before the first request.
    func sweep() async throws {
        let read = Read.uploads(
            untouchedSince: Timestamp(milliseconds: Timestamp.limit), limit: 1_000_000)
        var kept: Set<BlobKey> = []
        for case .upload(let upload) in try await store.read([read])[read] {
            kept.insert(upload.key)
        }
        try await blobs.sweep(keeping: kept) { digest in
            try await !store.read([.blob(digest)])[.blob(digest)].isEmpty
        }
    }
}
