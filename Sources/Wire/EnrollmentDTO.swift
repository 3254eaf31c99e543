package import Domain

/// `POST /v1/join-tokens`.
package struct JoinTokenRequest: Codable, Hashable, Sendable {
    /// Whose nodes may join; a provider's own account when absent.
    package let provider: AccountID?
    /// How many nodes may join with it.
    package let uses: Int
    /// At most 60.
    package let validMinutes: Int

    package init(provider: AccountID? = nil, uses: Int, validMinutes: Int) {
        self.provider = provider
        self.uses = uses
        self.validMinutes = validMinutes
    }

    private enum CodingKeys: String, CodingKey {
        case provider, uses
        case validMinutes = "valid_minutes"
    }
}

/// What a new node needs to find and trust a market; the secret is shown once.
package struct JoinTokenDTO: Codable, Hashable, Sendable {
    package let url: String
    package let tokenID: String
    package let tokenSecret: String
    /// SHA-256 of the CA certificate's DER, lower-case hex.
    package let caFingerprint: String
    package let uses: Int
    package let expiresAt: TimeDTO

    package init(
        url: String, tokenID: String, tokenSecret: String, caFingerprint: String, uses: Int,
        expiresAt: TimeDTO
    ) {
        self.url = url
        self.tokenID = tokenID
        self.tokenSecret = tokenSecret
        self.caFingerprint = caFingerprint
        self.uses = uses
        self.expiresAt = expiresAt
    }

    private enum CodingKeys: String, CodingKey {
        case url
        case tokenID = "token_id"
        case tokenSecret = "token_secret"
        case
            caFingerprint = "ca_fingerprint"
        case uses
        case expiresAt = "expires_at"
    }
}

/// `POST /v1/enrollments`: a node joins, or renews its certificate.
package struct EnrollmentRequest: Codable, Hashable, Sendable {
    package let tokenID: String
    package let tokenSecret: String
    /// PKCS #10 with a P-256 key.
    package let csrPEM: String
    /// Raw 32-byte Ed25519 public key.
    package let receiptKey: Base64Bytes
    /// Ed25519 by the receipt key over the CSR's DER.
    package let signature: Base64Bytes
    package let name: String

    package init(
        tokenID: String, tokenSecret: String, csrPEM: String, receiptKey: Base64Bytes,
        signature: Base64Bytes, name: String
    ) {
        self.tokenID = tokenID
        self.tokenSecret = tokenSecret
        self.csrPEM = csrPEM
        self.receiptKey = receiptKey
        self.signature = signature
        self.name = name
    }

    private enum CodingKeys: String, CodingKey {
        case tokenID = "token_id"
        case tokenSecret = "token_secret"
        case csrPEM = "csr_pem"
        case
            receiptKey = "receipt_key"
        case signature, name
    }
}

/// Where the node channel (gRPC over mutual TLS) listens.
package struct ChannelDTO: Codable, Hashable, Sendable {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

/// A node's identity.
package struct EnrollmentDTO: Codable, Hashable, Sendable {
    package let node: NodeID
    package let certificatePEM: String
    package let caPEM: String
    package let channel: ChannelDTO

    package init(node: NodeID, certificatePEM: String, caPEM: String, channel: ChannelDTO) {
        self.node = node
        self.certificatePEM = certificatePEM
        self.caPEM = caPEM
        self.channel = channel
    }

    private enum CodingKeys: String, CodingKey {
        case node
        case certificatePEM = "certificate_pem"
        case caPEM = "ca_pem"
        case channel
    }
}
