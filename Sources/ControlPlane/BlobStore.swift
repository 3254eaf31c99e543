import Crypto
package import Domain
import Foundation
package import NIOCore
import Wire

/// Blobs by content, as files. An upload grows part by part and becomes a blob only when its
/// SHA-256 is the name it was given.
package struct BlobStore: Sendable {
    /// Largest blob.
    package static let limitBytes: Int64 = 64 << 30
    private static let chunk = 1 << 20

    private let blobs: String
    private let uploads: String

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

    /// Bytes of a complete blob, or nil.
    package func size(of digest: BlobDigest) -> Int64? { Self.size(path(of: digest)) }

    /// Bytes received so far of an incomplete one.
    package func offset(of digest: BlobDigest, by owner: String) -> Int64 {
        Self.size(upload(digest, owner)) ?? 0
    }

    private func upload(_ digest: BlobDigest, _ owner: String) -> String {
        uploads + "/" + digest.text.dropFirst("sha256:".count) + "." + owner
    }

    private static func size(_ path: String) -> Int64? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            return nil
        }
        return (attributes[.size] as? NSNumber)?.int64Value
    }

    /// Writes one part at `offset`; what the file already has beyond it is written over.
    ///
    /// - Returns: bytes received so far.
    /// - Throws: `WireError.parameterInvalid` when the part would leave a gap.
    package func write(
        _ part: some AsyncSequence<ByteBuffer, any Error>, at offset: Int64, total: Int64,
        to digest: BlobDigest, by owner: String
    ) async throws -> Int64 {
        let path = upload(digest, owner)
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
            try handle.write(contentsOf: Data(buffer.readableBytesView))
        }
        return position
    }

    /// Checks a complete upload and makes it a blob.
    ///
    /// - Throws: `WireError.blobMismatch` when its bytes are not what its name says; they are
    ///   thrown away then.
    @concurrent
    package func finish(_ digest: BlobDigest, by owner: String) async throws {
        let path = upload(digest, owner)
        guard try Self.digest(ofFile: path) == digest else {
            try FileManager.default.removeItem(atPath: path)
            throw WireError.blobMismatch(digest)
        }
        guard rename(path, self.path(of: digest)) == 0 else { throw WireError.unavailable }
    }

    private static func digest(ofFile path: String) throws -> BlobDigest? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
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
}
