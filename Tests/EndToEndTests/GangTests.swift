import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// Tasks that start together on nodes of their own, or not at all.
    struct GangTests {
        private static func spec(_ name: String, _ members: Int, _ script: String) -> JobText {
            var job = single(name, script)
            job.array = #"{"count": \#(members), "gang": true}"#
            job.placement = #"{"spread": "node"}"#
            return job
        }

        private static func single(_ name: String, _ script: String) -> JobText {
            var job = JobText(name, script)
            job.image = Site.simulatedImage
            job.cpu = "0.1"
            job.memory = "32MB"
            job.budget = "0.50 USD"
            return job
        }

        private static func plan(_ job: JobText, _ site: Site) async throws -> PlanDTO {
            let said = try await site.ok(.renter, ["plan", try site.write(job), "-o", "json"])
            return try WireJSON.decode(PlanDTO.self, from: Array(said.utf8))
        }

        private static func placed(_ name: String, _ site: Site) async throws -> [JobEventDTO] {
            let said = try await site.ok(.renter, ["events", name, "-o", "json"])
            return try said.split(separator: "\n")
                .map { try WireJSON.decode(JobEventDTO.self, from: Array($0.utf8)) }
                .filter { $0.event == .placed }
        }

        @Test func `a gang starts on as many nodes as it has tasks, or takes nothing`() async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage, isSimulated: true)
                let options = Site.simulated + ["--grace", "1s"]
                let alpha = try await JoinedNode("alpha", at: site, options: options)
                let beta = try await JoinedNode("beta", at: site, options: options)
                try await site.submit(Self.spec("pair", 2, "sleep 90"))
                let pair = try await site.job("pair", "runs") { $0.counts.leased == 2 }
                #expect(Set(pair.taskList.map(\.node)) == [alpha.id, beta.id])
                let placed = try await Self.placed("pair", site)
                #expect(placed.count == 2 && placed[0].at == placed[1].at)

                let three = Self.spec("three", 3, "sleep 90")
                let plan = try await Self.plan(three, site)
                #expect(plan.gang == PlanGangDTO(members: 3, placed: 2))
                #expect(plan.feasible == 0 && plan.rejected.map(\.code) == ["sibling"])
                let patch = JSONValue.object(["placement": .object(["spread": .null])])
                let fewer = JSONValue.object(["array": .object(["count": .number(2)])])
                #expect(plan.fixes.map(\.patch) == [fewer, patch])
                try await site.submit(three)
                try await site.submit(Self.single("one", "exit 0"))
                #expect(try await site.over("one").exitCode == 0)
                let waiting = try await site.show("three")
                #expect(waiting.counts.open == 3 && waiting.counts.leased == 0)
                #expect(waiting.reason?.text.hasPrefix("2 of 3 tasks of the gang have") == true)
                #expect(try await Self.placed("three", site).isEmpty)

                let gamma = try await JoinedNode("gamma", at: site, options: options)
                try await site.job("three", "runs") { $0.counts.leased == 3 }
                let started = try await Self.placed("three", site)
                #expect(Set(started.map(\.node)) == [alpha.id, beta.id, gamma.id])
                #expect(Set(started.map(\.at)).count == 1)
                try await Self.lose(gamma, site)
            }
        }

        @Test func `what a plan of a gang would change gives all of it a place`() async throws {
            try await Stage.run { stage in
                let site = try await Site.serving(stage, isSimulated: true)
                for (name, price) in [("alpha", "0.10"), ("beta", "0.20"), ("gamma", "0.30")] {
                    let options = Site.simulated.map {
                        $0 == "1.234567 USD/h" ? "\(price) USD/h" : $0
                    }
                    _ = try await JoinedNode(name, at: site, options: options)
                }
                var job = Self.spec("trio", 3, "exit 0")
                job.maxPrice = "0.01 USD/h"
                let plan = try await Self.plan(job, site)
                #expect(plan.feasible == 0 && plan.gang?.placed == 0)
                let patch = try #require(plan.fixes.first?.patch)
                guard case .object(let members) = patch,
                    case .object(let budget)? = members["budget"],
                    case .string(let price)? = budget["max_price"]
                else {
                    Issue.record("\(plan.fixes)")
                    return
                }
                job.maxPrice = price
                let mended = try await Self.plan(job, site)
                #expect(mended.gang?.isWhole == true && mended.feasible > 0, "\(price)")
            }
        }

        /// An owner takes one machine back: nothing of the gang goes on.
        private static func lose(_ node: JoinedNode, _ site: Site) async throws {
            try await site.running("three")
            try await site.ok(.provider, ["node", "pause", try #require(node.id).text])
            let over = try await site.over("three")
            #expect(over.state == .failed && over.reason?.code == "yielded:paused")
            #expect(
                over.taskList.compactMap(\.endedBy).sorted() == [
                    "stopped", "stopped", "yielded:paused",
                ])
            #expect(try await site.show("pair").counts.leased == 2, "nobody else is touched")
            try await site.ok(.provider, ["node", "resume", try #require(node.id).text])
            try await site.ok(.renter, ["retry", "three"])
            let again = try await site.job("three", "runs again") { $0.counts.leased == 3 }
            #expect(again.taskList.allSatisfy { $0.attempt == 2 })
            for name in ["three", "pair"] {
                try await site.ok(.renter, ["stop", name, "-y"])
                _ = try await site.over(name)
            }
            try await Books(of: site).check()
        }
    }
}
