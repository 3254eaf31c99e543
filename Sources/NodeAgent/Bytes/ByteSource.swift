import Crypto
package import Domain

/// Bytes of known length that can be read from any place, as often as it takes.
package struct ByteSource: Sendable {
    package let size: Int64
    /// At most `count` bytes from `offset`; none only beyond the end. Blocks.
    package let read: @Sendable (_ count: Int, _ offset: Int64) throws -> [UInt8]

    package init(
        size: Int64, read: @escaping @Sendable (_ count: Int, _ offset: Int64) throws -> [UInt8]
    ) {
        self.size = size
        self.read = read
    }

    /// SHA-256 of all of them. Blocks.
    package func digest() throws -> BlobDigest {
        var hash = SHA256()
        var offset: Int64 = 0
        while offset < size {
            let bytes = try read(Int(min(1 << 20, size - offset)), offset)
            guard !bytes.isEmpty else { break }
            hash.update(data: bytes)
            offset += Int64(bytes.count)
        }
        let digits = hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        guard let digest = BlobDigest("sha256:" + digits.joined()) else {
            preconditionFailure("a SHA-256 has 64 hexadecimal digits")
        }
        return digest
    }
}

extension ByteSource {
    package init(_ file: PlainFile) throws {
        self.init(size: try file.size()) { count, offset in try file.read(count, at: offset) }
    }
}
