import Glibc
import NodeAgent
import Wire

/// A regular file held open; closed with its last reference. Every call blocks.
final class LocalFile: Sendable {
    let descriptor: Int32
    let path: String

    /// - Throws: `WireError.fileNotFound`.
    init(reading path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw WireError.fileNotFound(path) }
    }

    /// Opens the file to write anywhere in it; made for its owner alone when it is not there.
    init(writing path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFailure("write", path) }
    }

    /// Takes over an open descriptor.
    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    func size() throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFailure("measure", path) }
        return Int64(status.st_size)
    }

    /// At most `count` bytes from `offset`; fewer only at the end.
    func read(_ count: Int, at offset: Int64) throws -> [UInt8] {
        var done = 0
        var failed = false
        var bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while done < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + done }, count - done,
                    off_t(offset) + off_t(done))
                if got < 0, errno == EINTR { continue }
                failed = got < 0
                if got <= 0 { break }
                done += got
            }
            initialized = done
        }
        guard !failed else { throw FileFailure("read", path) }
        bytes.removeLast(bytes.count - done)
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int64) throws {
        var done = 0
        try bytes.withUnsafeBytes { buffer in
            while done < buffer.count {
                let put = pwrite(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
                    off_t(offset) + off_t(done))
                if put < 0, errno == EINTR { continue }
                guard put > 0 else { throw FileFailure("write", path) }
                done += put
            }
        }
    }
}

extension ByteSource {
    init(_ file: LocalFile) throws {
        self.init(size: try file.size()) { count, offset in try file.read(count, at: offset) }
    }
}
