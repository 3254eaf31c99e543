package import Crypto
import Domain
import Foundation
import SwiftASN1
package import Wire
import X509

/// A node's request for its certificate: the first one with a token, every other with the receipt
/// key alone. `POST /v1/enrollments`.
package enum Enrollment {
    /// What a join token says, with the name that the node is to have.
    package struct Token: Hashable, Sendable {
        package let marketURL: String
        package let id: String
        package let secret: String
        /// SHA-256 of the market's authority, in hex.
        package let authorityFingerprint: String

        package init(marketURL: String, id: String, secret: String, authorityFingerprint: String) {
            self.marketURL = marketURL
            self.id = id
            self.secret = secret
            self.authorityFingerprint = authorityFingerprint
        }
    }

    /// Joins a market: makes the node's keys, checks the market's authority against the token, and
    /// only then sends the token. Joining again with the same state folder is the same node.
    ///
    /// - Throws: `WireError.marketUntrusted`, `.marketUnreachable`; `EnrollmentRefused`;
    ///   `FileFailure`.
    package static func join(
        with token: Token, as name: String, stateFolder folder: String
    ) async throws -> NodeIdentity {
        let receiptKey = try ReceiptKey.load(stateFolder: folder)
        let tlsKey = try NodeIdentity.tlsKey(stateFolder: folder)
        let market = try await MarketTrust.fetch(
            token.marketURL, fingerprint: token.authorityFingerprint)
        let request = try request(
            tlsKey, receiptKey, name: name, tokenID: token.id, tokenSecret: token.secret)
        return try await enrol(request, tlsKey, name, at: market, stateFolder: folder)
    }

    /// Gets a node that has joined its next certificate.
    ///
    /// - Throws: as `join`; the identity that was there stays.
    package static func renew(
        _ identity: NodeIdentity, signer: Curve25519.Signing.PrivateKey, stateFolder folder: String
    ) async throws -> NodeIdentity {
        let tlsKey = try NodeIdentity.tlsKey(stateFolder: folder)
        let market = try MarketTrust(
            url: identity.place.marketURL, authorityPEM: identity.authorityPEM)
        let name = identity.place.name
        let request = try request(tlsKey, signer, name: name, tokenID: "", tokenSecret: "")
        return try await enrol(request, tlsKey, name, at: market, stateFolder: folder)
    }

    private static func request(
        _ tlsKey: P256.Signing.PrivateKey, _ receiptKey: Curve25519.Signing.PrivateKey,
        name: String, tokenID: String, tokenSecret: String
    ) throws -> EnrollmentRequest {
        let csr = try CertificateSigningRequest(
            version: .v1, subject: try DistinguishedName { CommonName("node") },
            privateKey: .init(tlsKey), attributes: .init(), signatureAlgorithm: .ecdsaWithSHA256)
        let document = try csr.serializeAsPEM()
        return EnrollmentRequest(
            tokenID: tokenID, tokenSecret: tokenSecret, csrPEM: document.pemString,
            receiptKey: Base64Bytes(Array(receiptKey.publicKey.rawRepresentation)),
            signature: Base64Bytes(Array(try receiptKey.signature(for: document.derBytes))),
            name: name)
    }

    private static func enrol(
        _ request: EnrollmentRequest, _ key: P256.Signing.PrivateKey, _ name: String,
        at market: MarketTrust, stateFolder folder: String
    ) async throws -> NodeIdentity {
        let answer = try await market.post("/v1/enrollments", try WireJSON.encode(request))
        guard answer.code == 201 else {
            guard let problem = try? WireJSON.decode(ProblemDTO.self, from: answer.body) else {
                throw WireError.marketUnreachable("\(market.url): HTTP \(answer.code)")
            }
            throw EnrollmentRefused(problem: problem)
        }
        let enrollment = try? WireJSON.decode(EnrollmentDTO.self, from: answer.body)
        guard let enrollment,
            let certificate = try? Certificate(pemEncoded: enrollment.certificatePEM),
            let authority = try? Certificate(pemEncoded: market.authorityPEM),
            certificate.publicKey == Certificate.PublicKey(key.publicKey),
            authority.publicKey.isValidSignature(certificate.signature, for: certificate)
        else { throw WireError.marketUntrusted("its certificate is not for this node") }
        let place = NodeIdentity.Place(
            node: enrollment.node, name: name, marketURL: market.url, channel: enrollment.channel)
        try NodeIdentity.save(
            place, certificatePEM: enrollment.certificatePEM, authorityPEM: market.authorityPEM,
            stateFolder: folder)
        guard let identity = try NodeIdentity.load(stateFolder: folder) else {
            throw FileFailure("read", folder + "/enrollment.json")
        }
        return identity
    }
}

/// The market's own word why a node may not join or renew.
package struct EnrollmentRefused: Error, Hashable, Sendable, CustomStringConvertible {
    package let problem: ProblemDTO

    package var description: String { "market refused: \(problem.code)" }
}
