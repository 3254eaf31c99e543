import Domain
import GRDB
import Marketplace
import Transparency

/// Writes rows, their seals and the tables' tallies inside one transaction.
struct TableWriter {
    private let database: Database
    private let sealer: Sealer
    private var tallies: [Table: Tally] = [:]

    init(_ database: Database, _ sealer: Sealer) {
        self.database = database
        self.sealer = sealer
    }

    /// Inserts the row, or replaces the one with its key.
    mutating func put(_ value: some Stored) throws {
        let table = type(of: value).table
        let cells = try value.cells()
        let key = Array(cells.prefix(table.keyCount))
        let seal = sealer.seal(table.rawValue, cells)
        var tally = try tally(of: table)
        if let old = try database.firstBlob(table.sql.selectSeal, key) {
            guard old != seal else { return }
            try database.run(table.sql.update, cells + [.blob(seal)] + key)
            tally.remove(old)
        } else {
            try database.run(table.sql.insert, cells + [.blob(seal)])
        }
        tally.add(seal)
        tallies[table] = tally
    }

    /// Inserts a row that must be new.
    mutating func insert(_ value: some Stored) throws {
        let table = type(of: value).table
        let cells = try value.cells()
        let seal = sealer.seal(table.rawValue, cells)
        try database.run(table.sql.insert, cells + [.blob(seal)])
        var tally = try tally(of: table)
        tally.add(seal)
        tallies[table] = tally
    }

    /// Deletes the row with this key, if there is one.
    mutating func delete(_ table: Table, key: [Cell]) throws {
        guard let old = try database.firstBlob(table.sql.selectSeal, key) else { return }
        try database.run(table.sql.delete, key)
        var tally = try tally(of: table)
        tally.remove(old)
        tallies[table] = tally
    }

    /// Writes the changed tallies. Once, before the commit.
    mutating func flush() throws {
        for table in Table.allCases {
            guard let tally = tallies[table] else { continue }
            let cells = tally.cells(of: table)
            let seal = sealer.seal(Tally.tableName, cells)
            try database.run(
                "UPDATE tallies SET row_count = ?, sum = ?, seal = ? WHERE name = ?",
                Array(cells.dropFirst()) + [.blob(seal), .text(table.rawValue)])
        }
        tallies = [:]
    }

    /// Gives an empty database its tallies; leaves every other one as it is.
    static func prepareTallies(_ database: Database, _ sealer: Sealer) throws {
        guard try database.firstRow("SELECT name FROM tallies LIMIT 1") == nil else { return }
        for table in Table.allCases {
            guard try database.firstRow("SELECT 1 FROM \(table.rawValue) LIMIT 1") == nil else {
                return
            }
        }
        for table in Table.allCases {
            let cells = Tally().cells(of: table)
            try database.run(
                "INSERT INTO tallies (name, row_count, sum, seal) VALUES (?, ?, ?, ?)",
                cells + [.blob(sealer.seal(Tally.tableName, cells))])
        }
    }

    private func tally(of table: Table) throws -> Tally {
        if let known = tallies[table] { return known }
        let cells = try database.firstRow(
            "SELECT row_count, sum FROM tallies WHERE name = ?", [.text(table.rawValue)])
        guard let cells, case .integer(let rows) = cells[0], case .blob(let sum) = cells[1] else {
            throw StoreFailure(doing: "write \(table.rawValue)", cause: "its tally is missing")
        }
        return Tally(rows: rows, sum: sum)
    }
}

extension TableWriter {
    /// Applies a decision in the order of `MemoryTables.apply`.
    ///
    /// - Returns: what it changed, for those who listen.
    mutating func apply(_ decision: Decision) throws -> CommitNotice {
        var notice = CommitNotice()
        for row in decision.rows {
            guard let stored = row.stored else { continue }
            try put(stored)
            notice.rows.append(row)
        }
        for key in decision.droppedUploads {
            try delete(.uploads, key: [.text(key.digest.text), .text(key.owner.text)])
        }
        for transfer in decision.transfers {
            let sequence = try next("SELECT max(sequence) FROM transfers")
            try insert(StoredTransfer(value: TransferRow(sequence: sequence, transfer: transfer)))
        }
        for id in decision.doneEffects where try remove(id) { notice.doneEffects.append(id) }
        for effect in decision.effects where try add(effect) { notice.newEffects.append(effect) }
        for entry in decision.newEntries where try add(entry) { notice.newEntryCount += 1 }
        for entry in decision.numbered { try number(entry) }
        for node in decision.logNodes { try put(StoredLogNode(value: node)) }
        for news in decision.news { notice.rows.append(.event(try add(news))) }
        return notice
    }

    private func next(_ sql: String) throws -> Int64 { (try database.firstInteger(sql) ?? 0) + 1 }

    private mutating func remove(_ id: EffectID) throws -> Bool {
        guard let position = try position(of: id) else { return false }
        try delete(.outbox, key: [.integer(position)])
        return true
    }

    private func position(of id: EffectID) throws -> Int64? {
        try database.firstInteger("SELECT position FROM outbox WHERE id = ?", [.text(id.text)])
    }

    private mutating func add(_ effect: OutboxEntry) throws -> Bool {
        guard try position(of: effect.id) == nil else { return false }
        let position = try next("SELECT max(position) FROM outbox")
        try insert(StoredOutboxEntry(position: position, value: effect))
        return true
    }

    /// A key that waits or has its number already is not added again.
    private mutating func add(_ entry: PendingEntry) throws -> Bool {
        let key = [Cell.text(entry.key)]
        guard try database.firstRow("SELECT 1 FROM pending WHERE key = ?", key) == nil,
            try database.firstRow("SELECT 1 FROM entries WHERE key = ?", key) == nil
        else { return false }
        let position = try next("SELECT max(position) FROM pending")
        try insert(StoredPending(position: position, value: entry))
        return true
    }

    private mutating func add(_ news: JobNews) throws -> EventRow {
        let last = try database.firstInteger(
            "SELECT max(sequence) FROM events WHERE job = ?", [.text(news.job.text)])
        let row = EventRow(news, sequence: (last ?? 0) + 1)
        try insert(StoredEvent(value: row))
        return row
    }

    private mutating func number(_ entry: LogEntry) throws {
        try insert(StoredEntry(value: entry))
        let position = try database.firstInteger(
            "SELECT position FROM pending WHERE key = ?", [.text(entry.key)])
        if let position { try delete(.pending, key: [.integer(position)]) }
    }
}
