import Glibc

/// Where keys come from and go to: files that their owner alone reads, and descriptors that a caller
/// opened. Never an argument, never the environment.
package enum KeyFile {
    package enum Failure: Error, Hashable {
        /// A call of the system, and its error number.
        case system(String, Int32)
        /// There is a file of that name: no key is ever written over.
        case exists
        case tooLong
        /// A file that others may read or write.
        case open(mode: UInt32)
        case notAKey
    }

    private static let mostBytes = 1 << 16

    /// Makes a file with mode 0600 under a name of its own, brings it to the disk, and then gives it its
    /// name: whoever finds the name finds all of it.
    package static func write(_ keystore: Keystore, to path: String) throws(Failure) {
        let fresh = "\(path).\(getpid()).new"
        let file = Glibc.open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .system("open", errno) }
        defer { unlink(fresh) }
        do {
            defer { close(file) }
            try writeAll(keystore.json, to: file)
            guard fsync(file) == 0 else { throw Failure.system("fsync", errno) }
        }
        // A link fails where the name is taken; a rename would replace what it names.
        guard link(fresh, path) == 0 else {
            throw errno == EEXIST ? .exists : .system("link", errno)
        }
        try syncFolder(of: path)
    }

    package static func read(_ path: String) throws -> Keystore {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Failure.system("open", errno) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Failure.system("fstat", errno) }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure.open(mode: UInt32(status.st_mode & 0o777))
        }
        return try Keystore(json: try readAll(from: file))
    }

    /// A key from a descriptor: 32 bytes, or 64 digits with or without `0x` and a line's end.
    package static func key(from descriptor: Int32) throws -> PrivateKey {
        var bytes = try readAll(from: descriptor)
        defer { Wipe.wipe(&bytes) }
        if bytes.count == 32 { return try PrivateKey(wiping: &bytes) }
        var digits = bytes[...]
        while let last = digits.last, last == 0x0A || last == 0x0D { digits.removeLast() }
        if digits.starts(with: "0x".utf8) { digits = digits.dropFirst(2) }
        guard digits.count == 64, var secret = Hex.bytes(ofDigits: digits) else {
            throw Failure.notAKey
        }
        return try PrivateKey(wiping: &secret)
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write", errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Into memory that is large enough from the start: growing would leave copies behind.
    private static func readAll(from file: Int32) throws(Failure) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: mostBytes)
        defer { Wipe.wipe(&buffer) }
        var filled = 0
        while filled < buffer.count {
            let count = buffer.withUnsafeMutableBytes {
                Glibc.read(file, $0.baseAddress?.advanced(by: filled), $0.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system("read", errno) }
            if count == 0 { return Array(buffer[..<filled]) }
            filled += count
        }
        throw .tooLong
    }

    private static func syncFolder(of path: String) throws(Failure) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open", errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system("fsync", errno) }
    }
}
