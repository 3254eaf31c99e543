extension EgressPolicy {
    /// The table of ours in a container's network namespace.
    static let table = "orban_egress"

    /// The whole packet filter of a container's network namespace, for `nft -f`: both families, drop
    /// by default in every direction. The same text for the same policy. It replaces what was there in
    /// one transaction, so that there is no moment without a filter.
    package var ruleset: String {
        """
        table inet \(Self.table)
        delete table inet \(Self.table)
        table inet \(Self.table) {
        \(Self.set("denied4", "ipv4_addr", elements(.v4)))
        \(Self.set("denied6", "ipv6_addr", elements(.v6)))
        \(chains.map(\.text).joined(separator: "\n"))
        }

        """
    }

    func elements(_ family: IPAddress.Family) -> [IPPrefix] {
        denied.filter { $0.first.family == family }
    }

    private static func set(_ name: String, _ type: String, _ elements: [IPPrefix]) -> String {
        let list = elements.map { "            \($0)" }.joined(separator: ",\n")
        return """
                set \(name) {
                    type \(type)
                    flags interval
                    elements = {
            \(list)
                    }
                }
            """
    }

    /// A chain at a hook of the kernel; what no rule accepts is dropped.
    struct Chain: Hashable, Sendable {
        /// Also the hook's.
        let name: String
        let rules: [String]

        /// Each rule has its place as its comment: what is read back can be compared with it.
        var text: String {
            let lines = rules.enumerated().map { "        \($1) comment \"\(name) \($0)\"" }
            return """
                    chain \(name) {
                        type filter hook \(name) priority mangle; policy drop;
                \(lines.joined(separator: "\n"))
                    }
                """
        }
    }

    /// In the namespace nothing forwards. Before address translation, so that the address that is
    /// looked at is the one that was written.
    var chains: [Chain] {
        [
            Chain(name: "output", rules: output), Chain(name: "input", rules: input),
            Chain(name: "forward", rules: []),
        ]
    }

    private var output: [String] {
        let loopback = [#"oifname "lo" accept"#]
        guard reach == .internet else { return loopback }
        let mail = Self.deniedTCPPorts.map { "\($0)" }.joined(separator: ", ")
        let open = Self.allowedUDPPorts.map { "\($0)" }.joined(separator: ", ")
        let mask = DeniedAddresses.tunnelMask
        return loopback + Self.neighbours + [
            "ct state invalid counter drop"
        ] + names + [
            "ip daddr @denied4 counter reject with icmpx admin-prohibited",
            "ip6 daddr @denied6 counter reject with icmpx admin-prohibited",
            "ip6 daddr & \(mask) == \(DeniedAddresses.tunnelValue) counter drop",
            byteLimit,
            "ct state established,related accept",
            "tcp dport { \(mail) } counter reject with icmpx admin-prohibited",
            "ct state new limit rate over \(rates.newConnectionsPerSecond)/second"
                + " burst \(rates.newConnectionsPerSecond) packets counter drop",
            "ct state new ct count over \(rates.connections) counter drop",
            "tcp flags & (fin | syn | rst | ack) == syn accept",
            "udp dport { \(open) } accept",
            "counter reject with icmpx admin-prohibited",
        ]
    }

    /// More questions than so many packets a second are of no use to a job, and work for its node.
    private var names: [String] {
        guard let nameServer else { return [] }
        return [
            "ip daddr \(nameServer) meta l4proto { tcp, udp } th dport 53"
                + " limit rate 100/second burst 200 packets accept"
        ]
    }

    private var input: [String] {
        let loopback = [#"iifname "lo" accept"#]
        guard reach == .internet else { return loopback }
        return loopback + Self.neighbours + [
            byteLimit, "ct state established,related accept",
        ]
    }

    /// A burst of a quarter of a second, and never less than a few full packets.
    private var byteLimit: String {
        let burst = max(rates.bytesPerSecond / 4, 65_536)
        return
            "limit rate over \(rates.bytesPerSecond) bytes/second burst \(burst) bytes counter drop"
    }

    /// How the other end of a link is found in IPv6; a router sends these on to nobody (RFC 4861 §7.1).
    private static let neighbours = [
        "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255 accept"
    ]
}
