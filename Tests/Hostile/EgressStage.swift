package import ContainerEngine
import Foundation
import Glibc

/// A machine, a container's network and the whole of the Internet, in namespaces of ours.
///
/// `machine` stands for the host. `world` is behind it and is every address that there is, of both
/// families: a listener takes all TCP, and a counter counts what arrives. The container's side is made by
/// the code that is tried. All links of the three lead to one another, which is looked at before
/// anything is sent: no packet can leave them, whatever is taken away.
package struct EgressStage: Sendable {
    package struct Unfit: Error, CustomStringConvertible { package let description: String }

    /// What is tried towards one address.
    package struct Probe: Hashable, Sendable {
        package let transport: EgressPolicy.Transport
        package let port: Int
        package let text: String

        package init(_ transport: EgressPolicy.Transport, _ port: Int, _ text: String) {
            self.transport = transport
            self.port = port
            self.text = text
        }

        var key: String { "\(transport == .tcp ? "tcp" : "udp") \(port)" }
    }

    /// What the world saw.
    package struct Seen: Hashable, Sendable {
        package let packets: Int
        package let bytes: Int
        /// Probes of which at least one packet arrived, by transport and port.
        package let arrived: Set<String>
        /// Of those, TCP that was answered and went back all the way.
        package let connected: Set<String>

        package func hasSeen(_ probe: Probe) -> Bool { arrived.contains(probe.key) }
        package func hasConnected(_ probe: Probe) -> Bool { connected.contains(probe.key) }
    }

    package enum Filter: Hashable, Sendable { case inside, onMachine }

    /// What this machine lacks for a stage, or nil.
    package static let missing: String? = {
        if geteuid() != 0 { return "not root: no network namespace can be made" }
        let tools =
            "for t in ip nft nsenter perl ss; do command -v $t > /dev/null || echo no $t; done"
        let said = (try? HostileStage.shell(tools)) ?? "no shell"
        return said.isEmpty ? nil : said
    }()

    package let link: EgressLink
    private let name: String
    package var machine: String { name + "-machine" }
    var world: String { name + "-world" }
    var lease: String { name + "-lease" }

    /// The machine's and the world's ends of the link between them.
    package static let machineAddress = "93.184.0.1"
    package static let worldAddress = "93.184.0.2"
    /// Of the container's link.
    package static let linkIndex = 7

    /// - Parameter policy: of the container's link; nil: there is none.
    package static func run(
        _ policy: EgressPolicy?, _ body: (EgressStage) async throws -> Void
    ) async throws {
        let stage = EgressStage(name: "orban-egress-\(getpid())-\(Int.random(in: 0..<1_000_000))")
        let before = try HostileStage.shell("ip -o link | cut -d: -f2 | sort")
        defer { _ = try? HostileStage.shell(removeAll, stage.machine, stage.world, stage.lease) }
        try stage.call(make, stage.machine, stage.world, stage.lease)
        if let policy {
            try stage.link.make(policy, in: stage.network)
            try stage.carrySix()
        }
        try stage.call(
            lookAround, stage.machine, stage.world, stage.lease, policy == nil ? "0" : "1")
        guard try HostileStage.shell("ip -o link | cut -d: -f2 | sort") == before else {
            throw Unfit(description: "a link of the stage is the machine's own")
        }
        try await body(stage)
    }

    private init(name: String) {
        self.name = name
        link = EgressLink(index: Self.linkIndex, machine: name + "-machine")
    }

    /// The container's namespace.
    package var network: String { "/run/netns/\(lease)" }

    /// A link for another network namespace into the same world.
    package var otherLink: EgressLink { EgressLink(index: 8, machine: machine) }

    /// Takes one filter away.
    package func remove(_ filter: Filter) throws {
        switch filter {
        case .inside: try call("ip netns exec \"$1\" nft flush ruleset", lease)
        case .onMachine: try call("ip netns exec \"$1\" nft delete table inet orban7", machine)
        }
    }

    /// Anything inside the container's namespace, with rights that no container has.
    package func inside(_ script: String) throws {
        try call("ip netns exec \"$1\" sh -c \"$2\"", lease, script)
    }

    package func onMachine(_ script: String) throws {
        try call("ip netns exec \"$1\" sh -c \"$2\"", machine, script)
    }

    /// A program of the machine that takes connections at all of its addresses.
    package func listenOnMachine(_ port: Int) throws {
        try call(
            """
            ip netns exec "$1" perl -MSocket=:all -MPOSIX= -e 'POSIX::close($_) for 3..255;
                exit if fork; POSIX::setsid(); open(STDOUT, ">", "/dev/null"); open(STDERR, ">&STDOUT");
                socket(my $s, AF_INET, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
                bind($s, pack_sockaddr_in($ARGV[0], INADDR_ANY)) or die; listen($s, 16);
                $SIG{ALRM} = sub { exit }; alarm 300;
                while (accept(my $c, $s)) { close $c }' "$2" < /dev/null > /dev/null
            for i in $(seq 100); do
                ip netns exec "$1" ss -ltn | grep -q ":$2 " && break; sleep 0.05
            done
            ip netns exec "$1" ss -ltn | grep -q ":$2 "
            """, machine, "\(port)")
    }

    package func seen(of probes: [Probe], times: Int = 1) throws -> Seen {
        try count()
        let lines = probes.map { "\($0.key) \($0.text)" }.joined(separator: "\n")
        let said = try HostileStage.shell(
            "printf '%s\\n' \"$2\" | ip netns exec \"$1\" perl -e \"$3\" \"$4\" 2>&1; echo done $?",
            lease, lines, Self.probing, "\(times)")
        guard said.hasSuffix("done 0\n") else { throw Unfit(description: "no probes: \(said)") }
        return try counted(connected: said)
    }

    /// Counts what arrives, from now on.
    package func count() throws {
        let load = "ip netns exec \"$1\" nft -f - <<END\n"
        try call(load + Self.counters("wan0", at: "prerouting priority raw") + "\nEND", world)
        // After the machine's own filter: what comes through to its programs.
        try call(load + Self.counters(link.name, at: "input priority 100") + "\nEND", machine)
    }

    /// What has arrived since.
    package func counted(connected said: String = "") throws -> Seen {
        let listing = try HostileStage.shell(
            "for n in \"$1\" \"$2\"; do ip netns exec $n nft list table inet orban_seen; done",
            world,
            machine)
        return Seen(
            packets: Self.sum(#/counter packets (\d+) bytes \d+ comment/#, listing),
            bytes: Self.sum(#/counter packets \d+ bytes (\d+) comment/#, listing),
            arrived: Set(listing.matches(of: #/(tcp|udp) \. (\d+)/#).map { "\($0.1) \($0.2)" }),
            connected: Set(
                said.split(separator: "\n").filter { $0.hasPrefix("connected ") }
                    .map { "tcp " + $0.dropFirst(10) }))
    }

    private static func sum(_ pattern: Regex<(Substring, Substring)>, _ text: String) -> Int {
        text.matches(of: pattern).compactMap { Int($0.1) }.reduce(0, +)
    }

    /// A script that ends with anything but success and silence ends the test.
    func call(_ script: String, _ arguments: String...) throws {
        let said = try HostileStage.shell("set -e; exec 2>&1\n\(script)\necho done", arguments)
        guard said == "done\n" else { throw Unfit(description: "the stage: \(said)") }
    }

    /// IPv6 all the way, which a container of ours does not have: or its filter would not be tried.
    private func carrySix() throws {
        try call(Self.six, lease, machine, world)
    }
}

extension EgressStage {
    private static let make = """
        ip netns add "$1"
        ip netns add "$2"
        ip netns add "$3"
        for n in "$1" "$2"; do ip -n "$n" link set lo up; done
        ip -n "$1" link add wan0 type veth peer name wan0 netns "$2"
        ip -n "$1" addr add 93.184.0.1/24 dev wan0
        ip -n "$2" addr add 93.184.0.2/24 dev wan0
        for n in "$1" "$2"; do ip -n "$n" link set wan0 up; done
        ip -n "$1" route add default via 93.184.0.2
        ip -n "$2" route add default via 93.184.0.1
        ip -n "$2" rule add iif wan0 lookup 100
        ip -n "$2" route add local default dev lo table 100
        ip netns exec "$1" sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
        ip netns exec "$2" perl -MSocket=:all -MPOSIX= -e 'POSIX::close($_) for 3..255;
            exit if fork; POSIX::setsid(); open(STDOUT, ">", "/dev/null"); open(STDERR, ">&STDOUT");
            socket(my $s, AF_INET6, SOCK_STREAM, 0); setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
            bind($s, pack_sockaddr_in6(7000, IN6ADDR_ANY)) or die; listen($s, 1024);
            $SIG{ALRM} = sub { exit }; alarm 300;
            while (accept(my $c, $s)) { close $c }' < /dev/null > /dev/null
        for i in $(seq 100); do
            ip netns exec "$2" ss -ltn | grep -q :7000 && break; sleep 0.05
        done
        ip netns exec "$2" ss -ltn | grep -q :7000
        """

    private static let six = """
        ip -n "$1" addr add 2600:1::2/64 dev up0 nodad
        ip -n "$2" addr add 2600:1::1/64 dev orban7 nodad
        ip -n "$1" -6 route add default via 2600:1::1
        ip -n "$2" addr add 2600:2::1/64 dev wan0 nodad
        ip -n "$3" addr add 2600:2::2/64 dev wan0 nodad
        ip -n "$2" -6 route add default via 2600:2::2
        ip -n "$3" -6 route add default via 2600:2::1
        ip -n "$3" -6 rule add iif wan0 lookup 100
        ip -n "$3" -6 route add local default dev lo table 100
        ip netns exec "$2" sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/forwarding'
        """

    /// Every link but the loopbacks is one of these, and its other end is in one of these.
    private static let lookAround = """
        for n in "$1" "$2" "$3"; do
            ip -n "$n" -o link | grep -v ' lo: ' | while read -r line; do
                case "$line" in
                *"link-netns $1"*|*"link-netns $2"*|*"link-netns $3"*) ;;
                *) echo "a link leads elsewhere: $line" ;;
                esac
            done
        done
        [ "$(ip -n "$1" -o link | wc -l)" = $((2 + $4)) ]
        [ "$(ip -n "$2" -o link | wc -l)" = 2 ]
        [ "$(ip -n "$3" -o link | wc -l)" = $((1 + $4)) ]
        """

    private static let removeAll = """
        for n in "$1" "$2" "$3"; do
            for p in $(ip netns pids "$n" 2>/dev/null); do kill -9 "$p"; done
            ip netns del "$n" 2>/dev/null
        done
        """

    /// Anew for each round. Neighbours and routers of the links themselves are no packets of a job.
    private static func counters(_ link: String, at place: String) -> String {
        """
        table inet orban_seen
        delete table inet orban_seen
        table inet orban_seen {
            set ports {
                type inet_proto . inet_service
                size 4096
                flags dynamic
            }
            chain arriving {
                type filter hook \(place);
                iifname "\(link)" meta l4proto { tcp, udp, icmp } counter comment "all"
                iifname "\(link)" meta l4proto { tcp, udp } add @ports { meta l4proto . th dport }
            }
            chain answering {
                type nat hook prerouting priority dstnat;
                iifname "wan0" meta l4proto tcp redirect to :7000
            }
        }
        """
    }

    /// All at once, and two seconds for whatever answers.
    private static let probing = #"""
        use Socket qw(:all getaddrinfo);
        my (@open, @wire);
        while (my $line = <STDIN>) {
            chomp $line;
            my ($kind, $port, $text) = split / /, $line, 3;
            my $type = $kind eq "tcp" ? SOCK_STREAM : SOCK_DGRAM;
            my ($e, @r) = getaddrinfo($text, $port, {flags => AI_NUMERICHOST, socktype => $type});
            if ($e) { print "unread $text\n"; next }
            socket(my $s, $r[0]{family}, $type | SOCK_NONBLOCK, 0) or die;
            if ($kind eq "udp") {
                send($s, "x" x 1000, 0, $r[0]{addr}) for 1..$ARGV[0];
            } else {
                connect($s, $r[0]{addr});
                push @open, [$port, $s] if $!{EINPROGRESS};
            }
        }
        my $end = time + 2;
        while (@open && time < $end) {
            my $w = ""; vec($w, fileno($_->[1]), 1) = 1 for @open;
            select(undef, $w, undef, 0.2);
            my @left;
            for my $o (@open) {
                if (!vec($w, fileno($o->[1]), 1)) { push @left, $o; next }
                my $error = unpack("i", getsockopt($o->[1], SOL_SOCKET, SO_ERROR));
                print "connected $o->[0]\n" if !$error && getpeername($o->[1]);
                push @wire, $o;
            }
            @open = @left;
        }
        """#
}
