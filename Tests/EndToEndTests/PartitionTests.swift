import Domain
import Foundation
import Glibc
import Staging
import Testing
import Wire

extension EndToEnd {
    /// A node that no packet reaches any more; its sockets stay open.
    @Suite(
        needsContainers,
        .disabled(if: Network.missing != nil, Comment(rawValue: Network.missing ?? "")))
    struct PartitionTests {
        @Test
        func `a node cut off freezes at the fence, its lease ends there, and the rest returns`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage)
                let node = try await JoinedNode("alpha", at: site)
                var job = JobText("job", Script.ticking(600))
                job.fence = "5s"
                try await site.submit(job)
                let container = try await Contained(of: try await site.running())
                let before = try await site.job("job", "is billed") { $0.billedSeconds >= 5 }

                let network = try Network(dropping: [site.port, site.channelPort], on: stage)
                let cut = ContinuousClock.now
                try await eventually(
                    "the job is frozen", within: .seconds(15), holds: { container.isFrozen })
                let frozen = ContinuousClock.now - cut
                #expect(frozen > .seconds(3) && frozen < .seconds(8), "\(frozen)")
                try await eventually(
                    "the market gives the lease up", within: .seconds(15),
                    holds: { site.market.err.contains("lease lost") })
                #expect(container.isFrozen, "it ran on after the market gave it up")
                network.heal()

                let over = try await site.over()
                #expect(over.taskList.first?.endedBy == "lost")
                #expect(over.exitCode == 137)
                try await site.checkBill()
                try await eventually(
                    "the node takes the container away", holds: { container.isGone })
                let ran = Script.unfrozen(try await site.output(), pause: 3)
                // The last receipt that got through: one more at most since we looked.
                #expect(
                    (before.billedSeconds...before.billedSeconds + 5).contains(over.billedSeconds))
                #expect(Double(over.billedSeconds) <= ran + 1, "ran \(ran)")
                try await node.offered(at: site)
            }
        }
    }
}

/// Drops the packets of ports of this machine, both ways.
struct Network {
    static let missing: String? = {
        if geteuid() != 0 { return "not root: packets cannot be dropped" }
        let probe = "orban_probe_\(getpid())"
        let refusal = shell("nft add table inet \(probe) && nft delete table inet \(probe)")
        return refusal.isEmpty ? nil : "packets cannot be dropped here: \(refusal)"
    }()

    private let table: String

    init(dropping ports: [Int], on stage: Stage) throws {
        let table = "orban_e2e_\(ports.map(String.init).joined(separator: "_"))"
        self.table = table
        stage.afterwards { shell("nft delete table inet \(table)") }
        let list = ports.map(String.init).joined(separator: ", ")
        let said = shell(
            """
            nft -f - <<END
            table inet \(table) {
                chain cut {
                    type filter hook input priority 0;
                    tcp dport { \(list) } drop
                    tcp sport { \(list) } drop
                }
            }
            END
            """)
        guard said.isEmpty else { throw Stage.Unexpected(description: said) }
    }

    func heal() { shell("nft delete table inet \(table)") }
}
