import Glibc

/// Small files of the host, kernel files included, which have no size and want one write.
enum HostFile {
    /// The file's whole text, at most `limit` bytes of it; bytes that are not UTF-8 are replaced.
    static func read(_ path: String, limit: Int = 1 << 20) throws(SystemFailure) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < limit {
            let count = Glibc.read(descriptor, &chunk, min(chunk.count, limit - bytes.count))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("read", path) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Writes `text` with one `write`, as kernel files require. The file must exist.
    static func writeExisting(_ text: String, to path: String) throws(SystemFailure) {
        try write(text, to: path, flags: O_WRONLY | O_CLOEXEC)
    }

    /// Replaces the file at `path` by `text`: readers see the old text or the new, never a part.
    static func replace(_ path: String, with text: String) throws(SystemFailure) {
        let partial = "\(path).\(getpid()).partial"
        try write(text, to: partial, flags: O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC)
        guard rename(partial, path) == 0 else { throw failure("rename", path) }
    }

    /// What the symbolic link at `path` holds.
    static func link(_ path: String) throws(SystemFailure) -> String {
        var bytes = [CChar](repeating: 0, count: 4_096)
        let count = readlink(path, &bytes, bytes.count)
        guard count >= 0 else { throw failure("read the link", path) }
        return String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// The names inside a folder, sorted; `.` and `..` left out.
    static func names(in folder: String) throws(SystemFailure) -> [String] {
        guard let stream = opendir(folder) else { throw failure("open", folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Makes `path` and the folders above it. Folders that exist are left as they are.
    static func makeFolders(_ path: String, mode: mode_t = 0o755) throws(SystemFailure) {
        var built = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            built += "/\(part)"
            if mkdir(built, mode) != 0 && errno != EEXIST { throw failure("make folder", built) }
        }
    }

    static func failure(_ operation: String, _ path: String) -> SystemFailure {
        SystemFailure(operation: operation, path: path, code: errno)
    }

    private static func write(
        _ text: String, to path: String, flags: Int32
    ) throws(SystemFailure) {
        let descriptor = open(path, flags, 0o644)
        guard descriptor >= 0 else { throw failure("open", path) }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw failure("write", path)
        }
    }
}
