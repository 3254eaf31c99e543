import Foundation
import GRDB

extension Cell {
    var databaseValue: DatabaseValue {
        switch self {
        case .null: .null
        case .integer(let value): value.databaseValue
        case .text(let text): StoredText.escaped(text).databaseValue
        case .blob(let bytes): Data(bytes).databaseValue
        }
    }

    /// - Throws: `MalformedRow` for a floating-point number or text that we never write.
    init(_ value: DatabaseValue) throws(MalformedRow) {
        switch value.storage {
        case .null: self = .null
        case .int64(let integer): self = .integer(integer)
        case .string(let text): self = .text(try StoredText.unescaped(text))
        case .blob(let data): self = .blob([UInt8](data))
        case .double: throw MalformedRow(description: "a floating-point number")
        }
    }
}

extension Database {
    /// Runs one statement; it is kept prepared for the next time.
    func run(_ sql: String, _ cells: [Cell]) throws {
        let statement = try cachedStatement(sql: sql)
        try statement.execute(arguments: StatementArguments(cells.map(\.databaseValue)))
    }

    /// Hands over the cells of each row in turn.
    func forEachRow(
        _ sql: String, _ cells: [Cell] = [], _ body: ([DatabaseValue]) throws -> Void
    ) throws {
        let statement = try cachedStatement(sql: sql)
        let rows = try Row.fetchCursor(
            statement, arguments: StatementArguments(cells.map(\.databaseValue)))
        while let row = try rows.next() { try body(Array(row.databaseValues)) }
    }

    /// The first row's cells.
    func firstRow(_ sql: String, _ cells: [Cell] = []) throws -> [Cell]? {
        let statement = try cachedStatement(sql: sql)
        let row = try Row.fetchOne(
            statement, arguments: StatementArguments(cells.map(\.databaseValue)))
        return try row.map { try $0.databaseValues.map { value in try Cell(value) } }
    }

    func firstInteger(_ sql: String, _ cells: [Cell] = []) throws -> Int64? {
        guard case .integer(let value)? = try firstRow(sql, cells)?.first else { return nil }
        return value
    }

    func firstBlob(_ sql: String, _ cells: [Cell] = []) throws -> [UInt8]? {
        guard case .blob(let value)? = try firstRow(sql, cells)?.first else { return nil }
        return value
    }
}
