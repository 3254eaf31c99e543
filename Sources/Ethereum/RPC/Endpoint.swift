package import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// One node's JSON-RPC over HTTP. What it answers is bounded in size and time, and believed by nobody yet.
package struct Endpoint: Sendable {
    /// Why there is no answer.
    package enum Failure: Error, Hashable, CustomStringConvertible {
        case unreachable(endpoint: String)
        case late(endpoint: String)
        case status(endpoint: String, code: UInt)
        case tooLong(endpoint: String)
        case malformed(endpoint: String, RPCMalformation)
        /// More calls than one batch may have.
        case tooManyCalls

        package var description: String {
            switch self {
            case .unreachable(let name): "endpoint \(name) cannot be reached"
            case .late(let name): "endpoint \(name) did not answer in time"
            case .status(let name, let code): "endpoint \(name) answered with HTTP status \(code)"
            case .tooLong(let name): "endpoint \(name) answered with more than is taken"
            case .malformed(let name, _): "endpoint \(name) answered with something else"
            case .tooManyCalls: "a batch has at most \(RPCBody.mostCalls) calls"
            }
        }
    }

    /// By which it is told of; the address may hold a key and is never shown.
    package let name: String
    private let url: String
    private let client: HTTPClient
    private let clock: any Clock<Duration>
    private let limit: Duration

    /// - Parameter client: does not follow redirects, and is shut down by its owner.
    /// - Parameter limit: for each answer, to its last byte.
    package init(
        name: String, url: String, client: HTTPClient, clock: any Clock<Duration>, limit: Duration
    ) {
        self.name = name
        self.url = url
        self.client = client
        self.clock = clock
        self.limit = limit
    }

    /// - Throws: `RPCRefusal`, `Failure`, `CancellationError`.
    package func call(_ call: RPCCall) async throws -> JSON {
        let body = try await post(RPCBody.request(call))
        let answer: Result<JSON, RPCRefusal>
        do throws(RPCMalformation) {
            answer = try RPCBody.answer(body)
        } catch {
            throw Failure.malformed(endpoint: name, error)
        }
        return try answer.get()
    }

    /// All in one request; an answer for each, in their order.
    package func call(_ calls: [RPCCall]) async throws -> [Result<JSON, RPCRefusal>] {
        guard !calls.isEmpty else { return [] }
        guard calls.count <= RPCBody.mostCalls else { throw Failure.tooManyCalls }
        let body = try await post(RPCBody.request(calls))
        do throws(RPCMalformation) {
            return try RPCBody.answers(body, to: calls.count)
        } catch {
            throw Failure.malformed(endpoint: name, error)
        }
    }

    /// The client's own deadline ends with the head of an answer; a body that drips would have no end.
    private func post(_ body: [UInt8]) async throws -> [UInt8] {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await exchange(body) }
            group.addTask {
                try await clock.sleep(for: limit)
                throw Failure.late(endpoint: name)
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw CancellationError() }
            return answer
        }
    }

    private func exchange(_ body: [UInt8]) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/json")
        request.body = .bytes(body)
        do {
            let response = try await client.execute(request, deadline: .distantFuture)
            let bytes = try await response.body.collect(upTo: JSON.Bounds.answer.bytes)
            // Errors come with other codes, too, as long as they are JSON-RPC.
            guard response.status == .ok || bytes.readableBytesView.first == UInt8(ascii: "{")
            else { throw Failure.status(endpoint: name, code: response.status.code) }
            return Array(bytes.readableBytesView)
        } catch {
            throw failure(of: error)
        }
    }

    private static let late: [HTTPClientError] = [
        .deadlineExceeded, .connectTimeout, .readTimeout, .getConnectionFromPoolTimeout,
    ]

    private func failure(of error: any Error) -> any Error {
        switch error {
        case is CancellationError, is Failure: error
        case is NIOTooManyBytesError: Failure.tooLong(endpoint: name)
        case let error as HTTPClientError where Self.late.contains(error):
            Failure.late(endpoint: name)
        default: Task.isCancelled ? CancellationError() : Failure.unreachable(endpoint: name)
        }
    }
}

extension Endpoint: CustomStringConvertible {
    package var description: String { "endpoint \(name)" }
}

extension Endpoint {
    /// What a client of endpoints is made with: no redirects, which would carry a request to who knows whom.
    package static var configuration: HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        return configuration
    }
}
