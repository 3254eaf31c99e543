import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// One job from its spec to its proof.
    @Suite(needsContainers) struct JobTests {
        struct Run: Sendable, CustomTestStringConvertible {
            let sleep: String
            let code: Int32
            let seconds: Int64
            var testDescription: String { "sleep \(sleep), exit \(code)" }
        }

        @Test(arguments: [
            Run(sleep: "3.4", code: 41, seconds: 3), Run(sleep: "1.3", code: 0, seconds: 1),
        ])
        func `a job nobody has seen ends with its own code and pays for its own whole seconds`(
            _ run: Run
        ) async throws {
            try await Stage.run { stage in
                let site = try await Site.up(stage)
                let ended = try await site.run(
                    JobText(
                        "job", "echo hello; echo oops >&2; sleep \(run.sleep); exit \(run.code)"))
                #expect(ended.status == run.code, "\(ended)")
                #expect(ended.out == "hello\n")
                #expect(ended.err.contains("oops\n"))

                let job = try await site.show()
                #expect(job.billedSeconds == run.seconds)
                #expect(job.exitCode == Int(run.code))
                #expect(job.taskList.first?.endedBy == "exit:\(run.code)")
                let invoice = try await site.checkBill()
                #expect(invoice.lines.map(\.meteredS) == [run.seconds])
                #expect(invoice.fundedBy == "operator-granted")
                try await checkProof(site, stage, invoice)
            }
        }

        /// The bill is proven without the market, and a changed proof is not.
        private func checkProof(
            _ site: Site, _ stage: Stage, _ invoice: InvoiceDTO
        ) async throws {
            let bundle = try await eventually("the bill is in the log") {
                let exported = try await site.run(.renter, ["audit", "export", "job"])
                return exported.status == 0 && exported.out.contains(invoice.lines[0].lease.text)
                    ? exported.out : nil
            }
            try await site.market.killNow()
            let path = try stage.write(bundle, to: "bundle.json")
            let verified = try await stage.run(["audit", "verify", path])
            #expect(verified.status == 0, "\(verified)")
            let lied = bundle.replacing(
                "\"charged_micro\" : \(invoice.total.money.micro)",
                with: "\"charged_micro\" : \(invoice.total.money.micro + 1)")
            #expect(lied != bundle)
            let refused = try await stage.run(
                ["audit", "verify", try stage.write(lied, to: "lied.json")])
            #expect(refused.status == 8, "\(refused)")
        }

        /// What it may run before its first and after its last word, in a busy moment.
        private static let unsaid = 0.5

        @Test func `every whole second that a job runs is on its bill, on a busy machine too`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage)
                let names = (1...12).map { "job-\($0)" }
                for name in names {
                    var job = JobText(name, "date +%s%N; sleep 1; date +%s%N")
                    (job.cpu, job.memory, job.budget) = ("0.04", "32MB", "0.01 USD")
                    try await site.submit(job)
                }
                for name in names {
                    let billed = try await site.over(name).billedSeconds
                    let times = try await site.output(name).split(separator: "\n")
                        .compactMap { Double($0) }
                    try #require(times.count == 2)
                    let own = (times[1] - times[0]) / 1e9
                    #expect(Double(billed) >= own.rounded(.down), "\(name) ran \(own) s")
                    #expect(Double(billed) <= own + Self.unsaid, "\(name) ran \(own) s")
                }
            }
        }

        @Test func `what a job leaves in an output folder comes to its renter`() async throws {
            try await Stage.run { stage in
                let site = try await Site.up(stage)
                var job = JobText("job", "mkdir /out/deep; echo kept > /out/deep/file; exit 3")
                job.outputs = ["/out": "./results"]
                let ended = try await site.run(job)
                #expect(ended.status == 3, "\(ended)")
                let path = stage.folder + "/results/deep/file"
                #expect(try String(contentsOfFile: path, encoding: .utf8) == "kept\n")
            }
        }

        @Test func `a node drains at the signal of its owner, and is taken back with a key`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage, isSimulated: true)
                let node = try await JoinedNode(
                    "alpha", at: site, options: Site.simulated)
                node.program.signal(SIGUSR1)
                try await eventually("it drains", holds: { try drains(node, site) })
                _ = try await site.ok(.provider, ["node", "resume", node.id?.text ?? ""])
                #expect(try !drains(node, site))
            }
        }

        private func drains(_ node: JoinedNode, _ site: Site) throws -> Bool {
            let nodes: ListDTO<NodeDTO> = try site.api(.operator).get("/v1/nodes")
            return nodes.data.first { $0.id == node.id }?.availability == .draining
        }

        @Test
        func `a job's container goes with it, and a node and a market that are asked to end do so`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage)
                let node = try await JoinedNode("alpha", at: site)
                let ended = try await site.run(JobText("job", "exit 0"))
                #expect(ended.status == 0, "\(ended); \(node.program.lastWords)")
                try await eventually("its container is gone") { node.containers == "" ? () : nil }
                node.program.signal(SIGTERM)
                #expect(try await node.program.end(within: .seconds(20)) == .exited(0))
                site.market.signal(SIGTERM)
                #expect(try await site.market.end(within: .seconds(20)) == .exited(0))
            }
        }
    }
}
