import Foundation
import GRDB

/// Changes one byte of one column of one row through raw SQL.
struct Tampering {
    /// What was changed, and how to put it back.
    struct Change: CustomStringConvertible {
        let table: String
        /// The record's key before and after.
        let keys: Set<String>
        let column: String
        let rowID: Int64
        let newRowID: Int64
        let old: DatabaseValue

        var description: String { "\(table) \(keys) \(column)" }

        func undo(in database: Database) throws {
            try database.execute(
                sql: "UPDATE \(table) SET \(column) = ? WHERE rowid = ?",
                arguments: [old, newRowID])
        }
    }

    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Tables of ours with at least one row.
    static func tables(in path: String) throws -> [String] {
        try DatabaseQueue(path: path).read { try tables(in: $0) }
    }

    private static func tables(in database: Database) throws -> [String] {
        let names = try String.fetchAll(
            database,
            sql: """
                SELECT name FROM sqlite_schema WHERE type = 'table'
                AND name NOT LIKE 'grdb%' AND name NOT LIKE 'sqlite%' ORDER BY name
                """)
        return try names.filter {
            try Row.fetchOne(database, sql: "SELECT 1 FROM \($0) LIMIT 1") != nil
        }
    }

    /// - Returns: nil when the change would break a key's uniqueness.
    mutating func flip(in queue: DatabaseQueue) throws -> Change? {
        try queue.write { try flip(in: $0) }
    }

    private mutating func flip(in database: Database) throws -> Change? {
        guard let table = random.pick(try Self.tables(in: database)),
            let rowID = random.pick(
                try Int64.fetchAll(database, sql: "SELECT rowid FROM \(table) ORDER BY rowid")),
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM \(table) WHERE rowid = ?", arguments: [rowID])
        else { return nil }
        let filled = row.columnNames.filter { Self.bytes(row[$0]).isEmpty == false }
        guard let column = random.pick(Array(filled)) else { return nil }
        let old: DatabaseValue = row[column]
        var bytes = Self.bytes(old)
        let place = random.below(bytes.count)
        bytes[place] ^= UInt8(1 + random.below(255))
        let keyColumns = try database.primaryKey(table).columns
        let keyBefore = try Self.key(keyColumns, table, rowID, database)
        do {
            try Self.write(bytes, like: old, table, column, rowID, database)
        } catch is DatabaseError {
            return nil
        }
        let isRowID = keyColumns == [column] && Self.isInteger(old)
        let newRowID = isRowID ? Self.integer(bytes) : rowID
        let keyAfter = try Self.key(keyColumns, table, newRowID, database)
        return Change(
            table: table, keys: [keyBefore, keyAfter], column: column, rowID: rowID,
            newRowID: newRowID, old: old)
    }

    private static func write(
        _ bytes: [UInt8], like old: DatabaseValue, _ table: String, _ column: String,
        _ rowID: Int64, _ database: Database
    ) throws {
        let (expression, value): (String, any DatabaseValueConvertible) =
            switch old.storage {
            case .int64: ("?", integer(bytes))
            case .string: ("CAST(? AS TEXT)", Data(bytes))
            default: ("?", Data(bytes))
            }
        try database.execute(
            sql: "UPDATE \(table) SET \(column) = \(expression) WHERE rowid = ?",
            arguments: [value.databaseValue, rowID])
    }

    private static func key(
        _ columns: [String], _ table: String, _ rowID: Int64, _ database: Database
    ) throws -> String {
        let parts = columns.map { "CAST(CAST(\($0) AS TEXT) AS BLOB)" }.joined(separator: ", ")
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT \(parts) FROM \(table) WHERE rowid = ?", arguments: [rowID])
        else { return "" }
        return row.databaseValues.map { value in
            if case .blob(let data) = value.storage {
                String(decoding: data, as: UTF8.self)
            } else {
                "?"
            }
        }.joined(separator: "/")
    }

    private static func isInteger(_ value: DatabaseValue) -> Bool {
        if case .int64 = value.storage { true } else { false }
    }

    private static func bytes(_ value: DatabaseValue) -> [UInt8] {
        switch value.storage {
        case .int64(let integer): withUnsafeBytes(of: integer.bigEndian) { Array($0) }
        case .string(let text): Array(text.utf8)
        case .blob(let data): [UInt8](data)
        case .null, .double: []
        }
    }

    private static func integer(_ bytes: [UInt8]) -> Int64 {
        Int64(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
