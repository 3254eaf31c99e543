import ControlPlane
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing
import Wire

@Suite struct TokenBucketTests {
    private static let start = Timestamp(milliseconds: 1_000_000)

    /// Values that expectations may change.
    private final class Buckets<Key: Hashable & Comparable & Sendable> {
        private var value: TokenBuckets<Key>

        init(_ allowance: Allowance, most: Int = 10_000) {
            value = TokenBuckets(allowance, most: most)
        }

        var count: Int { value.count }
        func take(_ key: Key, at now: Timestamp) -> Int? { value.take(key, at: now) }
    }

    private final class Body {
        private var pace = BodyPace(startedAt: start)

        func isKept(by count: Int, after seconds: Int64) -> Bool {
            pace.isKept(by: count, at: start.advanced(seconds: seconds))
        }
    }

    @Test func `a burst passes, then one for each part of a second`() {
        let buckets = Buckets<String>(Allowance(perSecond: 4, burst: 3))
        for _ in 0..<3 { #expect(buckets.take("a", at: Self.start) == nil) }
        #expect(buckets.take("a", at: Self.start) == 1)
        #expect(buckets.take("b", at: Self.start) == nil, "another key has its own")
        let later = Self.start.advanced(milliseconds: 249)
        #expect(buckets.take("a", at: later) == 1)
        #expect(buckets.take("a", at: Self.start.advanced(milliseconds: 250)) == nil)
        #expect(buckets.take("a", at: Self.start.advanced(milliseconds: 250)) == 1)
    }

    @Test func `who waits as long as told is let through`() {
        for rate in [1, 3, 7, 1000] {
            let buckets = Buckets<String>(Allowance(perSecond: Int64(rate), burst: 1))
            _ = buckets.take("a", at: Self.start)
            let wait = buckets.take("a", at: Self.start)
            #expect(wait == 1)
            #expect(buckets.take("a", at: Self.start.advanced(seconds: Int64(wait ?? 0))) == nil)
        }
    }

    @Test func `a pause of any length fills no more than a burst, and time going back nothing`() {
        let buckets = Buckets<String>(Allowance(perSecond: 1_000_000, burst: 2))
        _ = buckets.take("a", at: Self.start)
        let end = Timestamp(milliseconds: Timestamp.limit)
        #expect(buckets.take("a", at: end) == nil)
        #expect(buckets.take("a", at: end) == nil)
        #expect(buckets.take("a", at: end) == 1)
        #expect(buckets.take("a", at: Self.start) == 1)
    }

    @Test func `however many keys come, no more than the bound are kept`() {
        let buckets = Buckets<Int>(Allowance(perSecond: 1, burst: 2), most: 100)
        for key in 0..<10_000 {
            _ = buckets.take(key, at: Self.start.advanced(milliseconds: Int64(key)))
            #expect(buckets.count <= 100)
        }
    }

    @Test func `who is out of tokens stays so while others come and go`() {
        let buckets = Buckets<Int>(Allowance(perSecond: 1, burst: 1), most: 100)
        let now = Self.start.advanced(seconds: 10)
        for key in 0..<99 { _ = buckets.take(key, at: Self.start) }
        _ = buckets.take(1000, at: now)
        for key in 2000..<2050 { _ = buckets.take(key, at: now) }
        #expect(buckets.take(1000, at: now) == 1)
    }

    @Test func `a body that trickles is cut off, a slow one is not`() {
        let trickle = Body()
        #expect(trickle.isKept(by: 1, after: 59))
        #expect(!trickle.isKept(by: 1, after: 61))
        let slow = Body()
        for second in 1...600 { #expect(slow.isKept(by: 1100, after: Int64(second))) }
    }
}

@Suite struct RateTests {
    private static func get(
        _ client: any TestClientProtocol, _ path: String, _ token: String?
    ) async throws -> TestResponse {
        try await client.execute(
            uri: path, method: .get, headers: TestMarket.headers(token), body: nil)
    }

    private static let tight = RateLimits(
        writes: Allowance(perSecond: 1, burst: 3), reads: Allowance(perSecond: 1, burst: 5),
        strangers: Allowance(perSecond: 1, burst: 4), failures: Allowance(perSecond: 1, burst: 2))

    @Test func `an account above its rate is told when to come again, another is not`()
        async throws
    {
        let market = try await TestMarket(limits: Self.tight)
        try await market.call { (client) async throws -> Void in
            for _ in 0..<5 {
                let response = try await Self.get(client, "/v1/jobs", market.keys[.renter])
                #expect(response.status == .ok)
            }
            let refused = try await Self.get(client, "/v1/jobs", market.keys[.renter])
            #expect(refused.status.code == 429)
            #expect(refused.headers[.retryAfter] == "1")
            #expect(try TestMarket.problem(refused).code == "too_many_requests")
            #expect(try TestMarket.problem(refused).retryable)
            let other = try await Self.get(client, "/v1/jobs", market.otherRenter)
            #expect(other.status == .ok)
            let write = try await client.execute(
                uri: "/v1/jobs/none/stop", method: .post,
                headers: TestMarket.headers(market.keys[.renter]), body: nil)
            #expect(write.status == .notFound, "writes have an allowance of their own")
        }
    }

    @Test func `strangers of one address share an allowance that accounts do not touch`()
        async throws
    {
        let market = try await TestMarket(limits: Self.tight)
        try await market.call { (client) async throws -> Void in
            for _ in 0..<4 {
                #expect(try await Self.get(client, "/v1/offers", nil).status == .ok)
            }
            #expect(try await Self.get(client, "/v1/offers", nil).status.code == 429)
            #expect(try await Self.get(client, "/v1/offers", market.keys[.renter]).status == .ok)
        }
    }

    @Test func `wrong keys are answered 429 in the end, and a right one still works`()
        async throws
    {
        let market = try await TestMarket(limits: Self.tight)
        try await market.call { (client) async throws -> Void in
            for _ in 0..<2 {
                #expect(try await Self.get(client, "/v1/jobs", "orb_wrong").status == .unauthorized)
            }
            #expect(try await Self.get(client, "/v1/jobs", "orb_wrong").status.code == 429)
            #expect(try await Self.get(client, "/v1/jobs", "lease.x.1.00").status.code == 429)
            #expect(try await Self.get(client, "/v1/jobs", market.keys[.renter]).status == .ok)
        }
    }

    @Test func `fifty submits at once never meet the standard limits`() async throws {
        let market = try await TestMarket()
        try await market.call { (client) async throws -> Void in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<50 {
                    let headers = TestMarket.headers(market.keys[.renter], key: "k\(number)")
                    group.addTask {
                        try await client.execute(
                            uri: "/v1/jobs", method: .post, headers: headers,
                            body: ByteBuffer(string: "{}")
                        ).status.code
                    }
                }
                for try await status in group { #expect(status == 400) }
            }
        }
    }

    @Test func `JSON nested without end is refused`() async throws {
        let market = try await TestMarket()
        let deep = String(repeating: "[", count: 1_000_000)
        try await market.call { (client) async throws -> Void in
            for body in [deep, "{\"spec\":" + deep] {
                let response = try await client.execute(
                    uri: "/v1/plans", method: .post,
                    headers: TestMarket.headers(market.keys[.renter]),
                    body: ByteBuffer(string: body))
                #expect(response.status == .badRequest)
                #expect(try TestMarket.problem(response).code == "body_malformed")
            }
        }
    }

    @Test func `an IPv4 peer of a listener for both is counted by its own address`() {
        let mapped = [UInt8](repeating: 0, count: 10) + [255, 255, 192, 0, 2, 7]
        #expect(CallContext.network(ofIPv6: mapped) == "192.0.2.7")
        let native: [UInt8] = [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 9, count: 12)
        let neighbour: [UInt8] = native.dropLast() + [8]
        #expect(CallContext.network(ofIPv6: native) == CallContext.network(ofIPv6: neighbour))
    }
}
