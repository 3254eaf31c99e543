/// The tables, one per row kind.
enum Table: String, CaseIterable, Sendable {
    case accounts, keys, nodes
    case joinTokens = "join_tokens"
    case replays
    case offers, devices, jobs, tasks, holds, leases
    case balances, transfers
    case images, blobs, uploads, storage, outputs
    case outbox, pending, entries
    case logNodes = "log_nodes"
    case tree, head, alive
    case events
    case chainBooks = "chain_books"
    case deeds
    case vaultUsers = "vault_users"
    case pairs, locks
}

extension Table {
    struct Column: Sendable {
        enum Kind: Sendable { case integer, text, blob }
        let name: String
        let kind: Kind
    }

    /// The columns but `seal`, key columns first.
    var columns: [Column] {
        switch self {
        case .accounts: [.text("id"), .text("name"), .integer("created_at")]
        case .keys: [.text("hash"), .text("account"), .text("role"), .text("label")]
        case .nodes: [.text("id"), .text("provider"), .text("name"), .blob("receipt_key")]
        case .joinTokens:
            [
                .text("id"), .text("secret_hash"), .text("provider"), .integer("expires_at"),
                .integer("uses_left"),
            ]
        case .replays: [.text("account"), .text("key"), .text("body_hash"), .text("answer")]
        case .offers: [.text("node"), .text("body")]
        case .devices: [.text("device"), .text("node"), .text("lease")]
        case .jobs:
            [
                .text("id"), .text("renter"), .text("name"), .integer("submitted_at"),
                .integer("closed"), .text("body"),
            ]
        case .tasks:
            [
                .text("job"), .integer("idx"), .integer("attempt"), .text("state"),
                .integer("open_since"), .text("lease"), .text("reason"),
            ]
        case .holds: [.text("job"), .text("renter"), .text("body")]
        case .leases: [.text("id"), .text("job"), .text("node"), .text("state"), .text("body")]
        case .balances: [.text("account"), .integer("micro")]
        case .transfers:
            [
                .integer("sequence"), .text("kind"), .text("source"), .text("target"),
                .integer("micro"), .text("job"), .text("lease"), .text("reason"), .integer("at"),
            ]
        case .images: [.text("name"), .text("digest")]
        case .blobs: [.text("digest"), .text("owner"), .integer("size")]
        case .uploads:
            [.text("digest"), .text("owner"), .integer("total"), .integer("touched_at")]
        case .storage: [.text("account"), .integer("bytes"), .integer("uploads")]
        case .outputs:
            [
                .text("lease"), .text("path"), .text("job"), .integer("idx"), .text("digest"),
                .integer("size"),
            ]
        case .outbox:
            [
                .integer("position"), .text("id"), .text("kind"), .text("lease"), .text("reason"),
                .text("node"),
            ]
        case .pending: [.integer("position"), .text("key"), .text("lease"), .blob("bytes")]
        case .entries: [.integer("idx"), .text("key"), .text("lease"), .blob("bytes")]
        case .logNodes: [.integer("level"), .integer("idx"), .blob("hash")]
        case .tree: [.integer("only"), .integer("size"), .text("peaks")]
        case .head: [.integer("only"), .integer("size"), .blob("root"), .blob("note")]
        case .alive: [.integer("only"), .integer("at")]
        case .events: [.text("job"), .integer("sequence"), .integer("at"), .text("body")]
        case .chainBooks: [.integer("only"), .text("body")]
        case .deeds: [.integer("number"), .integer("open"), .text("body")]
        case .vaultUsers:
            [.text("address"), .text("account"), .integer("at_risk"), .text("body")]
        case .locks:
            [
                .text("lease"), .text("payer"), .text("payee"), .text("id"), .integer("over"),
                .integer("agreed"), .text("body"),
            ]
        case .pairs:
            [
                .text("user"), .text("payee"), .integer("redeemable"), .integer("unsigned"),
                .text("body"),
            ]
        }
    }

    /// How many of the first columns make the key.
    var keyCount: Int {
        switch self {
        case .replays, .tasks, .outputs, .logNodes, .blobs, .uploads, .events, .pairs: 2
        case .accounts, .keys, .nodes, .joinTokens, .offers, .devices, .jobs, .holds, .leases,
            .balances, .transfers, .images, .storage, .outbox, .pending, .entries, .tree, .head,
            .alive, .chainBooks, .deeds, .vaultUsers, .locks:
            1
        }
    }

    /// What a row of this table is.
    var kind: any Stored.Type {
        switch self {
        case .accounts: StoredAccount.self
        case .keys: StoredKey.self
        case .nodes: StoredNode.self
        case .joinTokens: StoredJoinToken.self
        case .replays: StoredReplay.self
        case .offers: StoredOffer.self
        case .devices: StoredDevice.self
        case .jobs: StoredJob.self
        case .tasks: StoredTask.self
        case .holds: StoredHold.self
        case .leases: StoredLease.self
        case .balances: StoredBalance.self
        case .transfers: StoredTransfer.self
        case .images: StoredImage.self
        case .blobs: StoredBlob.self
        case .uploads: StoredUpload.self
        case .storage: StoredStorageUse.self
        case .outputs: StoredOutput.self
        case .outbox: StoredOutboxEntry.self
        case .pending: StoredPending.self
        case .entries: StoredEntry.self
        case .logNodes: StoredLogNode.self
        case .tree: StoredTree.self
        case .head: StoredHead.self
        case .alive: StoredAlive.self
        case .events: StoredEvent.self
        case .chainBooks: StoredBooks.self
        case .deeds: StoredDeed.self
        case .vaultUsers: StoredVaultUser.self
        case .pairs: StoredPair.self
        case .locks: StoredLock.self
        }
    }
}

extension Table.Column {
    static func integer(_ name: String) -> Self { Self(name: name, kind: .integer) }
    static func text(_ name: String) -> Self { Self(name: name, kind: .text) }
    static func blob(_ name: String) -> Self { Self(name: name, kind: .blob) }
}

/// The statements of one table, written once.
struct TableSQL: Sendable {
    let insert: String
    /// Values first, then the key.
    let update: String
    let selectSeal: String
    let delete: String
    /// All columns but the seal; a tail follows.
    let select: String

    /// By table; every table is there.
    static let all: [Table: TableSQL] = Dictionary(
        uniqueKeysWithValues: Table.allCases.map { ($0, TableSQL($0)) })

    private init(_ table: Table) {
        let names = table.columns.map(\.name)
        let whole = (names + ["seal"]).joined(separator: ", ")
        let marks = (names + ["seal"]).map { _ in "?" }.joined(separator: ", ")
        let changes = (names + ["seal"]).map { "\($0) = ?" }.joined(separator: ", ")
        let key = names.prefix(table.keyCount).map { "\($0) = ?" }.joined(separator: " AND ")
        insert = "INSERT INTO \(table.rawValue) (\(whole)) VALUES (\(marks))"
        update = "UPDATE \(table.rawValue) SET \(changes) WHERE \(key)"
        selectSeal = "SELECT seal FROM \(table.rawValue) WHERE \(key)"
        delete = "DELETE FROM \(table.rawValue) WHERE \(key)"
        select = "SELECT \(names.joined(separator: ", ")) FROM \(table.rawValue)"
    }
}

extension Table {
    var sql: TableSQL {
        guard let sql = TableSQL.all[self] else {
            preconditionFailure("every table has its statements")
        }
        return sql
    }
}
