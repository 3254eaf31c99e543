import Accounting
import Domain
import GRDB
import Marketplace
import Testing
import Transparency

@testable import SQLiteStorage

/// Rows that are wrong under a right seal — a defect of ours, or somebody with the key: the sums of
/// the ledger and the hashes of the log still find them.
struct InsiderTests {
    typealias Change = @Sendable (inout TableWriter, Rows) throws -> Void

    struct Case: CustomStringConvertible, Sendable {
        let description: String
        let broken: BrokenRow
        let change: Change

        init(_ description: String, _ table: String, _ key: String, _ change: @escaping Change) {
            self.description = description
            broken = BrokenRow(table: table, key: key, why: "")
            self.change = change
        }
    }

    private static let account = LedgerAccount.available(AccountID("acc_A1")!)
    private static let job = JobID("job_insider")!
    private static let hash = LogHash.leaf([1, 2, 3])
    private static let entries = Read.entries(from: 0, limit: 100)
    private static let transfers = Read.transfers(after: 0, limit: 10_000)

    private static let cases: [Case] = [
        Case("a balance", "balances", account.text) { writer, _ in
            try writer.put(
                StoredBalance(value: Balance(account: account, amount: Money(micro: 1))))
        },
        Case("a transfer that no balance knows", "balances", account.text) { writer, rows in
            try writer.put(
                StoredTransfer(
                    value: TransferRow(
                        sequence: Int64(rows[transfers].count) + 1,
                        transfer: Transfer(
                            kind: .credit, from: .operatorGranted, to: account,
                            amount: Money(micro: 1), job: nil, lease: nil, reason: "",
                            at: Timestamp(milliseconds: 0)))))
        },
        Case("a hold that nobody paid", "balances", "held:acc_A1") { writer, _ in
            try writer.put(
                StoredHold(
                    value: Hold(
                        job: job, renter: AccountID("acc_A1")!, amount: Money(micro: 9))))
        },
        Case("an escrow that no lease has", "holds", job.text) { writer, _ in
            var hold = Hold(job: job, renter: AccountID("acc_A1")!, amount: try Money(micro: 9))
            try hold.carve(Money(micro: 3))
            try writer.put(StoredHold(value: hold))
        },
        Case("a log node", "log_nodes", "0/0") { writer, _ in
            try writer.put(StoredLogNode(value: LogNode(level: 0, index: 0, hash: hash)))
        },
        Case("a log node too many", "log_nodes", "*") { writer, _ in
            try writer.put(StoredLogNode(value: LogNode(level: 30, index: 0, hash: hash)))
        },
        Case("another entry in place of the first", "log_nodes", "0/0") { writer, rows in
            guard case .entry(let first)? = rows[entries].first else { return }
            try writer.put(
                StoredEntry(
                    value: LogEntry(index: 0, key: first.key, lease: nil, bytes: [1])))
        },
        Case("another tree", "tree", "1") { writer, rows in
            try writer.put(StoredTree(value: LogTree(size: rows.tree.size, peaks: [hash])))
        },
        Case("another head", "head", "1") { writer, rows in
            try writer.put(
                StoredHead(value: PublishedHead(size: rows.tree.size, root: hash, note: [])))
        },
    ]

    @Test(arguments: cases)
    func `what the seals do not show, the sums and hashes do`(_ table: Case) async throws {
        let folder = try ScratchFolder()
        var world = try World(seed: 11)
        let clock = HandClock(world.now)
        let store = try openStore(folder, clock: clock)
        var batch = world.opening()
        for _ in 0..<40 {
            _ = world.perform(batch)
            _ = try await store.perform(batch + [.sequence(limit: 100)])
            _ = world.perform([.sequence(limit: 100)])
            batch = try world.nextBatch()
            clock.set(world.now)
        }
        #expect(try store.audit() == [])
        let rows = world.oracle.read([Self.entries, Self.transfers, .tree])
        let queue = try DatabaseQueue(path: folder.databasePath)
        try await queue.write { database in
            var writer = TableWriter(database, Sealer(key: testSealKey))
            try table.change(&writer, rows)
            try writer.flush()
        }
        let broken = try store.audit()
        #expect(
            broken.contains { $0.table == table.broken.table && $0.key == table.broken.key },
            "\(table): \(broken)")
    }
}
