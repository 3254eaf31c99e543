// SQLiteStorage: the market's `Store` in one SQLite file.
//
// Keeps every row kind in its own table, applies a decision in the order that `MemoryTables` keeps,
// and commits with a real sync. Every row is sealed with a key that is not in the file, so that
// `audit` can name a row that was changed, added or removed behind the market's back. It decides
// nothing: `Market.decide` does.
//
// Start at `SQLiteStore`, then `TableWriter` (writing), `Query` (reading), `Audit` (checking), and
// the `Stored+…` files for what each table holds. The schema is in `Schema`.

import Marketplace

/// A row as the market knows it; the database library has a `Row` of its own.
typealias MarketRow = Row
