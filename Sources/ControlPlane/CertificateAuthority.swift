package import Crypto
package import Domain
package import Foundation
import SwiftASN1
import Transparency
package import X509

/// The market's own certificate authority (RFC 5280): signs what its listeners and its nodes show to
/// each other, and nothing else.
///
/// The key is made at first start (P-256, mode 0600) and never leaves its file. A node's name is the
/// one URI in its certificate, `spiffe://<trust domain>/node/<node id>` (SPIFFE-ID §2).
package struct CertificateAuthority: Sendable {
    /// How long each kind of certificate is good, in seconds.
    package enum Lifetime {
        package static let authority: Int64 = 10 * 365 * 86_400
        package static let server: Int64 = 365 * 86_400
        package static let node: Int64 = 86_400
        /// Certificates are good from so long before now: clocks differ.
        static let before: Int64 = 300
    }

    /// The certificate as nodes trust it.
    package let certificate: Certificate
    package let pem: String
    /// SHA-256 of the certificate's DER, lower-case hex.
    package let fingerprint: String
    /// What the market is called in the names of its nodes; kept in the certificate, so that it
    /// outlives a change of the market's address.
    package let trustDomain: String
    private let key: P256.Signing.PrivateKey
    private let now: @Sendable () -> Date

    /// Reads `ca.key` and `ca.pem` in `folder`, or makes them.
    ///
    /// - Parameter market: what to call the market when the files are made now.
    /// - Throws: `AuthorityFailure.keyMismatch` when the files do not belong together;
    ///   `SecretFile.Exposed`.
    package init(
        folder: String, market: String, now: @escaping @Sendable () -> Date
    ) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let key = try P256.Signing.PrivateKey(
            rawRepresentation: try SecretFile.bytes(in: folder, named: "ca.key") {
                Array(P256.Signing.PrivateKey().rawRepresentation)
            })
        let certificate = try Self.stored(in: folder) {
            try Self.selfSigned(by: key, for: Self.trustDomain(of: market), at: now())
        }
        guard certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
            throw AuthorityFailure.keyMismatch(folder: folder)
        }
        let names = certificate.subject.flatMap { $0 }
        guard let name = names.first(where: { $0.type == .RDNAttributeType.commonName }) else {
            throw AuthorityFailure.nameMissing(folder: folder)
        }
        self.key = key
        self.certificate = certificate
        self.now = now
        trustDomain = "\(name.value)"
        pem = try certificate.serializeAsPEM().pemString
        fingerprint = Hex.encode(Array(SHA256.hash(data: try Self.der(of: certificate))))
    }

    package init(folder: String, market: String) throws {
        try self.init(folder: folder, market: market, now: MarketClock.certificateTime)
    }

    private static func stored(
        in folder: String, make: () throws -> Certificate
    ) throws -> Certificate {
        let path = folder + "/ca.pem"
        if let data = FileManager.default.contents(atPath: path) {
            return try Certificate(pemEncoded: String(decoding: data, as: UTF8.self))
        }
        let certificate = try make()
        let text = try certificate.serializeAsPEM().pemString + "\n"
        try SecretFile.write(Array(text.utf8), to: path)
        return certificate
    }

    private static func der(of certificate: Certificate) throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    /// `market` in the characters of a trust domain, at most the 64 of a common name (RFC 5280 A.1).
    static func trustDomain(of market: String) -> String {
        let allowed = market.lowercased().unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "0"..."9", ".", "-", "_": Character(scalar)
            default: "-"
            }
        }
        return allowed.isEmpty ? "market" : String(allowed.prefix(64))
    }
}

/// What is wrong with the files of the authority.
package enum AuthorityFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case keyMismatch(folder: String)
    case nameMissing(folder: String)

    package var description: String {
        switch self {
        case .keyMismatch(let folder): "cannot use \(folder)/ca.pem: it is not of \(folder)/ca.key"
        case .nameMissing(let folder): "cannot use \(folder)/ca.pem: it has no common name"
        }
    }
}

// MARK: - Issuing

extension CertificateAuthority {
    private static func selfSigned(
        by key: P256.Signing.PrivateKey, for name: String, at now: Date
    ) throws -> Certificate {
        let subject = try DistinguishedName { CommonName(name) }
        return try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-Double(Lifetime.before)),
            notValidAfter: now.addingTimeInterval(Double(Lifetime.authority)),
            issuer: subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try .init {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: .init(key.publicKey))
            },
            issuerPrivateKey: .init(key))
    }

    /// A certificate for 24 hours that names `node`.
    package func certificate(
        for node: NodeID, key: P256.Signing.PublicKey
    ) throws -> Certificate {
        try issue(
            .init(key), named: node.text, seconds: Lifetime.node, use: .clientAuth,
            names: [.uniformResourceIdentifier(uriPrefix + node.text)])
    }

    func issue(
        _ key: Certificate.PublicKey, named name: String, seconds: Int64,
        use: ExtendedKeyUsage.Usage, names: [GeneralName]
    ) throws -> Certificate {
        let now = now()
        let identifier = certificate.extensions
        return try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key,
            notValidBefore: now.addingTimeInterval(-Double(Lifetime.before)),
            notValidAfter: now.addingTimeInterval(Double(seconds)),
            issuer: certificate.subject, subject: try DistinguishedName { CommonName(name) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try .init {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([use])
                SubjectAlternativeNames(names)
                AuthorityKeyIdentifier(
                    keyIdentifier: try identifier.subjectKeyIdentifier?.keyIdentifier)
            },
            issuerPrivateKey: .init(self.key))
    }

    private var uriPrefix: String { "spiffe://\(trustDomain)/node/" }

    /// Whom a certificate names: a node of this market, or nobody.
    ///
    /// - Precondition: the certificate was verified against this authority.
    package func node(namedIn certificate: Certificate) -> NodeID? {
        guard let names = try? certificate.extensions.subjectAlternativeNames, names.count == 1,
            case .uniformResourceIdentifier(let uri)? = names.first, uri.hasPrefix(uriPrefix)
        else { return nil }
        return NodeID(String(uri.dropFirst(uriPrefix.count)))
    }
}
