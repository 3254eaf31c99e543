import Foundation
import Glibc
import Hostile
import Testing

@testable import ContainerEngine

/// The packet filter as text.
@Suite struct EgressRulesetTests {
    @Test func `the same policy is the same text, however it was written`() throws {
        let deny = ["9.0.0.0/8", "9.1.0.0/16", "2606::/16", "8.8.8.8", "9.0.0.0/8"].map {
            IPPrefix($0)!
        }
        var owner = EgressOwnerFile()
        owner.deny = deny
        let own = [IPAddress("8.8.4.4")!, IPAddress("10.0.0.1")!]
        let text = EgressPolicy(owner, hostAddresses: own).ruleset
        owner.deny.reverse()
        #expect(EgressPolicy(owner, hostAddresses: own.reversed()).ruleset == text)
        #expect(
            text.contains("8.8.4.4,") && text.contains("8.8.8.8,") && text.contains("9.0.0.0/8,"))
        #expect(!text.contains("9.1.0.0") && !text.contains("10.0.0.1"), "covered by another")
    }

    @Test func `every chain drops what no rule accepts`() {
        let text = EgressPolicyTests.policy.ruleset
        for hook in ["output", "input", "forward"] {
            #expect(text.contains("type filter hook \(hook) priority mangle; policy drop;"))
        }
        #expect(!text.contains("policy accept"))
    }

    @Test func `no accept but neighbours' and the loopback's stands before the deny list`() throws {
        let rules = try #require(EgressPolicyTests.policy.chains.first).rules
        let listed = try #require(rules.firstIndex { $0.contains("@denied6") })
        let early = rules[..<listed].filter { $0.hasSuffix("accept") }
        #expect(early.allSatisfy { $0.contains(#""lo""#) || $0.contains("hoplimit 255") })
        #expect(early.count == 2)
    }

    @Test(
        .disabled(if: geteuid() != 0, "not root: no network namespace can be made"),
        arguments: [
            #"{}"#, #"{"reach":"nothing"}"#, #"{"bytes_per_second":1000,"connections":1}"#,
            #"{"deny":["0.0.0.0/0","::/0"],"bytes_per_second":4000000000}"#,
        ])
    func `the kernel takes it, and takes it again`(json: String) throws {
        let policy = EgressPolicy(try EgressPolicyTests.owner(json), hostAddresses: [])
        let said = try HostileStage.shell(
            #"unshare -n sh -c 'for i in 1 2; do echo "$1" | nft -f - 2>&1 || exit; done; echo ok' sh "$1""#,
            policy.ruleset + EgressLink(index: 3, machine: nil).machineRuleset(policy))
        #expect(said == "ok\n")
    }
}
