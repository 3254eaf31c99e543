import Glibc

/// The kernel's message buffer.
enum KernelLog {
    /// All messages that the kernel still holds. Each read of `/dev/kmsg` gives one record; `EPIPE`
    /// says that records were overwritten meanwhile, `EAGAIN` that there are no more.
    static func read(_ path: String) throws -> String {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw HostFile.failure("open", path) }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var record = [UInt8](repeating: 0, count: 8_192)
        while text.count < 16 << 20 {
            let count = Glibc.read(descriptor, &record, record.count)
            if count > 0 {
                text.append(contentsOf: record[..<count])
            } else if count == 0 || errno == EAGAIN {
                break
            } else if errno != EINTR && errno != EPIPE {
                throw HostFile.failure("read", path)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
