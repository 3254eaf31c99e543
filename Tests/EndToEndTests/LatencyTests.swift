import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// Distances that are really there: between renter, market and node stand proxies that hold up
    /// what they forward.
    struct LatencyTests {
        private static func spec(_ placement: String, _ name: String = "job") -> JobText {
            var job = JobText(name, "exit 0")
            job.image = Site.simulatedImage
            job.cpu = "0.1"
            job.memory = "32MB"
            job.placement = placement
            return job
        }

        private static func within(_ time: String, _ name: String = "job") -> JobText {
            spec(#"{"max_latency": "\#(time)"}"#, name)
        }

        /// - Parameter port: where the renter finds the market.
        private static func plan(
            _ text: String, _ site: Site, through port: Int? = nil, _ more: [String] = []
        ) async throws -> PlanDTO {
            var environment = site.environment(.renter)
            environment["ORBAN_API_URL"] = "http://127.0.0.1:\(port ?? site.port)"
            let said = try await site.stage.ok(
                ["plan"] + more + [try site.write(text), "-o", "json"], with: environment)
            return try WireJSON.decode(PlanDTO.self, from: Array(said.utf8))
        }

        /// What the node measured, once the market knows it.
        private static func measured(_ node: JoinedNode, _ site: Site) async throws -> RoundTrips {
            try await eventually("the node's round trips are known") {
                let nodes: ListDTO<NodeDTO> = try site.api(.provider).get("/v1/nodes")
                return nodes.data.first { $0.id == node.id }?.roundTrips
            }
        }

        @Test func `an order goes only as far as it says, by what both sides have measured`()
            async throws
        {
            try await Stage.run { stage in
                // One that takes connections and never says anything, not even that they are over.
                let shut = try await DelayingProxy(to: freePort(), eachWay: .zero, on: stage)
                let mute = try await DelayingProxy(
                    to: shut.port, eachWay: .seconds(3600), on: stage)
                let site = try await Site.serving(
                    stage, isSimulated: true,
                    adding: [
                        "--beacon", "dead=http://127.0.0.1:\(try freePort())/", "--beacon",
                        "mute=http://127.0.0.1:\(mute.port)/",
                    ])
                let way = try await DelayingProxy(
                    to: site.port, eachWay: .milliseconds(20), on: stage)
                let node = try await JoinedNode(
                    "far", at: site, options: Site.simulated, through: way.port)
                let trips = try await Self.measured(node, site)
                // What does not answer is not there, and keeps nothing else away.
                #expect(trips.readings.map(\.beacon) == [.market])
                #expect(trips.readings[0].microseconds >= 40_000)

                let refused = try await Self.plan(try Self.within("20ms").text(), site)
                #expect(refused.feasible == 0 && refused.rejected.map(\.code) == ["latency"])
                let near = try #require(refused.latency?.nearest)
                #expect(near.node == node.id && near.upper >= 40_000)
                #expect(near.lower <= near.estimate && near.estimate <= near.upper)
                let patch = try WireJSON.encode(try #require(refused.fixes.first?.patch))
                let mended = PlanTests.merged(
                    try PlanTests.object(Data(try Self.within("20ms").text().utf8)),
                    try PlanTests.object(Data(patch)))
                let text = String(
                    decoding: try JSONSerialization.data(withJSONObject: mended), as: UTF8.self)
                #expect(try await Self.plan(text, site).feasible == 1, "\(text)")

                try await site.submit(Self.within("20ms", "near"))
                try await site.submit(Self.within("120ms", "wide"))
                #expect(try await site.over("wide").exitCode == 0)
                let waits = try await site.show("near")
                #expect(waits.state == .waiting || waits.state == .matching)
                #expect(waits.reason?.code == "no_matching_offers")
                #expect(waits.reason?.text.contains("farther than 20ms") == true)
            }
        }

        @Test func `the true way over both delays lies within the bounds, and an opt-out is kept`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(stage, isSimulated: true)
                let ofNode = try await DelayingProxy(
                    to: site.port, eachWay: .milliseconds(20), on: stage)
                let ofRenter = try await DelayingProxy(
                    to: site.port, eachWay: .milliseconds(15), on: stage)
                let node = try await JoinedNode(
                    "far", at: site, options: Site.simulated, through: ofNode.port)
                _ = try await Self.measured(node, site)

                let job = try Self.within("200ms").text()
                let plan = try await Self.plan(job, site, through: ofRenter.port)
                let near = try #require(plan.latency?.nearest)
                // The only way there is leads through both proxies: 30 and 40 ms, there and back.
                #expect((near.lower...near.upper).contains(70_000), "\(near)")
                #expect((near.lower...near.upper).contains(near.estimate), "\(near)")
                #expect(plan.feasible == 1)

                let untold = try await Self.plan(job, site, ["--no-latency"])
                #expect(untold.rejected.map(\.code) == ["latency_unknown"])
                let fix = try WireJSON.encode(try #require(untold.fixes.first?.patch))
                let mended = PlanTests.merged(
                    try PlanTests.object(Data(job.utf8)), try PlanTests.object(Data(fix)))
                let text = String(
                    decoding: try JSONSerialization.data(withJSONObject: mended), as: UTF8.self)
                #expect(try await Self.plan(text, site, ["--no-latency"]).feasible == 1)
            }
        }

        @Test func `a node that answers too soon for its country is flagged and not sold as there`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.serving(
                    stage, isSimulated: true,
                    adding: ["--beacon", "market=/v1/beacon@25.033,121.565"])
                let here = try await JoinedNode(
                    "here", at: site, options: Site.simulated + ["--region", "TW"])
                let there = try await JoinedNode(
                    "there", at: site, options: Site.simulated + ["--region", "IS"])
                _ = try await Self.measured(here, site)
                _ = try await Self.measured(there, site)
                let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                let refuted = offers.data.filter { $0.regionRefuted != nil }
                #expect(refuted.map(\.node) == [there.id].compactMap { $0 })
                #expect(refuted.first?.regionRefuted?.beacon == .market)
                let id = try #require(there.id)
                for (words, role) in [
                    (["offers"], Role.renter), (["node", "list"], .provider),
                    (["node", "show", id.text], .provider),
                ] {
                    let english = try await site.ok(role, words)
                    #expect(english.contains("\(id) cannot be in IS"), "\(english)")
                    #expect(!english.contains("cannot be in TW"))
                    let chinese = try await site.ok(role, words + ["--lang", "zh-TW"])
                    #expect(chinese.contains("不可能位於 IS"), "\(chinese)")
                }

                let job = Self.spec(#"{"countries": ["IS"]}"#, "iceland")
                try await site.submit(job)
                let plan = try await Self.plan(try job.text(), site)
                #expect(
                    plan.rejected.map(\.code).sorted() == ["region", "region_refuted"]
                        && plan.feasible == 0)
                try await site.submit(Self.spec(#"{"countries": ["TW"]}"#, "taiwan"))
                #expect(try await site.over("taiwan").taskList.first?.node == here.id)
                #expect(try await site.show("iceland").taskList.first?.node == nil)
            }
        }
    }
}
