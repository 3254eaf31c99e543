import Crypto
import Domain
import Foundation
import Logging
import Marketplace
import SwiftASN1
import Transparency
import Wire
import X509

/// A request to enrol, proven: who asks holds the key that is to be certified and the receipt key.
struct ProvenEnrollment: Sendable {
    static let mostCSRBytes = 8 << 10

    let name: String
    let tlsKey: P256.Signing.PublicKey
    /// Raw Ed25519.
    let receiptKey: [UInt8]

    /// - Throws: `WireError.parameterInvalid` for what cannot be read; `Refusal.badSignature` when
    ///   the CSR is not signed by its own key, or its DER not by the receipt key.
    init(_ request: EnrollmentRequest) throws {
        guard (1...64).contains(request.name.utf8.count),
            request.name.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 })
        else { throw WireError.parameterInvalid(name: "name") }
        name = request.name
        receiptKey = request.receiptKey.bytes
        guard receiptKey.count == 32,
            let verifier = try? Curve25519.Signing.PublicKey(rawRepresentation: receiptKey)
        else { throw WireError.parameterInvalid(name: "receipt_key") }
        guard request.csrPEM.utf8.count <= Self.mostCSRBytes,
            let document = try? PEMDocument(pemString: request.csrPEM),
            let csr = try? CertificateSigningRequest(derEncoded: document.derBytes),
            let key = P256.Signing.PublicKey(csr.publicKey)
        else { throw WireError.parameterInvalid(name: "csr_pem") }
        tlsKey = key
        guard csr.publicKey.isValidSignature(csr.signature, for: csr),
            verifier.isValidSignature(request.signature.bytes, for: document.derBytes)
        else { throw Refusal.badSignature }
    }

    /// The same receipt key is the same node for ever.
    var node: NodeID { NodeID(bytes: Array(SHA256.hash(data: receiptKey).prefix(16))) }
}

extension MarketServices {
    /// Certifies a node: one that brings a good token, or one that is known and renews with no
    /// token, its receipt key proving that it is the same.
    ///
    /// Enrolling the same receipt key again gives the same node, also when an earlier answer was
    /// lost after the token's last use.
    ///
    /// - Throws: `WireError.tokenInvalid`, `.nodesNotTaken`; `Refusal.nodeUnknown` for a renewal of nobody; what
    ///   `ProvenEnrollment` refuses.
    func enroll(_ request: EnrollmentRequest) async throws -> EnrollmentDTO {
        let proven = try ProvenEnrollment(request)
        if request.tokenID.isEmpty && request.tokenSecret.isEmpty {
            guard let known = try await store.read([.node(proven.node)]).node(proven.node),
                known.receiptKey == proven.receiptKey
            else { throw Refusal.nodeUnknown(proven.node) }
        } else {
            try await join(proven, token: request.tokenID, secret: request.tokenSecret)
        }
        let certificate = try authority.certificate(for: proven.node, key: proven.tlsKey)
        log.info("node certified", metadata: ["node.id": "\(proven.node)"])
        return EnrollmentDTO(
            node: proven.node, certificatePEM: try certificate.serializeAsPEM().pemString,
            caPEM: authority.pem, channel: ChannelDTO(host: publicHost, port: channelPort))
    }

    /// A node stores where its market is: a port that changes with each start is no such place.
    ///
    /// - Throws: `WireError.nodesNotTaken`.
    private func checkReach() throws {
        guard channelPort != 0 else { throw WireError.nodesNotTaken }
    }

    private func join(_ proven: ProvenEnrollment, token: String, secret: String) async throws {
        try checkReach()
        guard token.utf8.count <= 64, secret.utf8.count <= 128 else { throw WireError.tokenInvalid }
        let rows = try await store.read([.joinToken(token), .node(proven.node)])
        guard let right = rows.joinToken(token), right.secretHash == Authenticator.hash(secret),
            right.expiresAt > clock.now()
        else { throw WireError.tokenInvalid }
        let node = Node(
            id: proven.node, provider: right.provider, name: proven.name,
            receiptKey: proven.receiptKey)
        do {
            try await store.perform(.registerNode(node, token: token))
        } catch Refusal.nodeUnknown {
            throw WireError.tokenInvalid  // used up since, or by somebody else
        }
    }

    /// Makes a join token; only the hash of its secret is kept.
    ///
    /// - Parameter url: where the market is reached.
    /// - Throws: `WireError.parameterInvalid`, `.nodesNotTaken`; `Refusal.accountUnknown`.
    func makeJoinToken(
        for provider: AccountID, uses: Int, validMinutes: Int, url: String
    ) async throws -> JoinTokenDTO {
        try checkReach()
        guard (1...100).contains(uses) else { throw WireError.parameterInvalid(name: "uses") }
        guard (1...60).contains(validMinutes) else {
            throw WireError.parameterInvalid(name: "valid_minutes")
        }
        guard try await store.read([.account(provider)]).account(provider) != nil else {
            throw Refusal.accountUnknown(provider)
        }
        let secret = Hex.encode(RandomBytes.make(32))
        let token = JoinToken(
            id: "tok_" + Hex.encode(RandomBytes.make(8)), secretHash: Authenticator.hash(secret),
            provider: provider, expiresAt: clock.now().advanced(seconds: Int64(validMinutes) * 60),
            usesLeft: uses)
        try await store.perform(.addJoinToken(token))
        return JoinTokenDTO(
            url: url, tokenID: token.id, tokenSecret: secret, caFingerprint: authority.fingerprint,
            uses: uses, expiresAt: TimeDTO(token.expiresAt))
    }
}
