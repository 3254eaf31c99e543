import Domain
import Marketplace
import Transparency

/// An outbox entry with its place in commit order.
struct StoredOutboxEntry: Stored {
    enum Kind: String { case dispatch, stop, leave, verify }

    static let table = Table.outbox
    let position: Int64
    let value: OutboxEntry
    var row: MarketRow { .outbox(value) }

    func cells() -> [Cell] {
        let (kind, reason): (Kind, EndReason?) =
            switch value.effect {
            case .dispatch: (.dispatch, nil)
            case .stop(_, let reason): (.stop, reason)
            case .leave: (.leave, nil)
            case .verify: (.verify, nil)
            }
        return [
            .integer(position), .text(value.id.text), .text(kind.rawValue),
            .text(value.effect.lease.text), .text(optional: reason?.text), .text(value.node.text),
        ]
    }
}

extension StoredOutboxEntry {
    init(_ reader: inout CellReader) throws {
        position = try reader.integer()
        _ = try reader.text()
        let kind = try reader.choice(of: Kind.self)
        let lease: LeaseID = try reader.id()
        let reason = try reader.optionalText()
        let effect: Effect? =
            switch kind {
            case .dispatch: .dispatch(lease)
            case .leave: .leave(lease)
            case .verify: .verify(lease)
            case .stop: reason.flatMap(EndReason.init(text:)).map { .stop(lease, $0) }
            }
        guard let effect else { throw MalformedRow(description: "a stop without its reason") }
        value = OutboxEntry(effect: effect, node: try reader.id())
    }
}

/// A waiting log entry with its place in commit order.
struct StoredPending: Stored {
    static let table = Table.pending
    let position: Int64
    let value: PendingEntry
    var row: MarketRow { .pending(value) }

    func cells() -> [Cell] {
        [
            .integer(position), .text(value.key), .text(optional: value.lease?.text),
            .blob(value.bytes),
        ]
    }
}

extension StoredPending {
    init(_ reader: inout CellReader) throws {
        position = try reader.integer()
        value = PendingEntry(
            key: try reader.text(), lease: try reader.optionalID(), bytes: try reader.blob())
    }
}

struct StoredEntry: Stored {
    static let table = Table.entries
    let value: LogEntry
    var row: MarketRow { .entry(value) }

    func cells() -> [Cell] {
        [
            .integer(value.index), .text(value.key), .text(optional: value.lease?.text),
            .blob(value.bytes),
        ]
    }
}

extension StoredEntry {
    init(_ reader: inout CellReader) throws {
        value = LogEntry(
            index: try reader.integer(), key: try reader.text(), lease: try reader.optionalID(),
            bytes: try reader.blob())
    }
}

struct StoredLogNode: Stored {
    static let table = Table.logNodes
    let value: LogNode
    var row: MarketRow { .logNode(value) }

    func cells() -> [Cell] {
        [.count(value.level), .integer(value.index), .blob(value.hash.bytes)]
    }
}

extension StoredLogNode {
    init(_ reader: inout CellReader) throws {
        value = LogNode(
            level: try reader.count(), index: try reader.integer(), hash: try reader.hash())
    }
}

struct StoredTree: Stored {
    static let table = Table.tree
    let value: LogTree
    var row: MarketRow { .tree(value) }

    func cells() throws -> [Cell] {
        [.integer(1), .integer(value.size), try .json(value.peaks)]
    }
}

extension StoredTree {
    init(_ reader: inout CellReader) throws {
        try reader.only()
        value = LogTree(size: try reader.integer(), peaks: try reader.json([LogHash].self))
    }
}

struct StoredHead: Stored {
    static let table = Table.head
    let value: PublishedHead
    var row: MarketRow { .head(value) }

    func cells() -> [Cell] {
        [.integer(1), .integer(value.size), .blob(value.root.bytes), .blob(value.note)]
    }
}

extension StoredHead {
    init(_ reader: inout CellReader) throws {
        try reader.only()
        value = PublishedHead(
            size: try reader.integer(), root: try reader.hash(), note: try reader.blob())
    }
}

struct StoredAlive: Stored {
    static let table = Table.alive
    let value: Alive
    var row: MarketRow { .alive(value) }

    func cells() -> [Cell] { [.integer(1), .moment(value.at)] }
}

extension StoredAlive {
    init(_ reader: inout CellReader) throws {
        try reader.only()
        value = Alive(at: try reader.moment())
    }
}
