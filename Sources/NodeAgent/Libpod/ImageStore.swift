import ContainerEngine
import Domain
import Foundation
import Glibc
import Logging

/// Images by the digest of the archive that they came in, or of their manifest in a registry.
///
/// Which image a digest stands for is noted by the image's own id, never by a name: an archive names
/// its images as it likes, so a name in the engine's store proves nothing (`load`).
struct ImageStore: Sendable {
    /// A fetch that takes longer has failed: a market waits 900 s for a start.
    private static let longestFetchSeconds = 840

    let folder: String
    let client: LibpodClient
    let market: MarketBytes
    let registries: RegistryPolicy
    /// No image of a job is larger, as it comes or unpacked.
    let limitBytes: Int64
    /// The machine's own image, which is no job's, and its id: it stays.
    let own: SelfTestImage
    let ownID: String?
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
        try await makeRoom()
        let id = try await fetch()
        try StateFile.replace("\(folder)/\(key).id", with: Array(id.utf8))
        return id
    }

    private func known(_ key: String) async throws -> String? {
        guard let bytes = try StateFile.read("\(folder)/\(key).id") else { return nil }
        let id = String(decoding: bytes, as: UTF8.self)
        guard try await client.imageExists(id) else { return nil }
        let size = try await client.inspectImage(id).sizeBytes
        guard size <= limitBytes else {
            throw StartFailure.tooLarge(key, limitBytes: limitBytes, sizeBytes: size)
        }
        // The time of the note is when the image was last wanted.
        utimes("\(folder)/\(key).id", nil)
        return id
    }

    // MARK: Archives

    private func fetched(_ digest: BlobDigest, token: String) async throws -> String {
        let archive = "\(folder)/\(digest.hexadecimal).tar"
        defer {
            unlink(archive)
            // What is not whole now is worth less than the room that it takes.
            unlink(archive + ".partial")
        }
        do {
            _ = try await watching("\(digest)", late: .node) {
                try await market.download(digest, to: archive, token: token, limit: limitBytes)
            }
        } catch MarketBytes.Refused.tooLarge(_, let size) {
            throw StartFailure.tooLarge("\(digest)", limitBytes: limitBytes, sizeBytes: size)
        } catch let refused as MarketBytes.Refused {
            throw StartFailure(.imageMissing, "\(refused)")
        }
        return try await watching("\(digest)", late: .node) { try await load(archive) }
    }

    /// An image that is in the engine's store and not too large; otherwise it is taken out again.
    func accepted(_ image: ImageRecord) async throws -> ImageRecord {
        guard image.sizeBytes > limitBytes else { return image }
        _ = try await take(out: image)
        throw StartFailure.tooLarge(
            image.id, limitBytes: limitBytes, sizeBytes: image.sizeBytes)
    }

    // MARK: Room

    /// Takes out what was wanted longest ago until no disk is short of room, or nothing is left: jobs
    /// bring images and nobody takes them away.
    func makeRoom() async throws {
        let disks = [folder, try await client.info().store.graphRoot]
        for note in try ImageNotes(folder: folder).files()
        where disks.contains(where: ImageRoom.isShort) {
            let id = String(decoding: try StateFile.read(note) ?? [], as: UTF8.self)
            guard try await client.imageExists(id) else {
                unlink(note)
                continue
            }
            if try await take(out: try await client.inspectImage(id)) { unlink(note) }
        }
    }

    /// Removes an image, unless a container uses it or it is the machine's own.
    /// - Returns: whether it is gone.
    private func take(out image: ImageRecord) async throws -> Bool {
        guard image.id != ownID else { return false }
        do {
            try await client.removeImage(image.id)
            return true
        } catch let error as EngineError where error.category != .unreachable {
            // In use, or known under several names: the engine refuses.
            return false
        }
    }

    /// Runs `body` for as long as the machine's disks bear it.
    ///
    /// Whoever sends an image says how large it is, and may send more, and a small archive may hold
    /// large layers: what counts is the disk.
    /// - Parameter late: why a start fails that takes too long.
    /// - Throws: `StartFailure` with `diskFull`, `imageTooLarge` or `late`; what `body` throws.
    func watching<Value: Sendable>(
        _ name: String, late: StartFailure.Code,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let store = try await client.info().store.graphRoot
        // The engine keeps layers in the first while they come, and in its store for good.
        let room = ImageRoom(
            limit: limitBytes, folders: ["/var/tmp", store, folder], free: ImageRoom.freeBytes)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask { try await self.watch(room, name) }
            group.addTask { try await body() }
            // The engine stops what it does for a request that is gone.
            defer { group.cancelAll() }
            guard let value = try await group.next() ?? nil else {
                throw StartFailure(late, "\(name): too slow")
            }
            return value
        }
    }

    /// - Returns: nil when the fetch has had all its time.
    private func watch<Value>(_ room: ImageRoom, _ name: String) async throws -> Value? {
        for _ in 0..<Self.longestFetchSeconds {
            switch room.standing() {
            case .enough: try await clock.sleep(for: .seconds(1))
            case .tooLarge:
                throw StartFailure.tooLarge(name, limitBytes: limitBytes, sizeBytes: nil)
            case .diskFull: throw StartFailure(.diskFull, "\(name): the disk is nearly full")
            }
        }
        return nil
    }
}
