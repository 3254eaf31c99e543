import ControlPlane
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Wire

@Suite struct BlobTests {
    static let bytes = [UInt8]((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })

    private static func put(
        _ client: any TestClientProtocol, _ token: String, _ range: Range<Int>,
        digest: BlobDigest = TestMarket.digest(bytes)
    ) async throws -> TestResponse {
        var headers = TestMarket.headers(token)
        headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(bytes.count)"
        return try await client.execute(
            uri: "/v1/blobs/\(digest)", method: .put, headers: headers,
            body: ByteBuffer(bytes: bytes[range]))
    }

    @Test func `an upload cut in the middle resumes where it stopped`() async throws {
        let market = try await TestMarket()
        let renter = market.keys[.renter]!
        try await market.call { client in
            let digest = TestMarket.digest(Self.bytes)
            #expect(try await Self.put(client, renter, 0..<40_000).status == .accepted)
            let head = try await client.execute(
                uri: "/v1/blobs/\(digest)", method: .head, headers: TestMarket.headers(renter),
                body: nil)
            #expect(head.status == .notFound)
            #expect(head.headers[HTTPField.Name("Upload-Offset")!] == "40000")
            #expect(try await Self.put(client, renter, 40_000..<100_000).status == .created)
            let whole = try await client.execute(
                uri: "/v1/blobs/\(digest)", method: .get, headers: TestMarket.headers(renter),
                body: nil)
            #expect(Array(whole.body.readableBytesView) == Self.bytes)
        }
    }

    @Test func `a part that leaves a gap is refused`() async throws {
        let market = try await TestMarket()
        try await market.call { client in
            let response = try await Self.put(client, market.keys[.renter]!, 50_000..<60_000)
            #expect(response.status == .badRequest)
        }
    }

    @Test func `bytes that are not what their name says are thrown away`() async throws {
        let market = try await TestMarket()
        let renter = market.keys[.renter]!
        let wrong = TestMarket.digest([1, 2, 3])
        try await market.call { client in
            let response = try await Self.put(client, renter, 0..<100_000, digest: wrong)
            #expect(response.status.code == 422)
            #expect(try TestMarket.problem(response).code == "blob_mismatch")
            let head = try await client.execute(
                uri: "/v1/blobs/\(wrong)", method: .head, headers: TestMarket.headers(renter),
                body: nil)
            #expect(head.headers[HTTPField.Name("Upload-Offset")!] == "0")
        }
    }

    @Test func `a blob is readable by its owner alone, and in ranges`() async throws {
        let market = try await TestMarket()
        let renter = market.keys[.renter]!
        try await market.call { client in
            _ = try await Self.put(client, renter, 0..<100_000)
            let uri = "/v1/blobs/\(TestMarket.digest(Self.bytes))"
            let theirs = try await client.execute(
                uri: uri, method: .get, headers: TestMarket.headers(market.otherRenter), body: nil)
            #expect(theirs.status == .notFound)
            var headers = TestMarket.headers(renter)
            headers[.range] = "bytes=10-19"
            let part = try await client.execute(
                uri: uri, method: .get, headers: headers, body: nil)
            #expect(part.status == .partialContent)
            #expect(Array(part.body.readableBytesView) == Array(Self.bytes[10..<20]))
        }
    }
}
