import Accounting
import Domain
import Foundation
import Transparency

/// One stored value.
enum Cell: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}

/// Why cells are not the row that their table promises.
struct MalformedRow: Error, CustomStringConvertible {
    let description: String
}

/// Text as the database keeps it: SQLite's C strings end at a NUL, so NUL is written as SUB `0` and
/// SUB as SUB `1`. All other text stays as it is.
enum StoredText {
    private static let nul: Unicode.Scalar = "\u{0}"
    private static let escape: Unicode.Scalar = "\u{1A}"

    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0 || $0 == 0x1A }) else { return text }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case nul: scalars.append(contentsOf: [escape, "0"])
            case escape: scalars.append(contentsOf: [escape, "1"])
            default: scalars.append(scalar)
            }
        }
        return String(scalars)
    }

    /// - Throws: `MalformedRow` for what `escaped` never writes.
    static func unescaped(_ text: String) throws(MalformedRow) -> String {
        guard text.utf8.contains(where: { $0 == 0 || $0 == 0x1A }) else { return text }
        var scalars = String.UnicodeScalarView()
        var rest = text.unicodeScalars.makeIterator()
        while let scalar = rest.next() {
            guard scalar != nul else { throw MalformedRow(description: "a NUL in text") }
            guard scalar == escape else {
                scalars.append(scalar)
                continue
            }
            switch rest.next() {
            case "0": scalars.append(nul)
            case "1": scalars.append(escape)
            default: throw MalformedRow(description: "a broken escape in text")
            }
        }
        return String(scalars)
    }
}

extension Cell {
    static func text(optional text: String?) -> Cell { text.map(Cell.text) ?? .null }
    static func moment(_ at: Timestamp) -> Cell { .integer(at.milliseconds) }
    static func money(_ amount: Money) -> Cell { .integer(amount.micro) }
    static func count(_ value: Int) -> Cell { .integer(Int64(value)) }

    /// Deterministic JSON: sorted keys, no spaces.
    static func json(_ value: some Encodable) throws -> Cell {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return .text(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// Takes the cells of one row in the order of its table's columns.
struct CellReader {
    private let cells: [Cell]
    private var position = 0

    init(_ cells: [Cell]) { self.cells = cells }

    private mutating func next() throws(MalformedRow) -> Cell {
        guard position < cells.count else { throw MalformedRow(description: "a column is missing") }
        defer { position += 1 }
        return cells[position]
    }

    private func wrong(_ wanted: String) -> MalformedRow {
        MalformedRow(description: "column \(position) is not \(wanted)")
    }

    mutating func integer() throws(MalformedRow) -> Int64 {
        guard case .integer(let value) = try next() else { throw wrong("an integer") }
        return value
    }

    mutating func count() throws(MalformedRow) -> Int {
        guard let value = Int(exactly: try integer()) else { throw wrong("a count") }
        return value
    }

    mutating func text() throws(MalformedRow) -> String {
        guard case .text(let value) = try next() else { throw wrong("text") }
        return value
    }

    mutating func optionalText() throws(MalformedRow) -> String? {
        switch try next() {
        case .text(let value): value
        case .null: nil
        case .integer, .blob: throw wrong("text or null")
        }
    }

    mutating func optionalInteger() throws(MalformedRow) -> Int64? {
        switch try next() {
        case .integer(let value): value
        case .null: nil
        case .text, .blob: throw wrong("an integer or null")
        }
    }

    mutating func blob() throws(MalformedRow) -> [UInt8] {
        guard case .blob(let value) = try next() else { throw wrong("a blob") }
        return value
    }

    mutating func id<Tag>() throws(MalformedRow) -> ID<Tag> {
        guard let id = ID<Tag>(try text()) else { throw wrong("a \(Tag.prefix) identifier") }
        return id
    }

    mutating func optionalID<Tag>() throws(MalformedRow) -> ID<Tag>? {
        guard let text = try optionalText() else { return nil }
        guard let id = ID<Tag>(text) else { throw wrong("a \(Tag.prefix) identifier") }
        return id
    }

    mutating func digest() throws(MalformedRow) -> BlobDigest {
        guard let digest = BlobDigest(try text()) else { throw wrong("a digest") }
        return digest
    }

    mutating func moment() throws(MalformedRow) -> Timestamp {
        let milliseconds = try integer()
        let at = Timestamp(milliseconds: milliseconds)
        guard at.milliseconds == milliseconds else { throw wrong("a time") }
        return at
    }

    mutating func money() throws(MalformedRow) -> Money {
        let micro = try integer()
        do { return try Money(micro: micro) } catch { throw wrong("an amount") }
    }

    mutating func ledgerAccount() throws(MalformedRow) -> LedgerAccount {
        guard let account = LedgerAccount(text: try text()) else { throw wrong("a ledger account") }
        return account
    }

    mutating func hash() throws(MalformedRow) -> LogHash {
        guard let hash = LogHash(try blob()) else { throw wrong("a hash") }
        return hash
    }

    /// A value of a closed set of texts.
    mutating func choice<Value: RawRepresentable<String>>(
        of type: Value.Type
    ) throws(MalformedRow) -> Value {
        guard let value = Value(rawValue: try text()) else { throw wrong("one of \(type)") }
        return value
    }

    mutating func json<Value: Decodable>(_ type: Value.Type) throws(MalformedRow) -> Value {
        let body = try text()
        do {
            return try JSONDecoder().decode(type, from: Data(body.utf8))
        } catch { throw wrong("JSON of \(type)") }
    }

    /// - Throws: `MalformedRow` unless a table of one row says so.
    mutating func only() throws(MalformedRow) {
        guard try integer() == 1 else { throw wrong("1") }
    }
}
