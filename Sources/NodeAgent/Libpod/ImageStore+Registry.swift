import ContainerEngine
import Domain
import Glibc

extension ImageStore {
    /// A pull that takes longer has failed: a market waits 900 s for a start.
    private static let longestPullSeconds = 840
    /// A pull that leaves a disk less is stopped.
    private static let reserveBytes: Int64 = 1 << 30

    /// The id of the image with that manifest, pulled if it is not there.
    /// - Throws: `StartFailure`, `EngineError` when the engine is not there, `CancellationError`.
    func pulled(_ image: RegistryImage) async throws -> String {
        guard let transport = registries.transport(to: image.host) else {
            throw StartFailure(.imageRefused, "\(image.host) is not a registry of this node")
        }
        return try await once("manifest-\(image.digest.text.dropFirst(7))") {
            let record = try await pull(image, transport)
            guard record.sizeBytes <= Self.limitBytes else {
                throw StartFailure(.imageTooLarge, "\(image): \(record.sizeBytes) bytes")
            }
            return record.id
        }
    }

    private func pull(
        _ image: RegistryImage, _ transport: RegistryPolicy.Transport
    ) async throws -> ImageRecord {
        guard let pinned = PinnedImage(image.description) else {
            throw StartFailure(.imageInvalid, "\(image)")
        }
        let store = try await client.info().store.graphRoot
        // The engine keeps layers in the one while they come, and in the other for good.
        let room = PullRoom(
            limit: Self.limitBytes, reserve: Self.reserveBytes, folders: ["/var/tmp", store],
            free: PullRoom.freeBytes)
        do {
            return try await withThrowingTaskGroup(of: ImageRecord?.self) { group in
                group.addTask {
                    try await client.pull(
                        pinned, transport: transport == .plain ? .unverified : .verifiedTLS)
                }
                group.addTask { try await watch(room, image) }
                // The engine stops a pull whose request is gone.
                defer { group.cancelAll() }
                guard let record = try await group.next() ?? nil else {
                    throw StartFailure(.imagePull, "\(image): too slow")
                }
                return record
            }
        } catch let error as EngineError where error.category == .imageDiffers {
            throw StartFailure(.imageInvalid, "\(error): \(error.detail)")
        } catch let error as EngineError where error.category != .unreachable {
            throw StartFailure(.imagePull, "\(error): \(error.detail)")
        }
    }

    /// A registry says how large an image is, and may send more: what counts is the disk.
    /// - Returns: nil when the pull has had all its time.
    private func watch(_ room: PullRoom, _ image: RegistryImage) async throws -> ImageRecord? {
        for _ in 0..<Self.longestPullSeconds {
            try await clock.sleep(for: .seconds(1))
            switch room.standing() {
            case .enough: continue
            case .tooLarge: throw StartFailure(.imageTooLarge, "\(image): above the limit")
            case .diskFull: throw StartFailure(.node, "\(image): the disk is nearly full")
            }
        }
        return nil
    }
}

/// How much of each disk was free before a pull, and what it may take of it.
struct PullRoom: Sendable {
    enum Standing: Hashable, Sendable { case enough, tooLarge, diskFull }

    private let limit: Int64
    private let reserve: Int64
    private let before: [(folder: String, free: Int64)]
    private let free: @Sendable (String) -> Int64?

    init(
        limit: Int64, reserve: Int64, folders: [String],
        free: @escaping @Sendable (String) -> Int64?
    ) {
        self.limit = limit
        self.reserve = reserve
        self.free = free
        before = folders.compactMap { folder in free(folder).map { (folder, $0) } }
    }

    static func freeBytes(_ folder: String) -> Int64? {
        var disk = statvfs()
        guard statvfs(folder, &disk) == 0 else { return nil }
        let (bytes, overflow) = disk.f_bavail.multipliedReportingOverflow(by: disk.f_frsize)
        return overflow ? Int64.max : Int64(clamping: bytes)
    }

    func standing() -> Standing {
        for disk in before {
            guard let free = free(disk.folder) else { continue }
            if free < reserve { return .diskFull }
            if disk.free - free > limit { return .tooLarge }
        }
        return .enough
    }
}
