import Glibc

/// One TCP connection to this machine, which blocks: answers come at once here.
package final class Connection {
    private static let patience = timeval(tv_sec: 20, tv_usec: 0)

    private let descriptor: Int32

    package init(toLoopback port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { throw SystemFailure("make a socket") }
        var patience = Self.patience
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        var address = LoopbackAddress(port: port)
        // From here on the end of this object closes it, also when its making fails.
        guard address.with({ connect(descriptor, $0, $1) }) == 0 else {
            throw SystemFailure("connect to port \(port)")
        }
    }

    deinit { close(descriptor) }

    package func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw SystemFailure("send") }
            rest = rest.dropFirst(count)
        }
    }

    /// Until the other side ends the connection.
    package func receiveAll() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(descriptor, &part, part.count, 0)
            guard count >= 0 else { throw SystemFailure("receive") }
            guard count > 0 else { return bytes }
            bytes += part[..<count]
        }
    }
}

/// 127.0.0.1 and a port, as the system takes it.
struct LoopbackAddress {
    private var address = sockaddr_in()

    init(port: Int) {
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(clamping: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    }

    var port: Int { Int(UInt16(bigEndian: address.sin_port)) }

    mutating func with<Value>(_ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Value) -> Value
    {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// A port of the loopback address that nobody listens on. Somebody may take it before it is used;
/// then the program that wanted it says so and its test fails.
package func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw SystemFailure("make a socket") }
    defer { close(descriptor) }
    var address = LoopbackAddress(port: 0)
    let code = address.with { address, length in
        var length = length
        return bind(descriptor, address, length) == 0
            && getsockname(descriptor, address, &length) == 0 ? 0 : errno
    }
    guard code == 0 else { throw SystemFailure("find a free port", code) }
    return address.port
}
