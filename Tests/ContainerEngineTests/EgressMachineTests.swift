import Foundation
import Glibc
import Hostile
import Testing

@testable import ContainerEngine

/// What links leave on a machine, and what they need of it.
@Suite(
    .disabled(if: EgressStage.missing != nil, Comment(rawValue: EgressStage.missing ?? "")),
    .serialized)
struct EgressMachineTests {
    private static let policy = EgressLinkTests.policy.asking(
        EgressLink(index: EgressStage.linkIndex, machine: nil).outer)

    /// Whoever holds the first eight ranges; the stage's link is the eighth.
    private static func ranges(_ folder: String, owner: String) throws -> IDRanges {
        let ranges = try IDRanges(directory: folder)
        for index in 0...EgressStage.linkIndex {
            let range = try ranges.acquire(for: "\(owner)/\(index)")
            #expect(ranges.index(of: range) == index)
        }
        return ranges
    }

    @Test func `a link whose range nobody holds is removed, one that somebody holds is not`()
        async throws
    {
        try await EgressStage.run(Self.policy) { stage in
            try withFolder { folder in
                let ranges = try Self.ranges(folder, owner: "other")
                #expect(try EgressMachine.links(on: stage.machine) == [7])
                #expect(try EgressMachine.removeOrphans(ranges, on: stage.machine) == [])
                try stage.onMachine("ip link show orban7 > /dev/null")
                try ranges.release(owner: "other/7")
                #expect(try EgressMachine.removeOrphans(ranges, on: stage.machine) == [7])
                #expect(try EgressMachine.links(on: stage.machine) == [])
                try stage.inside("! ip link show up0 2> /dev/null")
                #expect(try EgressMachine.removeOrphans(ranges, on: stage.machine) == [])
            }
        }
    }

    /// As a program that was killed leaves it: after each step of the making.
    @Test(arguments: [
        "nft delete table inet orban7", "ip link del orban7",
        "ip link del orban7; nft delete table inet orban7",
        "ip addr flush dev orban7; ip link set orban7 down",
    ])
    func `whatever part is left, it is found, removed, and made again whole`(left: String)
        async throws
    {
        let open = EgressStage.Probe(.tcp, 443, "93.184.215.14")
        try await EgressStage.run(Self.policy) { stage in
            try stage.onMachine(left)
            try stage.link.make(Self.policy, in: stage.network)
            #expect(try stage.seen(of: [open]).hasConnected(open))
            try stage.onMachine(left)
            try withFolder { folder in
                let ranges = try IDRanges(directory: folder)
                _ = try EgressMachine.removeOrphans(ranges, on: stage.machine)
            }
            #expect(try EgressMachine.links(on: stage.machine) == [])
        }
    }

    @Test func `only names of ours are taken for ours`() {
        for name in ["orban", "orban07", "orban8192", "orban-1", "orbanx", "xorban1", "orban1x"] {
            #expect(EgressLink.index(named: name) == nil, "\(name)")
        }
        #expect(EgressLink.index(named: "orban0") == 0)
        #expect(EgressLink.index(named: "orban8191") == 8_191)
    }

    @Test func `the filter is never loaded into the machine's own namespace`() {
        let link = EgressLink(index: 8_000, machine: nil)
        for network in ["/proc/self/ns/net", "/proc/\(getpid())/ns/net"] {
            #expect(throws: EgressLink.Refusal.notOfContainer) {
                try link.load(EgressPolicyTests.policy, in: network)
            }
        }
    }

    // MARK: The one port

    private static let port = EgressStage.Probe(
        .udp, 53, "\(EgressLink(index: EgressStage.linkIndex, machine: nil).outer)")

    @Test func `of its machine a container reaches port 53 of its own link's end, and no more`()
        async throws
    {
        let outer = Self.port.text
        let shut: [EgressStage.Probe] = [
            .init(.tcp, 54, outer), .init(.udp, 54, outer), .init(.tcp, 22, outer),
            .init(.udp, 443, outer), .init(.tcp, 7_070, EgressStage.machineAddress),
        ]
        let others = [EgressStage.machineAddress, "198.18.0.1", "198.18.0.33", "127.0.0.1"]
        try await EgressStage.run(Self.policy) { stage in
            let tcp = EgressStage.Probe(.tcp, 53, outer)
            let open = try stage.seen(of: [Self.port, tcp])
            #expect(open.hasSeen(Self.port) && open.hasSeen(tcp))
            #expect(try stage.seen(of: shut).packets == 0)
            for other in others {
                let probes: [EgressStage.Probe] = [.init(.udp, 53, other), .init(.tcp, 53, other)]
                #expect(try stage.seen(of: probes).packets == 0, "\(other)")
            }
            try stage.remove(.inside)
            #expect(try stage.seen(of: shut + [.init(.udp, 53, others[0])]).packets == 0)
            try stage.remove(.onMachine)
            #expect(try stage.seen(of: shut).packets > 0, "and they arrive without the filters")
        }
    }

    @Test func `nobody but the container reaches the end where its names are answered`()
        async throws
    {
        let knock = """
            perl -MSocket=:all -e 'socket(my $s, AF_INET, SOCK_DGRAM, 0);
                send($s, "x", 0, pack_sockaddr_in(53, inet_aton("198.18.0.29")))'
            """
        let dropped =
            "nft list table inet orban7 | grep -c 'ip daddr 198.18.0.29 counter packets 1 '"
        try await EgressStage.run(Self.policy) { stage in
            try stage.onMachine(knock + "; [ \"$(\(dropped))\" = 1 ]")
        }
    }
}
