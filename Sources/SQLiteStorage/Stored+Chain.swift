import Marketplace

struct StoredBooks: Stored {
    static let table = Table.chainBooks
    let value: ChainBooks
    var row: MarketRow { .books(value) }

    func cells() throws -> [Cell] { [.integer(1), try .json(value)] }
}

extension StoredBooks {
    init(_ reader: inout CellReader) throws {
        try reader.only()
        value = try reader.json(ChainBooks.self)
    }
}

struct StoredDeed: Stored {
    static let table = Table.deeds
    let value: ChainDeed
    var row: MarketRow { .deed(value) }

    func cells() throws -> [Cell] {
        [.integer(value.number), .integer(value.isOpen ? 1 : 0), try .json(value)]
    }
}

extension StoredDeed {
    init(_ reader: inout CellReader) throws {
        let number = try reader.integer()
        let open = try reader.integer()
        value = try reader.json(ChainDeed.self)
        guard value.number == number, (open == 1) == value.isOpen else {
            throw MalformedRow(description: "a deed under another number or standing")
        }
    }
}

extension Schema {
    static let chainTables = """
        CREATE TABLE chain_books (
            only INTEGER PRIMARY KEY, body TEXT NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE deeds (
            number INTEGER PRIMARY KEY, open INTEGER NOT NULL, body TEXT NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE INDEX deeds_open ON deeds (number) WHERE open = 1;
        """
}
