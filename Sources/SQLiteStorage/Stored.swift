import Marketplace

/// A row with its place in the database: how it becomes cells, and comes back.
///
/// One conforming type per table, no reflection. `init` takes exactly what `cells` gives.
protocol Stored: Sendable {
    static var table: Table { get }
    /// In the order of the table's columns.
    func cells() throws -> [Cell]
    init(_ reader: inout CellReader) throws
    var row: MarketRow { get }
}

extension Stored {
    /// - Throws: `MalformedRow`.
    init(cells: [Cell]) throws {
        var reader = CellReader(cells)
        try self.init(&reader)
    }
}

extension MarketRow {
    /// The row as it is put; nil for the append-only kinds, which travel in a decision's own parts.
    var stored: (any Stored)? {
        switch self {
        case .account(let value): StoredAccount(value: value)
        case .key(let value): StoredKey(value: value)
        case .node(let value): StoredNode(value: value)
        case .offer(let value): StoredOffer(value: value)
        case .device(let value): StoredDevice(value: value)
        case .job(let value): StoredJob(value: value)
        case .task(let value): StoredTask(value: value)
        case .hold(let value): StoredHold(value: value)
        case .lease(let value): StoredLease(value: value)
        case .balance(let value): StoredBalance(value: value)
        case .replay(let value): StoredReplay(value: value)
        case .image(let value): StoredImage(value: value)
        case .blob(let value): StoredBlob(value: value)
        case .upload(let value): StoredUpload(value: value)
        case .storage(let value): StoredStorageUse(value: value)
        case .output(let value): StoredOutput(value: value)
        case .joinToken(let value): StoredJoinToken(value: value)
        case .tree(let value): StoredTree(value: value)
        case .head(let value): StoredHead(value: value)
        case .alive(let value): StoredAlive(value: value)
        case .books(let value): StoredBooks(value: value)
        case .deed(let value): StoredDeed(value: value)
        case .vaultUser(let value): StoredVaultUser(value: value)
        case .pair(let value): StoredPair(value: value)
        case .lock(let value): StoredLock(value: value)
        case .outbox, .transfer, .pending, .entry, .logNode, .event: nil
        }
    }
}
