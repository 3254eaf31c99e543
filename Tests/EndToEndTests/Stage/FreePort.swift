import Glibc

/// A port of the loopback address that nobody listens on. Somebody may take it before it is used;
/// then the program that wanted it says so and its test fails.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
            bind(descriptor, address, length) == 0
                && getsockname(descriptor, address, &length) == 0
        }
    }
    guard descriptor >= 0, isBound else {
        throw Stage.Unexpected(description: "no free port: \(errno)")
    }
    return Int(UInt16(bigEndian: address.sin_port))
}
