/// What no container reaches, whatever its machine's owner writes.
enum DeniedAddresses {
    /// IANA's special-purpose registries (RFC 6890), and what clouds put beside them.
    static let always: [IPPrefix] = (four + six).map { text in
        guard let prefix = IPPrefix(text) else { preconditionFailure("\(text) is no prefix") }
        return prefix
    }

    private static let four = [
        "0.0.0.0/8",  // this network
        "10.0.0.0/8",  // private
        "100.64.0.0/10",  // carriers' NAT; metadata of some clouds
        "127.0.0.0/8",  // loopback
        "168.63.129.16/32",  // a cloud's host agent behind a public address
        "169.254.0.0/16",  // link-local; metadata
        "172.16.0.0/12",  // private
        "192.0.0.0/24",  // protocol assignments; metadata of a cloud
        "192.0.2.0/24",  // documentation
        "192.88.99.0/24",  // relays of 6to4
        "192.168.0.0/16",  // private
        "198.18.0.0/15",  // benchmarks; the links of our own containers
        "198.51.100.0/24",  // documentation
        "203.0.113.0/24",  // documentation
        "224.0.0.0/4",  // multicast
        "240.0.0.0/4",  // reserved, broadcast
    ]

    /// Everything but 2000::/3, which is all that is assigned to public hosts: unspecified, loopback,
    /// IPv4-compatible, -mapped and -translated, NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), discard,
    /// unique local with metadata, link-local, site-local and multicast are there. And of 2000::/3
    /// what holds an IPv4 address or is no host's.
    private static let six = [
        "::/3", "4000::/2", "8000::/1",
        "2001::/23",  // protocol assignments; Teredo
        "2001:db8::/32",  // documentation
        "2002::/16",  // 6to4
        "3fff::/20",  // documentation
    ]

    /// ISATAP (RFC 5214 §6.1): an IPv4 address in the last 32 bits of any network's address, after
    /// `0:5efe` or `200:5efe`.
    static let tunnelMask = IPAddress(v6: 0xfdff_ffff << 32)
    static let tunnelValue = IPAddress(v6: 0x5efe << 32)

    static func isTunnel(_ address: IPAddress) -> Bool {
        address.family == .v6 && address.bits & tunnelMask.bits == tunnelValue.bits
    }
}
