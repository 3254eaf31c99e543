import Crypto

/// A SHA-256 hash in the log's Merkle tree: of a leaf, of a subtree or of the whole tree.
///
/// Leaves and inner nodes are hashed under different prefixes, so that no entry can pass for a
/// node (RFC 9162 §2.1.1).
package struct LogHash: Hashable, Sendable {
    package static let byteCount = 32

    /// The root of the tree without leaves: SHA-256 of nothing.
    package static let emptyTree = LogHash(SHA256().finalize())

    // Four big-endian words rather than an array: a tree in memory costs 32 bytes a node.
    private let word0: UInt64
    private let word1: UInt64
    private let word2: UInt64
    private let word3: UInt64

    /// The hash with these 32 bytes; nil for any other number of bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (offset, byte) in bytes.enumerated() {
            words[offset >> 3] = words[offset >> 3] << 8 | UInt64(byte)
        }
        (word0, word1, word2, word3) = (words[0], words[1], words[2], words[3])
    }

    /// The hash with this standard base64 text; nil unless it stands for 32 bytes.
    package init?(base64 text: some StringProtocol) {
        guard let bytes = Base64.decode(text) else { return nil }
        self.init(bytes)
    }

    /// The hash with this hexadecimal text; nil unless it stands for 32 bytes.
    package init?(hex text: some StringProtocol) {
        guard let bytes = Hex.decode(text) else { return nil }
        self.init(bytes)
    }

    private init(_ digest: SHA256Digest) {
        (word0, word1, word2, word3) = digest.withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
            )
        }
    }

    /// The leaf hash of an entry: SHA-256 of 0x00 and the entry.
    package static func leaf(_ entry: [UInt8]) -> LogHash {
        var hasher = SHA256()
        withUnsafeBytes(of: UInt8(0x00)) { hasher.update(bufferPointer: $0) }
        entry.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return LogHash(hasher.finalize())
    }

    /// The hash of an inner node: SHA-256 of 0x01, the left and the right child.
    package static func node(_ left: LogHash, _ right: LogHash) -> LogHash {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1 + 2 * byteCount)
        bytes.append(0x01)
        left.append(to: &bytes)
        right.append(to: &bytes)
        var hasher = SHA256()
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return LogHash(hasher.finalize())
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        append(to: &bytes)
        return bytes
    }

    package var base64: String { Base64.encode(bytes) }
    package var hex: String { Hex.encode(bytes) }

    /// Adds the 32 bytes at the end of `bytes`.
    package func append(to bytes: inout [UInt8]) {
        for word in [word0, word1, word2, word3] {
            withUnsafeBytes(of: word.bigEndian) { bytes.append(contentsOf: $0) }
        }
    }
}

extension LogHash: CustomStringConvertible {
    /// The base64 text, as in a head.
    package var description: String { base64 }
}

/// Coded as its base64 text.
extension LogHash: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let hash = LogHash(base64: try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "expected 32 bytes in standard base64")
        }
        self = hash
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(base64)
    }
}
