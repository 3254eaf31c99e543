import Glibc

/// What of a machine the links of containers need, and what they left on it.
package enum EgressMachine {
    /// Why containers of this machine get no network.
    package struct Obstacle: Hashable, Sendable {
        /// Stable codes.
        package enum Code: String, Hashable, Sendable, CaseIterable {
            case notRoot = "not_root"
            case noTools = "no_tools"
            /// Its owner's choice, which is left as it is.
            case noForwarding = "no_forwarding"
            case filterRefused = "filter_refused"
            case portTaken = "port_taken"
            case noResolver = "no_resolver"
            case ownerForbids = "owner_forbids"
        }

        package let code: Code
        package let detail: String

        init(_ code: Code, _ detail: String = "") {
            self.code = code
            self.detail = detail
        }
    }

    private static let tools = ["ip", "nft", "nsenter"]

    /// The first thing that is in the way of a network for containers; nil when nothing is.
    package static func obstacle(_ owner: EgressOwnerFile, _ policy: EgressPolicy) -> Obstacle? {
        if owner.reach == .nothing { return Obstacle(.ownerForbids) }
        guard geteuid() == 0 else { return Obstacle(.notRoot) }
        let missing = tools.filter { HostCommand.path(of: $0) == nil }
        guard missing.isEmpty else {
            return Obstacle(.noTools, missing.joined(separator: ", "))
        }
        let forwards = (try? HostFile.read("/proc/sys/net/ipv4/ip_forward")) ?? ""
        guard forwards.hasPrefix("1") else { return Obstacle(.noForwarding) }
        if let why = filterRefusal(policy) { return Obstacle(.filterRefused, why) }
        guard isPortFree(SOCK_DGRAM), isPortFree(SOCK_STREAM) else {
            return Obstacle(.portTaken)
        }
        guard !owner.resolvers.isEmpty || !ResolverFile.servers().isEmpty else {
            return Obstacle(.noResolver)
        }
        return nil
    }

    /// What the kernel has against both filters; it is only asked, nothing is loaded.
    private static func filterRefusal(_ policy: EgressPolicy) -> String? {
        let link = EgressLink(index: EgressLink.most - 1, machine: nil)
        let rules = policy.asking(link.outer).ruleset + link.machineRuleset(policy)
        do {
            try HostCommand(words: ["nft", "-c", "-f", "-"]).run(input: rules)
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Whether a resolver could listen at a link: nobody listens on port 53 of every address. Tried with
    /// the address of a link that no container has.
    private static func isPortFree(_ kind: __socket_type) -> Bool {
        let descriptor = socket(AF_INET, Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // IP_FREEBIND: of an address that the machine does not have.
        setsockopt(descriptor, Int32(IPPROTO_IP), 15, &yes, size)
        if kind == SOCK_STREAM { setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(53).bigEndian
        let link = EgressLink(index: EgressLink.most - 1, machine: nil)
        address.sin_addr.s_addr = UInt32(truncatingIfNeeded: link.outer.bits).bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return bound == 0 && (kind == SOCK_DGRAM || listen(descriptor, 1) == 0)
    }

    /// The machine's own addresses, of both families.
    package static func addresses() -> [IPAddress] {
        var first: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&first) == 0 else { return [] }
        defer { freeifaddrs(first) }
        var addresses: [IPAddress] = []
        var next = first
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr, let read = self.address(address) else {
                continue
            }
            addresses.append(read)
        }
        return addresses
    }

    private static func address(_ address: UnsafeMutablePointer<sockaddr>) -> IPAddress? {
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let four = raw.loadUnaligned(as: sockaddr_in.self)
            return IPAddress(v4: UInt32(bigEndian: four.sin_addr.s_addr))
        case AF_INET6:
            var six = raw.loadUnaligned(as: sockaddr_in6.self)
            let bytes = withUnsafeBytes(of: &six.sin6_addr) { Array($0) }
            return IPAddress(v6: bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    // MARK: What is left

    /// The numbers of all links and filters of ours that the machine has, of all its nodes.
    static func links(on machine: String?) throws -> [Int] {
        let entry = EgressLink.entry(to: machine)
        let links = try HostCommand(words: entry + ["ip", "-o", "link", "show"]).run()
            .split(separator: "\n").compactMap { line in
                line.split(separator: " ").dropFirst().first?.prefix { $0 != "@" && $0 != ":" }
            }
        let tables = try HostCommand(words: entry + ["nft", "list", "tables", "inet"]).run()
            .split(separator: "\n").compactMap { $0.split(separator: " ").last }
        return Set((links + tables).compactMap { EgressLink.index(named: $0) }).sorted()
    }

    /// Removes those of these links that are there.
    ///
    /// - Returns: the numbers of what was removed.
    package static func remove(_ indices: [Int], on machine: String? = nil) throws -> [Int] {
        guard !indices.isEmpty, canBeAsked else { return [] }
        let left = Set(indices).intersection(try links(on: machine)).sorted()
        for index in left { try EgressLink(index: index, machine: machine).remove() }
        return left
    }

    /// Without the tools, or the right, nothing of ours was made here.
    private static var canBeAsked: Bool {
        geteuid() == 0 && tools.allSatisfy { HostCommand.path(of: $0) != nil }
    }

    /// Removes what leases left whose ranges nobody holds any more: a link is made after its range was
    /// taken, and goes before the range is given back. What another node's lease has is not touched.
    ///
    /// - Returns: the numbers of what was removed.
    @discardableResult
    package static func removeOrphans(
        _ ranges: IDRanges, on machine: String? = nil
    ) throws -> [Int] {
        guard canBeAsked else { return [] }
        var removed: [Int] = []
        try ranges.whileFree(try links(on: machine)) { index in
            try EgressLink(index: index, machine: machine).remove()
            removed.append(index)
        }
        return removed
    }
}
