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
                let upload = BlobKey(digest: digest, owner: try await market.owner(call))
                let offset = market.blobs.offset(of: upload)
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
            let rows = try await market.store.read([.lease(lease)])
            guard let job = rows.lease(lease)?.task.job else { throw Refusal.leaseUnknown(lease) }
            try await market.logs.append(batch, to: lease, of: job)
            market.signals.ring(job.text)
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

    /// - Throws: `WireError.forbidden` for another lease than the token's.
    static func lease(_ call: Call) throws -> LeaseID {
        guard case .lease(let id) = call.principal, id.text == (try call.parameter("lease")) else {
            throw WireError.forbidden(needs: .provider)
        }
        return id
    }

    /// One part: `Content-Range: bytes a-b/total`; without one the whole blob, which may be empty.
    /// The last part is answered when the SHA-256 is checked. Only who delivered all the bytes
    /// owns them: what others have stored shortens nobody's upload.
    private static func put(
        _ request: Request, _ call: Call, _ market: MarketServices
    ) async throws -> Response {
        let upload = BlobKey(digest: try digest(call), owner: try await market.owner(call))
        // A row without its file, after a restore that missed some, is delivered anew.
        if let blob = try await market.ownedBlob(upload),
            market.blobs.size(of: upload.digest) == blob.size
        {
            return Response(status: .created)
        }
        let range = try ContentRange(
            request.headers[.contentRange], length: request.headers[.contentLength])
        let most = try await market.largestBlob(of: call)
        guard range.total <= most else { throw WireError.blobTooLarge(limitBytes: most) }
        try await market.store.perform(.beginUpload(upload, totalBytes: range.total))
        let received: Int64
        do {
            received = try await market.blobs.receive(
                paced(request.body), at: range.start, total: range.total, as: upload)
        } catch let error as WireError where error == .blobMismatch(upload.digest) {
            let always = Timestamp(milliseconds: Timestamp.limit)
            try await market.store.perform(.dropUpload(upload, untouchedSince: always))
            throw error
        }
        guard received == range.total else {
            var response = Response(status: .accepted)
            if let name = HTTPFieldNames.uploadOffset { response.headers[name] = "\(received)" }
            return response
        }
        try await market.store.perform(
            .addBlob(Blob(digest: upload.digest, size: received, owner: upload.owner)))
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
            guard let total = length.flatMap({ Int64($0) }), total >= 0 else {
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
            first >= 0
        else { throw WireError.parameterInvalid(name: "Range") }
        guard first < size else { throw WireError.rangeNotSatisfiable(size: size) }
        let last = Int64(parts[1]) ?? size - 1
        guard last >= first else { throw WireError.parameterInvalid(name: "Range") }
        return (first, min(last, size - 1))
    }
}
