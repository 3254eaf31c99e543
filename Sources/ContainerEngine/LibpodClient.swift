// ContainerEngine: containers of podman through the libpod REST API on a Unix socket.
//
// It starts the engine (`EngineService`), chooses a runtime that works (`RuntimeSelfTest`), makes
// and watches confined containers (`LibpodClient`, `ContainerSpec`, `IsolationProfile`), and reads
// and freezes their control groups (`Cgroup`). It never decides what should run or for how long,
// retries nothing, and knows nothing of who asks. Start reading here.

package import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// A client of one engine. Every call is one request; none is retried here.
package struct LibpodClient: Sendable {
    private let http: HTTPClient
    private let base: String

    /// - Parameters:
    ///   - socketPath: the engine's Unix socket.
    ///   - httpClient: made with `LibpodClient.configuration`, owned and shut down by the caller.
    package init(socketPath: String, httpClient: HTTPClient) {
        http = httpClient
        base = "http+unix://\(Self.encoded(socketPath))/v4.0.0/libpod"
    }

    /// Settings for the HTTP client: followed logs and waits are silent for hours and hold one
    /// connection each.
    package static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.timeout.read = nil
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1_024
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        return configuration
    }

    /// Answers when the engine does.
    package func ping() async throws {
        try await send(Request("reach the engine", .GET, "/_ping", timeout: .seconds(5)))
    }

    /// What the engine says about itself.
    package func info() async throws -> EngineRecord {
        try await decode(EngineRecord.self, Request("describe the engine", .GET, "/info"))
    }
}

extension LibpodClient {
    /// One request to the engine.
    struct Request: Sendable {
        var operation: String
        var method: HTTPMethod
        var path: String
        var query: [URLQueryItem]
        var body: HTTPClientRequest.Body?
        var contentType = "application/json"
        /// Base64 of a map from registries to logins.
        var registryLogins: String?
        var timeout: TimeAmount

        init(
            _ operation: String, _ method: HTTPMethod, _ path: String,
            query: [URLQueryItem] = [], timeout: TimeAmount = .seconds(60)
        ) {
            self.operation = operation
            self.method = method
            self.path = path
            self.query = query
            self.timeout = timeout
        }
    }

    static let answerLimitBytes = 32 << 20

    /// Sends `request` and returns its answer when the status is one of success or `304`.
    /// - Throws: `EngineError`, or `CancellationError` when the task was cancelled.
    func open(_ request: Request) async throws -> HTTPClientResponse {
        var message = HTTPClientRequest(url: base + request.path + Self.query(request.query))
        message.method = request.method
        // Without it the socket's path is sent, which the engine's HTTP server calls malformed.
        message.headers.add(name: "Host", value: "localhost")
        if let logins = request.registryLogins {
            message.headers.add(name: "X-Registry-Auth", value: logins)
        }
        if let body = request.body {
            message.body = body
            message.headers.add(name: "Content-Type", value: request.contentType)
        }
        let response: HTTPClientResponse
        do { response = try await http.execute(message, timeout: request.timeout) } catch {
            throw try Self.unreachable(request.operation, error)
        }
        guard (200..<400).contains(response.status.code) else {
            throw try await failure(request.operation, response)
        }
        return response
    }

    /// Sends `request` and returns its whole answer.
    @discardableResult
    func send(_ request: Request) async throws -> Data {
        let response = try await open(request)
        return try await Self.collect(response, request.operation)
    }

    private static func collect(
        _ response: HTTPClientResponse, _ operation: String
    ) async throws -> Data {
        do {
            return Data(try await response.body.collect(upTo: answerLimitBytes).readableBytesView)
        } catch {
            throw try unreachable(operation, error)
        }
    }

    func decode<Answer: Decodable>(_ type: Answer.Type, _ request: Request) async throws -> Answer {
        try Self.decoded(type, try await send(request), request.operation)
    }

    static func decoded<Answer: Decodable>(
        _ type: Answer.Type, _ body: Data, _ operation: String
    ) throws -> Answer {
        do { return try JSONDecoder().decode(type, from: body) } catch {
            throw EngineError(
                operation: operation, category: .other, status: 200,
                detail: "unexpected answer: \(error)")
        }
    }

    private func failure(
        _ operation: String, _ response: HTTPClientResponse
    ) async throws -> EngineError {
        struct Answer: Decodable {
            let cause: String?
            let message: String?
        }
        let body = try await Self.collect(response, operation)
        let answer = try? JSONDecoder().decode(Answer.self, from: body)
        return EngineError(
            operation: operation, status: Int(response.status.code), cause: answer?.cause ?? "",
            message: answer?.message ?? String(decoding: body.prefix(2_000), as: UTF8.self))
    }

    static func unreachable(_ operation: String, _ cause: any Error) throws -> EngineError {
        if Task.isCancelled || cause is CancellationError { throw CancellationError() }
        return EngineError(
            operation: operation, category: .unreachable, status: nil, detail: "\(cause)")
    }

    /// `text` with every byte escaped but RFC 3986 §2.3 unreserved ones and those of `keeping`.
    static func encoded(_ text: String, keeping: String = "") -> String {
        let hexadecimal = Array("0123456789ABCDEF")
        var result = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 128,
                character.isLetter || character.isNumber || "-._~".contains(character)
                    || keeping.contains(character)
            {
                result.append(character)
            } else {
                result += "%\(hexadecimal[Int(byte >> 4)])\(hexadecimal[Int(byte & 15)])"
            }
        }
        return result
    }

    private static func query(_ items: [URLQueryItem]) -> String {
        guard !items.isEmpty else { return "" }
        return "?"
            + items.map { "\($0.name)=\(encoded($0.value ?? ""))" }.joined(separator: "&")
    }
}

/// What an engine says about itself and its machine.
package struct EngineRecord: Decodable, Hashable, Sendable {
    package struct Host: Decodable, Hashable, Sendable {
        package struct Runtime: Decodable, Hashable, Sendable {
            package let name: String
            package let path: String
            /// What the runtime says of its version, several lines.
            package let version: String
            /// The distribution's package, its version and architecture, where it has one.
            package let package: String?
        }

        package let kernel: String
        /// `v1` or `v2`.
        package let cgroupVersion: String
        package let cgroupManager: String
        /// Nil when the configured runtime cannot say its version.
        package let ociRuntime: Runtime?
    }

    package struct Store: Decodable, Hashable, Sendable {
        package let graphDriverName: String
        package let graphRoot: String
    }

    package struct Version: Decodable, Hashable, Sendable {
        package let engine: String
        private enum CodingKeys: String, CodingKey { case engine = "Version" }
    }

    package let host: Host
    package let store: Store
    package let version: Version
}
