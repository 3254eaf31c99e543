import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// Owners take their machines back; who rented them goes on elsewhere.
    struct OwnerTests {
        /// Says that it was asked to leave, and does not; its second run is done at once.
        private static let deaf = """
            trap 'echo asked' TERM; echo "attempt $ORBAN_ATTEMPT"
            [ "$ORBAN_ATTEMPT" = 1 ] || exit 0
            while :; do sleep 0.1; done
            """

        @Test(needsContainers)
        func
            `a paused node asks its job to leave, ends it after the grace, and it goes on elsewhere`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage)
                let options = Site.nodeOptions + ["--grace", "3s"]
                let alpha = try await JoinedNode("alpha", at: site, options: options)
                try await site.submit(JobText("job", Self.deaf))
                let first = try await site.running()
                #expect(first.taskList.first?.node == alpha.id)
                try await eventually("it has ears") {
                    try await site.output() == "attempt 1\n" ? () : nil
                }
                let beta = try await JoinedNode("beta", at: site, options: options)
                let node = try #require(alpha.id).text
                let told = try await site.ok(.provider, ["node", "pause", node])
                #expect(told.contains("paused"))
                let over = try await site.over()
                #expect(over.state == .finished && over.exitCode == 0)
                #expect(over.taskList.first?.attempt == 2)
                #expect(over.taskList.first?.node == beta.id)
                #expect(try await site.output() == "attempt 1\nasked\nattempt 2\n")

                let lines = try await site.invoice().lines
                #expect(lines.map(\.endedBy) == ["yielded:paused", "exit:0"])
                #expect(lines.map(\.node) == [alpha.id, beta.id])
                #expect(lines[0].meteredS >= 3)
                try await Books(of: site).check()
                try await Self.checkWords(site, node)
            }
        }

        /// What people read of it.
        private static func checkWords(_ site: Site, _ node: String) async throws {
            let events = try await site.ok(.renter, ["events", "job"])
            #expect(events.contains("the machine's owner needed it (paused)"))
            #expect(events.contains("asked to leave by its owner (paused), has until 20"))
            #expect(events.contains("placed anew"))
            let chinese = try await site.ok(.renter, ["events", "job", "--lang", "zh-TW"])
            #expect(chinese.contains("機器的擁有者需要使用（已暫停）") && chinese.contains("將重新安排"))
            let nodes = try await site.ok(.provider, ["node", "list"])
            #expect(
                nodes.split(separator: "\n").contains { $0.contains(node) && $0.contains("paused") }
            )
            let big = try site.write(JobText("other", "true"))
            let offers = try await site.ok(.renter, ["offers"])
            #expect(offers.contains("paused"))
            let plan = try await site.run(.renter, ["plan", big])
            #expect((plan.out + plan.err).contains("1 × its owner uses it now"), "\(plan)")

            let resumed = try await site.ok(.provider, ["node", "resume", node])
            #expect(resumed.contains("takes new leases again"))
            try await eventually("it is open again") {
                let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                return offers.data.allSatisfy { $0.closed == nil } ? () : nil
            }
        }

        @Test func `an owner's own program on a GPU moves its job to the other one`() async throws {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let options = ["--yield", "gpu", "--grace", "1s", "--idle", "10s"]
                let site = try await Site.up(
                    stage, node: Site.simulated + double.options + options,
                    with: double.environment)
                var job = JobText("job", "sleep 60")
                (job.image, job.gpus) = (Site.simulatedImage, 1)
                try await site.submit(job)
                let first = try await site.running()
                let device = try #require(first.taskList.first?.devices?.first?.text)
                try double.set("\(device) process 1 1000")
                let second = try await site.job("job", "runs on the other GPU") { job in
                    job.state == .running && job.taskList.first?.attempt == 2
                }
                #expect(second.taskList.first?.devices?.first?.text != device)
                let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                #expect(offers.data.first?.withheld.map(\.reason) == ["owner_gpu"])
                #expect(offers.data.first?.closed == nil)
                #expect(try await site.invoice().lines.first?.endedBy == "yielded:owner_gpu")
                let told = try await site.ok(.renter, ["events", "job"])
                #expect(
                    told.contains(
                        "asked to leave by its owner (its owner uses the GPU), has until 20"))
                try double.set()
                try await eventually("it is let again when it was idle", within: .seconds(30)) {
                    let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                    return offers.data.first?.devices.count == 2 ? () : nil
                }
                try await site.ok(.renter, ["stop", "job", "-y"])
                _ = try await site.over()
                try await Books(of: site).check()
            }
        }

        @Test func `a drain that names a time empties the node by then, and a schedule is kept`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(
                    stage, node: Site.simulated + ["--grace", "1s", "--schedule", "always"])
                var job = JobText("job", "sleep 60")
                job.image = Site.simulatedImage
                try await site.submit(job)
                let running = try await site.running()
                let node = try #require(running.taskList.first?.node).text
                let told = try await site.ok(.provider, ["node", "drain", node, "--by", "3s"])
                #expect(told.contains("gone by"))
                let list = try await site.ok(.provider, ["node", "list"])
                #expect(list.contains("draining, gone by"))
                let waiting = try await site.job("job", "waits again") { job in
                    job.taskList.first?.state == .open
                }
                #expect(waiting.taskList.first?.attempt == 2)
                #expect(waiting.reason?.text.contains("draining") == true)
                let lines = try await site.invoice().lines
                #expect(lines.map(\.endedBy) == ["yielded:drained"])
                #expect((0...4).contains(lines[0].meteredS))
                // The same node takes it when its owner lets it.
                try await site.ok(.provider, ["node", "resume", node])
                let again = try await site.running()
                #expect(again.taskList.first?.attempt == 2)
                try await site.ok(.renter, ["stop", "job", "-y"])
                _ = try await site.over()
                try await Books(of: site).check()
            }
        }
    }
}
