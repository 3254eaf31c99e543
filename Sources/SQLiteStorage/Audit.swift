import Foundation
import GRDB
import Marketplace

/// A record that is not what the market wrote.
package struct BrokenRow: Hashable, Sendable, CustomStringConvertible {
    package let table: String
    /// The record's key, its parts joined by `/`; `*` for the table as a whole.
    package let key: String
    package let why: String

    package var description: String { "\(table) \(key): \(why)" }
}

/// One walk over every table: seals, forms, tallies, then the sums of the ledger and the hashes of
/// the log.
struct Audit {
    let database: Database
    private let sealer: Sealer
    private(set) var broken: [BrokenRow] = []
    /// Tables with a record already named: what would only follow from it is not told again.
    private var spoiled: Set<Table> = []
    var ledger = LedgerSums()

    init(_ database: Database, _ sealer: Sealer) {
        self.database = database
        self.sealer = sealer
    }

    mutating func run() throws -> [BrokenRow] {
        for table in Table.allCases { try walk(table) }
        try checkTallyNames()
        checkLedger()
        try checkLog()
        return broken
    }

    /// Names a broken record of `table`.
    mutating func report(_ table: Table, _ key: String, _ why: String) {
        broken.append(BrokenRow(table: table.rawValue, key: key, why: why))
        spoiled.insert(table)
    }

    /// Whether every record of these tables was in order so far.
    func isSound(_ tables: Table...) -> Bool { tables.allSatisfy { !spoiled.contains($0) } }

    private mutating func walk(_ table: Table) throws {
        var tally = Tally()
        var sequence = Sequence(table)
        try database.forEachRow(Self.selectRaw(table)) { values in
            guard let seal = values.last else { return }
            tally.add(Self.bytes(seal) ?? [])
            let key = Self.keyText(values.prefix(table.keyCount))
            if let gap = sequence.gap(before: values[0]) { report(table, gap, "missing") }
            do {
                let cells = try table.columns.indices.map {
                    try Self.cell(values[$0], table.columns[$0].kind)
                }
                guard sealer.seal(table.rawValue, cells) == Self.bytes(seal) else {
                    throw MalformedRow(description: "its seal is wrong")
                }
                let stored = try table.kind.init(cells: cells)
                guard try stored.cells() == cells else {
                    throw MalformedRow(description: "its columns say other than its body")
                }
                ledger.add(stored.row)
            } catch let error as MalformedRow {
                report(table, key, error.description)
            }
        }
        try check(tally, of: table)
    }

    private mutating func check(_ tally: Tally, of table: Table) throws {
        let row = try database.firstRow(
            "SELECT name, row_count, sum, seal FROM tallies WHERE name = ?",
            [.text(table.rawValue)])
        guard let row else { return reportTally(table.rawValue, "missing") }
        let cells = Array(row.dropLast())
        guard row.last == .blob(sealer.seal(Tally.tableName, cells)) else {
            return reportTally(table.rawValue, "its seal is wrong")
        }
        guard cells != tally.cells(of: table) else { return }
        guard case .integer(let sealed) = cells[1] else { return }
        let found = "\(tally.rows) rows, \(sealed) sealed"
        report(table, "*", sealed == tally.rows ? "rows were exchanged" : found)
    }

    /// Tallies of tables that do not exist.
    private mutating func checkTallyNames() throws {
        var unknown: [String] = []
        try database.forEachRow("SELECT CAST(name AS BLOB) FROM tallies") { values in
            let name = Self.bytes(values[0]).map { String(decoding: $0, as: UTF8.self) } ?? ""
            if Table(rawValue: name) == nil { unknown.append(name) }
        }
        for name in unknown { reportTally(name, "no such table") }
    }

    private mutating func reportTally(_ key: String, _ why: String) {
        broken.append(BrokenRow(table: Tally.tableName, key: key, why: why))
    }
}

extension Audit {
    /// Text comes as its bytes: what the database's own reading would mend must not look whole.
    private static func selectRaw(_ table: Table) -> String {
        let columns = table.columns.map { column in
            switch column.kind {
            case .text: "CAST(\(column.name) AS BLOB)"
            case .integer, .blob: column.name
            }
        }
        let names = columns.joined(separator: ", ")
        let order = table.columns.prefix(table.keyCount).map(\.name).joined(separator: ", ")
        return "SELECT \(names), seal FROM \(table.rawValue) ORDER BY \(order)"
    }

    private static func bytes(_ value: DatabaseValue) -> [UInt8]? {
        if case .blob(let data) = value.storage { [UInt8](data) } else { nil }
    }

    private static func cell(
        _ value: DatabaseValue, _ kind: Table.Column.Kind
    ) throws(MalformedRow) -> Cell {
        switch (kind, value.storage) {
        case (.text, .blob(let data)):
            guard let text = String(validating: data, as: UTF8.self) else {
                throw MalformedRow(description: "not UTF-8")
            }
            return .text(try StoredText.unescaped(text))
        case (_, .null), (.integer, .int64), (.blob, .blob): return try Cell(value)
        case (.text, _), (.integer, _), (.blob, _):
            throw MalformedRow(description: "a column of another type")
        }
    }

    static func keyText(_ values: ArraySlice<DatabaseValue>) -> String {
        values.map { value in
            switch value.storage {
            case .int64(let integer): String(integer)
            case .blob(let data): String(decoding: data, as: UTF8.self)
            case .string(let text): text
            case .null, .double: "?"
            }
        }.joined(separator: "/")
    }

    /// Numbers of rows that must follow one another without a gap.
    private struct Sequence {
        private var expected: Int64?

        init(_ table: Table) {
            expected = table == .transfers ? 1 : table == .entries ? 0 : nil
        }

        /// The first number that is missing before this row, and how far the gap goes.
        mutating func gap(before value: DatabaseValue) -> String? {
            guard let wanted = expected, case .int64(let number) = value.storage else { return nil }
            guard number >= wanted else { return nil }
            expected = number < .max ? number + 1 : nil
            guard number > wanted else { return nil }
            return number - wanted == 1 ? "\(wanted)" : "\(wanted)…\(number - 1)"
        }
    }
}
