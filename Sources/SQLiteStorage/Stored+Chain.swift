import Domain
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

struct StoredVaultUser: Stored {
    static let table = Table.vaultUsers
    let value: VaultUser
    var row: MarketRow { .vaultUser(value) }

    func cells() throws -> [Cell] {
        [
            .text(value.address.text), .text(optional: value.account?.text),
            .integer(value.isAtRisk ? 1 : 0), try .json(value),
        ]
    }
}

extension StoredVaultUser {
    init(_ reader: inout CellReader) throws {
        let address = try reader.text()
        let account = try reader.optionalText()
        let risk = try reader.integer()
        value = try reader.json(VaultUser.self)
        guard value.address.text == address, value.account?.text == account,
            (risk == 1) == value.isAtRisk
        else { throw MalformedRow(description: "a user of the vault under another name") }
    }
}

struct StoredPair: Stored {
    static let table = Table.pairs
    let value: VoucherPair
    var row: MarketRow { .pair(value) }

    func cells() throws -> [Cell] {
        [
            .text(value.parties.user.text), .text(value.parties.payee.text),
            .integer(value.isRedeemable ? 1 : 0), .integer(value.isUnsigned ? 1 : 0),
            try .json(value),
        ]
    }
}

extension StoredPair {
    init(_ reader: inout CellReader) throws {
        let (user, payee) = (try reader.text(), try reader.text())
        let (redeemable, unsigned) = (try reader.integer(), try reader.integer())
        value = try reader.json(VoucherPair.self)
        guard value.parties.text == user + "/" + payee, (redeemable == 1) == value.isRedeemable,
            (unsigned == 1) == value.isUnsigned
        else { throw MalformedRow(description: "a pair under other names or standing") }
    }
}

struct StoredLock: Stored {
    static let table = Table.locks
    let value: Lock
    var row: MarketRow { .lock(value) }

    func cells() throws -> [Cell] {
        [
            .text(value.lease.text), .text(value.terms.payer.text), .text(value.terms.payee.text),
            .text(optional: value.id.map(Lock.text)), .integer(value.isOver ? 1 : 0),
            .integer(value.isAgreed ? 1 : 0), try .json(value),
        ]
    }
}

extension StoredLock {
    init(_ reader: inout CellReader) throws {
        let (lease, payer, payee) = (try reader.text(), try reader.text(), try reader.text())
        let name = try reader.optionalText()
        let (over, agreed) = (try reader.integer(), try reader.integer())
        value = try reader.json(Lock.self)
        guard value.lease.text == lease, value.terms.payer.text == payer,
            value.terms.payee.text == payee, value.id.map(Lock.text) == name,
            (over == 1) == value.isOver, (agreed == 1) == value.isAgreed
        else { throw MalformedRow(description: "a lock under other names or standing") }
    }
}

extension Lock {
    /// A name in the escrow as its column has it: lower-case hex.
    static func text(_ name: [UInt8]) -> String {
        name.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension Schema {
    static let lockTables = """
        CREATE TABLE locks (
            lease TEXT PRIMARY KEY, payer TEXT NOT NULL, payee TEXT NOT NULL, id TEXT UNIQUE,
            over INTEGER NOT NULL, agreed INTEGER NOT NULL, body TEXT NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE INDEX locks_by_payer ON locks (payer, lease) WHERE over = 0;
        CREATE INDEX locks_by_payee ON locks (payee, lease) WHERE over = 0;
        CREATE INDEX locks_agreed ON locks (lease) WHERE agreed = 1;
        """

    static let unopenedLocks = """
        CREATE INDEX locks_unopened ON locks (payer, lease) WHERE id IS NULL;
        """

    static let chainTables = """
        CREATE TABLE chain_books (
            only INTEGER PRIMARY KEY, body TEXT NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE deeds (
            number INTEGER PRIMARY KEY, open INTEGER NOT NULL, body TEXT NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE INDEX deeds_open ON deeds (number) WHERE open = 1;
        """

    static let vaultTables = """
        CREATE TABLE vault_users (
            address TEXT PRIMARY KEY, account TEXT, at_risk INTEGER NOT NULL,
            body TEXT NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE INDEX vault_users_by_account ON vault_users (account, address);
        CREATE INDEX vault_users_at_risk ON vault_users (address) WHERE at_risk = 1;
        CREATE TABLE pairs (
            user TEXT NOT NULL, payee TEXT NOT NULL, redeemable INTEGER NOT NULL,
            unsigned INTEGER NOT NULL, body TEXT NOT NULL, seal BLOB NOT NULL, PRIMARY KEY (user, payee)) STRICT;
        CREATE INDEX pairs_by_payee ON pairs (payee, user);
        CREATE INDEX pairs_redeemable ON pairs (user, payee) WHERE redeemable = 1;
        CREATE INDEX pairs_unsigned ON pairs (user, payee) WHERE unsigned = 1;
        """
}
