import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// What `orban plan` says of a job that no offer takes.
    struct PlanTests {
        struct Wish: Sendable, CustomTestStringConvertible {
            let spec: String
            let code: String
            var testDescription: String { code }
        }

        private static let wishes = [
            Wish(spec: #"{"resources":{"cpu":"2"}}"#, code: "cpu"),
            Wish(spec: #"{"resources":{"memory":"4GB"}}"#, code: "memory"),
            Wish(spec: #"{"resources":{"disk":"100GB"}}"#, code: "disk"),
            Wish(spec: #"{"resources":{"gpu":{"count":3}}}"#, code: "device_count"),
            Wish(spec: #"{"resources":{"gpu":"AMD Instinct MI300X"}}"#, code: "device_model"),
            Wish(spec: #"{"resources":{"gpu":"200GB..:1"}}"#, code: "device_memory"),
            Wish(
                spec: #"{"resources":{"gpu":{"count":1,"capability":9.9}}}"#,
                code: "device_capability"),
            Wish(
                spec: #"{"resources":{"gpu":{"count":1,"tflops":20}}}"#, code: "device_speed"),
            Wish(spec: #"{"placement":{"countries":["IS"]}}"#, code: "region"),
            Wish(spec: #"{"placement":{"tier":"attested"}}"#, code: "tier"),
            Wish(spec: #"{"budget":{"max_price":"0.000001 USD/h"}}"#, code: "price"),
            Wish(spec: #"{"network":"egress"}"#, code: "network"),
        ]

        @Test func `each fix of a plan, applied to its spec, is met`() async throws {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let site = try await Site.up(
                    stage, node: Site.simulated + double.options, with: double.environment)
                try await eventually("both GPUs are offered") {
                    let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                    return offers.data.first?.devices.count == 2 ? () : nil
                }
                for wish in Self.wishes {
                    let spec = Self.merged(try Self.base(site), try Self.object(wish.spec))
                    let plan = try await Self.plan(spec, site)
                    #expect(plan.feasible == 0, "\(wish.code)")
                    #expect(plan.rejected.map(\.code) == [wish.code])
                    let fix = try #require(plan.fixes.first, "\(wish.code)")
                    #expect(fix.title.contains("→ 1 offer from "), "\(fix.title)")
                    for fix in plan.fixes {
                        let patch = try WireJSON.encode(try #require(fix.patch))
                        let mended = Self.merged(spec, try Self.object(Data(patch)))
                        #expect(try await Self.plan(mended, site).feasible == 1, "\(fix.title)")
                    }
                }
            }
        }

        @Test func `a job that waits for a running one is told by when it has a place`()
            async throws
        {
            try await Stage.run { stage in
                let double = try await GPUDouble(stage)
                let site = try await Site.up(
                    stage, node: Site.simulated + double.options, with: double.environment)
                try await eventually("both GPUs are offered") {
                    let offers: ListDTO<OfferDTO> = try site.api(.renter).get("/v1/offers")
                    return offers.data.first?.devices.count == 2 ? () : nil
                }
                func spec(_ name: String, gpus: Int) throws -> [String: Any] {
                    Self.merged(
                        try Self.base(site),
                        try Self.object(
                            """
                            {"name":"\(name)","run":"sleep 3000","resources":{"gpu":{"count":\(gpus)}}}
                            """))
                }
                try await Self.submit(try spec("first", gpus: 2), site)
                let first = try await eventually("the first runs") {
                    let job = try await site.show("first")
                    return job.state == .running ? job : nil
                }
                let plan = try await Self.plan(try spec("second", gpus: 1), site)
                #expect(plan.rejected.map(\.code) == ["busy"])
                let start = try #require(plan.expectedStart)
                #expect(start.latest.timestamp > first.submittedAt.timestamp)
                #expect(start.ordersAhead == 0)
                try await Self.submit(try spec("second", gpus: 1), site)
                let waiting = try await eventually("the second waits") {
                    try await site.show("second").reason?.expectedStart
                }
                #expect(waiting == start)
                let shown = try await site.ok(.renter, ["show", "second"])
                #expect(shown.contains("a place by about \(start.latest)"))
            }
        }

        private static func submit(_ spec: [String: Any], _ site: Site) async throws {
            let text = try JSONSerialization.data(withJSONObject: spec)
            let path = try site.write(String(decoding: text, as: UTF8.self))
            try await site.ok(.renter, ["run", path, "-y", "--no-input", "-d"])
        }

        static func base(_ site: Site) throws -> [String: Any] {
            try object(
                """
                {"version":1,"type":"batch","name":"job","image":"\(Site.simulatedImage)",
                "run":"exit 0","resources":{"cpu":"0.1","memory":"32MB","disk":"10MB"},
                "budget":{"max_total":"1.00 USD"}}
                """)
        }

        static func plan(_ spec: [String: Any], _ site: Site) async throws -> PlanDTO {
            let text = try JSONSerialization.data(withJSONObject: spec)
            let path = try site.write(String(decoding: text, as: UTF8.self))
            let said = try await site.ok(.renter, ["plan", path, "-o", "json"])
            return try WireJSON.decode(PlanDTO.self, from: Array(said.utf8))
        }

        static func object(_ text: String) throws -> [String: Any] {
            try object(Data(text.utf8))
        }

        static func object(_ bytes: Data) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        }

        /// RFC 7396, of objects.
        static func merged(_ target: [String: Any], _ patch: [String: Any]) -> [String: Any] {
            target.merging(patch) { old, new in
                guard let old = old as? [String: Any], let new = new as? [String: Any] else {
                    return new
                }
                return merged(old, new)
            }.filter { !($0.value is NSNull) }
        }
    }
}
