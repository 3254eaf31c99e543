import Glibc

/// An exclusive advisory lock on a file, held until it is released or the process ends.
struct FileLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock, or returns nil when another holder has it now.
    static func take(_ path: String) throws(SystemFailure) -> FileLock? {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HostFile.failure("open", path) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor: descriptor) }
        let code = errno
        close(descriptor)
        guard code == EWOULDBLOCK else {
            throw SystemFailure(operation: "lock", path: path, code: code)
        }
        return nil
    }

    /// Waits for the lock. For critical sections of microseconds only: it blocks the thread.
    static func wait(_ path: String) throws(SystemFailure) -> FileLock {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw HostFile.failure("open", path) }
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else {
                let failure = HostFile.failure("lock", path)
                close(descriptor)
                throw failure
            }
        }
        return FileLock(descriptor: descriptor)
    }

    deinit { close(descriptor) }
}
