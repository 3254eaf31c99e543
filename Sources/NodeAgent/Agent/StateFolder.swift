package import Crypto
import Foundation
import Glibc

/// Files of the node that must be whole or not there.
package enum StateFile {
    /// Makes `path` and the folders above it; the last one for the owner alone.
    package static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        guard chmod(path, mode) == 0 else { throw FileFailure("set the mode of", path) }
    }

    /// Replaces the file durably: readers see the old bytes or the new, also after a power cut.
    package static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws {
        let partial = path + ".partial"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileFailure("open", partial) }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, path: partial)
        guard fsync(descriptor) == 0 else { throw FileFailure("flush", partial) }
        guard rename(partial, path) == 0 else { throw FileFailure("rename", partial) }
        try flushFolder(of: path)
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
        var done = 0
        try bytes.withUnsafeBytes { buffer in
            while done < buffer.count {
                let count = Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw FileFailure("write", path) }
                done += count
            }
        }
    }

    /// The file's bytes, or nil when there is none.
    package static func read(_ path: String) throws -> [UInt8]? {
        guard access(path, F_OK) == 0 else { return nil }
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    static func flushFolder(of path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure("open", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFailure("flush", folder) }
    }
}

/// A file of the node could not be read or written.
package struct FileFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let operation: String
    package let path: String
    package let code: Int32

    package init(_ operation: String, _ path: String) {
        self.operation = operation
        self.path = path
        code = errno
    }

    package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    package var description: String {
        "cannot \(operation) \(path): \(String(cString: strerror(code)))"
    }
}

/// The key that signs a node's receipts.
package enum ReceiptKey {
    /// The key in `<folder>/receipt.key` (32 bytes, mode 0600), made there the first time.
    package static func load(
        stateFolder folder: String
    ) throws -> Curve25519.Signing.PrivateKey {
        try StateFile.makeFolder(folder)
        let path = folder + "/receipt.key"
        if let bytes = try StateFile.read(path) {
            return try Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        }
        let key = Curve25519.Signing.PrivateKey()
        try StateFile.replace(path, with: Array(key.rawRepresentation))
        return key
    }
}
