/// Deterministic bytes of signed and logged things: version byte, type byte, then fields in a fixed
/// order, each as a big-endian `UInt16` length and that many bytes. Numbers are decimal text.
/// Described for strangers in `docs/formats.md`; golden vectors in `api/vectors`.
package struct EntryWriter {
    package static let version: UInt8 = 1
    package private(set) var bytes: [UInt8]

    package init(type: EntryType) { bytes = [Self.version, type.rawValue] }

    /// - Precondition: at most 65 535 bytes; every field of ours is bounded far below.
    package mutating func append(_ field: [UInt8]) {
        precondition(field.count <= Int(UInt16.max), "an entry's field is at most 65535 bytes")
        bytes.append(UInt8(field.count >> 8))
        bytes.append(UInt8(field.count & 0xFF))
        bytes.append(contentsOf: field)
    }

    package mutating func append(_ text: String) { append(Array(text.utf8)) }
    package mutating func append(_ number: Int64) { append(String(number)) }
}

/// What an entry is, by its second byte.
package enum EntryType: UInt8, Sendable {
    case receipt = 1
    case usageRecord = 2
    case nodeKey = 3
    case scrub = 4
    /// A usage record of a lease whose provider promises availability.
    case promisedUsage = 5
}

/// Why bytes are not an entry.
package enum MalformedEntry: Error, Hashable {
    case wrongVersion, wrongType, truncated, trailingBytes
    case badField(String)
}

/// Reads what `EntryWriter` writes; refuses everything else.
package struct EntryReader {
    private let bytes: [UInt8]
    private var position = 2

    package init(_ bytes: [UInt8], type: EntryType) throws(MalformedEntry) {
        guard bytes.count >= 2 else { throw .truncated }
        guard bytes[0] == EntryWriter.version else { throw .wrongVersion }
        guard bytes[1] == type.rawValue else { throw .wrongType }
        self.bytes = bytes
    }

    package mutating func field() throws(MalformedEntry) -> [UInt8] {
        guard bytes.count - position >= 2 else { throw .truncated }
        let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
        guard bytes.count - position - 2 >= length else { throw .truncated }
        defer { position += 2 + length }
        return Array(bytes[(position + 2)..<(position + 2 + length)])
    }

    package mutating func text(_ name: String) throws(MalformedEntry) -> String {
        guard let text = String(validating: try field(), as: UTF8.self) else {
            throw .badField(name)
        }
        return text
    }

    /// Canonical decimal only: no sign on zero, no leading zero, no plus.
    package mutating func number(_ name: String) throws(MalformedEntry) -> Int64 {
        let digits = try text(name)
        guard let value = Int64(digits), String(value) == digits else { throw .badField(name) }
        return value
    }

    package mutating func id<Tag>(_ name: String) throws(MalformedEntry) -> ID<Tag> {
        guard let id = ID<Tag>(try text(name)) else { throw .badField(name) }
        return id
    }

    package func finish() throws(MalformedEntry) {
        guard position == bytes.count else { throw .trailingBytes }
    }
}
