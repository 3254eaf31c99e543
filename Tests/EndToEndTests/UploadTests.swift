import Domain
import Foundation
import Staging
import Testing
import Wire

extension EndToEnd {
    /// Uploads that break off in the middle of a part, seen by a proxy in between.
    @Suite struct UploadTests {
        /// What the proxy wrote down, as `examples/data/cut.py` describes it.
        private struct Seen: Decodable {
            let total: Int64
            let part: String?
            let sentBefore: Int64
            let cut: Bool
            let resumedAt: Int64?
            let sentAfter: Int64

            enum CodingKeys: String, CodingKey {
                case total, part, cut
                case sentBefore = "sent_before"
                case resumedAt = "resumed_at"
                case sentAfter = "sent_after"
            }
        }

        private static let bytes: Int64 = 40_000_000
        /// Within the third part of 8 MiB.
        private static let after: Int64 = 20_000_000

        private final class Proxy {
            let port: Int
            let record: String

            init(_ stage: Stage, to market: Int, _ options: [String] = []) async throws {
                let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                    .appendingPathComponent("../../examples/data/cut.py").standardized.path
                port = try freePort()
                record = stage.folder + "/cut.json"
                let proxy = try stage.start(
                    "proxy", "/usr/bin/python3",
                    [
                        script, "--port", "\(port)", "--to", "127.0.0.1:\(market)", "--record",
                        record, "--after", "\(UploadTests.after)", "--least", "30000000",
                    ] + options)
                try await eventually("the proxy listens") { proxy.out.hasPrefix("ready") }
            }

            var seen: Seen? {
                FileManager.default.contents(atPath: record).flatMap {
                    try? JSONDecoder().decode(Seen.self, from: $0)
                }
            }

            func environment(of site: Site) -> [String: String] {
                site.environment(.renter).merging(
                    ["ORBAN_API_URL": "http://127.0.0.1:\(port)"]) { $1 }
            }
        }

        /// A job with one big input, and its words of a run.
        private func words(_ site: Site) throws -> [String] {
            let line = String(repeating: "0123456789abcdef", count: 250_000)
            _ = try site.stage.write(String(repeating: line, count: 10), to: "input")
            let spec = """
                {"version": 1, "type": "batch", "name": "job", "image": "\(Site.simulatedImage)",
                 "run": ["true"], "resources": {"cpu": 0.25, "memory": "128MB", "disk": "100MB"},
                 "inputs": [{"from": "./input", "path": "/in/input"}],
                 "budget": {"max_total": "1.00 USD"}}
                """
            return ["run", try site.write(spec), "-y", "--no-input", "-d"]
        }

        private func check(_ seen: Seen?) throws {
            let seen = try #require(seen)
            let resumed = try #require(seen.resumedAt)
            #expect(seen.cut)
            #expect(seen.part == "16777216-25165823")
            #expect(seen.sentBefore == Self.after)
            #expect(seen.total == Self.bytes)
            #expect(resumed >= 16_777_216 && resumed <= Self.after, "resumed at \(resumed)")
            #expect(resumed + seen.sentAfter == Self.bytes)
        }

        @Test func `an upload whose connection breaks goes on inside the part that was broken`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                let proxy = try await Proxy(stage, to: site.port)
                let ended = try await stage.run(
                    try words(site), with: proxy.environment(of: site))
                #expect(ended.status == 0, "\(ended)")
                try check(proxy.seen)
                #expect(try await site.over().state == .finished)
            }
        }

        @Test func `an upload whose process is killed goes on when the same command runs again`()
            async throws
        {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                let proxy = try await Proxy(stage, to: site.port, ["--hold"])
                let words = try words(site)
                let first = try stage.orban(words, with: proxy.environment(of: site))
                try await eventually("the upload stands still") { proxy.seen?.part != nil }
                try await first.killNow()
                try await eventually("its connection is gone") { proxy.seen?.cut == true }
                let second = try await stage.run(words, with: proxy.environment(of: site))
                #expect(second.status == 0, "\(second)")
                try check(proxy.seen)
                #expect(try await site.over().state == .finished)
            }
        }
    }
}
