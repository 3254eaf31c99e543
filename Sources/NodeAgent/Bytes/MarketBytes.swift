package import AsyncHTTPClient
import Domain
import Foundation
import NIOCore
import NIOFoundationCompat
import Wire

/// The market's byte routes, as one lease may use them. Every call retries with backoff until the
/// market has answered for good or the task is cancelled; each is idempotent.
package struct MarketBytes: Sendable {
    static let partBytes: Int64 = 8 << 20

    /// The market's word that a retry will not change.
    enum Refused: Error, Hashable, Sendable {
        case missing
        case denied(status: Int)
        /// Of that size, where the market said so.
        case tooLarge(limit: Int64, size: Int64?)
        case damaged
    }

    private let http: HTTPClient
    private let base: String
    private let clock: any Clock<Duration>

    /// - Parameter base: `https://host:port`, no slash at its end.
    package init(http: HTTPClient, base: String, clock: any Clock<Duration>) {
        self.http = http
        self.base = base
        self.clock = clock
    }

    // MARK: Down

    /// Puts the blob at `path`, in parts of 8 MiB, going on where an earlier call was broken off.
    /// The file is there only when all of it was verified.
    /// - Returns: its size.
    /// - Throws: `Refused`.
    @discardableResult
    func download(
        _ digest: BlobDigest, to path: String, token: String, limit: Int64
    ) async throws -> Int64 {
        let partial = path + ".partial"
        let file = try await Blocking.run { try PlainFile(writing: partial) }
        var offset = try await Blocking.run { try file.size() }
        var total: Int64?
        while total.map({ offset < $0 }) ?? true {
            guard offset <= limit, total ?? 0 <= limit else {
                unlink(partial)
                throw Refused.tooLarge(limit: limit, size: total)
            }
            let from = offset
            let part = try await retrying {
                try await self.part(of: digest, from: from, into: file, token: token, limit: limit)
            }
            offset = part.end
            total = part.total
        }
        return try await finish(file, digest, at: path)
    }

    private func finish(
        _ file: PlainFile, _ digest: BlobDigest, at path: String
    ) async throws -> Int64 {
        try await Blocking.run {
            guard try file.digest() == digest else {
                unlink(file.path)
                throw Refused.damaged
            }
            guard rename(file.path, path) == 0 else { throw FileFailure("rename", path) }
            return try file.size()
        }
    }

    private struct Part {
        let end: Int64
        let total: Int64
    }

    private func part(
        of digest: BlobDigest, from: Int64, into file: PlainFile, token: String, limit: Int64
    ) async throws -> Part {
        var request = self.request(.get, "/v1/blobs/\(digest)")
        request.set(
            token: token, [("Range", "bytes=\(from)-\(from + Self.partBytes - 1)")])
        let response = try await http.execute(request, timeout: .minutes(5))
        let total = Self.total(response)
        if response.code == 416, let total, total == from {
            return Part(end: from, total: total)
        }
        try Self.check(response)
        // A server that does not know ranges sends the whole from its start.
        var offset = response.code == 206 ? from : 0
        for try await chunk in response.body {
            let bytes = Array(chunk.readableBytesView)
            let place = offset
            try await Blocking.run { try file.write(bytes, at: place) }
            offset += Int64(bytes.count)
            guard offset <= limit + 1 else {
                throw Refused.tooLarge(limit: limit, size: total)
            }
        }
        let end = offset
        let whole = total ?? (response.code == 206 ? nil : end)
        guard let whole, end > from || end == whole else { throw Broken() }
        return Part(end: end, total: whole)
    }

    /// The number after the slash of `Content-Range` (RFC 9110 §14.4).
    private static func total(_ response: HTTPClientResponse) -> Int64? {
        response.header("content-range")?.split(separator: "/").last
            .flatMap { Int64($0) }
    }

    // MARK: Up

    /// Gives the market the file under its digest, in parts of 8 MiB, going on where an earlier
    /// call was broken off.
    /// - Throws: `Refused`.
    func upload(_ file: PlainFile, _ digest: BlobDigest, token: String) async throws {
        let size = try await Blocking.run { try file.size() }
        let path = "/v1/blobs/\(digest)"
        guard let received = try await retrying({ try await self.offset(path, token) }) else {
            return
        }
        // A blob that is all there but was never checked is checked with its last part.
        var offset = received < size ? max(0, received) : max(0, size - Self.partBytes)
        repeat {
            let from = offset
            let bytes = try await Blocking.run {
                try file.read(Int(min(Self.partBytes, size - from)), at: from)
            }
            guard !bytes.isEmpty || size == 0 else { throw Refused.damaged }
            let end = from + Int64(bytes.count)
            // No range names a part of nothing: an empty blob is sent whole.
            let range = size > 0 ? [("Content-Range", "bytes \(from)-\(end - 1)/\(size)")] : []
            try await retrying {
                var request = self.request(.put, path)
                request.set(
                    token: token, range + [("Content-Type", "application/octet-stream")])
                request.body = .bytes(ByteBuffer(bytes: bytes))
                try await self.send(request)
            }
            offset = end
        } while offset < size
    }

    /// How far the market has the blob, or nil when it has it whole.
    private func offset(_ path: String, _ token: String) async throws -> Int64? {
        var request = self.request(.head, path)
        request.set(token: token)
        let response = try await http.execute(request, timeout: .minutes(1))
        if response.code == 404 {
            return response.header("upload-offset").flatMap { Int64($0) } ?? 0
        }
        try Self.check(response)
        return nil
    }

    /// `PUT /v1/leases/<lease>/outputs`.
    func putOutputs(_ outputs: OutputsDTO, of lease: LeaseID, token: String) async throws {
        try await json(.put, "/v1/leases/\(lease)/outputs", outputs, token)
    }

    /// `POST /v1/leases/<lease>/logs`.
    func postLog(_ batch: LogBatchDTO, of lease: LeaseID, token: String) async throws {
        try await json(.post, "/v1/leases/\(lease)/logs", batch, token)
    }

    /// `POST /v1/leases/<lease>/samples`, tried once: who sends samples tries again by itself.
    func postSamples(_ batch: SampleBatchDTO, of lease: LeaseID, token: String) async throws {
        try await once("/v1/leases/\(lease)/samples", batch, token: token)
    }

    /// `POST /v1/nodes/<node>/samples`, tried once.
    func postReport(_ report: SignedReportDTO, of node: NodeID) async throws {
        try await once("/v1/nodes/\(node)/samples", report, token: nil)
    }

    private func once(_ path: String, _ value: some Encodable, token: String?) async throws {
        var request = self.request(.post, path)
        request.set(token: token, [("Content-Type", "application/json")])
        request.body = .bytes(ByteBuffer(bytes: try WireJSON.encode(value)))
        try await send(request, within: .seconds(5))
    }

    private func json(
        _ method: ByteMethod, _ path: String, _ value: some Encodable, _ token: String
    ) async throws {
        let bytes = try WireJSON.encode(value)
        try await retrying {
            var request = self.request(method, path)
            request.set(token: token, [("Content-Type", "application/json")])
            request.body = .bytes(ByteBuffer(bytes: bytes))
            try await self.send(request)
        }
    }

    // MARK: Requests

    /// The answer broke off; asking again may help.
    private struct Broken: Error {}

    private func request(_ method: ByteMethod, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: base + path)
        request.set(method)
        return request
    }

    private func send(
        _ request: HTTPClientRequest, within limit: TimeAmount = .minutes(5)
    ) async throws {
        let response = try await http.execute(request, timeout: limit)
        try Self.check(response)
        for try await _ in response.body {}
    }

    private static func check(_ response: HTTPClientResponse) throws {
        switch response.code {
        case 200..<300: return
        case 404: throw Refused.missing
        case 408, 429, 500...: throw Broken()
        default: throw Refused.denied(status: response.code)
        }
    }

    private func retrying<Value>(_ body: () async throws -> Value) async throws -> Value {
        var backoff = Backoff()
        var generator = SystemRandomNumberGenerator()
        while true {
            do { return try await body() } catch {
                try Task.checkCancellation()
                if error is Refused || error is FileFailure || error is CancellationError {
                    throw error
                }
            }
            try await clock.sleep(for: backoff.next(using: &generator))
        }
    }
}
