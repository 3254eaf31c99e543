import Accounting
import Domain
import GRDB
import Marketplace
import SQLiteStorage
import Testing

/// What the SQLite store promises beyond the contract.
struct StoreTests {
    private let clock = HandClock(Timestamp(milliseconds: 1_700_000_000_000))
    private let ann = AccountID("acc_ann")!

    private func account(_ name: String = "Ann") -> Command {
        .openAccount(Account(id: ann, name: name, createdAt: clock.time), keys: [])
    }

    private func credit(_ key: String, _ micro: Int64) throws -> Command {
        .credit(
            ann, try Money(micro: micro), reason: "r",
            Idempotency(key: ReplayKey(account: ann, key: key), bodyHash: key))
    }

    @Test func `a refusal changes nothing and stops no other command of its batch`() async throws {
        let folder = try ScratchFolder()
        let store = try openStore(folder, clock: clock)
        let outcomes = try await store.perform([
            account(), account("again"), try credit("a", -1), try credit("b", 70),
        ])
        #expect(
            outcomes == [
                .success(.done), .failure(.accountExists(ann)), .failure(.amountOutOfRange),
                .success(.done),
            ])
        let rows = try await store.read([
            .account(ann), .balance(.available(ann)), .transfers(after: 0, limit: 9),
        ])
        #expect(rows.account(ann)?.name == "Ann")
        #expect(rows.balance(.available(ann)).micro == 70)
        #expect(rows[.transfers(after: 0, limit: 9)].count == 1)
    }

    @Test func `a commit is framed by its fault points and then told, in order`() async throws {
        let journal = Journal()
        let store = try openStore(try ScratchFolder(), clock: clock, journal: journal)
        _ = try await store.perform([account(), try credit("a", 5), try credit("b", 6)])
        _ = try await store.perform([account()])
        #expect(
            journal.all == [
                .reached("commit.openAccount.before"), .reached("commit.credit.before"),
                .reached("commit.openAccount.after"), .reached("commit.credit.after"),
                .committed(rows: 7, newEffects: 0, doneEffects: 0, newEntries: 0),
                .reached("commit.openAccount.before"), .reached("commit.openAccount.after"),
            ])
    }

    @Test func `a failure in the middle of a batch makes nothing of it true`() async throws {
        let folder = try ScratchFolder()
        let store = try openStore(folder, clock: clock)
        _ = try await store.perform([account(), try credit("a", 5)])
        let queue = try DatabaseQueue(path: folder.databasePath)
        try await queue.write { try $0.execute(sql: "DELETE FROM tallies WHERE name = 'images'") }
        let digest = BlobDigest("sha256:" + String(repeating: "0", count: 64))!
        let batch: [Command] = [
            try credit("b", 6), .nameImage(NamedImage(name: "x", digest: digest)),
        ]
        await #expect(throws: StoreFailure.self) { try await store.perform(batch) }
        let rows = try await store.read([.balance(.available(ann)), .image("x")])
        #expect(rows.balance(.available(ann)).micro == 5)
        #expect(rows[.image("x")].isEmpty)
    }

    @Test func `many callers at once are served one after the other`() async throws {
        let store = try openStore(try ScratchFolder(), clock: clock)
        try await store.perform(account())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                let command = try credit("k\(number % 20)", 3)
                group.addTask { try await store.perform(command) }
            }
            try await group.waitForAll()
        }
        let rows = try await store.read([
            .balance(.available(ann)), .transfers(after: 0, limit: 99),
        ])
        #expect(rows.balance(.available(ann)).micro == 60)
        #expect(rows[.transfers(after: 0, limit: 99)].count == 20)
        #expect(try store.audit() == [])
    }

    @Test func `text with NUL and SUB comes back as it was, and is found by it`() async throws {
        let store = try openStore(try ScratchFolder(), clock: clock)
        let digest = BlobDigest("sha256:" + String(repeating: "0", count: 64))!
        let names = ["", "a\u{0}b", "a\u{1A}0b", "a", "a\u{0}", "\u{1A}", "'\";--", "é 作業 🖥"]
        for name in names {
            try await store.perform(.nameImage(NamedImage(name: name, digest: digest)))
        }
        let rows = try await store.read(names.map { .image($0) })
        for name in names {
            #expect(rows[.image(name)] == [.image(NamedImage(name: name, digest: digest))])
        }
        #expect(try store.audit() == [])
    }

    @Test func `a database that cannot be opened is a failure, not a crash`() throws {
        #expect(throws: StoreFailure.self) {
            try SQLiteStore(
                path: "/nowhere/at/all.db", market: testMarket, sealKey: testSealKey,
                clock: { Timestamp(milliseconds: 0) }, reach: { _ in }, committed: { _ in })
        }
    }

    @Test func `nothing is asked of a closed store in vain`() async throws {
        let store = try openStore(try ScratchFolder(), clock: clock)
        try store.close()
        await #expect(throws: StoreFailure.self) { try await store.perform([.keepAlive]) }
        await #expect(throws: StoreFailure.self) { try await store.read([.alive]) }
    }
}
