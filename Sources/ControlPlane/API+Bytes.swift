import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Marketplace
import NIOCore
import Wire

extension API {
    /// Largest part of an upload.
    static let partLimit = 8 << 20

    mutating func addBytes() {
        let market = market
        let users = Access.leaseOr([.renter, .operator])
        add(.head, "/v1/blobs/:digest", users) { _, call in
            let digest = try Self.digest(call)
            guard let size = try await market.blobSize(digest, for: call) else {
                let offset = market.blobs.offset(of: digest, by: try await market.owner(call).text)
                var response = Response(status: .notFound)
                if let name = HTTPFieldNames.uploadOffset { response.headers[name] = "\(offset)" }
                return response
            }
            return Response(
                status: .ok, headers: [.acceptRanges: "bytes"],
                body: .init(contentLength: Int(size)) { try await $0.finish(nil) })
        }
        add(.get, "/v1/blobs/:digest", users) { request, call in
            let digest = try Self.digest(call)
            guard let size = try await market.blobSize(digest, for: call) else {
                throw WireError.notFound(digest.text)
            }
            return try await Self.file(
                market.blobs.path(of: digest), size: size, request, call)
        }
        add(.put, "/v1/blobs/:digest", users) { request, call in
            try await Self.put(request, call, market)
        }
        add(.post, "/v1/leases/:lease/logs", .leaseOr([])) { request, call in
            let lease = try Self.lease(call)
            let batch = try Self.decode(LogBatchDTO.self, try await Self.body(request))
            try await market.logs.append(batch, to: lease)
            let rows = try await market.store.read([.lease(lease)])
            if let job = rows.lease(lease)?.task.job { market.signals.ring(job.text) }
            return Response(status: .noContent)
        }
        add(.put, "/v1/leases/:lease/outputs", .leaseOr([])) { request, call in
            let id = try Self.lease(call)
            let body = try Self.decode(OutputsDTO.self, try await Self.body(request))
            guard body.outputs.count <= 64 else {
                throw WireError.parameterInvalid(name: "outputs")
            }
            guard let lease = try await market.store.read([.lease(id)]).lease(id) else {
                throw Refusal.leaseUnknown(id)
            }
            try await market.store.perform(
                .addOutputs(
                    id,
                    body.outputs.map {
                        TaskOutput(
                            lease: id, task: lease.task, path: $0.path, digest: $0.digest,
                            size: $0.size)
                    }))
            return Response(status: .noContent)
        }
    }

    private static func digest(_ call: Call) throws -> BlobDigest {
        guard let digest = BlobDigest(try call.parameter("digest")) else {
            throw WireError.parameterInvalid(name: "digest")
        }
        return digest
    }

    private static func lease(_ call: Call) throws -> LeaseID {
        guard case .lease(let id) = call.principal, id.text == (try call.parameter("lease")) else {
            throw WireError.forbidden(needs: .provider)
        }
        return id
    }

    /// One part: `Content-Range: bytes a-b/total`; without one the whole blob. The last part is
    /// answered when the SHA-256 is checked.
    private static func put(
        _ request: Request, _ call: Call, _ market: MarketServices
    ) async throws -> Response {
        let digest = try digest(call)
        let owner = try await market.owner(call)
        if market.blobs.size(of: digest) != nil {
            try await market.addBlob(digest, owner: owner)
            return Response(status: .created)
        }
        let range = try ContentRange(
            request.headers[.contentRange], length: request.headers[.contentLength])
        guard range.total <= BlobStore.limitBytes else {
            throw WireError.quotaExceeded(limitBytes: BlobStore.limitBytes)
        }
        let received = try await market.blobs.write(
            request.body, at: range.start, total: range.total, to: digest, by: owner.text)
        guard received == range.total else {
            var response = Response(status: .accepted)
            if let name = HTTPFieldNames.uploadOffset { response.headers[name] = "\(received)" }
            return response
        }
        try await market.blobs.finish(digest, by: owner.text)
        try await market.addBlob(digest, owner: owner)
        return Response(status: .created)
    }

    /// A file, whole or by one `Range: bytes=a-b`.
    private static func file(
        _ path: String, size: Int64, _ request: Request, _ call: Call
    ) async throws -> Response {
        let io = FileIO()
        guard let header = request.headers[.range] else {
            return Response(
                status: .ok,
                headers: [.contentType: "application/octet-stream", .acceptRanges: "bytes"],
                body: try await io.loadFile(path: path, context: call.context))
        }
        let (first, last) = try ContentRange.range(header, size: size)
        return Response(
            status: .partialContent,
            headers: [
                .contentType: "application/octet-stream",
                .contentRange: "bytes \(first)-\(last)/\(size)",
            ],
            body: try await io.loadFile(
                path: path, range: Int(first)...Int(last), context: call.context))
    }
}

/// Parts of a blob by RFC 9110 §14.
struct ContentRange: Hashable, Sendable {
    let start: Int64
    let total: Int64

    /// - Throws: `WireError.parameterInvalid`.
    init(_ header: String?, length: String?) throws {
        guard let header else {
            guard let total = length.flatMap({ Int64($0) }), total > 0 else {
                throw WireError.parameterInvalid(name: "Content-Length")
            }
            start = 0
            self.total = total
            return
        }
        let numbers = header.split { !$0.isNumber }.map { Int64($0) }
        guard header.hasPrefix("bytes "), numbers.count == 3, let first = numbers[0],
            let last = numbers[1], let total = numbers[2], first <= last, last < total
        else { throw WireError.parameterInvalid(name: "Content-Range") }
        start = first
        self.total = total
    }

    /// The bytes that `bytes=a-b` or `bytes=a-` names, clamped to the file.
    static func range(_ header: String, size: Int64) throws -> (first: Int64, last: Int64) {
        let parts = header.dropFirst("bytes=".count).split(
            separator: "-", omittingEmptySubsequences: false)
        guard header.hasPrefix("bytes="), parts.count == 2, let first = Int64(parts[0]),
            first >= 0, first < size
        else { throw WireError.parameterInvalid(name: "Range") }
        let last = Int64(parts[1]) ?? size - 1
        guard last >= first else { throw WireError.parameterInvalid(name: "Range") }
        return (first, min(last, size - 1))
    }
}

extension MarketServices {
    /// Whose quota a blob counts to: the account itself, or the renter of the lease.
    func owner(_ call: Call) async throws -> AccountID {
        switch call.principal {
        case .account(let id, _): return id
        case .lease(let id):
            guard let lease = try await store.read([.lease(id)]).lease(id) else {
                throw Refusal.leaseUnknown(id)
            }
            return lease.renter
        case .nobody: throw WireError.unauthorized
        }
    }

    func addBlob(_ digest: BlobDigest, owner: AccountID) async throws {
        guard let size = blobs.size(of: digest) else { throw WireError.notFound(digest.text) }
        let known = try await store.read([.blob(digest)])
        guard known[.blob(digest)].isEmpty else { return }
        try await store.perform(.addBlob(Blob(digest: digest, size: size, owner: owner)))
    }

    /// The size of a blob that the caller may read: their own, one that their lease works with, or
    /// a named image.
    func blobSize(_ digest: BlobDigest, for call: Call) async throws -> Int64? {
        let rows = try await store.read([.blob(digest)])
        guard case .blob(let blob)? = rows[.blob(digest)].first else { return nil }
        if call.isOperator { return blob.size }
        switch call.principal {
        case .nobody: return nil
        case .account(let id, _): return blob.owner == id ? blob.size : nil
        case .lease(let id):
            guard let lease = try await store.read([.lease(id)]).lease(id),
                let job = try await store.read([.job(lease.task.job)]).job(lease.task.job)
            else { return nil }
            let workload = job.terms.workload
            let mine =
                workload.image.digest == digest
                || workload.inputs.contains { $0.digest == digest } || blob.owner == lease.renter
            return mine ? blob.size : nil
        }
    }
}
