import Foundation
import Hostile
import Testing

@testable import ContainerEngine

/// The link of a container against a world of ours, in namespaces that lead nowhere else.
@Suite(
    .disabled(if: EgressStage.missing != nil, Comment(rawValue: EgressStage.missing ?? "")),
    .serialized)
struct EgressLinkTests {
    /// As many connections as there are spellings.
    static let policy: EgressPolicy = {
        var owner = EgressOwnerFile()
        owner.rates = EgressRates(
            bytesPerSecond: 1_000_000_000, newConnectionsPerSecond: 100_000, connections: 60_000)
        owner.deny = [IPPrefix("198.96.0.0/16")!, IPPrefix("2606::/16")!]
        return EgressPolicy(owner, hostAddresses: [IPAddress("93.184.0.1")!])
    }()

    static let open: [EgressStage.Probe] = [
        .init(.tcp, 443, "93.184.215.14"), .init(.tcp, 2222, "8.8.8.8"),
        .init(.udp, 443, "93.184.215.14"),
    ]

    /// What the system's programs read, each to a port of its own, and by HTTP/3.
    static let spelled: [EgressStage.Probe] = TargetSpelling.all.filter { $0.reader == .system }
        .enumerated().map { .init(.tcp, 10_000 + $0.offset, $0.element.text) }

    static let others: [EgressStage.Probe] = [
        .init(.tcp, 25, "93.184.215.14"), .init(.tcp, 465, "93.184.215.14"),
        .init(.tcp, 587, "2600:9::1"), .init(.tcp, 53, "8.8.8.8"), .init(.tcp, 853, "8.8.8.8"),
        .init(.udp, 53, "8.8.8.8"), .init(.udp, 123, "8.8.8.8"), .init(.udp, 11_211, "8.8.8.8"),
        .init(.tcp, 7_001, "93.184.0.1"), .init(.tcp, 7_002, "198.96.1.1"),
        .init(.tcp, 7_003, "2606:2800::1"),
    ]

    static let http3 = TargetSpelling.all.filter { $0.reader == .system }
        .map { EgressStage.Probe(.udp, 443, $0.text) }

    @Test func `a public address is reached, and of IPv6 none`() async throws {
        try await EgressStage.run(Self.policy) { stage in
            let seen = try stage.seen(of: Self.open)
            for probe in Self.open { #expect(seen.hasSeen(probe), "\(probe)") }
            #expect(seen.hasConnected(Self.open[0]) && seen.hasConnected(Self.open[1]))
            let six = EgressStage.Probe(.tcp, 443, "2600:9::1")
            #expect(try !stage.seen(of: [six]).hasSeen(six), "the machine carries no IPv6 on")
            try stage.remove(.onMachine)
            #expect(try stage.seen(of: [six]).hasConnected(six), "the filter inside lets it pass")
        }
    }

    @Test func `no packet reaches what is denied, and each does without the filters`() async throws
    {
        try await EgressStage.run(Self.policy) { stage in
            let probes = Self.spelled + Self.others
            let all = probes + Self.http3
            let whole = try stage.seen(of: all)
            #expect(whole.packets == 0 && whole.arrived == [] && whole.connected == [])
            try stage.remove(.onMachine)
            let inside = try stage.seen(of: all)
            #expect(inside.packets == 0 && inside.arrived == [] && inside.connected == [])
            try stage.remove(.inside)

            let control = try stage.seen(of: all)
            // What a kernel keeps to itself or cannot send without a link proves nothing.
            let cases = probes.filter { !Self.staysByItself($0.text) }
            #expect(cases.filter { !control.hasSeen($0) } == [])
            #expect(cases.count >= 200 && control.connected.count >= 200)
            print(
                #"{"cases":\#(cases.count),"controls":\#(cases.count(where: control.hasSeen)),"#
                    + #""escapes":\#(whole.connected.count),"packets":\#(whole.packets)}"#)
        }
    }

    @Test func `the machine's filter stops IPv4 by itself`() async throws {
        try await EgressStage.run(Self.policy) { stage in
            try stage.remove(.inside)
            let four = Self.spelled.filter { !$0.text.contains(":") }
            let seen = try stage.seen(of: four)
            #expect(seen.packets == 0 && seen.connected == [])
            try stage.remove(.onMachine)
            #expect(try stage.seen(of: four).packets > 200)
        }
    }

    /// Loopback, no address, link-local without a link, and multicast, which TCP does not go to.
    private static func staysByItself(_ text: String) -> Bool {
        guard let address = AddressSpelling.address(text) else { return false }
        return [
            "127.0.0.0/8", "0.0.0.0/8", "224.0.0.0/4", "::/96", "::ffff:0:0/96", "fe80::/10",
            "ff00::/8",
        ]
        .contains { IPPrefix($0)!.contains(address) }
    }

    // MARK: Rates

    @Test func `the byte cap holds, and without it all arrives`() async throws {
        var owner = EgressOwnerFile()
        owner.rates.bytesPerSecond = 100_000
        try await EgressStage.run(EgressPolicy(owner, hostAddresses: [])) { stage in
            let flood = [EgressStage.Probe(.udp, 443, "93.184.215.14")]
            let capped = try stage.seen(of: flood, times: 3_000)
            #expect(capped.bytes > 20_000 && capped.bytes < 1_000_000, "\(capped.bytes)")
            try stage.remove(.inside)
            let free = try stage.seen(of: flood, times: 3_000)
            #expect(free.bytes > 2_500_000, "\(free.bytes)")
        }
    }

    @Test func `the cap of connections holds, and without it all arrive`() async throws {
        var owner = EgressOwnerFile()
        owner.rates.connections = 10
        let probes = (0..<100).map { EgressStage.Probe(.tcp, 20_000 + $0, "93.184.215.14") }
        try await EgressStage.run(EgressPolicy(owner, hostAddresses: [])) { stage in
            let capped = try stage.seen(of: probes)
            #expect((1...10).contains(capped.connected.count), "\(capped.connected.count)")
            try stage.remove(.inside)
            #expect(try stage.seen(of: probes).connected.count == 100)
        }
    }

    // MARK: The filter is looked at

    @Test(arguments: [
        "nft flush ruleset", "nft delete table inet orban_egress",
        "nft delete element inet orban_egress denied4 '{ 169.254.0.0/16 }'",
        "nft add element inet orban_egress denied4 '{ 9.9.9.9 }'",
        "nft insert rule inet orban_egress output accept",
        "nft add rule inet orban_egress output accept",
        "nft 'chain inet orban_egress output { policy accept; }'",
        "nft flush chain inet orban_egress output", "nft add table ip other",
    ])
    func `a filter that is not whole is noticed, and loaded anew`(change: String) async throws {
        try await EgressStage.run(Self.policy) { stage in
            let network = stage.network
            #expect(try EgressFilterAudit.faults(in: network, of: Self.policy) == [])
            try stage.inside(change)
            #expect(try EgressFilterAudit.faults(in: network, of: Self.policy) != [])
            try stage.inside("nft flush ruleset")
            try stage.link.load(Self.policy, in: stage.network)
            #expect(try EgressFilterAudit.faults(in: network, of: Self.policy) == [])
        }
    }

    @Test func `a link is made again in place of what was left, and taken away`() async throws {
        try await EgressStage.run(Self.policy) { stage in
            let found = EgressLink(index: stage.link.index, machine: stage.link.machine)
            try found.make(Self.policy, in: stage.network)
            #expect(try stage.seen(of: Self.open).hasConnected(Self.open[0]))
            try found.remove()
            try stage.inside("! ip link show up0 2> /dev/null")
            try found.remove()
        }
    }

    @Test func `a machine that forwards nothing is left as it is`() async throws {
        try await EgressStage.run(Self.policy) { stage in
            try stage.link.remove()
            try stage.onMachine("echo 0 > /proc/sys/net/ipv4/ip_forward")
            #expect(throws: EgressLink.Refusal.noForwarding) {
                try stage.link.make(Self.policy, in: stage.network)
            }
            try stage.onMachine("! ip link show orban7 2> /dev/null")
            try stage.onMachine("! nft list table inet orban7 2> /dev/null")
        }
    }
}
