import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// A machine that misbehaves: each fault has a reason that people read, and its end in the books.
    @Suite(needsContainers) struct MachineFaultTests {
        @Test
        func `an engine killed under a job is started again: the job goes on, one exact bill`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage)
                try await site.submit(JobText("job", Script.ticking(60, code: 3)))
                let container = try await Contained(of: try await site.running())
                shell(#"pkill -9 -f "system service --time 0 unix:///run/orban/engine.sock""#)
                try await site.submit(JobText("next", "exit 4"))
                #expect(try await site.over("next").exitCode == 4)
                #expect(!container.isFrozen)
                #expect(try await site.over().exitCode == 3)
                let output = try await site.output()
                #expect(Script.times(output).count == 61)
                #expect(Script.longestStep(output) < 1.5, "the job was paused")
                try await DeathTests.checkOneExactBill(site, output, container.id)
            }
        }

        @Test func `an image above what the node takes is named, and nothing is billed`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(
                    stage, node: Site.nodeOptions + ["--max-image", "1MB"])
                // Of another digest than those that the machine has.
                let archive = stage.folder + "/other.tar"
                shell(#"cp "$1" "$2" && printf x >>"$2""#, Stage.baseImage, archive)
                try await site.ok(.operator, ["market", "image", "other:1", archive])
                var job = JobText("job", "exit 0")
                job.image = "other:1"
                let ended = try await site.run(job)
                #expect(
                    ended.status == 125 && ended.err.contains("larger than the 1 MB that"),
                    "\(ended)")
                let shown = try await site.show()
                let endedBy = shown.taskList.first?.endedBy ?? ""
                #expect(endedBy.hasPrefix("start_failed:image_too_large_1000000_"), "\(endedBy)")
                #expect(try await site.checkBill().total.money == .zero)
            }
        }

        @Test(arguments: ["the node's", "the market's"])
        func `a clock stepped by an hour, on and back, moves no second of a bill`(
            _ whose: String
        ) async throws {
            try await Stage.run { stage in
                let clock = try await ClockDouble(stage)
                let site = try await Site.serving(stage)
                // The engine is the machine's: it must not be started under a false clock.
                let first = try await JoinedNode("first", at: site)
                try await first.program.killNow()
                if whose == "the market's" {
                    try await site.market.killNow()
                    try site.restart(with: clock.environment)
                    try await site.ready()
                }
                let node = try await JoinedNode(
                    "alpha", at: site, with: whose == "the node's" ? clock.environment : [:])
                try await site.submit(JobText("job", Script.ticking(80, code: 6)))
                let container = try await Contained(of: try await site.running())
                for step in [3_600, -3_600, 0] {
                    try clock.step(step)
                    try await DeathTests.passing(.seconds(1.5))
                    #expect(!container.isFrozen, "\(step)")
                }
                #expect(try await site.over().exitCode == 6)
                let output = try await site.output()
                #expect(Script.times(output).count == 81)
                #expect(Script.longestStep(output) < 1.5, "the job was paused")
                try await DeathTests.checkOneExactBill(site, output, container.id)
                #expect(node.program.ending == nil)
            }
        }
    }

    /// Identities that are there twice.
    @Suite struct TwinTests {
        @Test func `one node key on two machines: the first works on, and both are told`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage, isSimulated: true)
                let node = try await JoinedNode("alpha", at: site, options: Site.simulated)
                var job = JobText("job", "sleep 13; exit 5")
                job.image = Site.simulatedImage
                try await site.submit(job)
                try await site.running()
                // Another machine has a run folder of its own.
                let copy = try stage.start(
                    "copy", "/usr/bin/unshare",
                    [
                        "-m", "--propagation", "private", "/bin/sh", "-c",
                        """
                        mkdir -p /run/orban && mount -t tmpfs none /run/orban && cp -a "$1" "$1.copy" \
                            && exec "$2" node run --state-dir "$1.copy" --name alpha --simulate -o json
                        """, "sh", stage.folder + "/alpha", try #require(Stage.binary),
                    ])
                try await eventually("both are told") {
                    copy.err.contains("key is in use by another session")
                        && node.program.err.contains("second_session_tried") ? () : nil
                }
                try await eventually("the owner sees it", within: .seconds(40)) {
                    let nodes: ListDTO<NodeDTO> = try site.api(.provider).get("/v1/nodes")
                    return nodes.data.first?.contested == true ? () : nil
                }
                #expect(try await site.ok(.provider, ["node", "list"]).contains("on two machines"))
                #expect(try await site.over().exitCode == 5)
                #expect(try await site.checkBill().lines.map(\.meteredS) == [13])
                try await copy.killNow()
            }
        }

        @Test func `a GPU that two machines claim is the first one's, until that one lets it go`()
            async throws
        {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage, count: 1)
                let site = try await Site.serving(stage, isSimulated: true)
                let options = Site.simulated + double.options
                let first = try await JoinedNode(
                    "alpha", at: site, options: options, with: double.environment)
                func withheld(_ node: NodeID) throws -> [String] {
                    let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                    return offers.data.filter { $0.node == node }.flatMap(\.withheld).map(\.reason)
                }
                let owner = try #require(first.id)
                try await eventually("the first one offers it") {
                    try withheld(owner).isEmpty ? () : nil
                }
                let second = try await JoinedNode(
                    "beta", at: site, options: options, with: double.environment)
                let nodes = [owner, try #require(second.id)]
                try await eventually("the second one cannot") {
                    try withheld(nodes[1]) == ["duplicate"] ? () : nil
                }
                #expect(try withheld(nodes[0]).isEmpty)
                let told = try await site.ok(.provider, ["node", "list"])
                for node in nodes { #expect(told.contains("! \(node)"), "\(told)") }
                var job = JobText("job", "exit 0")
                (job.image, job.gpus) = (Site.simulatedImage, 1)
                let run = try await site.run(job)
                #expect(run.status == 0, "\(run)")
                #expect(try await site.show().taskList.first?.node == nodes[0])
                try await site.checkBill()

                let release = ["node", "release", nodes[0].text, double.uuid(1)]
                let refused = try await site.run(.provider, release)
                #expect(refused.status == 5 && refused.err.contains("device_in_use"), "\(refused)")
                try await first.program.killNow()
                try await eventually("the market notices") {
                    try await site.run(.provider, release).status == 0 ? () : nil
                }
                try await second.program.killNow()
                try second.restart()
                try await second.ready()
                try await eventually("it is offered by the other one") {
                    try withheld(nodes[1]).isEmpty ? () : nil
                }
            }
        }

        @Test func `a driver that is reloaded ends the lease, and its GPUs are offered again`()
            async throws
        {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let site = try await Site.up(
                    stage, node: Site.simulated + double.options, with: double.environment)
                var job = JobText("job", "sleep 60")
                (job.image, job.gpus) = (Site.simulatedImage, 1)
                try await site.submit(job)
                try await site.running()
                try double.set("driver gone")
                let over = try await site.over()
                #expect(["device:gone", "device:silent"].contains(over.taskList.first?.endedBy))
                #expect(over.billedSeconds <= 5)
                try await site.checkBill()
                func offer() throws -> OfferDTO? {
                    let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                    return offers.data.first
                }
                try await eventually("both are withheld") {
                    try offer()?.withheld.count == 2 ? () : nil
                }
                try double.set()
                try await eventually("both are offered again") {
                    try offer()?.devices.count == 2 ? () : nil
                }
            }
        }
    }
}
