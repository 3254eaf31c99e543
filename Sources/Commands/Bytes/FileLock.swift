import Glibc
import NodeAgent

/// Held by one program at a time, until it ends or lets go.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// Nil while another program holds it.
    ///
    /// - Throws: `FileFailure`.
    init?(_ path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
