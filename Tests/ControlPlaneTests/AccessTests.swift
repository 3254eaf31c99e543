import ControlPlane
import Domain
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing
import Wire

@Suite struct AccessTests {
    /// The authorisation table: every route there is, with who may use it.
    static let table: [(String, String, Access)] = [
        ("POST", "/v1/plans", .roles([.renter])),
        ("POST", "/v1/jobs", .roles([.renter])),
        ("GET", "/v1/jobs", .roles([.renter])),
        ("GET", "/v1/jobs/:job", .roles([.renter, .operator])),
        ("POST", "/v1/jobs/:job/stop", .roles([.renter, .operator])),
        ("POST", "/v1/jobs/:job/retry", .roles([.renter])),
        ("GET", "/v1/jobs/:job/invoice", .roles([.renter, .operator])),
        ("GET", "/v1/jobs/:job/outputs", .roles([.renter, .operator])),
        ("GET", "/v1/jobs/:job/proof", .roles([.renter, .operator])),
        ("GET", "/v1/jobs/:job/logs", .roles([.renter, .operator])),
        ("GET", "/v1/jobs/:job/events", .roles([.renter, .operator])),
        ("GET", "/v1/jobs/:job/metrics", .roles([.renter, .operator])),
        ("GET", "/v1/jobs/:job/metrics/stream", .roles([.renter, .operator])),
        ("GET", "/v1/balance", .roles([.renter, .provider, .operator])),
        ("POST", "/v1/accounts/:account/credits", .roles([.operator])),
        ("POST", "/v1/keys", .roles([.operator])),
        ("GET", "/v1/ledger", .roles([.operator])),
        ("GET", "/v1/vault", .roles([.renter, .provider])),
        ("GET", "/v1/locks", .roles([.renter, .provider])),
        ("PUT", "/v1/locks/{lease}/progress", .roles([.renter])),
        ("PUT", "/v1/locks/{lease}/agreement", .roles([.provider])),
        ("PUT", "/v1/vault/address", .roles([.renter])),
        ("GET", "/v1/vault/vouchers", .roles([.renter, .provider])),
        ("PUT", "/v1/vault/vouchers", .roles([.renter])),
        ("GET", "/v1/offers", .anyone),
        ("GET", "/v1/nodes", .roles([.provider, .operator])),
        ("POST", "/v1/nodes/:node/release", .roles([.provider, .operator])),
        ("GET", "/v1/nodes/:node", .roles([.provider, .operator])),
        ("POST", "/v1/nodes/:node/samples", .anyone),
        ("POST", "/v1/nodes/:node/drain", .roles([.provider, .operator])),
        ("POST", "/v1/nodes/:node/pause", .roles([.provider, .operator])),
        ("POST", "/v1/nodes/:node/resume", .roles([.provider, .operator])),
        ("PUT", "/v1/images/:image", .roles([.operator])),
        ("POST", "/v1/join-tokens", .roles([.provider, .operator])),
        ("POST", "/v1/enrollments", .anyone),
        ("GET", "/v1/ca", .anyone),
        ("HEAD", "/v1/blobs/:digest", .leaseOr([.renter, .operator])),
        ("GET", "/v1/blobs/:digest", .leaseOr([.renter, .operator])),
        ("PUT", "/v1/blobs/:digest", .leaseOr([.renter, .operator])),
        ("POST", "/v1/leases/:lease/logs", .leaseOr([])),
        ("POST", "/v1/leases/:lease/samples", .leaseOr([])),
        ("PUT", "/v1/leases/:lease/outputs", .leaseOr([])),
        ("GET", "/v1/log/checkpoint", .anyone),
        ("GET", "/v1/log/tile/**", .anyone),
        ("GET", "/v1/log/anchor", .anyone), ("POST", "/v1/log/anchors", .roles([.operator])),
        ("GET", "/v1/log/keys", .anyone),
        ("GET", "/v1/log/settlements", .anyone),
        ("GET", "/healthz", .anyone),
        ("GET", "/readyz", .anyone),
        ("GET", "/metrics", .anyone),
        ("GET", "/v1/beacon", .anyone),
        ("GET", "/v1/beacons", .anyone),
        ("GET", "/v1/version", .anyone),
    ]

    @Test func `every route has a row in the authorisation table and no row is stale`() async throws
    {
        let market = try await TestMarket()
        let actual = API(market.server.services).table.map {
            "\($0.method) \($0.path) \($0.access)"
        }
        let expected = Self.table.map { "\($0.0) \($0.1) \($0.2)" }
        #expect(actual.sorted() == expected.sorted())
    }

    /// Each (route, role) pair: refused with 401 or 403 exactly when the table says so.
    @Test func `a role reaches just the routes of the table`() async throws {
        let market = try await TestMarket()
        try await market.call { client in
            for (method, path, access) in Self.table {
                for role in [nil] + Role.allCases.map(Optional.some) {
                    let token = role.flatMap { market.keys[$0] }
                    let response = try await client.execute(
                        uri: Self.filled(path), method: HTTPRequest.Method(rawValue: method)!,
                        headers: TestMarket.headers(token, key: "k-\(method)-\(path)"),
                        body: nil)
                    let status = response.status.code
                    let isRefused = status == 401 || status == 403
                    #expect(
                        isRefused == !Self.allows(access, role),
                        "\(method) \(path) as \(role?.rawValue ?? "nobody") gave \(status)")
                    #expect(status < 500 || status == 503, "\(method) \(path) gave \(status)")
                }
            }
        }
    }

    @Test func `a key that nobody made is refused everywhere, even where none is needed`()
        async throws
    {
        let market = try await TestMarket()
        try await market.call { client in
            for path in ["/v1/jobs", "/v1/offers", "/healthz"] {
                let response = try await client.execute(
                    uri: path, method: .get, headers: TestMarket.headers("orb_wrong"), body: nil)
                #expect(response.status == .unauthorized)
                #expect(try TestMarket.problem(response).code == "unauthorized")
            }
        }
    }

    private static func allows(_ access: Access, _ role: Role?) -> Bool {
        switch access {
        case .anyone: true
        case .roles(let roles), .leaseOr(let roles): role.map(roles.contains) ?? false
        }
    }

    private static func filled(_ path: String) -> String {
        path.replacing(":job", with: "job_0").replacing(":account", with: "acc_0")
            .replacing(":node", with: "nod_0").replacing(":lease", with: "lse_0")
            .replacing(":image", with: "nothing")
            .replacing(":digest", with: "sha256:" + String(repeating: "a", count: 64))
            .replacing("**", with: "0/000")
    }
}
