/// The link of one container that may use the network: from its network namespace to the machine,
/// behind the packet filter of its policy.
///
/// The namespace is the container's own, made by the engine with a loopback alone. While the first
/// process waits at its gate, the filter is loaded into it and then the link is put into it; with the
/// namespace both go. A namespace made by us and given to the engine would not do: of one that does not
/// belong to the container's user namespace no sysfs can be mounted, and the engine then shows the
/// machine's (`IsolationAudit` refuses it).
///
/// Nothing inside has a right over the filter: no capability, and no way to one. IPv4 alone is carried
/// on; the filter is of both families all the same.
package struct EgressLink: Hashable, Sendable {
    /// The link's name inside.
    package static let interface = "up0"

    /// The network namespace, such as `/proc/7/ns/net`.
    package let network: String
    /// Which of the machine's links; no two that live have the same.
    let index: Int
    /// The namespace that stands for the machine; nil for the one of this program.
    let machine: String?

    /// Why there is none.
    package enum Refusal: Error, Hashable, Sendable {
        /// The machine forwards no packets (`net.ipv4.ip_forward`): its owner's choice, not ours.
        case noForwarding
        /// The kernel does not show the filter that it was given.
        case filterDiffers([String])
    }

    /// - Precondition: `index` is below 8,192.
    package init(network: String, index: Int, machine: String?) {
        precondition((0..<8_192).contains(index), "198.18.0.0/15 has links for 8,192 containers")
        self.network = network
        self.index = index
        self.machine = machine
    }

    /// Its name on the machine.
    package var name: String { "orban\(index)" }

    private static let firstAddress: UInt32 = 198 << 24 | 18 << 16
    /// The machine's end of the link, and the container's right after it, in a network of four.
    var outer: IPAddress { IPAddress(v4: Self.firstAddress + UInt32(index) * 4 + 1) }
    var inner: IPAddress { IPAddress(v4: Self.firstAddress + UInt32(index) * 4 + 2) }

    // MARK: Life

    /// Makes all of it, from whatever an earlier call left. What cannot be finished is taken away.
    package func make(_ policy: EgressPolicy) throws {
        try remove()
        do {
            guard try onMachine("cat", "/proc/sys/net/ipv4/ip_forward").hasPrefix("1") else {
                throw Refusal.noForwarding
            }
            try load(policy)
            try onMachine("nft", "-f", "-", input: machineRuleset(policy))
            try connect()
        } catch {
            try? remove()
            throw error
        }
    }

    /// Loads the filter, also in place of another one, and looks whether it is there.
    package func load(_ policy: EgressPolicy) throws {
        try inside("nft", "-f", "-", input: policy.ruleset)
        let faults = try EgressFilterAudit.faults(in: network, of: policy)
        guard faults.isEmpty else { throw Refusal.filterDiffers(faults) }
    }

    /// Takes the link and the machine's side of it away; nothing happens where there is nothing.
    package func remove() throws {
        try onMachine("nft", "-f", "-", input: "table inet \(name)\ndelete table inet \(name)\n")
        guard (try? onMachine("ip", "link", "show", name)) != nil else { return }
        do { try onMachine("ip", "link", "del", name) } catch {
            // With the namespace of its other end it goes by itself, at any moment.
            guard (try? onMachine("ip", "link", "show", name)) == nil else { throw error }
        }
    }

    private func connect() throws {
        try onMachine(
            "ip", "link", "add", name, "type", "veth", "peer", "name", Self.interface, "netns",
            network)
        try onMachine("ip", "addr", "add", "\(outer)/30", "dev", name)
        try onMachine("ip", "link", "set", name, "up")
        try inside("ip", "link", "set", "lo", "up")
        try inside("ip", "addr", "add", "\(inner)/30", "dev", Self.interface)
        try inside("ip", "link", "set", Self.interface, "up")
        try inside("ip", "route", "add", "default", "via", "\(outer)")
    }

    // MARK: The machine's side

    /// A second filter where the container has no say at all: nothing to the machine itself, nothing to
    /// a denied address, nothing back but answers; and the machine's address in place of the link's.
    func machineRuleset(_ policy: EgressPolicy) -> String {
        let denied = policy.elements(.v4).map(\.description).joined(separator: ", ")
        return """
            table inet \(name)
            delete table inet \(name)
            table inet \(name) {
                chain input {
                    type filter hook input priority -10; policy accept;
                    iifname "\(name)" counter drop
                }
                chain forward {
                    type filter hook forward priority -10; policy accept;
                    iifname "\(name)" ip saddr != \(inner) counter drop
                    iifname "\(name)" ip daddr { \(denied) } counter drop
                    iifname "\(name)" meta nfproto ipv6 counter drop
                    oifname "\(name)" ct state established,related accept
                    oifname "\(name)" counter drop
                }
                chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    ip saddr \(inner) oifname != "\(name)" masquerade
                }
            }

            """
    }

    // MARK: Programs

    @discardableResult
    private func inside(_ words: String..., input: String = "") throws -> String {
        try HostCommand(words: ["nsenter", "--net=\(network)"] + words).run(input: input)
    }

    @discardableResult
    private func onMachine(_ words: String..., input: String = "") throws -> String {
        let entry = machine.map { ["ip", "netns", "exec", $0] } ?? []
        return try HostCommand(words: entry + words).run(input: input)
    }
}
