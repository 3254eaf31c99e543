import ContainerEngine
import Domain
import Glibc
import Logging

/// Images by the digest of the archive that they came in, or of their manifest in a registry.
///
/// Which image a digest stands for is noted by the image's own id, never by a name: an archive names
/// its images as it likes, so a name in the engine's store proves nothing.
struct ImageStore: Sendable {
    /// No image of a job is larger.
    static let limitBytes: Int64 = 64 << 30

    let folder: String
    let client: LibpodClient
    let market: MarketBytes
    let registries: RegistryPolicy
    let clock: any Clock<Duration>

    /// The id of the image, fetched if it is not there.
    /// - Throws: `StartFailure`, `EngineError` when the engine is not there, `CancellationError`.
    func image(_ reference: ImageReference, token: String) async throws -> String {
        switch reference {
        case .archive(_, let digest):
            try await once(digest.hexadecimal) { try await fetched(digest, token: token) }
        case .registry(let image): try await pulled(image)
        }
    }

    /// The id noted under `key`, or else what `fetch` brings; one at a time for each key.
    func once(_ key: String, _ fetch: () async throws -> String) async throws -> String {
        if let id = try await known(key) { return id }
        try StateFile.makeFolder(folder)
        let lock = try await FileGate.pass("\(folder)/\(key).lock", clock: clock)
        defer { withExtendedLifetime(lock) {} }
        if let id = try await known(key) { return id }
        let id = try await fetch()
        try StateFile.replace("\(folder)/\(key).id", with: Array(id.utf8))
        return id
    }

    private func known(_ key: String) async throws -> String? {
        guard let bytes = try StateFile.read("\(folder)/\(key).id") else { return nil }
        let id = String(decoding: bytes, as: UTF8.self)
        return try await client.imageExists(id) ? id : nil
    }

    private func fetched(_ digest: BlobDigest, token: String) async throws -> String {
        let archive = "\(folder)/\(digest.hexadecimal).tar"
        defer { unlink(archive) }
        do {
            try await market.download(digest, to: archive, token: token, limit: Self.limitBytes)
        } catch let refused as MarketBytes.Refused {
            throw StartFailure(.imageMissing, "\(refused)")
        }
        return try await load(archive)
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
}
