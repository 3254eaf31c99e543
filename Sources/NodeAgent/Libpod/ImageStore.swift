import ContainerEngine
import Domain
import Glibc
import Logging

/// Images by the digest of the archive that they came in.
///
/// Which image an archive holds is noted by the image's own id, never by a name: an archive names
/// its images as it likes, so a name in the engine's store proves nothing.
struct ImageStore: Sendable {
    /// No image of a job is larger.
    private static let limitBytes: Int64 = 64 << 30

    let folder: String
    let client: LibpodClient
    let market: MarketBytes
    let clock: any Clock<Duration>

    /// The id of the image, fetched and loaded if it is not there.
    /// - Throws: `StartFailure`, `EngineError` when the engine is not there, `CancellationError`.
    func image(_ digest: BlobDigest, token: String) async throws -> String {
        if let id = try await known(digest) { return id }
        try StateFile.makeFolder(folder)
        let lock = try await FileGate.pass(path(digest, "lock"), clock: clock)
        defer { withExtendedLifetime(lock) {} }
        if let id = try await known(digest) { return id }
        let archive = path(digest, "tar")
        defer { unlink(archive) }
        do {
            try await market.download(digest, to: archive, token: token, limit: Self.limitBytes)
        } catch let refused as MarketBytes.Refused {
            throw StartFailure(.imageMissing, "\(refused)")
        }
        let id = try await load(archive)
        try StateFile.replace(path(digest, "id"), with: Array(id.utf8))
        return id
    }

    private func load(_ archive: String) async throws -> String {
        do {
            let names = try await client.load(archive: archive)
            guard names.count == 1, let name = names.first else {
                throw StartFailure(.imageInvalid, "\(names.count) images in the archive")
            }
            return try await client.inspectImage(name).id
        } catch let error as EngineError where error.category != .unreachable {
            throw StartFailure(.imageInvalid, "\(error): \(error.detail)")
        }
    }

    private func known(_ digest: BlobDigest) async throws -> String? {
        guard let bytes = try StateFile.read(path(digest, "id")) else { return nil }
        let id = String(decoding: bytes, as: UTF8.self)
        return try await client.imageExists(id) ? id : nil
    }

    private func path(_ digest: BlobDigest, _ ending: String) -> String {
        "\(folder)/\(digest.hexadecimal).\(ending)"
    }
}
