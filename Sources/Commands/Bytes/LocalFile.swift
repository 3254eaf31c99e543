import Crypto
import Domain
import Foundation
import Glibc
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
        guard descriptor >= 0 else { throw FileTrouble("write", path) }
    }

    /// Takes over an open descriptor.
    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    func size() throws -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileTrouble("measure", path) }
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
        guard !failed else { throw FileTrouble("read", path) }
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
                guard put > 0 else { throw FileTrouble("write", path) }
                done += put
            }
        }
    }
}

/// A local file that could not be used.
struct FileTrouble: Error, Hashable, CustomStringConvertible {
    let operation: String
    let path: String
    let code: Int32

    init(_ operation: String, _ path: String) {
        self.operation = operation
        self.path = path
        code = errno
    }

    var description: String { "cannot \(operation) \(path): \(String(cString: strerror(code)))" }
}

/// Bytes of known length that can be read from any place, as often as it takes.
struct ByteSource: Sendable {
    let size: Int64
    /// At most `count` bytes from `offset`; none only beyond the end. Blocks.
    let read: @Sendable (_ count: Int, _ offset: Int64) throws -> [UInt8]

    /// SHA-256 of all of them. Blocks.
    func digest() throws -> BlobDigest {
        var hash = SHA256()
        var offset: Int64 = 0
        while offset < size {
            let bytes = try read(Int(min(1 << 20, size - offset)), offset)
            guard !bytes.isEmpty else { break }
            hash.update(data: bytes)
            offset += Int64(bytes.count)
        }
        return BlobDigest(hash.finalize())
    }
}

extension ByteSource {
    init(_ file: LocalFile) throws {
        self.init(size: try file.size()) { count, offset in try file.read(count, at: offset) }
    }
}

extension BlobDigest {
    init(_ digest: SHA256.Digest) {
        let hexadecimal = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        guard let named = BlobDigest("sha256:" + hexadecimal) else {
            preconditionFailure("a SHA-256 has 64 hexadecimal digits")
        }
        self = named
    }
}
