import Crypto
package import Domain
import Foundation
package import Marketplace
package import NIOCore
import Wire

/// Blobs by content, as files. An upload grows part by part and becomes a blob only when its
/// SHA-256 is the name it was given.
///
/// Every account uploads into a file of its own, also where the blob is there already: delivering
/// the bytes is what makes an owner. One writer at a time has an upload's file.
package struct BlobStore: Sendable {
    /// Largest blob.
    package static let limitBytes: Int64 = 64 << 30
    private static let chunk = 1 << 20

    private let blobs: String
    private let uploads: String
    private let turns = UploadTurns()
    private let disk = DispatchQueue(label: "orban.blobs", attributes: .concurrent)

    package init(folder: String) throws {
        blobs = folder + "/blobs"
        uploads = folder + "/uploads"
        for path in [blobs, uploads] {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
    }

    package func path(of digest: BlobDigest) -> String {
        blobs + "/" + digest.text.dropFirst("sha256:".count)
    }

    /// Bytes received so far of an incomplete upload.
    package func offset(of upload: BlobKey) -> Int64 { Self.size(path(of: upload)) ?? 0 }

    private func path(of upload: BlobKey) -> String {
        uploads + "/" + upload.digest.text.dropFirst("sha256:".count) + "." + upload.owner.text
    }

    private static func size(_ path: String) -> Int64? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            return nil
        }
        return (attributes[.size] as? NSNumber)?.int64Value
    }

    /// Bytes of a complete blob, or nil.
    package func size(of digest: BlobDigest) -> Int64? { Self.size(path(of: digest)) }

    // MARK: Uploads

    /// Writes one part at `offset`, over what is there; what lies beyond stays, for somebody else may
    /// be sending the same bytes. The last part makes the upload a blob, on disk before this
    /// returns.
    ///
    /// - Returns: bytes received so far; `total` of them are a blob.
    /// - Throws: `WireError.parameterInvalid` when the part would leave a gap, `.blobMismatch` when
    ///   the bytes are not what their name says (they are thrown away then), `.unavailable` when
    ///   another part of the same upload began meanwhile, or while it is checked.
    package func receive(
        _ part: some AsyncSequence<ByteBuffer, any Error>, at offset: Int64, total: Int64,
        as upload: BlobKey
    ) async throws -> Int64 {
        let path = path(of: upload)
        let received = try await turns.writing(path) { turn in
            try await Self.write(part, at: offset, total: total, to: path, turn)
        }
        if received == total {
            try await onDisk { try publish(upload, size: total) }
        }
        return received
    }

    private static func write(
        _ part: some AsyncSequence<ByteBuffer, any Error>, at offset: Int64, total: Int64,
        to path: String, _ turn: UploadTurns.Turn
    ) async throws -> Int64 {
        if !FileManager.default.fileExists(atPath: path) {
            guard
                FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            else { throw WireError.unavailable }
        }
        guard let handle = FileHandle(forUpdatingAtPath: path) else { throw WireError.unavailable }
        defer { try? handle.close() }
        guard offset >= 0, offset <= Self.size(path) ?? 0 else {
            throw WireError.parameterInvalid(name: "Content-Range")
        }
        try handle.seek(toOffset: UInt64(offset))
        var position = offset
        for try await buffer in part {
            position += Int64(buffer.readableBytes)
            guard position <= total else { throw WireError.parameterInvalid(name: "Content-Range") }
            try turn.using { try handle.write(contentsOf: Data(buffer.readableBytesView)) }
        }
        return position
    }

    /// Checks a whole upload and makes it a blob. Blocks for as long as its bytes are read.
    private func publish(_ upload: BlobKey, size: Int64) throws {
        let path = path(of: upload)
        try turns.checking(path) {
            guard let handle = FileHandle(forUpdatingAtPath: path) else {
                throw WireError.unavailable
            }
            defer { try? handle.close() }
            try handle.truncate(atOffset: UInt64(size))
            guard try Self.digest(of: handle) == upload.digest else {
                try FileManager.default.removeItem(atPath: path)
                throw WireError.blobMismatch(upload.digest)
            }
            try handle.synchronize()
            guard rename(path, self.path(of: upload.digest)) == 0 else {
                throw WireError.unavailable
            }
            try flushFolder()
        }
    }

    /// A rename is on disk when its folder is.
    private func flushFolder() throws {
        let descriptor = open(blobs, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw WireError.unavailable }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw WireError.unavailable }
    }

    /// Runs what blocks for long on a thread of its own: on one of the pool's it would hold up
    /// heartbeats.
    private func onDisk(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            disk.async { done.resume(with: Result(catching: body)) }
        }
    }

    /// From its beginning.
    private static func digest(of handle: FileHandle) throws -> BlobDigest? {
        try handle.seek(toOffset: 0)
        var hash = SHA256()
        while let data = try handle.read(upToCount: chunk), !data.isEmpty {
            hash.update(data: data)
        }
        let hex = hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }
        return BlobDigest("sha256:" + hex.joined())
    }

    // MARK: Removal

    /// Deletes what there is of an upload.
    ///
    /// - Throws: `WireError.unavailable` while it is written or checked.
    package func discard(_ upload: BlobKey) throws {
        let path = path(of: upload)
        try turns.idle(path) {
            guard FileManager.default.fileExists(atPath: path) else { return }
            try FileManager.default.removeItem(atPath: path)
        }
    }

    /// Deletes files that a crash left without a row; only before the first request.
    ///
    /// - Parameter isBlob: whether some account owns it.
    package func sweep(
        keeping kept: Set<BlobKey>, isBlob: (BlobDigest) async throws -> Bool
    ) async throws {
        let names = Set(kept.map(path(of:)))
        for name in try FileManager.default.contentsOfDirectory(atPath: uploads).sorted() {
            let path = uploads + "/" + name
            if !names.contains(path) { try FileManager.default.removeItem(atPath: path) }
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: blobs).sorted() {
            guard let digest = BlobDigest("sha256:" + name) else { continue }
            if try await !isBlob(digest) {
                try FileManager.default.removeItem(atPath: path(of: digest))
            }
        }
    }
}
