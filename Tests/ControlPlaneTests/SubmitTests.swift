import Accounting
import ControlPlane
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Marketplace
import NIOCore
import Testing
import Wire

@Suite struct SubmitTests {
    static let spec = """
        version: 1
        type: batch
        name: hello
        image: localhost/test:1
        run: echo hello
        budget: {max_total: 1.00 USD}
        """

    private static func body(_ spec: String) throws -> ByteBuffer {
        ByteBuffer(bytes: try WireJSON.encode(SubmitRequest(spec: spec)))
    }

    private static func submit(
        _ client: any TestClientProtocol, _ token: String, key: String?, spec: String = Self.spec
    ) async throws -> TestResponse {
        try await client.execute(
            uri: "/v1/jobs", method: .post, headers: TestMarket.headers(token, key: key),
            body: try body(spec))
    }

    private static func market(credit: String = "5.00") async throws -> TestMarket {
        let market = try await TestMarket()
        try await market.addImage("localhost/test:1")
        if credit != "0" { try await market.credit(credit) }
        return market
    }

    @Test func `a submit without an idempotency key is refused`() async throws {
        let market = try await Self.market()
        let response = try await market.call {
            try await Self.submit($0, market.keys[.renter]!, key: nil)
        }
        #expect(response.status == .badRequest)
        #expect(try TestMarket.problem(response).code == "idempotency_key_missing")
    }

    @Test func `the same key and body give the same bytes and one hold`() async throws {
        let market = try await Self.market()
        let renter = market.keys[.renter]!
        let (first, second) = try await market.call { client in
            (
                try await Self.submit(client, renter, key: "once"),
                try await Self.submit(client, renter, key: "once")
            )
        }
        #expect(first.status == .created)
        #expect(second.status == .created)
        #expect(first.body == second.body)
        #expect(second.headers[HTTPField.Name("Idempotent-Replayed")!] == "true")
        let rows = try await market.server.services.store.read([
            .balance(.held(TestMarket.renter)), .balance(.available(TestMarket.renter)),
        ])
        #expect(rows.balance(.held(TestMarket.renter)).micro == 1_000_000)
        #expect(rows.balance(.available(TestMarket.renter)).micro == 4_000_000)
    }

    @Test func `the same key with another body is refused and changes nothing`() async throws {
        let market = try await Self.market()
        let renter = market.keys[.renter]!
        let response = try await market.call { client in
            _ = try await Self.submit(client, renter, key: "once")
            return try await Self.submit(
                client, renter, key: "once", spec: Self.spec.replacing("hello", with: "bye"))
        }
        #expect(response.status.code == 422)
        #expect(try TestMarket.problem(response).code == "idempotency_key_reused")
    }

    @Test func `a submit above the balance is refused with both amounts`() async throws {
        let market = try await Self.market(credit: "0.40")
        let response = try await market.call {
            try await Self.submit($0, market.keys[.renter]!, key: "k")
        }
        #expect(response.status.code == 402)
        let problem = try TestMarket.problem(response)
        #expect(problem.code == "balance_too_low")
        #expect(problem.detail.contains("0.40"))
    }

    @Test(arguments: [
        (spec.replacing("budget: {max_total: 1.00 USD}", with: ""), "budget_missing"),
        (spec.replacing("budget:", with: "budgte:"), "spec_invalid"),
        (spec.replacing("localhost/test:1", with: "localhost/none:1"), "image_not_found"),
        (spec.replacing("1.00", with: "0.00"), "spec_invalid"),
        ("a: [", "spec_invalid"),
    ])
    func `a bad spec is refused by its code`(spec: String, code: String) async throws {
        let market = try await Self.market()
        let response = try await market.call {
            try await Self.submit($0, market.keys[.renter]!, key: "k", spec: spec)
        }
        #expect((400..<500).contains(response.status.code))
        #expect(try TestMarket.problem(response).code == code)
    }

    @Test(arguments: [
        ("registry.example/team/base:1", "image_unpinned"),
        ("registry.example:5000/base", "image_unpinned"), ("base@sha256:12", "image_unpinned"),
        ("registry.example/base:1@\(pin)", "image_unpinned"), ("python:3.12", "image_not_found"),
    ])
    func `a registry's image without its digest is refused before anything is bought`(
        image: String, code: String
    ) async throws {
        let market = try await Self.market()
        let spec = Self.spec.replacing("localhost/test:1", with: image)
        for uri in ["/v1/plans", "/v1/jobs"] {
            let response = try await market.call { client in
                try await client.execute(
                    uri: uri, method: .post,
                    headers: TestMarket.headers(market.keys[.renter]!, key: "k"),
                    body: ByteBuffer(bytes: try WireJSON.encode(SubmitRequest(spec: spec))))
            }
            #expect((400..<500).contains(response.status.code))
            #expect(try TestMarket.problem(response).code == code)
        }
    }

    @Test func `a registry's image by its digest is pinned as it is written, asking nobody`()
        async throws
    {
        let market = try await Self.market()
        let image = try #require(RegistryImage("registry.example/team/base@\(Self.pin)"))
        let spec = Self.spec.replacing("localhost/test:1", with: "\(image)")
        let response = try await market.call {
            try await Self.submit($0, market.keys[.renter]!, key: "k", spec: spec)
        }
        #expect(response.status == .created)
        let job = try WireJSON.decode(JobDTO.self, from: Array(response.body.readableBytesView))
        #expect(job.image == ImageDTO(.registry(image)))
        let rows = try await market.server.services.store.read([.job(job.id)])
        #expect(rows.job(job.id)?.terms.workload.image == .registry(image))
    }

    private static let pin = "sha256:" + String(repeating: "0", count: 64)

    @Test func `a body above the limit is refused before it is read`() async throws {
        let market = try await Self.market()
        let response = try await market.call { client in
            try await client.execute(
                uri: "/v1/jobs", method: .post,
                headers: TestMarket.headers(market.keys[.renter]!, key: "k"),
                body: ByteBuffer(repeating: 0x20, count: 5 << 20))
        }
        #expect(response.status.code == 413)
        #expect(try TestMarket.problem(response).code == "body_too_large")
    }

    @Test func `another renter's job looks like one that does not exist`() async throws {
        let market = try await Self.market()
        let (theirs, none) = try await market.call { client in
            let made = try await Self.submit(client, market.keys[.renter]!, key: "k")
            let job = try WireJSON.decode(
                JobDTO.self, from: Array(made.body.readableBytesView))
            let headers = TestMarket.headers(market.otherRenter)
            return (
                try await client.execute(
                    uri: "/v1/jobs/\(job.id)", method: .get, headers: headers, body: nil),
                try await client.execute(
                    uri: "/v1/jobs/job_NOBODY", method: .get, headers: headers, body: nil)
            )
        }
        #expect(theirs.status == .notFound)
        #expect(none.status == .notFound)
        let (first, second) = (try TestMarket.problem(theirs), try TestMarket.problem(none))
        #expect(first.detail == second.detail)
    }

    @Test func `errors come in the language that was asked for`() async throws {
        let market = try await Self.market()
        let response = try await market.call { client in
            var headers = TestMarket.headers(market.keys[.renter]!)
            headers[.acceptLanguage] = "zh-TW"
            return try await client.execute(
                uri: "/v1/jobs/job_NOBODY", method: .get, headers: headers, body: nil)
        }
        let problem = try TestMarket.problem(response)
        #expect(problem.code == "job_not_found")
        #expect(problem.title.unicodeScalars.contains { (0x4E00...0x9FFF).contains($0.value) })
    }
}
