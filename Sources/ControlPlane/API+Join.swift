import Domain
import HTTPTypes
import Hummingbird
import Marketplace
import Wire

extension API {
    /// How nodes come to a market: its authority, tokens to join with, certificates.
    mutating func addJoin() {
        let market = market
        add(.get, "/v1/ca", .anyone) { _, _ in
            Self.text(Array(market.authority.pem.utf8), type: "application/pem-certificate-chain")
        }
        add(.post, "/v1/join-tokens", .roles([.provider, .operator])) { request, call in
            let body = try Self.decode(JoinTokenRequest.self, try await Self.body(request))
            let own = try call.account
            let provider = body.provider ?? own
            guard provider == own || call.isOperator else {
                throw WireError.forbidden(needs: .operator)
            }
            let token = try await market.makeJoinToken(
                for: provider, uses: body.uses, validMinutes: body.validMinutes,
                url: try market.url(asSeenBy: request))
            return try Self.json(token, status: .created)
        }
        add(.post, "/v1/enrollments", .anyone) { request, _ in
            let body = try Self.decode(EnrollmentRequest.self, try await Self.body(request))
            return try Self.json(try await market.enroll(body), status: .created)
        }
    }
}

extension MarketServices {
    /// Where a node of this market finds it: its public host, at the port that this request came to.
    /// Beyond loopback that is always TLS.
    ///
    /// - Throws: `WireError.parameterInvalid` when the request names no authority.
    fileprivate func url(asSeenBy request: Request) throws -> String {
        guard let authority = request.head.authority else {
            throw WireError.parameterInvalid(name: "Host")
        }
        let scheme = isTLS ? "https" : "http"
        let host = publicHost.contains(":") ? "[\(publicHost)]" : publicHost
        let digits = authority.split(separator: ":").last.flatMap { UInt16($0) }
        let port = authority.hasSuffix("]") ? nil : digits
        return "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    }
}
