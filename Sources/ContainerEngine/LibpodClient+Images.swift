import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// An image in the engine's store.
package struct ImageRecord: Hashable, Sendable, Decodable {
    /// The digest of the image's configuration, 64 hexadecimal digits.
    package let id: String
    /// The digest of its manifest, `sha256:…`.
    package let digest: String
    package let sizeBytes: Int64
    package let references: [String]
    /// The digests of all manifests that the engine keeps for it: `name@sha256:…`.
    package let pinnedReferences: [String]

    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case digest = "Digest"
        case sizeBytes = "Size"
        case references = "RepoTags"
        case pinnedReferences = "RepoDigests"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        digest = try container.decode(String.self, forKey: .digest)
        sizeBytes = try container.decode(Int64.self, forKey: .sizeBytes)
        references = try container.decodeIfPresent([String].self, forKey: .references) ?? []
        pinnedReferences =
            try container.decodeIfPresent([String].self, forKey: .pinnedReferences) ?? []
    }

    /// Whether `digest` is that of its manifest, or of the index through which it was chosen.
    package func isPinned(by digest: String) -> Bool {
        self.digest == digest || pinnedReferences.contains { $0.hasSuffix("@\(digest)") }
    }
}

/// A registry's image named by the digest of its manifest: `host/name@sha256:<64 digits>`.
package struct PinnedImage: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// `sha256:…`
    package let digest: String

    package init?(_ text: String) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].hasPrefix("sha256:"),
            parts[1].utf8.count == 71, ContainerID(String(parts[1].dropFirst(7))) != nil
        else { return nil }
        description = text
        digest = String(parts[1])
    }
}

extension LibpodClient {
    /// How a registry is spoken to.
    package enum RegistryTransport: Hashable, Sendable {
        case verifiedTLS
        /// Plain HTTP or an unverified certificate: for a registry on this machine.
        case unverified
    }

    package func imageExists(_ reference: String) async throws -> Bool {
        do {
            try await send(Request("look for image", .GET, "\(path(image: reference))/exists"))
            return true
        } catch let error as EngineError where error.status == 404 {
            return false
        }
    }

    /// - Throws: `imageMissing` when it is not stored.
    package func inspectImage(_ reference: String) async throws -> ImageRecord {
        try await decode(
            ImageRecord.self, Request("inspect image", .GET, "\(path(image: reference))/json"))
    }

    /// Fetches an image from its registry, as a stranger: with no login of this machine. Ends when
    /// its task is cancelled; takes as much time and disk as the registry makes it take.
    /// - Throws: `imageMissing` when the registry does not give it, `imageDiffers` when the engine
    ///   then has another one.
    package func pull(
        _ image: PinnedImage, transport: RegistryTransport
    ) async throws -> ImageRecord {
        struct Line: Decodable {
            let error: String?
            let id: String?
        }
        var request = Request(
            "pull image", .POST, "/images/pull",
            query: [
                .init(name: "reference", value: image.description),
                .init(name: "quiet", value: "true"),
                .init(name: "tlsVerify", value: transport == .verifiedTLS ? "true" : "false"),
            ], timeout: .hours(6))
        // An empty set of logins: without one the engine would use those of its own user.
        request.registryLogins = "e30="
        var pulled: String?
        // The status is 200 before the first byte is fetched: the outcome is in the lines.
        for line in try await send(request).split(separator: UInt8(ascii: "\n")) {
            let line = try Self.decoded(Line.self, line, request.operation)
            pulled = line.id ?? pulled
            guard let error = line.error else { continue }
            throw EngineError(
                operation: request.operation, category: .imageMissing, status: 200, detail: error)
        }
        guard let pulled else {
            throw EngineError(
                operation: request.operation, category: .imageMissing, status: 200,
                detail: "the engine named no image")
        }
        // By its id: a name may be anybody's.
        let record = try await inspectImage(pulled)
        guard record.isPinned(by: image.digest) else {
            throw EngineError(
                operation: request.operation, category: .imageDiffers, status: 200,
                detail: "\(record.id) is \(record.digest), not \(image.digest)")
        }
        return record
    }

    /// Reads an OCI or Docker archive into the store, streamed from the file.
    /// - Returns: the names that the archive gives its images, or their ids where it gives none.
    package func load(archive file: String) async throws -> [String] {
        struct Answer: Decodable {
            let names: [String]
            enum CodingKeys: String, CodingKey { case names = "Names" }
        }
        let request = try archiveRequest("load image", "/images/load", [], file)
        return try await decode(Answer.self, request).names
    }

    /// Every name with a tag in the store, and the id of its image.
    package func imageNames() async throws -> [String: String] {
        struct Entry: Decodable {
            let id: String
            let names: [String]?
            enum CodingKeys: String, CodingKey {
                case id = "Id"
                case names = "RepoTags"
            }
        }
        let entries = try await decode(
            [Entry].self, Request("list images", .GET, "/images/json"))
        let pairs = entries.flatMap { entry in (entry.names ?? []).map { ($0, entry.id) } }
        return Dictionary(pairs) { first, _ in first }
    }

    /// Gives an image a name, which another one loses that had it.
    package func name(_ id: String, _ name: String) async throws {
        try await send(
            Request("name image", .POST, "\(path(image: id))/tag", query: Self.parts(of: name)))
    }

    /// Takes a name from an image, which stays.
    package func unname(_ id: String, _ name: String) async throws {
        try await send(
            Request(
                "unname image", .POST, "\(path(image: id))/untag", query: Self.parts(of: name)))
    }

    private static func parts(of name: String) -> [URLQueryItem] {
        let slash = name.lastIndex(of: "/") ?? name.startIndex
        guard let colon = name[slash...].lastIndex(of: ":") else {
            return [.init(name: "repo", value: name), .init(name: "tag", value: "latest")]
        }
        return [
            .init(name: "repo", value: String(name[..<colon])),
            .init(name: "tag", value: String(name[name.index(after: colon)...])),
        ]
    }

    /// Makes an image of one layer, named `reference`, from a tar of a root file system.
    package func importRootFilesystem(
        _ file: String, reference: String
    ) async throws -> ImageRecord {
        let query = [URLQueryItem(name: "reference", value: reference)]
        try await send(try archiveRequest("import image", "/images/import", query, file))
        return try await inspectImage(reference)
    }

    /// Removes an image that no container uses. An image that is not there is no error.
    package func removeImage(_ reference: String) async throws {
        do {
            try await send(Request("remove image", .DELETE, path(image: reference)))
        } catch let error as EngineError where error.category == .imageMissing { return }
    }

    private func archiveRequest(
        _ operation: String, _ path: String, _ query: [URLQueryItem], _ file: String
    ) throws -> Request {
        var request = Request(operation, .POST, path, query: query, timeout: .hours(2))
        let chunks = try FileChunks(path: file)
        request.body = .stream(chunks, length: .known(chunks.sizeBytes))
        request.contentType = "application/x-tar"
        return request
    }

    private func path(image reference: String) -> String {
        "/images/\(Self.encoded(reference, keeping: "/:@"))"
    }
}
