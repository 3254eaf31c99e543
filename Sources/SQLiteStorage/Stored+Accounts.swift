import Domain
import Marketplace

struct StoredAccount: Stored {
    static let table = Table.accounts
    let value: Account
    var row: MarketRow { .account(value) }

    func cells() -> [Cell] {
        [.text(value.id.text), .text(value.name), .moment(value.createdAt)]
    }
}

extension StoredAccount {
    init(_ reader: inout CellReader) throws {
        value = Account(
            id: try reader.id(), name: try reader.text(), createdAt: try reader.moment())
    }
}

struct StoredKey: Stored {
    static let table = Table.keys
    let value: APIKey
    var row: MarketRow { .key(value) }

    func cells() -> [Cell] {
        [
            .text(value.hash.hex), .text(value.account.text), .text(value.role.rawValue),
            .text(value.label),
        ]
    }
}

extension StoredKey {
    init(_ reader: inout CellReader) throws {
        value = APIKey(
            hash: KeyHash(hex: try reader.text()), account: try reader.id(),
            role: try reader.choice(of: Role.self), label: try reader.text())
    }
}

struct StoredNode: Stored {
    static let table = Table.nodes
    let value: Node
    var row: MarketRow { .node(value) }

    func cells() -> [Cell] {
        [
            .text(value.id.text), .text(value.provider.text), .text(value.name),
            .blob(value.receiptKey),
        ]
    }
}

extension StoredNode {
    init(_ reader: inout CellReader) throws {
        value = Node(
            id: try reader.id(), provider: try reader.id(), name: try reader.text(),
            receiptKey: try reader.blob())
    }
}

struct StoredJoinToken: Stored {
    static let table = Table.joinTokens
    let value: JoinToken
    var row: MarketRow { .joinToken(value) }

    func cells() -> [Cell] {
        [
            .text(value.id), .text(value.secretHash.hex), .text(value.provider.text),
            .moment(value.expiresAt), .count(value.usesLeft),
        ]
    }
}

extension StoredJoinToken {
    init(_ reader: inout CellReader) throws {
        value = JoinToken(
            id: try reader.text(), secretHash: KeyHash(hex: try reader.text()),
            provider: try reader.id(), expiresAt: try reader.moment(),
            usesLeft: try reader.count())
    }
}

struct StoredReplay: Stored {
    static let table = Table.replays
    let value: Replay
    var row: MarketRow { .replay(value) }

    func cells() throws -> [Cell] {
        [
            .text(value.key.account.text), .text(value.key.key), .text(value.bodyHash),
            try .json(value.answer),
        ]
    }
}

extension StoredReplay {
    init(_ reader: inout CellReader) throws {
        value = Replay(
            key: ReplayKey(account: try reader.id(), key: try reader.text()),
            bodyHash: try reader.text(), answer: try reader.json(Answer.self))
    }
}
