import Crypto
import Domain
import Foundation
import Glibc
package import NIOSSL
import SwiftASN1
import X509

/// A key and a certificate for one of the market's listeners. The key lives in memory only: each
/// start makes another, which nodes trust for its issuer.
package struct ServerIdentity: Sendable {
    /// Certificate and key as PEM.
    package let certificatePEM: String
    package let keyPEM: String
}

extension CertificateAuthority {
    /// An identity for a year.
    ///
    /// - Parameter hosts: DNS names and IP addresses, in the order in which they are listed; each
    ///   once.
    package func serverIdentity(hosts: [String]) throws -> ServerIdentity {
        let key = P256.Signing.PrivateKey()
        let certificate = try issue(
            .init(key.publicKey), named: String((hosts.first ?? trustDomain).prefix(64)),
            seconds: Lifetime.server, use: .serverAuth, names: Self.names(of: hosts))
        return ServerIdentity(
            certificatePEM: try certificate.serializeAsPEM().pemString,
            keyPEM: key.pemRepresentation)
    }

    /// TLS of a listener that asks for no client certificate.
    package func serverTLS(hosts: [String]) throws -> TLSConfiguration {
        let identity = try serverIdentity(hosts: hosts)
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(identity.certificatePEM.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(identity.keyPEM.utf8), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        return configuration
    }

    private static func names(of hosts: [String]) -> [GeneralName] {
        var names: [GeneralName] = []
        for host in hosts {
            let name: GeneralName =
                if let address = address(host) {
                    .ipAddress(ASN1OctetString(contentBytes: address[...]))
                } else {
                    .dnsName(host)
                }
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// The 4 or 16 bytes of an IP address; nil for a name.
    private static func address(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
        return nil
    }
}
