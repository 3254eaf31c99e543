package import NIOCore

/// The name servers of a machine, as `resolv.conf(5)` names them.
package enum ResolverFile {
    package static let path = "/etc/resolv.conf"

    /// The first three, as the system's own resolver takes them.
    static func servers(in text: String) -> [IPAddress] {
        var servers: [IPAddress] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, words[0] == "nameserver",
                let address = AddressSpelling.address(String(words[1]))
            else { continue }
            servers.append(address)
        }
        return Array(servers.prefix(3))
    }

    /// None where the file cannot be read.
    package static func servers() -> [IPAddress] {
        servers(in: (try? HostFile.read(path, limit: 1 << 16)) ?? "")
    }

    /// What a container reads whose names are answered at `address`.
    package static func text(asking address: IPAddress) -> String {
        "nameserver \(address)\noptions timeout:6 attempts:2\n"
    }
}

extension IPAddress {
    /// Where a name server of this address listens.
    package var ofNames: SocketAddress? { try? SocketAddress(ipAddress: "\(self)", port: 53) }
}
