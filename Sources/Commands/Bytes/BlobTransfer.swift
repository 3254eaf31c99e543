import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import NodeAgent
import Wire

/// Blobs up and down in parts of 8 MiB, going on where a broken connection left off.
struct BlobTransfer {
    static let partBytes: Int64 = 8 << 20
    /// An upload of which so many parts in a row bring nothing forward has failed.
    private static let longestStall = 30

    enum Uploaded: Hashable, Sendable {
        case sent(Int64)
        case alreadyStored
    }

    private let client: MarketClient

    /// A market that is away for a while ends no transfer.
    init(client: MarketClient) { self.client = client.patient(.seconds(30)) }

    // MARK: Up

    /// Gives the market `source` under its digest.
    ///
    /// - Throws: `RemoteProblem` with `blob_mismatch` when its bytes changed meanwhile.
    func upload(_ source: ByteSource, as digest: BlobDigest) async throws -> Uploaded {
        var sent: Int64?
        var furthest: Int64 = -1
        var stalls = 0
        var place = try await standing(of: digest)
        while case .wants(let from) = place {
            stalls = from > furthest ? 0 : stalls + 1
            furthest = max(furthest, from)
            guard stalls <= Self.longestStall else {
                throw WireError.marketUnreachable(client.url)
            }
            // A blob that is all there but was never checked is checked with its last part.
            let offset = from < source.size ? max(0, from) : max(0, source.size - Self.partBytes)
            let count = Int(min(Self.partBytes, source.size - offset))
            let part = try await Blocking.run { try source.read(count, offset) }
            guard part.count == count else { throw WireError.blobMismatch(digest) }
            place = try await put(part, at: offset, of: source.size, digest, after: stalls)
            sent = (sent ?? 0) + Int64(count)
        }
        return sent.map(Uploaded.sent) ?? .alreadyStored
    }

    private enum Standing {
        case stored
        case wants(from: Int64)
    }

    private func standing(of digest: BlobDigest) async throws -> Standing {
        try await client.attempting(.always) {
            let response = try await client.reaching {
                try await client.head("/v1/blobs/\(digest)")
            }
            if response.status == .ok { return .stored }
            guard response.status == .notFound else {
                throw MarketClient.Unexplained(
                    status: response.status.code, url: client.url)
            }
            return .wants(from: Self.offset(response) ?? 0)
        }
    }

    /// Sends one part; after a lost answer the market is asked how far it came.
    private func put(
        _ part: [UInt8], at offset: Int64, of total: Int64, _ digest: BlobDigest, after stalls: Int
    ) async throws -> Standing {
        do {
            var request = client.request(.PUT, "/v1/blobs/\(digest)")
            let last = offset + Int64(part.count) - 1
            request.headers.add(name: "Content-Type", value: "application/octet-stream")
            // No range names a part of nothing: an empty blob is sent whole.
            if total > 0 {
                request.headers.add(
                    name: "Content-Range", value: "bytes \(offset)-\(last)/\(total)")
            }
            request.body = .bytes(ByteBuffer(bytes: part))
            let response = try await client.execute(request, timeout: .minutes(10))
            if response.status == .created || response.status == .ok { return .stored }
            return .wants(from: Self.offset(response) ?? last + 1)
        } catch let error where MarketClient.mayPass(error) {
            try await client.pause(milliseconds: 100 << Int64(min(stalls, 6)))
            return try await standing(of: digest)
        }
    }

    private static func offset(_ response: HTTPClientResponse) -> Int64? {
        response.headers.first(name: "Upload-Offset").flatMap { Int64($0) }
    }

    // MARK: Down

    /// Puts the blob into `file`, after what an earlier run got of it.
    ///
    /// - Throws: `WireError.blobMismatch` when the bytes are not what their name says.
    func download(_ digest: BlobDigest, size: Int64, to file: LocalFile) async throws {
        var offset = try await Blocking.run { try file.size() }
        if offset > size { offset = 0 }
        while offset < size {
            let from = offset
            let last = min(from + Self.partBytes, size) - 1
            let bytes = try await client.attempting(.always) {
                try await part(digest, from: from, through: last)
            }
            guard Int64(bytes.count) == last - from + 1 else {
                throw WireError.blobMismatch(digest)
            }
            try await Blocking.run { try file.write(bytes, at: from) }
            offset = last + 1
        }
        let found = try await Blocking.run { try ByteSource(file).digest() }
        guard found == digest else { throw WireError.blobMismatch(digest) }
    }

    private func part(
        _ digest: BlobDigest, from: Int64, through last: Int64
    ) async throws -> [UInt8] {
        var request = client.request(.GET, "/v1/blobs/\(digest)")
        request.headers.add(name: "Range", value: "bytes=\(from)-\(last)")
        let response = try await client.execute(request, timeout: .minutes(10))
        let body = try await client.reaching {
            try await response.body.collect(upTo: Int(Self.partBytes))
        }
        return Array(body.readableBytesView)
    }
}
