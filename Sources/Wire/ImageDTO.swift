package import Domain

/// An image pinned by content, as `{name, digest, source}`.
package struct ImageDTO: Hashable, Sendable {
    package let reference: ImageReference

    package init(_ reference: ImageReference) { self.reference = reference }

    package init(name: String, digest: BlobDigest) {
        self.init(.archive(name: name, digest: digest))
    }

    package var name: String { reference.name }
    /// `sha256:` and 64 hex digits.
    package var digest: String { reference.digestText }
}

extension ImageDTO: Codable {
    /// Where a node gets it from.
    private enum Source: String, Codable { case market, registry }
    private enum CodingKeys: String, CodingKey { case name, digest, source }

    /// Without a source it is the market's.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let name = try container.decode(String.self, forKey: .name)
        switch try container.decodeIfPresent(Source.self, forKey: .source) ?? .market {
        case .market:
            self.init(name: name, digest: try container.decode(BlobDigest.self, forKey: .digest))
        case .registry:
            let digest = try container.decode(String.self, forKey: .digest)
            guard let image = RegistryImage("\(name)@\(digest)") else {
                throw DecodingError.dataCorruptedError(
                    forKey: .name, in: container, debugDescription: "not a pinned image")
            }
            self.init(.registry(image))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(digest, forKey: .digest)
        let source: Source =
            switch reference {
            case .archive: .market
            case .registry: .registry
            }
        try container.encode(source, forKey: .source)
    }
}
