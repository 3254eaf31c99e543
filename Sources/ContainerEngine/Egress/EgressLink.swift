import Glibc

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
    /// 198.18.0.0/15 has links for so many containers.
    package static let most = 8_192

    /// Which of the machine's links; no two that live have the same.
    package let index: Int
    /// The namespace that stands for the machine; nil for the one of this program.
    let machine: String?

    /// Why there is none.
    package enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// The machine forwards no packets (`net.ipv4.ip_forward`): its owner's choice, not ours.
        case noForwarding
        /// The kernel does not show the filter that it was given.
        case filterDiffers([String])
        /// The namespace is the machine's own: its filter would cut off the machine.
        case notOfContainer

        package var description: String {
            switch self {
            case .noForwarding: "the machine forwards no packets"
            case .filterDiffers(let faults): "the filter differs: \(faults.joined(separator: ", "))"
            case .notOfContainer: "the network namespace is the machine's"
            }
        }
    }

    /// - Precondition: `index` is below `most`.
    package init(index: Int, machine: String?) {
        precondition((0..<Self.most).contains(index), "there are links for 8,192 containers")
        self.index = index
        self.machine = machine
    }

    /// Its name on the machine, and the name of the machine's filter for it.
    package var name: String { "orban\(index)" }

    /// The index of the link that has this name.
    static func index(named name: some StringProtocol) -> Int? {
        guard name.hasPrefix("orban"), let index = Int(name.dropFirst(5)),
            (0..<most).contains(index), name == "orban\(index)"
        else { return nil }
        return index
    }

    private static let firstAddress: UInt32 = 198 << 24 | 18 << 16
    /// The machine's end of the link, and the container's right after it, in a network of four.
    package var outer: IPAddress { IPAddress(v4: Self.firstAddress + UInt32(index) * 4 + 1) }
    package var inner: IPAddress { IPAddress(v4: Self.firstAddress + UInt32(index) * 4 + 2) }

    // MARK: Life

    /// Makes all of it, from whatever an earlier call left. What cannot be finished is taken away.
    ///
    /// - Parameter network: the container's namespace, such as `/proc/7/ns/net`.
    package func make(_ policy: EgressPolicy, in network: String) throws {
        try remove()
        do {
            guard try forwards else { throw Refusal.noForwarding }
            // The same namespace from here on, whatever becomes of the process.
            let held = try HeldNetwork(network)
            defer { withExtendedLifetime(held) {} }
            try load(policy, in: held.path)
            try loadOnMachine(policy)
            try connect(to: held.path)
        } catch {
            try? remove()
            throw error
        }
    }

    /// Loads the container's filter, also in place of another one, and looks whether it is there.
    package func load(_ policy: EgressPolicy, in network: String) throws {
        let held = try HeldNetwork(network)
        defer { withExtendedLifetime(held) {} }
        guard machine != nil || !held.isOfMachine else { throw Refusal.notOfContainer }
        try inside(held.path, "nft", "-f", "-", input: policy.ruleset)
        let faults = try EgressFilterAudit.faults(in: held.path, of: policy)
        guard faults.isEmpty else { throw Refusal.filterDiffers(faults) }
    }

    /// Loads the machine's own filter for the link, also in place of another one.
    package func loadOnMachine(_ policy: EgressPolicy) throws {
        try onMachine("nft", "-f", "-", input: machineRuleset(policy))
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

    private var forwards: Bool {
        get throws {
            let path = "/proc/sys/net/ipv4/ip_forward"
            let text = machine == nil ? try HostFile.read(path) : try onMachine("cat", path)
            return text.hasPrefix("1")
        }
    }

    private func connect(to network: String) throws {
        try onMachine(
            "ip", "-batch", "-",
            input: """
                link add \(name) type veth peer name \(Self.interface) netns \(network)
                addr add \(outer)/30 dev \(name)
                link set \(name) up

                """)
        try inside(
            network, "ip", "-batch", "-",
            input: """
                link set lo up
                addr add \(inner)/30 dev \(Self.interface)
                link set \(Self.interface) up
                route add default via \(outer)

                """)
    }

    // MARK: The machine's side

    /// A second filter where the container has no say at all: of the machine itself nothing but the
    /// resolver at the link's own end, which nobody else reaches; nothing to a denied address, nothing
    /// back but answers; and the machine's address in place of the link's.
    func machineRuleset(_ policy: EgressPolicy) -> String {
        let denied = policy.elements(.v4).map(\.description).joined(separator: ", ")
        let names =
            policy.nameServer == outer
            ? """
            iifname "\(name)" ip saddr \(inner) ip daddr \(outer) \
            meta l4proto { tcp, udp } th dport 53 accept
            """ : ""
        // Also what stands already.
        let shut =
            policy.reach == .nothing
            ? #"iifname "\#(name)" counter drop; oifname "\#(name)" counter drop"# : ""
        return """
            table inet \(name)
            delete table inet \(name)
            table inet \(name) {
                chain input {
                    type filter hook input priority -10; policy accept;
                    \(names)
                    iifname "\(name)" counter drop
                    iifname != "\(name)" ip daddr \(outer) counter drop
                }
                chain forward {
                    type filter hook forward priority -10; policy accept;
                    \(shut)
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
    private func inside(_ network: String, _ words: String..., input: String = "") throws -> String
    {
        try HostCommand(words: ["nsenter", "--net=\(network)"] + words).run(input: input)
    }

    @discardableResult
    private func onMachine(_ words: String..., input: String = "") throws -> String {
        try HostCommand(words: Self.entry(to: machine) + words).run(input: input)
    }

    /// What stands before a command that runs on the machine.
    static func entry(to machine: String?) -> [String] {
        machine.map { ["ip", "netns", "exec", $0] } ?? []
    }
}

/// A network namespace that stays the one it was, and stays, as long as this lives.
private final class HeldNetwork {
    private let descriptor: Int32
    /// A name of it for programs that this one starts.
    var path: String { "/proc/\(getpid())/fd/\(descriptor)" }

    init(_ path: String) throws(SystemFailure) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw HostFile.failure("open", path) }
    }

    deinit { close(descriptor) }

    /// Whether it is that of this program, or of the machine's first process.
    var isOfMachine: Bool {
        var own = stat()
        guard fstat(descriptor, &own) == 0 else { return true }
        return ["/proc/self/ns/net", "/proc/1/ns/net"].contains { path in
            var other = stat()
            return stat(path, &other) == 0 && other.st_ino == own.st_ino
                && other.st_dev == own.st_dev
        }
    }
}
