import ControlPlane
import Crypto
import Domain
import Foundation
import HTTPTypes
import HummingbirdTesting
import Marketplace
import NIOCore
import SwiftASN1
import Testing
import Transparency
import Wire
import X509

@Suite struct ChannelJoinTests {
    /// A node's keys, and what it asks for with them.
    struct Joiner {
        var receiptKey = Curve25519.Signing.PrivateKey()
        var tlsKey = P256.Signing.PrivateKey()

        var node: NodeID {
            NodeID(
                bytes: Array(
                    SHA256.hash(data: receiptKey.publicKey.rawRepresentation).prefix(16)))
        }

        func request(
            _ id: String, _ secret: String, csr: CertificateSigningRequest? = nil,
            signer: Curve25519.Signing.PrivateKey? = nil
        ) throws -> EnrollmentRequest {
            let document = try (csr ?? self.csr()).serializeAsPEM()
            let signature = try (signer ?? receiptKey).signature(for: document.derBytes)
            return EnrollmentRequest(
                tokenID: id, tokenSecret: secret, csrPEM: document.pemString,
                receiptKey: Base64Bytes(Array(receiptKey.publicKey.rawRepresentation)),
                signature: Base64Bytes(Array(signature)), name: "one")
        }

        func csr() throws -> CertificateSigningRequest {
            try CertificateSigningRequest(
                version: .v1, subject: try DistinguishedName { CommonName("x") },
                privateKey: .init(tlsKey), attributes: .init(),
                signatureAlgorithm: .ecdsaWithSHA256)
        }
    }

    private func post<Body: Encodable>(
        _ path: String, _ body: Body, _ market: TestMarket, as role: Role? = nil
    ) async throws -> TestResponse {
        let bytes = try WireJSON.encode(body)
        var headers = HTTPFields()
        if let role, let key = market.keys[role] { headers[.authorization] = "Bearer \(key)" }
        let fields = headers
        return try await market.call { client in
            try await client.execute(
                uri: path, method: .post, headers: fields, body: .init(bytes: bytes))
        }
    }

    private func token(
        _ market: TestMarket, uses: Int = 1, as role: Role = .provider
    ) async throws -> JoinTokenDTO {
        let response = try await post(
            "/v1/join-tokens", JoinTokenRequest(uses: uses, validMinutes: 60), market, as: role)
        #expect(response.status == .created)
        return try WireJSON.decode(from: Array(response.body.readableBytesView))
    }

    private func enrol(_ request: EnrollmentRequest, _ market: TestMarket) async throws -> NodeID {
        let response = try await post("/v1/enrollments", request, market)
        guard response.status == .created else {
            throw Refused(code: try TestMarket.problem(response).code)
        }
        let dto: EnrollmentDTO = try WireJSON.decode(from: Array(response.body.readableBytesView))
        return dto.node
    }

    struct Refused: Error, Hashable { let code: String }

    @Test func `a good token makes a node of its provider, with a certificate for a day`()
        async throws
    {
        let market = try await TestMarket()
        let joiner = Joiner()
        let token = try await token(market)
        let response = try await post(
            "/v1/enrollments", try joiner.request(token.tokenID, token.tokenSecret), market)
        let dto: EnrollmentDTO = try WireJSON.decode(from: Array(response.body.readableBytesView))
        #expect(dto.node == joiner.node)
        let authority = market.server.services.authority
        #expect(dto.caPEM == authority.pem && token.caFingerprint == authority.fingerprint)
        let certificate = try Certificate(pemEncoded: dto.certificatePEM)
        #expect(certificate.publicKey == Certificate.PublicKey(joiner.tlsKey.publicKey))
        #expect(authority.node(namedIn: certificate) == joiner.node)
        let names = try certificate.extensions.subjectAlternativeNames
        #expect(
            names?.first
                == .uniformResourceIdentifier("spiffe://test.orban/node/\(joiner.node.text)"))
        let life = certificate.notValidAfter.timeIntervalSince(certificate.notValidBefore)
        #expect((86_400...86_700).contains(Int(life)))
        let node = try await market.server.services.store.read([.node(joiner.node)])
            .node(joiner.node)
        #expect(node?.provider == TestMarket.provider && node?.name == "one")
    }

    @Test func `a token is good for its uses and no more, each node counted once`() async throws {
        let market = try await TestMarket()
        let token = try await token(market, uses: 2)
        let first = Joiner()
        let second = Joiner()
        for joiner in [first, first, second, first] {
            let node = try await enrol(joiner.request(token.tokenID, token.tokenSecret), market)
            #expect(node == joiner.node)
        }
        await #expect(throws: Refused(code: "token_invalid")) {
            try await enrol(Joiner().request(token.tokenID, token.tokenSecret), market)
        }
    }

    @Test func `a wrong secret, an unknown token and an expired one are refused`() async throws {
        let market = try await TestMarket()
        let token = try await token(market)
        try await market.server.services.store.perform(
            .addJoinToken(
                JoinToken(
                    id: "tok_old", secretHash: Authenticator.hash("s"),
                    provider: TestMarket.provider, expiresAt: Timestamp(milliseconds: 1),
                    usesLeft: 1)))
        for (id, secret) in [
            (token.tokenID, token.tokenSecret + "0"), (token.tokenID, ""), ("tok_none", "s"),
            ("tok_old", "s"), ("", token.tokenSecret),
        ] {
            await #expect(throws: Refused(code: "token_invalid")) {
                try await enrol(Joiner().request(id, secret), market)
            }
        }
        #expect(
            try await market.server.services.store.read([.nodes(of: nil, limit: 9)])[
                .nodes(of: nil, limit: 9)
            ].isEmpty)
    }

    @Test func `a known node renews without a token, an unknown one does not`() async throws {
        let market = try await TestMarket()
        let token = try await token(market)
        var joiner = Joiner()
        await #expect(throws: Refused(code: "node_not_found")) {
            try await enrol(joiner.request("", ""), market)
        }
        _ = try await enrol(joiner.request(token.tokenID, token.tokenSecret), market)
        joiner.tlsKey = P256.Signing.PrivateKey()
        #expect(try await enrol(joiner.request("", ""), market) == joiner.node)
    }

    @Test func `a request that its keys did not sign is refused`() async throws {
        let market = try await TestMarket()
        let token = try await token(market)
        let joiner = Joiner()
        let stranger = try joiner.request(
            token.tokenID, token.tokenSecret, signer: Curve25519.Signing.PrivateKey())
        await #expect(throws: Refused(code: "bad_signature")) { try await enrol(stranger, market) }
        let good = try joiner.csr()
        let other = try Joiner().csr()
        let forged = try CertificateSigningRequest(
            version: .v1, subject: good.subject, publicKey: good.publicKey,
            attributes: good.attributes, signatureAlgorithm: .ecdsaWithSHA256,
            signature: other.signature)
        let request = try joiner.request(token.tokenID, token.tokenSecret, csr: forged)
        await #expect(throws: Refused(code: "bad_signature")) { try await enrol(request, market) }
        #expect(
            try await enrol(joiner.request(token.tokenID, token.tokenSecret), market)
                == joiner.node)
    }

    @Test func `only P-256 is certified`() async throws {
        let market = try await TestMarket()
        let token = try await token(market)
        let csr = try CertificateSigningRequest(
            version: .v1, subject: try DistinguishedName { CommonName("x") },
            privateKey: .init(P384.Signing.PrivateKey()), attributes: .init(),
            signatureAlgorithm: .ecdsaWithSHA384)
        let request = try Joiner().request(token.tokenID, token.tokenSecret, csr: csr)
        await #expect(throws: Refused(code: "parameter_invalid")) {
            try await enrol(request, market)
        }
    }

    @Test func `a market that nodes cannot find gives no token, and takes none`() async throws {
        let market = try await TestMarket(channelPort: 0)
        let refused = try await post(
            "/v1/join-tokens", JoinTokenRequest(uses: 1, validMinutes: 5), market, as: .operator)
        #expect(refused.status == .conflict)
        #expect(try TestMarket.problem(refused).code == "nodes_not_taken")
        // Of a market of before, or one that was started otherwise then.
        let joiner = Joiner()
        await #expect(throws: Refused(code: "nodes_not_taken")) {
            try await enrol(joiner.request("tok_1", "secret"), market)
        }
        let store = market.server.services.store
        #expect(try await store.read([.node(joiner.node)]).node(joiner.node) == nil)
    }

    @Test(arguments: [(0, 5), (101, 5), (1, 0), (1, 61)])
    func `a token has 1 to 100 uses within an hour`(_ uses: Int, _ minutes: Int) async throws {
        let market = try await TestMarket()
        let response = try await post(
            "/v1/join-tokens", JoinTokenRequest(uses: uses, validMinutes: minutes), market,
            as: .provider)
        #expect(try TestMarket.problem(response).code == "parameter_invalid")
    }

    @Test func `a provider makes tokens for itself, the operator for everybody`() async throws {
        let market = try await TestMarket()
        let other = JoinTokenRequest(provider: TestMarket.other, uses: 1, validMinutes: 1)
        let refused = try await post("/v1/join-tokens", other, market, as: .provider)
        #expect(try TestMarket.problem(refused).code == "forbidden")
        #expect(try await post("/v1/join-tokens", other, market, as: .operator).status == .created)
        let nobody = JoinTokenRequest(
            provider: AccountID("acc_nobody")!, uses: 1, validMinutes: 1)
        let unknown = try await post("/v1/join-tokens", nobody, market, as: .operator)
        #expect(try TestMarket.problem(unknown).code == "account_unknown")
    }
}
