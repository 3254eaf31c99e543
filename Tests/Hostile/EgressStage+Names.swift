package import ContainerEngine
import Foundation
import Glibc
import NIOCore
import NIOPosix

/// Names on the stage: a name server of the world that answers as it is told, a resolver on the machine,
/// and a program in the container's namespace that asks.
extension EgressStage {
    /// What the world's name server says to a question about a name.
    package struct Zone: Hashable, Sendable {
        /// From which question about it on, counted from 0.
        let round: Int
        let name: String
        /// `A=…`, `AAAA=…`, `CNAME=…`: what follows a CNAME is its target's.
        let records: [String]

        package init(_ name: String, _ records: [String], from round: Int = 0) {
            self.name = name
            self.records = records
            self.round = round
        }

        fileprivate var line: String { "\(name) \(round) \(records.joined(separator: " "))" }
    }

    /// Answers names at the world's address, by UDP and TCP, as long as the stage stands.
    package func serveNames(_ zones: [Zone]) throws {
        try call(
            """
            ip netns exec "$1" perl -e "$2" "$3" < /dev/null > /dev/null
            for i in $(seq 100); do
                ip netns exec "$1" ss -lun | grep -q ':53 ' && break; sleep 0.05
            done
            ip netns exec "$1" ss -lun | grep -q ':53 '
            """, world, Self.nameServer, zones.map(\.line).joined(separator: "\n"))
    }

    /// Runs `body` while the resolver of the container's link answers by `rule`.
    package func answering(_ rule: NameRule, _ body: () throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let machine = "/run/netns/\(machine)"
        do {
            // The loop's one thread is on the stage from here on, and every socket that it makes.
            try await loop.submit { try Self.enter(machine) }.get()
            let server = try SocketAddress(ipAddress: Self.worldAddress, port: 53)
            let names = try await NameServer.open(
                at: try SocketAddress(ipAddress: "\(link.outer)", port: 53), rule: rule,
                servers: { [server] }, on: loop)
            do { try body() } catch {
                await names.close()
                throw error
            }
            await names.close()
        } catch {
            try await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    /// setns(2), which the C library's overlay leaves out.
    private static let setns = dlsym(nil, "setns").map {
        unsafeBitCast($0, to: (@convention(c) (Int32, Int32) -> Int32).self)
    }

    private static func enter(_ namespace: String) throws {
        let descriptor = open(namespace, O_RDONLY | O_CLOEXEC)
        let newNetwork: Int32 = 0x4000_0000
        guard descriptor >= 0, setns?(descriptor, newNetwork) == 0 else {
            throw Unfit(description: "cannot enter \(namespace): \(errno)")
        }
        close(descriptor)
    }

    package enum Transport: String, Hashable, Sendable { case udp, tcp }

    /// The addresses that the container is told for a name; nil where it is told nothing at all.
    package func lookUp(
        _ name: String, _ family: IPAddress.Family, by transport: Transport = .udp
    ) throws -> [String]? {
        let said = try HostileStage.shell(
            "ip netns exec \"$1\" perl -e \"$2\" \"$3\" \"$4\" \"$5\" \"$6\" 2>&1", lease,
            Self.asking, "\(link.outer)", name, family == .v4 ? "1" : "28", transport.rawValue)
        guard said.hasPrefix("told") else { return nil }
        return said.split(whereSeparator: \.isWhitespace).dropFirst().map(String.init)
    }
}

extension EgressStage {
    private static let nameServer = #"""
        use Socket qw(:all); use POSIX ();
        POSIX::close($_) for 3..255; exit if fork; POSIX::setsid();
        open(STDOUT, ">", "/dev/null"); open(STDERR, ">&STDOUT");
        my (%zone, %asked);
        for (split /\n/, $ARGV[0]) {
            my ($name, $round, @r) = split / /;
            $zone{$name}[$round] = [@r];
        }
        sub wire { join("", map { pack("C/a", $_) } split /\./, $_[0]) . "\0" }
        sub reply {
            my ($q) = @_;
            my ($id) = unpack("n", $q);
            my ($at, @labels) = (12);
            while (my $n = ord substr($q, $at, 1)) {
                push @labels, substr($q, $at + 1, $n); $at += $n + 1;
            }
            my $name = lc join(".", @labels);
            my $question = substr($q, 12, $at + 5 - 12);
            my @rounds = @{$zone{$name} || []};
            my $r;
            my $n = $asked{$name}++;
            for (0..$n) { $r = $rounds[$_] if $rounds[$_] }
            my ($owner, $body, $count) = ($name, "", 0);
            for (@{$r || []}) {
                my ($type, $value) = split /=/, $_, 2;
                my ($code, $data) =
                    $type eq "A" ? (1, inet_pton(AF_INET, $value))
                    : $type eq "AAAA" ? (28, inet_pton(AF_INET6, $value)) : (5, wire($value));
                $body .= wire($owner) . pack("nnNn", $code, 1, 0, length $data) . $data;
                $owner = $value if $code == 5;
                $count++;
            }
            return pack("n6", $id, $r ? 0x8180 : 0x8183, 1, $count, 0, 0) . $question . $body;
        }
        socket(my $u, AF_INET, SOCK_DGRAM, 0); bind($u, pack_sockaddr_in(53, INADDR_ANY)) or die;
        socket(my $t, AF_INET, SOCK_STREAM, 0); setsockopt($t, SOL_SOCKET, SO_REUSEADDR, 1);
        bind($t, pack_sockaddr_in(53, INADDR_ANY)) or die; listen($t, 16);
        $SIG{ALRM} = sub { exit }; alarm 300;
        while (1) {
            my $r = ""; vec($r, fileno($_), 1) = 1 for $u, $t;
            select($r, undef, undef, undef);
            if (vec($r, fileno($u), 1)) {
                my $from = recv($u, my $q, 4096, 0);
                send($u, reply($q), 0, $from) if length $q > 12;
            }
            if (vec($r, fileno($t), 1) && accept(my $c, $t)) {
                sysread($c, my $q, 4096);
                syswrite($c, pack("n/a", reply(substr($q, 2)))) if length $q > 14;
                close $c;
            }
        }
        """#

    private static let asking = #"""
        use Socket qw(:all);
        my ($server, $name, $code, $transport) = @ARGV;
        my $question = pack("n6", 77, 0x0100, 1, 0, 0, 0)
            . join("", map { pack("C/a", $_) } split /\./, $name) . pack("Cnn", 0, $code, 1);
        my $tcp = $transport eq "tcp";
        socket(my $s, AF_INET, $tcp ? SOCK_STREAM : SOCK_DGRAM, 0) or die;
        $SIG{ALRM} = sub { print "silent\n"; exit }; alarm 6;
        connect($s, pack_sockaddr_in(53, inet_aton($server))) or die "no connection: $!\n";
        syswrite($s, $tcp ? pack("n/a", $question) : $question);
        my $a = "";
        if ($tcp) {
            while (length $a < 2 || length $a < 2 + unpack("n", $a)) {
                sysread($s, $a, 4096, length $a) or last;
            }
            $a = substr($a, 2);
        } else { sysread($s, $a, 4096) or die "no answer: $!\n" }
        my ($id, $flags, $q, $count) = unpack("n4", $a);
        my $at = 12;
        sub skip {
            while (1) {
                my $n = ord substr($a, $at, 1);
                if ($n >= 192) { $at += 2; return }
                $at += $n + 1;
                return if !$n;
            }
        }
        skip(); $at += 4;
        my @found;
        for (1..$count) {
            skip();
            my ($type, undef, undef, $length) = unpack("nnNn", substr($a, $at)); $at += 10;
            my $data = substr($a, $at, $length); $at += $length;
            push @found, inet_ntop(AF_INET, $data) if $type == 1;
            push @found, inet_ntop(AF_INET6, $data) if $type == 28;
        }
        print "told @found\n";
        """#
}
