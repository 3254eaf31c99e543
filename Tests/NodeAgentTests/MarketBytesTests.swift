import AsyncHTTPClient
import Domain
import Foundation
import Testing

@testable import NodeAgent

/// A lease's bytes over connections that break.
@Suite struct MarketBytesTests {
    private static let part = Int(MarketBytes.partBytes)
    /// Three parts, each of other bytes.
    private static let content =
        Data(repeating: 7, count: part) + Data(repeating: 8, count: part)
        + Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0) })

    private struct Desk {
        let server: ByteServer
        let market: MarketBytes
        let digest: BlobDigest
        let folder: String

        var target: String { folder + "/blob" }
        /// Where each request for the blob's bytes began.
        var starts: [Int] {
            server.requests("GET", "/v1/blobs/").compactMap {
                ($0.headers["range"] ?? "").split { !$0.isNumber }.first.flatMap { Int($0) }
            }
        }
    }

    private func with(_ body: (Desk) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/orban-bytes-\(UUID())"
        try StateFile.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let source = folder + "/source"
        try Self.content.write(to: URL(fileURLWithPath: source))
        let server = try ByteServer()
        defer { server.stop() }
        let digest = try PlainFile(reading: source).digest()
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        let market = MarketBytes(http: http, base: server.base, clock: ContinuousClock())
        let desk = Desk(server: server, market: market, digest: digest, folder: folder)
        do { try await body(desk) } catch {
            try await http.shutdown()
            throw error
        }
        try await http.shutdown()
    }

    @Test func `a blob of no bytes goes up and comes down`() async throws {
        let server = try ByteServer()
        defer { server.stop() }
        let folder = FileManager.default.temporaryDirectory.path
        let path = folder + "/orban-empty-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data().write(to: URL(fileURLWithPath: path))
        let http = HTTPClient()
        let market = MarketBytes(http: http, base: server.base, clock: ContinuousClock())
        let file = try PlainFile(reading: path)
        let digest = try file.digest()
        try await market.upload(file, digest, token: "t")
        #expect(server.requests("PUT", "/v1/blobs/").count == 1)
        #expect(server.requests("PUT", "/v1/blobs/").first?.headers["content-range"] == nil)
        #expect(server.blob(digest.text) == Data())
        let copy = path + ".copy"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        #expect(try await market.download(digest, to: copy, token: "t", limit: 100) == 0)
        #expect(FileManager.default.contents(atPath: copy) == Data())
        try await http.shutdown()
    }

    @Test func `a download that breaks in a part asks again for that part alone`() async throws {
        try await with { desk in
            desk.server.offer(Self.content, as: desk.digest.text)
            desk.server.cut(answer: 2, after: 1_000_000)
            let size = try await desk.market.download(
                desk.digest, to: desk.target, token: "t", limit: 1 << 30)
            #expect(size == Int64(Self.content.count))
            #expect(FileManager.default.contents(atPath: desk.target) == Self.content)
            #expect(desk.starts == [0, Self.part, Self.part, 2 * Self.part])
        }
    }

    @Test func `a download that ended in a part goes on from what it had`() async throws {
        try await with { desk in
            // All of the first part and some of the second came; then the market refused.
            desk.server.offer(Self.content, as: desk.digest.text)
            desk.server.cut(answer: 2, after: 1_000_000)
            desk.server.refuse(from: 3)
            await #expect(throws: MarketBytes.Refused.denied(status: 403)) {
                try await desk.market.download(
                    desk.digest, to: desk.target, token: "t", limit: 1 << 30)
            }
            #expect(FileManager.default.contents(atPath: desk.target) == nil)
            desk.server.refuse(from: nil)
            _ = try await desk.market.download(
                desk.digest, to: desk.target, token: "t", limit: 1 << 30)
            #expect(FileManager.default.contents(atPath: desk.target) == Self.content)
            let resumed = desk.starts[3]
            #expect(resumed > Self.part && resumed <= Self.part + 1_000_000)
        }
    }

    @Test(arguments: [0, 5_000_000, 2 * part + 7, content.count])
    func `an upload goes on where the market has it`(from received: Int) async throws {
        try await with { desk in
            desk.server.hold(Self.content.prefix(received), as: desk.digest.text)
            let file = try PlainFile(reading: desk.folder + "/source")
            try await desk.market.upload(file, desk.digest, token: "t")
            #expect(desk.server.blob(desk.digest.text) == Self.content)
            let sent = desk.server.requests("PUT", "/v1/blobs/").reduce(0) { $0 + $1.body.count }
            // What is all there but unchecked is checked with its last part.
            let left = Self.content.count - received
            #expect(sent == (left == 0 ? Self.part : left))
        }
    }
}
