import Domain
import Foundation
import Glibc

/// A regular file held open; closed with its last reference. Every call blocks.
package final class PlainFile: Sendable {
    let descriptor: Int32
    let path: String

    /// Opens the file to write anywhere in it; it is made when it is not there.
    init(writing path: String, mode: mode_t = 0o600) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw FileFailure("open", path) }
    }

    package init(reading path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw FileFailure("open", path) }
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
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        try bytes.withUnsafeMutableBytes { buffer in
            while done < count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + done }, count - done,
                    off_t(offset) + off_t(done))
                if got < 0 && errno == EINTR { continue }
                guard got >= 0 else { throw FileFailure("read", path) }
                if got == 0 { break }
                done += got
            }
        }
        bytes.removeLast(count - done)
        return bytes
    }

    func write(_ bytes: [UInt8], at offset: Int64) throws {
        var done = 0
        try bytes.withUnsafeBytes { buffer in
            while done < buffer.count {
                let put = pwrite(
                    descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done,
                    off_t(offset) + off_t(done))
                if put < 0 && errno == EINTR { continue }
                guard put > 0 else { throw FileFailure("write", path) }
                done += put
            }
        }
    }

    func truncate(to size: Int64) throws {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw FileFailure("cut", path) }
    }

    /// SHA-256 of the whole file.
    func digest() throws -> BlobDigest { try ByteSource(self).digest() }
}

extension BlobDigest {
    /// The 64 hexadecimal digits, fit for a file's name.
    var hexadecimal: String { String(text.dropFirst("sha256:".count)) }
}
