/// An image pinned by content, by where a node gets it from.
package enum ImageReference: Hashable, Sendable {
    /// An OCI archive in the market's blob store, under the name that people wrote.
    case archive(name: String, digest: BlobDigest)
    /// A manifest in a registry.
    case registry(RegistryImage)

    /// What people read; it says where the image came from, and never decides what runs.
    package var name: String {
        switch self {
        case .archive(let name, _): name
        case .registry(let image): "\(image.host)/\(image.repository)"
        }
    }

    /// `sha256:` and 64 hex digits: of the archive, or of the manifest.
    package var digestText: String {
        switch self {
        case .archive(_, let digest): digest.text
        case .registry(let image): image.digest.text
        }
    }

    /// The blob that a node needs for it; nil when it needs none of the market's.
    package var blob: BlobDigest? {
        switch self {
        case .archive(_, let digest): digest
        case .registry: nil
        }
    }
}

/// Kept as `{name, digest}`, or as `{registry}` with the whole reference.
extension ImageReference: Codable {
    private enum CodingKeys: String, CodingKey { case name, digest, registry }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let text = try container.decodeIfPresent(String.self, forKey: .registry) {
            guard let image = RegistryImage(text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .registry, in: container, debugDescription: "not a pinned image")
            }
            self = .registry(image)
        } else {
            self = .archive(
                name: try container.decode(String.self, forKey: .name),
                digest: try container.decode(BlobDigest.self, forKey: .digest))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .archive(let name, let digest):
            try container.encode(name, forKey: .name)
            try container.encode(digest, forKey: .digest)
        case .registry(let image): try container.encode(image.description, forKey: .registry)
        }
    }
}

/// An image of a registry by the digest of its manifest: `host[:port]/path@sha256:…`, in the
/// grammar of the OCI distribution specification, at most 512 bytes, without a tag.
package struct RegistryImage: Hashable, Sendable, CustomStringConvertible {
    package let host: RegistryHost
    package let repository: String
    package let digest: ManifestDigest

    package init?(_ text: String) {
        let halves = text.split(separator: "@", omittingEmptySubsequences: false)
        guard text.utf8.count <= 512, halves.count == 2, let slash = halves[0].firstIndex(of: "/"),
            let digest = ManifestDigest(String(halves[1])),
            let host = RegistryHost(String(halves[0][..<slash]))
        else { return nil }
        let repository = String(halves[0][halves[0].index(after: slash)...])
        guard Self.isRepository(repository) else { return nil }
        self.host = host
        self.repository = repository
        self.digest = digest
    }

    /// Whether somebody who writes `text` means an image of a registry, pinned or not.
    package static func isMeant(by text: String) -> Bool {
        if text.contains("@") { return true }
        guard let slash = text.firstIndex(of: "/") else { return false }
        let host = RegistryHost(String(text[..<slash]))
        return host.map { $0.text != "localhost" } ?? false
    }

    /// Words of `a-z 0-9`, joined by `.`, `_`, `__` or hyphens, in parts between slashes.
    private static func isRepository(_ text: String) -> Bool {
        guard (1...255).contains(text.utf8.count) else { return false }
        return text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            let isWord = { (byte: UInt8) in
                (97...122).contains(byte) || (48...57).contains(byte)
            }
            guard let first = part.utf8.first, let last = part.utf8.last, isWord(first),
                isWord(last)
            else { return false }
            let joints = part.utf8.split(whereSeparator: isWord)
            return joints.allSatisfy { joint in
                let text = String(decoding: joint, as: UTF8.self)
                return [".", "_", "__"].contains(text) || text.allSatisfy { $0 == "-" }
            }
        }
    }

    package var description: String { "\(host)/\(repository)@\(digest)" }
}

/// SHA-256 of a registry manifest's bytes as `sha256:` and 64 lower-case hex digits.
package struct ManifestDigest: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init?(_ text: String) {
        guard BlobDigest(text) != nil else { return nil }
        self.text = text
    }

    package var description: String { text }
}

/// Where a registry answers: `host[:port]` in lower case. A host has a dot or a port, or is
/// `localhost`: other first words of an image's name are no hosts.
package struct RegistryHost: Hashable, Sendable, CustomStringConvertible {
    package let text: String
    private let name: Substring

    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, (1...2).contains(parts.count), let name = parts.first,
            parts.count == 2 || name.contains(".") || name == "localhost",
            name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isLabel)
        else { return nil }
        if parts.count == 2 {
            let digits = parts[1].utf8
            guard (1...5).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }),
                let port = Int(parts[1]), (1...65_535).contains(port)
            else { return nil }
        }
        self.text = text
        self.name = name
    }

    private static func isLabel(_ label: Substring) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(label.utf8.count) && label.utf8.first != hyphen
            && label.utf8.last != hyphen
            && label.utf8.allSatisfy { byte in
                (97...122).contains(byte) || (48...57).contains(byte) || byte == hyphen
            }
    }

    /// `localhost`, or four numbers of which the first is 127.
    package var isLoopback: Bool {
        if name == "localhost" { return true }
        let numbers = name.split(separator: ".").map { UInt8($0) }
        return numbers.count == 4 && !numbers.contains(nil) && numbers[0] == 127
    }

    package var description: String { text }
}
