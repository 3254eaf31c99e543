import Glibc
import NodeAgent

/// A folder of this machine that a command writes to.
enum LocalFolder {
    /// Makes it, and those above it; nothing happens where it is there.
    ///
    /// - Throws: `FileFailure` that names the whole path.
    static func make(_ path: String) throws {
        var above = ""
        for part in path.split(separator: "/") {
            above += "/" + part
            guard mkdir(above, 0o777) == 0 || errno == EEXIST else {
                throw FileFailure("make", path)
            }
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileFailure("make", path) }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            errno = ENOTDIR
            throw FileFailure("make", path)
        }
    }
}
