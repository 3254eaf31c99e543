import Accounting
import Domain
import Foundation
import GRDB
import Marketplace
import SQLiteStorage
import Testing

/// Tampering behind the market's back is found, and the record is named.
struct AuditTests {
    /// A market with at least one row in every table, built once from a fixed seed.
    private static func build(_ folder: ScratchFolder) async throws {
        var world = try World(seed: 8)
        let clock = HandClock(world.now)
        let store = try openStore(folder, clock: clock)
        var batches = [world.opening()]
        batches.append([.keepAlive, .sequence(limit: 2)])
        for batch in batches {
            _ = world.perform(batch)
            _ = try await store.perform(batch)
        }
        let waiting: [Read] = [
            .outbox(limit: 1), .pending(limit: 1),
            .uploads(untouchedSince: Timestamp(milliseconds: Timestamp.limit), limit: 1),
            .tree,
        ]
        for step in 0..<4000 {
            let rows = world.oracle.read(waiting)
            // A record in the middle of the log is missed by its number.
            let isLogLong = rows.tree.size >= 4
            func has(_ any: [Read]) -> Bool {
                let rows = world.oracle.read(any)
                return any.contains { !rows[$0].isEmpty }
            }
            if step >= 400, isLogLong, waiting.allSatisfy({ !rows[$0].isEmpty }),
                has(World.users.map { .pairs(of: $0, limit: 1) }),
                has(World.users.map { .locks(of: $0, limit: 1) }), has([.balance(.commission)]),
                has(world.jobs.map { .outputs($0, limit: 1) })
            {
                break
            }
            let batch = try world.nextBatch()
            clock.set(world.now)
            _ = world.perform(batch)
            _ = try await store.perform(batch)
        }
        try store.close()
    }

    @Test func `one byte changed in any table is found and its record named`() async throws {
        let original = try ScratchFolder()
        try await Self.build(original)
        let tables = try Tampering.tables(in: original.databasePath)
        #expect(tables.count == 32, "every table holds something: \(tables)")
        let clock = HandClock(Timestamp(milliseconds: 0))
        let store = try openStore(original, clock: clock)
        #expect(try store.audit() == [], "an untouched database is in order")

        let database = try DatabaseQueue(path: original.databasePath)
        for seed in (0..<240).map({ propertySeed &+ UInt64($0) }) {
            var tampering = Tampering(seed: seed)
            guard let change = try tampering.flip(in: database) else { continue }
            let broken = try store.audit()
            #expect(
                broken.contains { $0.table == change.table && change.keys.contains($0.key) },
                "seed \(seed): \(change) not named in \(broken.prefix(5))")
            try await database.write { try change.undo(in: $0) }
        }
        #expect(try store.audit() == [], "every change was undone")
    }

    @Test(arguments: [
        ("transfers", "sequence = 5"), ("entries", "idx = 1"), ("accounts", "id = 'acc_A2'"),
        ("log_nodes", "level = 0 AND idx = 0"), ("replays", "key = 'start'"),
        ("balances", "account = 'commission'"), ("tallies", "name = 'leases'"),
    ])
    func `a deleted row is missed`(table: String, condition: String) async throws {
        let folder = try ScratchFolder()
        try await Self.build(folder)
        let database = try DatabaseQueue(path: folder.databasePath)
        try await database.write {
            try $0.execute(sql: "DELETE FROM \(table) WHERE \(condition)")
            #expect($0.changesCount > 0)
        }
        let store = try openStore(folder, clock: HandClock(Timestamp(milliseconds: 0)))
        let broken = try store.audit()
        #expect(broken.contains { $0.table == table }, "\(broken)")
        if table == "transfers" {
            #expect(broken.contains { $0.key == "5" && $0.why == "missing" })
        }
        if table == "entries" { #expect(broken.contains { $0.key == "1" && $0.why == "missing" }) }
    }

    @Test func `a row brought back from an older state is missed although its seal is right`()
        async throws
    {
        let folder = try ScratchFolder()
        let ann = AccountID("acc_ann")!
        let clock = HandClock(Timestamp(milliseconds: 9))
        let store = try openStore(folder, clock: clock)
        func credit(_ key: String) throws -> Command {
            .credit(
                ann, try Money(micro: 5), reason: "r",
                Idempotency(key: ReplayKey(account: ann, key: key), bodyHash: key))
        }
        let account = Account(id: ann, name: "Ann", createdAt: clock.time)
        _ = try await store.perform([.openAccount(account, keys: []), try credit("a")])
        let database = try DatabaseQueue(path: folder.databasePath)
        let condition = "account = 'available:acc_ann'"
        try await database.write {
            try $0.execute(
                sql: "CREATE TABLE kept AS SELECT micro, seal FROM balances WHERE \(condition)")
        }
        _ = try await store.perform([try credit("b")])
        try await database.write {
            try $0.execute(
                sql: """
                    UPDATE balances SET micro = (SELECT micro FROM kept),
                    seal = (SELECT seal FROM kept) WHERE \(condition)
                    """)
        }
        let broken = try store.audit()
        #expect(broken.contains { $0.table == "balances" && $0.key == "*" }, "\(broken)")
    }

    @Test func `another seal key finds every row broken`() async throws {
        let folder = try ScratchFolder()
        try await Self.build(folder)
        let store = try openStore(
            folder, clock: HandClock(Timestamp(milliseconds: 0)),
            sealKey: [UInt8](repeating: 0, count: 32))
        let broken = try store.audit()
        #expect(Set(broken.map(\.table)).count == 32)
    }
}
