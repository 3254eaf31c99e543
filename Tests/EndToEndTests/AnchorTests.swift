import Domain
import Foundation
import Glibc
import Staging
import Testing
import Wire

/// A market that anchors its log on a chain, as its operator and an auditor see it.
@Suite(.serialized, .enabled(if: Stage.missing == nil, Comment(rawValue: Stage.missing ?? "")))
struct AnchorTests {
    private struct Anchored: Decodable {
        let size: Int64
        let root: String
        let transaction: String
        let block: Int64
    }

    private struct Bundle: Decodable {
        let head: String
        let anchor: AnchorDTO?
    }

    private func site(_ stage: Stage, _ devnet: Devnet) async throws -> Site {
        try await Site.serving(
            stage, isSimulated: true, chain: try devnet.words(account: 1, on: stage))
    }

    private func node(_ site: Site) async throws {
        _ = try await JoinedNode("alpha", at: site, options: Site.simulated)
    }

    @Test func `a bill is proven against a head on the chain, and the last head follows a stop`()
        async throws
    {
        try await Stage.run { stage in
            let devnet = try await Devnet(on: stage, adding: ["--block-time", "1"])
            let site = try await site(stage, devnet)
            try await node(site)
            var job = JobText("short", "sleep 2; exit 0")
            job.image = Site.simulatedImage
            try await site.submit(job)
            _ = try await site.over("short")

            let text = try await site.ok(.operator, ["market", "anchor", "-o", "json"])
            let anchored = try WireJSON.decode(Anchored.self, from: Array(text.utf8))
            #expect(anchored.size > 0 && anchored.root.count == 66)
            let bundle = try await site.ok(.renter, ["audit", "export", "short"])
            let read = try WireJSON.decode(Bundle.self, from: Array(bundle.utf8))
            let anchor = try #require(read.anchor)
            #expect(anchor.transaction == anchored.transaction)
            #expect(anchor.publisher.contains("eip155:31337\n"))
            #expect(read.head.split(separator: "\n")[1] == "\(anchored.size)")
            let path = try stage.write(bundle, to: "bundle")
            let proven = try await stage.ok(["audit", "verify", path, "--rpc", devnet.url])
            #expect(proven.contains(anchored.root), "\(proven)")

            let before = try await head(devnet, of: 1)
            #expect(before == anchored.size)
            try await grow(site)
            site.market.signal(SIGTERM)
            _ = try await site.market.end(within: .seconds(60))
            #expect(try await head(devnet, of: 1) > before, "the last head is anchored at the stop")
        }
    }

    /// One more entry in the log.
    private func grow(_ site: Site) async throws {
        var job = JobText("later", "exit 0")
        job.image = Site.simulatedImage
        try await site.submit(job)
        _ = try await site.over("later")
    }

    /// The size that the contract knows of an account.
    private func head(_ devnet: Devnet, of account: Int) async throws -> Int64 {
        let address = devnet.addresses[account].dropFirst(2)
        let call = [
            "to": devnet.contracts["anchor"] ?? "",
            "data": "0x" + Self.sizeOf + String(repeating: "0", count: 24) + address,
        ]
        let answer = try await devnet.rpc("eth_call", [call, "latest"])
        let digits = try #require(answer as? String).dropFirst(2)
        return try #require(Int64(digits, radix: 16))
    }

    /// The first four bytes of keccak256("sizeOf(address)").
    private static let sizeOf = "0cb8f74e"

    @Test func `one machine runs market, node and chain, and the chain ends with them`()
        async throws
    {
        try await Stage.run { stage in
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent().path
            let options =
                Site.simulated + [
                    "--chain", "devnet", "--devnet-program", root + "/script/devnet",
                ]
            let site = try Site(.up(node: options), on: stage)
            try await site.ready()
            for (role, key) in try site.writtenKeys() { try await site.learn(key, of: role) }
            let text = try await site.ok(.operator, ["market", "anchor", "-o", "json"])
            let anchored = try WireJSON.decode(Anchored.self, from: Array(text.utf8))
            #expect(anchored.size > 0)
            let ready = try JSONSerialization.jsonObject(with: Data(site.market.out.utf8))
            let chain = try #require((ready as? [String: Any])?["chain"] as? [String: Any])
            let rpc = try #require(chain["rpc_url"] as? String)
            site.market.signal(SIGTERM)
            #expect(try await site.market.end(within: .seconds(60)) == .exited(0))
            #expect(shell("curl -s -m 2 \"$1\" || echo gone", rpc) == "gone\n")
        }
    }

    @Test func `a market does not begin on another chain than it was told of`() async throws {
        try await Stage.run { stage in
            let devnet = try await Devnet(on: stage)
            let words = try devnet.words(account: 1, on: stage)
            let wrong = ChainWords(
                words: ["--rpc", devnet.url, "--contracts", try devnet.contractsText(chain: 5)],
                keyFile: words.keyFile)
            let site = try Site(.served, on: stage, chain: wrong)
            let ending = try await site.market.end(within: .seconds(60))
            #expect(ending != .exited(0), "\(site.market.lastWords)")
            #expect(site.market.err.contains("31337"), "\(site.market.lastWords)")
        }
    }
}
