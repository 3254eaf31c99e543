import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOSSL
import SwiftASN1
import Wire

/// A market's address, and how it proves that it is the one that was meant.
struct MarketTrust: Sendable {
    static let mostAnswerBytes = 64 << 10
    static let deadline = TimeAmount.seconds(10)

    /// `https://host:port`, no slash at its end.
    let url: String
    /// What the market's certificates are checked against; nil in clear, to loopback only.
    private let authority: [NIOSSLCertificate]?
    let authorityPEM: String

    /// Fetches the market's authority over a connection that proves nothing yet and carries nothing
    /// secret, and believes it only by its fingerprint.
    ///
    /// - Parameter fingerprint: SHA-256 of the authority's DER, in hex.
    /// - Throws: `WireError.marketUntrusted`, `.marketUnreachable`.
    static func fetch(_ text: String, fingerprint: String) async throws -> MarketTrust {
        let url = try address(text)
        var blind = TLSConfiguration.makeClientConfiguration()
        blind.certificateVerification = .none
        let pem = try await withClient(blind) { http in
            var request = HTTPClientRequest(url: url + "/v1/ca")
            request.set(.get)
            let answer = try await ask(request, http, of: url)
            guard answer.code == 200 else { throw WireError.marketUntrusted("\(url)/v1/ca") }
            return String(decoding: answer.body, as: UTF8.self)
        }
        guard let document = try? PEMDocument(pemString: pem),
            document.discriminator == "CERTIFICATE"
        else {
            throw WireError.marketUntrusted("its authority is no certificate")
        }
        let digest = SHA256.hash(data: document.derBytes)
        let found = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        guard found == fingerprint.lowercased() else {
            throw WireError.marketUntrusted("its authority is \(found)")
        }
        return try MarketTrust(url: url, authorityPEM: pem)
    }

    /// An authority that is believed already.
    ///
    /// - Throws: `WireError.marketUntrusted`.
    init(url text: String, authorityPEM pem: String) throws {
        url = try Self.address(text)
        authorityPEM = pem
        guard url.hasPrefix("https://") else {
            authority = nil
            return
        }
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)) else {
            throw WireError.marketUntrusted("its authority is no certificate")
        }
        authority = certificates
    }

    /// TLS anywhere, clear text to this machine alone.
    private static func address(_ text: String) throws -> String {
        let url = text.hasSuffix("/") ? String(text.dropLast()) : text
        let parts = URLComponents(string: url)
        switch (parts?.scheme, parts?.host) {
        case ("https", .some): return url
        case ("http", "127.0.0.1"), ("http", "localhost"), ("http", "[::1]"), ("http", "::1"):
            return url
        default: throw WireError.marketUntrusted("\(url) is not https")
        }
    }

    // MARK: Asking

    struct Answer: Sendable {
        let code: Int
        let body: [UInt8]
    }

    /// - Throws: `WireError.marketUnreachable`, also when the market does not prove who it is.
    func post(_ path: String, _ body: [UInt8]) async throws -> Answer {
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authority { tls.trustRoots = .certificates(authority) }
        return try await Self.withClient(tls) { http in
            var request = HTTPClientRequest(url: url + path)
            request.set(.post)
            request.body = .bytes(body)
            return try await Self.ask(request, http, of: url)
        }
    }

    private static func ask(
        _ request: HTTPClientRequest, _ http: HTTPClient, of url: String
    ) async throws -> Answer {
        do {
            let response = try await http.execute(request, timeout: deadline)
            let body = try await response.body.collect(upTo: mostAnswerBytes)
            return Answer(code: response.code, body: Array(body.readableBytesView))
        } catch let error as CancellationError {
            throw error
        } catch {
            throw WireError.marketUnreachable("\(url): \(error)")
        }
    }

    private static func withClient<Value: Sendable>(
        _ tls: TLSConfiguration, _ body: (HTTPClient) async throws -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.timeout.connect = deadline
        configuration.redirectConfiguration = .disallow
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let value = try await body(http)
            try await http.shutdown()
            return value
        } catch {
            try? await http.shutdown()
            throw error
        }
    }
}
