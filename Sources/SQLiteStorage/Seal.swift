import Crypto

/// Seals rows: HMAC-SHA256 of the table's name and all columns but the seal, in their order.
///
/// Canonical bytes: the name, then each cell, as one type byte, an eight-byte big-endian length and
/// that many bytes. Text is sealed as the database keeps it; integers as eight big-endian bytes.
struct Sealer: Sendable {
    static let keyLength = 32
    private let key: SymmetricKey

    /// - Parameter key: 32 secret bytes that are not kept in the database.
    init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    func seal(_ table: String, _ cells: [Cell]) -> [UInt8] {
        var bytes: [UInt8] = []
        Self.append(1, Array(table.utf8), to: &bytes)
        for cell in cells {
            switch cell {
            case .null: Self.append(0, [], to: &bytes)
            case .text(let text): Self.append(1, Array(StoredText.escaped(text).utf8), to: &bytes)
            case .integer(let value): Self.append(2, Self.bigEndian(value), to: &bytes)
            case .blob(let value): Self.append(3, value, to: &bytes)
            }
        }
        return Array(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
    }

    private static func append(_ type: UInt8, _ value: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(type)
        bytes += bigEndian(Int64(value.count))
        bytes += value
    }

    private static func bigEndian(_ value: Int64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}

/// How many rows a table has, and the exclusive-or of their seals: a row removed, added or brought
/// back from an older state shows here even where every single row is in order.
struct Tally: Hashable, Sendable {
    static let tableName = "tallies"
    private(set) var rows: Int64 = 0
    private(set) var sum = [UInt8](repeating: 0, count: 32)

    init() {}

    init(rows: Int64, sum: [UInt8]) {
        self.rows = rows
        self.sum = sum
    }

    mutating func add(_ seal: [UInt8]) {
        rows += 1
        fold(seal)
    }

    mutating func remove(_ seal: [UInt8]) {
        rows -= 1
        fold(seal)
    }

    private mutating func fold(_ seal: [UInt8]) {
        for (index, byte) in seal.enumerated() where index < sum.count { sum[index] ^= byte }
    }

    func cells(of table: Table) -> [Cell] {
        [.text(table.rawValue), .integer(rows), .blob(sum)]
    }
}
