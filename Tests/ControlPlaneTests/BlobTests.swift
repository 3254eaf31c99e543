import ControlPlane
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Marketplace
import NIOCore
import Synchronization
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

    @Test func `a part that was given up writes into nothing that came after it`() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/orban-blobs-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try BlobStore(folder: folder)
        let digest = TestMarket.digest(Self.bytes)
        let owner = try #require(AccountID("acc_a"))
        let upload = BlobKey(digest: digest, owner: owner)
        let total = Int64(Self.bytes.count)
        let step = Mutex(0)
        // It stalls after its first bytes; the upload goes on elsewhere, and is whole when it wakes.
        let stalled = AsyncThrowingStream<ByteBuffer, any Error>(unfolding: {
            let isFirst = step.withLock { step in
                step += 1
                return step == 1
            }
            if isFirst { return ByteBuffer(bytes: Self.bytes[..<40_000]) }
            #expect(store.offset(of: upload) == 40_000)
            let rest = AsyncThrowingStream<ByteBuffer, any Error> { stream in
                stream.yield(ByteBuffer(bytes: Self.bytes[40_000...]))
                stream.finish()
            }
            let received = try await store.receive(rest, at: 40_000, total: total, as: upload)
            #expect(received == total)
            return ByteBuffer(repeating: 0, count: 1_000)
        })
        await #expect(throws: WireError.unavailable) {
            _ = try await store.receive(stalled, at: 0, total: total, as: upload)
        }
        let stored = try Data(contentsOf: URL(fileURLWithPath: store.path(of: digest)))
        #expect(Array(stored) == Self.bytes)
    }

    @Test func `two that send the same bytes for one account disturb neither`() async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/orban-blobs-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try BlobStore(folder: folder)
        let upload = BlobKey(
            digest: TestMarket.digest(Self.bytes), owner: try #require(AccountID("acc_a")))
        let total = Int64(Self.bytes.count)
        // The second begins from the start while the first is halfway; then the first ends.
        for (start, end) in [(0, 60_000), (0, 30_000), (60_000, 100_000)] {
            let received = try await store.receive(
                TestMarket.stream(Array(Self.bytes[start..<end])), at: Int64(start), total: total,
                as: upload)
            #expect(received == Int64(end))
        }
        #expect(store.size(of: upload.digest) == total)
    }

    @Test func `a blob whose file is gone is found missing, and is delivered anew`() async throws {
        let market = try await TestMarket()
        let renter = market.keys[.renter]!
        let digest = TestMarket.digest(Self.bytes)
        let path = market.server.services.blobs.path(of: digest)
        try await market.call { client in
            #expect(try await Self.put(client, renter, 0..<100_000).status == .created)
            try FileManager.default.removeItem(atPath: path)
            let head = try await client.execute(
                uri: "/v1/blobs/\(digest)", method: .head, headers: TestMarket.headers(renter),
                body: nil)
            #expect(head.status == .notFound)
            #expect(try await Self.put(client, renter, 0..<100_000).status == .created)
        }
        #expect(FileManager.default.fileExists(atPath: path))
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

    @Test func `who uploads the same bytes owns them too, and nobody else does`() async throws {
        let market = try await TestMarket()
        let renter = market.keys[.renter]!
        try await market.call { client in
            _ = try await Self.put(client, renter, 0..<100_000)
            let uri = "/v1/blobs/\(TestMarket.digest(Self.bytes))"
            // Naming the digest proves nothing: only the bytes do.
            let part = try await Self.put(client, market.otherRenter, 0..<40_000)
            #expect(part.status == .accepted)
            let head = try await client.execute(
                uri: uri, method: .head, headers: TestMarket.headers(market.otherRenter),
                body: nil)
            #expect(head.status == .notFound)
            #expect(head.headers[HTTPField.Name("Upload-Offset")!] == "40000")
            let rest = try await Self.put(client, market.otherRenter, 40_000..<100_000)
            #expect(rest.status == .created)
            for token in [renter, market.otherRenter] {
                let whole = try await client.execute(
                    uri: uri, method: .get, headers: TestMarket.headers(token), body: nil)
                #expect(Array(whole.body.readableBytesView) == Self.bytes)
            }
        }
    }

    @Test func `wrong bytes under the name of somebody's blob leave that blob as it is`()
        async throws
    {
        let market = try await TestMarket()
        let renter = market.keys[.renter]!
        try await market.call { client in
            _ = try await Self.put(client, renter, 0..<100_000)
            let uri = "/v1/blobs/\(TestMarket.digest(Self.bytes))"
            let forged = try await client.execute(
                uri: uri, method: .put, headers: TestMarket.headers(market.otherRenter),
                body: ByteBuffer(bytes: [1, 2, 3]))
            #expect(try TestMarket.problem(forged).code == "blob_mismatch")
            let mine = try await client.execute(
                uri: uri, method: .get, headers: TestMarket.headers(renter), body: nil)
            #expect(Array(mine.body.readableBytesView) == Self.bytes)
            let theirs = try await client.execute(
                uri: uri, method: .get, headers: TestMarket.headers(market.otherRenter),
                body: nil)
            #expect(theirs.status == .notFound)
        }
        let use = Read.storage(TestMarket.other)
        let rows = try await market.server.services.store.read([use])
        #expect(rows.storage(TestMarket.other) == StorageUse(account: TestMarket.other))
    }

    @Test func `an input that somebody else uploaded does not exist for a submit`() async throws {
        let market = try await TestMarket()
        try await market.addImage("localhost/test:1")
        try await market.credit("5.00")
        let digest = TestMarket.digest(Self.bytes)
        try await market.call { client in
            _ = try await Self.put(client, market.otherRenter, 0..<100_000)
            let spec = SubmitTests.spec + "\ninputs: [{digest: '\(digest)', path: /in}]"
            let input = InputDTO(path: "/in", digest: digest, form: .file)
            let body = ByteBuffer(
                bytes: try WireJSON.encode(SubmitRequest(spec: spec, inputs: [input])))
            for (owner, status) in [(false, 404), (true, 201)] {
                if owner { _ = try await Self.put(client, market.keys[.renter]!, 0..<100_000) }
                let response = try await client.execute(
                    uri: "/v1/jobs", method: .post,
                    headers: TestMarket.headers(market.keys[.renter]!, key: "k"), body: body)
                #expect(response.status.code == status, "\(String(buffer: response.body))")
            }
        }
    }

    @Test func `an upload above the quota is refused before its bytes`() async throws {
        let market = try await TestMarket(blobQuota: 150_000)
        let renter = market.keys[.renter]!
        try await market.call { client in
            #expect(try await Self.put(client, renter, 0..<10).status == .accepted)
            let more = [UInt8](repeating: 9, count: 60_000)
            let response = try await client.execute(
                uri: "/v1/blobs/\(TestMarket.digest(more))", method: .put,
                headers: TestMarket.headers(renter), body: ByteBuffer(bytes: more))
            #expect(response.status.code == 413)
            #expect(try TestMarket.problem(response).code == "quota_exceeded")
            let others = try await client.execute(
                uri: "/v1/blobs/\(TestMarket.digest(more))", method: .put,
                headers: TestMarket.headers(market.otherRenter), body: ByteBuffer(bytes: more))
            #expect(others.status == .created)
        }
    }

    @Test func `an upload that nobody goes on with is removed after a day`()
        async throws
    {
        let market = try await TestMarket()
        let services = market.server.services
        try await market.call { client in
            _ = try await Self.put(client, market.keys[.renter]!, 0..<40_000)
        }
        let keeper = UploadKeeper(
            store: services.store, blobs: services.blobs, log: services.log)
        let key = BlobKey(digest: TestMarket.digest(Self.bytes), owner: TestMarket.renter)
        try await keeper.removeAbandoned(at: services.clock.now().advanced(seconds: 86_000))
        #expect(services.blobs.offset(of: key) == 40_000)
        try await keeper.removeAbandoned(at: services.clock.now().advanced(seconds: 86_401))
        #expect(services.blobs.offset(of: key) == 0)
        let rows = try await services.store.read([.upload(key), .storage(key.owner)])
        #expect(rows.upload(key) == nil)
        #expect(rows.storage(key.owner) == StorageUse(account: key.owner))
    }

    @Test func `a blob of no bytes is stored, read and found outside every range`() async throws {
        let market = try await TestMarket()
        let digest = TestMarket.digest([])
        try await market.call { client in
            var headers = TestMarket.headers(market.keys[.renter]!)
            let call = { (method: HTTPRequest.Method, headers: HTTPFields) in
                try await client.execute(
                    uri: "/v1/blobs/\(digest)", method: method, headers: headers, body: nil)
            }
            headers[.contentLength] = "0"
            #expect(try await call(.put, headers).status == .created)
            headers[.contentLength] = nil
            #expect(try await call(.head, headers).status == .ok)
            let whole = try await call(.get, headers)
            #expect(whole.status == .ok && whole.body.readableBytes == 0)
            headers[.range] = "bytes=0-8388607"
            let part = try await call(.get, headers)
            #expect(part.status == .rangeNotSatisfiable)
            #expect(part.headers[.contentRange] == "bytes */0")
            #expect(try TestMarket.problem(part).code == "range_not_satisfiable")
        }
    }

    @Test func `a file that a crash left without a row is gone after a start`() async throws {
        let market = try await TestMarket()
        let blobs = market.server.services.blobs
        let key = BlobKey(digest: TestMarket.digest([7]), owner: TestMarket.renter)
        let other = BlobKey(digest: TestMarket.digest([8]), owner: TestMarket.renter)
        _ = try await blobs.receive(TestMarket.stream([7]), at: 0, total: 1, as: key)
        _ = try await blobs.receive(TestMarket.stream([8]), at: 0, total: 2, as: other)
        try await blobs.sweep(keeping: [other]) { _ in true }
        #expect(FileManager.default.fileExists(atPath: blobs.path(of: key.digest)))
        #expect(blobs.offset(of: other) == 1)
        try await blobs.sweep(keeping: []) { _ in false }
        #expect(!FileManager.default.fileExists(atPath: blobs.path(of: key.digest)))
        #expect(blobs.offset(of: other) == 0)
    }
}
