import AsyncHTTPClient
import Domain
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Wire

/// The market's HTTP interface as one caller uses it.
///
/// Only calls that are idempotent, by their method or by their key, are tried again.
struct MarketClient: Sendable {
    /// Largest answer that is read into memory.
    static let answerLimit = 64 << 20
    /// The longest wait between two attempts.
    private static let longestWait: Int64 = 2000

    let url: String
    private let http: HTTPClient
    private let key: String?
    private let language: Language
    private let clock: any Clock<Duration>
    /// How long a call that may be tried again goes on trying.
    private var patience = Duration.seconds(1)

    private init(
        url: String, http: HTTPClient, key: String?, language: Language, clock: any Clock<Duration>
    ) {
        self.url = url
        self.http = http
        self.key = key
        self.language = language
        self.clock = clock
    }

    /// The same client, which waits longer for a market that is away.
    func patient(_ patience: Duration) -> MarketClient {
        var client = self
        client.patience = patience
        return client
    }

    /// A client whose connections end with `body`.
    static func with<Value>(
        _ context: Context, key: String?, language: Language,
        _ body: (MarketClient) async throws -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = .seconds(60)
        configuration.redirectConfiguration = .disallow
        // We try again ourselves, and only what may be tried again.
        configuration.connectionPool.retryConnectionEstablishment = false
        if let pem = context.authorityPEM {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8)))
            configuration.tlsConfiguration = tls
        }
        let http = HTTPClient(configuration: configuration)
        let client = MarketClient(
            url: context.url, http: http, key: key, language: language, clock: ContinuousClock())
        do {
            let value = try await body(client)
            try await http.shutdown()
            return value
        } catch {
            try await http.shutdown()
            throw error
        }
    }

    // MARK: Documents

    func get<Value: Decodable>(
        _ path: String, as type: Value.Type = Value.self
    ) async throws -> Value {
        try await decoded(try await bytes(request(.GET, path), retrying: .always))
    }

    /// The bytes of a document that is not JSON.
    func getBytes(_ path: String) async throws -> [UInt8] {
        try await bytes(request(.GET, path), retrying: .always)
    }

    func put<Value: Decodable>(
        _ path: String, _ body: some Encodable, as type: Value.Type = Value.self
    ) async throws -> Value {
        try await decoded(try await bytes(request(.PUT, path, body), retrying: .always))
    }

    /// Without a key it is sent once; with one, the same effect however often it is sent.
    func post<Value: Decodable>(
        _ path: String, _ body: some Encodable, idempotencyKey: String?,
        as type: Value.Type = Value.self
    ) async throws -> Value {
        var request = try request(.POST, path, body)
        if let idempotencyKey {
            request.headers.add(name: "Idempotency-Key", value: idempotencyKey)
        }
        let retrying: Retrying = idempotencyKey == nil ? .never : .always
        return try await decoded(try await bytes(request, retrying: retrying))
    }

    /// A `POST` without a body whose effect is the same however often it is sent.
    func postAgain<Value: Decodable>(
        _ path: String, as type: Value.Type = Value.self
    ) async throws -> Value {
        try await decoded(try await bytes(request(.POST, path), retrying: .always))
    }

    /// The same with a body.
    func postAgain<Value: Decodable>(
        _ path: String, _ body: some Encodable, as type: Value.Type = Value.self
    ) async throws -> Value {
        try await decoded(try await bytes(request(.POST, path, body), retrying: .always))
    }

    private func decoded<Value: Decodable>(_ bytes: [UInt8]) async throws -> Value {
        do {
            return try WireJSON.decode(Value.self, from: bytes)
        } catch {
            throw WireError.marketUntrusted("its answer is not a \(Value.self)")
        }
    }

    // MARK: Requests

    enum Retrying: Hashable, Sendable { case always, never }

    func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers.add(name: "Accept-Language", value: language.rawValue)
        if let key { request.headers.add(name: "Authorization", value: "Bearer \(key)") }
        return request
    }

    private func request(
        _ method: HTTPMethod, _ path: String, _ body: some Encodable
    ) throws -> HTTPClientRequest {
        var request = request(method, path)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(ByteBuffer(bytes: try WireJSON.encode(body)))
        return request
    }

    private func bytes(_ request: HTTPClientRequest, retrying: Retrying) async throws -> [UInt8] {
        try await attempting(retrying) {
            let response = try await execute(request)
            let body = try await reaching {
                try await response.body.collect(upTo: Self.answerLimit)
            }
            return Array(body.readableBytesView)
        }
    }

    /// A `HEAD`, whose answers have no explanation; the caller looks at the status.
    func head(_ path: String) async throws -> HTTPClientResponse {
        let response = try await http.execute(request(.HEAD, path), timeout: .minutes(1))
        for try await _ in response.body {}
        return response
    }

    /// One request and its answer's head.
    ///
    /// - Throws: `RemoteProblem` for an answer that is an error, `WireError.marketUnreachable` for
    ///   none, `.marketUntrusted` for one from somebody else.
    func execute(
        _ request: HTTPClientRequest, timeout: TimeAmount = .minutes(2)
    ) async throws -> HTTPClientResponse {
        let response = try await reaching { try await http.execute(request, timeout: timeout) }
        guard response.status.code >= 400 else { return response }
        let body = try await reaching { try await response.body.collect(upTo: Self.answerLimit) }
        guard
            let problem = try? WireJSON.decode(
                ProblemDTO.self, from: Array(body.readableBytesView))
        else { throw Unexplained(status: response.status.code, url: url) }
        throw RemoteProblem(problem: problem)
    }

    /// An error without our explanation, from something between us and the market.
    struct Unexplained: Error, Hashable {
        let status: UInt
        let url: String
    }

    /// Runs `body`, naming what failed when the market was not reached.
    func reaching<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error where error is CancellationError || error is WireError {
            throw error
        } catch let error as HTTPClientError where error == .cancelled {
            throw CancellationError()
        } catch let error where error is NIOSSLError || error is NIOSSLExtraError {
            throw WireError.marketUntrusted(url)
        } catch {
            throw WireError.marketUnreachable(url)
        }
    }

    /// Tries again, with growing waits, while the market is not reached or not ready.
    func attempting<Value>(
        _ retrying: Retrying, _ body: () async throws -> Value
    ) async throws -> Value {
        let start = ContinuousClock.now
        var wait: Int64 = 100
        while true {
            do {
                return try await body()
            } catch let error {
                let isOver = ContinuousClock.now - start >= patience
                guard retrying == .always, !isOver, Self.mayPass(error) else {
                    throw Self.explained(error)
                }
            }
            try await clock.sleep(for: .milliseconds(wait))
            wait = min(wait * 2, Self.longestWait)
        }
    }

    private static func explained(_ error: any Error) -> any Error {
        guard let error = error as? Unexplained else { return error }
        return WireError.marketUnreachable("\(error.url): \(error.status)")
    }

    /// Whether the same call may succeed a little later.
    static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case let remote as RemoteProblem: [408, 429, 503].contains(remote.problem.status)
        case let unexplained as Unexplained: [502, 503, 504].contains(unexplained.status)
        case WireError.marketUnreachable: true
        default: false
        }
    }

    func pause(milliseconds: Int64) async throws {
        try await clock.sleep(for: .milliseconds(milliseconds))
    }
}

extension String {
    /// One segment of a path, whatever its characters (RFC 3986 §3.3).
    var pathSegment: String {
        let plain = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return addingPercentEncoding(withAllowedCharacters: plain) ?? self
    }
}
