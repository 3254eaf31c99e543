import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// Processes killed while a job runs: the job goes on, and its bill is its own run time.
    @Suite(needsContainers) struct DeathTests {
        @Test func `a market killed and back within the fence is not noticed: one bill, exact`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage)
                let node = try await JoinedNode("alpha", at: site)
                let spec = try site.write(JobText("job", Script.ticking(80, code: 5)))
                let attached = try stage.orban(
                    ["run", spec, "-y", "--no-input"], with: site.environment(.renter))
                let container = try await Contained(of: try await site.running())
                let id = container.id
                try await site.market.killNow()
                try await Self.passing(.seconds(2))
                #expect(!container.isFrozen)
                try site.restart()
                try await site.ready()
                // Who stayed with the job sees each line once, and its end.
                #expect(try await attached.end(within: .seconds(60)) == .exited(5))
                #expect(Script.times(attached.out).count == 81)
                #expect(Script.longestStep(attached.out) < 1.5, "the job was paused")
                try await Self.checkOneExactBill(site, attached.out, id)
                #expect(node.program.ending == nil)
            }
        }

        @Test func `market and node killed together and back: the same container, one exact bill`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage)
                try await site.submit(JobText("job", Script.ticking(80, code: 7)))
                let container = try await Contained(of: try await site.running())
                let id = container.id
                try await site.market.killNow()
                try await Self.passing(.seconds(2))
                try site.restart()
                try await site.ready()
                #expect(container.id == id)
                #expect(try await site.over().exitCode == 7)
                let output = try await site.output()
                #expect(Script.times(output).count == 81)
                #expect(Script.longestStep(output) < 1.5, "the job was paused")
                try await Self.checkOneExactBill(site, output, id)
            }
        }

        @Test
        func `a market away for longer than the fence pauses the job, unbilled, and it goes on`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage)
                let node = try await JoinedNode("alpha", at: site)
                var job = JobText("job", Script.ticking(80))
                job.fence = "3s"
                try await site.submit(job)
                let container = try await Contained(of: try await site.running())
                try await site.market.killNow()
                try await eventually("the job is frozen at its fence", within: .seconds(10)) {
                    container.isFrozen ? () : nil
                }
                // So long that a bill with the pause in it would be seen.
                try await Self.passing(.seconds(4))
                #expect(container.isFrozen)
                try site.restart()
                try await site.ready()
                let over = try await site.over()
                #expect(over.exitCode == 0)
                let output = try await site.output()
                #expect(Script.times(output).count == 81)
                #expect(Script.longestStep(output) > 4)
                try await Self.checkOneExactBill(site, output, container.id, slack: 1.75)
                #expect(node.program.ending == nil)
            }
        }

        @Test func `an agent killed and back adopts the same container: no gap, no second twice`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage)
                let node = try await JoinedNode("alpha", at: site)
                try await site.submit(JobText("job", Script.ticking(80, code: 6)))
                let container = try await Contained(of: try await site.running())
                let id = container.id
                try await node.program.killNow()
                try await Self.passing(.seconds(2))
                #expect(container.id == id)
                try node.restart()
                try await node.ready()
                #expect(container.id == id)
                let job = try await site.over()
                #expect(job.exitCode == 6)
                let output = try await site.output()
                #expect(Script.times(output).count == 81, "started anew")
                #expect(Script.longestStep(output) < 1.5, "the job was paused")
                try await Self.checkOneExactBill(site, output, id)
            }
        }

        @Test func `an agent that stays dead leaves a job that its watcher freezes at the fence`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage)
                let node = try await JoinedNode("alpha", at: site)
                var job = JobText("job", Script.ticking(600))
                job.fence = "3s"
                try await site.submit(job)
                let container = try await Contained(of: try await site.running())
                try await node.program.killNow()
                try await eventually(
                    "the watcher freezes it", within: .seconds(10), holds: { container.isFrozen })
                let over = try await site.over()
                #expect(over.taskList.first?.endedBy == "lost")
                #expect(over.billedSeconds <= 5, "\(over.billedSeconds)")
                try await site.checkBill()
                try node.restart()
                try await eventually(
                    "the node takes the container away", holds: { container.isGone })
            }
        }

        /// One lease, one container, and within a second of what the job's own clock proves.
        ///
        /// - Parameter slack: seconds that may be missing: the floor's one, and what lies between
        ///   two looks at each side of a pause.
        static func checkOneExactBill(
            _ site: Site, _ output: String, _ id: String, slack: Double = 1
        ) async throws {
            let invoice = try await site.checkBill()
            #expect(invoice.lines.count == 1)
            #expect(invoice.lines.first?.attempt == 1)
            let ran = Script.unfrozen(output)
            let billed = Double(invoice.lines.first?.meteredS ?? -1)
            #expect(billed <= ran + 1 && billed >= ran - slack, "billed \(billed), ran \(ran)")
            let job = try await site.show()
            #expect(job.taskList.first?.container == nil || job.taskList.first?.container == id)
        }

        /// Waits for a fault to last: what is tested is that time passes and is not billed.
        static func passing(_ time: Duration) async throws {
            let clock = ContinuousClock()
            let start = clock.now
            try await eventually(
                "\(time) pass", within: time + .seconds(20), holds: { clock.now - start >= time })
        }
    }

    /// A container that somebody stops without telling its node.
    @Suite(needsContainers) struct BehindTheBackTests {
        enum Way: String, CaseIterable, Sendable {
            case enginePause = "the engine pauses it"
            case kernelFreeze = "its group is frozen"
        }

        @Test(arguments: Way.allCases)
        func `a job paused behind the agent's back is not billed for the pause`(
            _ way: Way
        ) async throws {
            try await Stage.run { stage in
                let site = try await Site.serving(stage)
                let node = try await JoinedNode("alpha", at: site)
                try await site.submit(JobText("job", Script.ticking(50, code: 4)))
                let container = try await Contained(of: try await site.running())
                Self.stop(container, way)
                try await eventually("it stands still", holds: { container.isFrozen })
                try await DeathTests.passing(.seconds(4))
                Self.goOn(container, way)
                let job = try await site.over()
                #expect(job.exitCode == 4)
                let output = try await site.output()
                #expect(Script.longestStep(output) > 4)
                let ran = Script.unfrozen(output)
                let invoice = try await site.checkBill()
                let billed = Double(invoice.lines.first?.meteredS ?? -1)
                #expect(billed <= ran + 1, "billed \(billed), ran \(ran)")
                #expect(billed >= ran - 2, "billed \(billed), ran \(ran)")
                #expect(node.program.ending == nil)
            }
        }

        private static func stop(_ container: Contained, _ way: Way) {
            switch way {
            case .enginePause: container.podman("pause")
            case .kernelFreeze: container.setFrozen(true)
            }
        }

        private static func goOn(_ container: Contained, _ way: Way) {
            switch way {
            case .enginePause: container.podman("unpause")
            case .kernelFreeze: container.setFrozen(false)
            }
        }

        @Test func `a job killed behind the agent's back is billed to its end and no further`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage)
                let node = try await JoinedNode("alpha", at: site)
                try await site.submit(JobText("job", Script.ticking(600)))
                let container = try await Contained(of: try await site.running())
                try await eventually("it has run a while", within: .seconds(20)) {
                    let job = try? await site.show()
                    return (job?.billedSeconds ?? 0) >= 2 ? () : nil
                }
                container.podman("kill")
                let job = try await site.over()
                #expect(job.exitCode == 137)
                let ran = Script.unfrozen(try await site.output())
                let invoice = try await site.checkBill()
                let billed = Double(invoice.lines.first?.meteredS ?? -1)
                #expect(billed <= ran + 1 && billed >= ran - 1, "billed \(billed), ran \(ran)")
                #expect(node.program.ending == nil)
            }
        }
    }
}
