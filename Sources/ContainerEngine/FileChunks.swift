import Dispatch
import Glibc
import NIOCore

/// A file's bytes in pieces of 512 KiB, read off the cooperative threads as they are asked for.
struct FileChunks: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    static let chunkBytes = 512 << 10

    let sizeBytes: Int64
    private let file: OpenFile

    /// - Throws: `SystemFailure` when `path` cannot be opened.
    init(path: String) throws {
        file = try OpenFile(path: path)
        sizeBytes = try file.sizeBytes()
    }

    func makeAsyncIterator() -> Iterator { Iterator(file: file, remaining: sizeBytes) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let file: OpenFile
        fileprivate var remaining: Int64
        private var offset: Int64 = 0

        fileprivate init(file: OpenFile, remaining: Int64) {
            self.file = file
            self.remaining = remaining
        }

        /// - Throws: `SystemFailure`, also when the file became shorter while it was read.
        mutating func next() async throws -> ByteBuffer? {
            guard remaining > 0 else { return nil }
            let count = Int(Swift.min(remaining, Int64(FileChunks.chunkBytes)))
            let bytes = try await file.read(count, at: offset)
            remaining -= Int64(bytes.count)
            offset += Int64(bytes.count)
            return ByteBuffer(bytes: bytes)
        }
    }
}

/// A file held open for reading; closed with its last reference.
private final class OpenFile: Sendable {
    private static let readers = DispatchQueue(label: "container-engine.files")
    private let descriptor: Int32
    private let path: String

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HostFile.failure("open", path) }
    }

    deinit { close(descriptor) }

    func sizeBytes() throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw HostFile.failure("measure", path) }
        return Int64(status.st_size)
    }

    func read(_ count: Int, at offset: Int64) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { continuation in
            Self.readers.async {
                continuation.resume(with: Result { try self.readNow(count, at: offset) })
            }
        }
    }

    private func readNow(_ count: Int, at offset: Int64) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        while true {
            let got = pread(descriptor, &bytes, count, off_t(offset))
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else {
                throw SystemFailure(
                    operation: "read", path: path, code: got < 0 ? errno : EIO)
            }
            bytes.removeSubrange(got...)
            return bytes
        }
    }
}
