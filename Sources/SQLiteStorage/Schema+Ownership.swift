import GRDB

extension Schema {
    /// A blob gets one row per owner; uploads get rows, and each account the sum of what it stores.
    ///
    /// Rows that were in order are sealed anew in their new form. A row with a wrong seal keeps it,
    /// and a tally that was wrong stays wrong: a migration hides nothing from the audit.
    static func ownership(_ database: Database, _ sealer: Sealer) throws {
        try database.execute(sql: ownershipTables)
        var old = Tally()
        var new = Tally()
        var bytes: [String: Int64] = [:]
        var rows: [[Cell]] = []
        try database.forEachRow("SELECT digest, size, owner, seal FROM blobs ORDER BY digest") {
            let cells = try $0.map { value in try Cell(value) }
            guard case .text(let owner) = cells[2], case .integer(let size) = cells[1],
                case .blob(let seal) = cells[3]
            else { throw MalformedRow(description: "a blob with columns of other types") }
            let row = [cells[0], cells[2], cells[1]]
            let isSound = sealer.seal("blobs", Array(cells.dropLast())) == seal
            old.add(seal)
            new.add(isSound ? sealer.seal("blobs", row) : seal)
            rows.append(row + [.blob(isSound ? sealer.seal("blobs", row) : seal)])
            bytes[owner, default: 0] &+= size
        }
        for row in rows {
            try database.run(
                "INSERT INTO owned (digest, owner, size, seal) VALUES (?, ?, ?, ?)", row)
        }
        try database.execute(sql: "DROP TABLE blobs; ALTER TABLE owned RENAME TO blobs;")
        var storage = Tally()
        for owner in bytes.keys.sorted() {
            let cells: [Cell] = [.text(owner), .integer(bytes[owner] ?? 0), .integer(0)]
            let seal = sealer.seal("storage", cells)
            storage.add(seal)
            try database.run(
                "INSERT INTO storage (account, bytes, uploads, seal) VALUES (?, ?, ?, ?)",
                cells + [.blob(seal)])
        }
        try replace(old, with: new, of: .blobs, database, sealer)
        try addTally(storage, of: .storage, database, sealer)
        try addTally(Tally(), of: .uploads, database, sealer)
    }

    private static func replace(
        _ old: Tally, with new: Tally, of table: Table, _ database: Database, _ sealer: Sealer
    ) throws {
        let known = try database.firstRow(
            "SELECT name, row_count, sum, seal FROM tallies WHERE name = ?",
            [.text(table.rawValue)])
        let cells = old.cells(of: table)
        guard known == cells + [.blob(sealer.seal(Tally.tableName, cells))] else { return }
        let fresh = new.cells(of: table)
        try database.run(
            "UPDATE tallies SET row_count = ?, sum = ?, seal = ? WHERE name = ?",
            Array(fresh.dropFirst())
                + [.blob(sealer.seal(Tally.tableName, fresh)), .text(table.rawValue)])
    }

    /// A new database gets its tallies all at once, later; an older one gets the new table's here.
    static func addTally(
        _ tally: Tally, of table: Table, _ database: Database, _ sealer: Sealer
    ) throws {
        guard try database.firstRow("SELECT name FROM tallies LIMIT 1") != nil else { return }
        let cells = tally.cells(of: table)
        try database.run(
            "INSERT INTO tallies (name, row_count, sum, seal) VALUES (?, ?, ?, ?)",
            cells + [.blob(sealer.seal(Tally.tableName, cells))])
    }

    private static let ownershipTables = """
        CREATE TABLE owned (
            digest TEXT NOT NULL, owner TEXT NOT NULL, size INTEGER NOT NULL, seal BLOB NOT NULL,
            PRIMARY KEY (digest, owner)) STRICT;
        CREATE TABLE uploads (
            digest TEXT NOT NULL, owner TEXT NOT NULL, total INTEGER NOT NULL,
            touched_at INTEGER NOT NULL, seal BLOB NOT NULL, PRIMARY KEY (digest, owner)) STRICT;
        CREATE INDEX uploads_by_touch ON uploads (touched_at);
        CREATE TABLE storage (
            account TEXT PRIMARY KEY, bytes INTEGER NOT NULL, uploads INTEGER NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE INDEX images_by_digest ON images (digest, name);
        """
}
