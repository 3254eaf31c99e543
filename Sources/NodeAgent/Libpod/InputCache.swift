import Domain
import Foundation
import Glibc

/// An input as it lies on the node; its size is that of the blob.
struct CachedInput: Hashable, Sendable {
    let path: String
    let size: Int64
}

/// Inputs by their digest, fetched once for all leases of a node that work with them: a file as it
/// is, a folder unpacked. Kept until they are too many; the one used longest ago goes first.
struct InputCache: Sendable {
    private let folder: String
    private let market: MarketBytes
    private let clock: any Clock<Duration>

    init(statePath: String, market: MarketBytes, clock: any Clock<Duration>) {
        folder = statePath + "/inputs"
        self.market = market
        self.clock = clock
    }

    /// Where an input lies once it is fetched.
    func path(of input: Workload.Input) -> String {
        "\(folder)/\(input.digest.hexadecimal).\(input.form == .file ? "file" : "tree")"
    }

    /// The input's file or folder, fetched if it is not there.
    /// - Parameter limitBytes: the most it may be, as it comes and unpacked.
    func fetch(
        _ input: Workload.Input, token: String, limitBytes: Int64
    ) async throws -> CachedInput {
        try StateFile.makeFolder(folder, mode: 0o755)
        let hexadecimal = input.digest.hexadecimal
        let lock = try await FileGate.pass(folder + "/\(hexadecimal).lock", clock: clock)
        defer { withExtendedLifetime(lock) {} }
        let path = path(of: input)
        let file = folder + "/\(hexadecimal).file"
        if let size = try Self.size(of: path) {
            guard size <= limitBytes else {
                throw MarketBytes.Refused.tooLarge(limit: limitBytes, size: size)
            }
            return CachedInput(path: path, size: size)
        }
        let size = try await market.download(
            input.digest, to: file, token: token, limit: limitBytes)
        switch input.form {
        case .file: guard chmod(file, 0o644) == 0 else { throw FileFailure("open", file) }
        case .folder: try await Blocking.run { try Self.unpack(file, to: path, limitBytes) }
        }
        try Self.note(size, of: path)
        return CachedInput(path: path, size: size)
    }

    /// Unpacks beside the place and moves it there whole.
    private static func unpack(_ file: String, to tree: String, _ limitBytes: Int64) throws {
        let partial = tree + ".partial"
        try? FileManager.default.removeItem(atPath: partial)
        try StateFile.makeFolder(partial, mode: 0o755)
        do {
            try TarReader.unpack(
                ByteSource(PlainFile(reading: file)), into: partial, for: .container,
                limitBytes: limitBytes)
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            unlink(file)
            throw error
        }
        guard rename(partial, tree) == 0 else { throw FileFailure("rename", tree) }
        unlink(file)
    }

    /// The size is kept beside it; the time of that file is when it was last used.
    private static func size(of path: String) throws -> Int64? {
        guard access(path, F_OK) == 0, let bytes = try StateFile.read(path + ".size") else {
            return nil
        }
        utimes(path + ".size", nil)
        return Int64(String(decoding: bytes, as: UTF8.self))
    }

    private static func note(_ size: Int64, of path: String) throws {
        try StateFile.replace(path + ".size", with: Array("\(size)".utf8))
    }

    private static func changed(_ path: String) -> Date? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.modificationDate] as? Date
    }

    /// Downloads that nobody has gone on with for a day.
    private func removeAbandoned() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasSuffix(".file.partial") {
            let path = folder + "/" + name
            if let date = Self.changed(path), date.timeIntervalSinceNow < -86_400 { unlink(path) }
        }
    }

    /// Removes what was used longest ago until the rest is at most `bytes`, but nothing of `inUse`.
    func trim(to bytes: Int64, inUse: Set<BlobDigest>) throws {
        guard FileManager.default.fileExists(atPath: folder) else { return }
        let busy = Set(inUse.map(\.hexadecimal))
        var kept: [(path: String, size: Int64, used: Date)] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        where name.hasSuffix(".size") && !busy.contains(String(name.prefix(64))) {
            let path = folder + "/" + name
            guard let used = Self.changed(path), let text = try StateFile.read(path),
                let size = Int64(String(decoding: text, as: UTF8.self))
            else { continue }
            kept.append((String(path.dropLast(5)), size, used))
        }
        removeAbandoned()
        var sum = kept.reduce(0) { $0 + $1.size }
        for entry in kept.sorted(by: { ($0.used, $0.path) < ($1.used, $1.path) })
        where sum > bytes {
            unlink(entry.path + ".size")
            try FileManager.default.removeItem(atPath: entry.path)
            sum -= entry.size
        }
    }
}

/// One at a time, across tasks and processes: an exclusive lock on a file, waited for without
/// blocking a thread.
final class FileGate: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    static func pass(_ path: String, clock: any Clock<Duration>) async throws -> FileGate {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("open", path) }
        let gate = FileGate(descriptor: descriptor)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw FileFailure("lock", path) }
            try await clock.sleep(for: .milliseconds(100))
        }
        return gate
    }
}
