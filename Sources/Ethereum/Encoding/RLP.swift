/// What RLP encodes: bytes, and lists of such (Ethereum Yellow Paper, appendix B).
package enum RLP: Hashable, Sendable {
    case bytes([UInt8])
    indirect case list([RLP])

    package enum Refusal: Error, Hashable {
        /// More than is taken.
        case tooLong
        case tooDeep
        /// Ends before what a length announces.
        case ended
        /// Bytes after the end of the item.
        case trailing
        /// A length or a single byte that has a shorter spelling.
        case notCanonical
        /// A list where bytes belong, bytes where a list belongs, or a number out of its bounds.
        case unexpected
    }

    /// Bytes of an encoding that is decoded.
    package static let mostBytes = 1 << 24
    /// Lists within lists; what Ethereum sends has fewer than ten.
    package static let mostDepth = 256
}

// MARK: - Numbers

extension RLP {
    /// A number is its bytes without zeros in front.
    package static func number(_ value: UInt256) -> RLP { .bytes(value.minimalBytes) }
    package static func number(_ value: UInt64) -> RLP { number(UInt256(value)) }

    func asBytes() throws(Refusal) -> [UInt8] {
        guard case .bytes(let bytes) = self else { throw .unexpected }
        return bytes
    }

    func asList() throws(Refusal) -> [RLP] {
        guard case .list(let items) = self else { throw .unexpected }
        return items
    }

    func asNumber() throws(Refusal) -> UInt256 {
        let bytes = try asBytes()
        guard bytes.first != 0, let number = UInt256(bytes: bytes) else { throw .unexpected }
        return number
    }

    func asUInt64() throws(Refusal) -> UInt64 {
        guard let number = try asNumber().asUInt64 else { throw .unexpected }
        return number
    }
}

// MARK: - Encoding

extension RLP {
    package var encoded: [UInt8] {
        var output: [UInt8] = []
        append(to: &output)
        return output
    }

    private func append(to output: inout [UInt8]) {
        switch self {
        case .bytes(let bytes):
            if bytes.count != 1 || bytes[0] >= 0x80 {
                Self.appendHeader(0x80, bytes.count, to: &output)
            }
            output += bytes
        case .list(let items):
            // Written behind its place, so that each item is encoded once however deep it lies.
            let start = output.count
            for item in items { item.append(to: &output) }
            var header: [UInt8] = []
            Self.appendHeader(0xC0, output.count - start, to: &header)
            output.insert(contentsOf: header, at: start)
        }
    }

    private static func appendHeader(_ base: UInt8, _ count: Int, to output: inout [UInt8]) {
        guard count > 55 else { return output.append(base + UInt8(count)) }
        let length = UInt256(UInt64(count)).minimalBytes
        output.append(base + 55 + UInt8(length.count))
        output += length
    }
}
