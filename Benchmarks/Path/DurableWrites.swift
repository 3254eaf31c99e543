import Accounting
import Crypto
import Domain
import Foundation
import GRDB
import Marketplace
import SQLiteStorage
import Staging
import Synchronization
import Verification

/// Submits and receipts that are true on disk, beside bare commits of one row each to a database
/// with the same settings in the same folder.
struct DurableWrites: Figure {
    let measure = "durable"
    let commits = 500
    let receiptsAtOnce = 1000
    var bareCommitsPerS = 0.0
    var submitsPerS = 0.0
    /// Time of one submit in a transaction of its own, in bare commits.
    var submitInBareCommits = 0.0
    var bareRowsPerS = 0.0
    /// Checked signatures included; so many share a transaction as a market of 1,000 running leases
    /// gathers.
    var receiptsPerS = 0.0
    /// Time of one receipt in such a transaction, in rows of a bare transaction as large.
    var receiptInBareRows = 0.0

    static func measure() async throws -> any Figure {
        try await Stage.run { stage in
            var figure = DurableWrites()
            try await figure.commitBare(stage)
            let shop = try await Shop(stage, leases: figure.receiptsAtOnce)
            let submitting = try await timing { try await shop.submit(figure.commits) }
            figure.submitsPerS = rounded(Double(figure.commits) / submitting.seconds)
            figure.submitInBareCommits = rounded(figure.bareCommitsPerS / figure.submitsPerS)
            let rounds = 10
            let receipts = try (1...rounds).map { try shop.receipts(second: Int64($0)) }
            let metering = try await timing {
                for round in receipts { try await shop.meter(round) }
            }
            figure.receiptsPerS = rounded(
                Double(rounds * figure.receiptsAtOnce) / metering.seconds)
            figure.receiptInBareRows = rounded(figure.bareRowsPerS / figure.receiptsPerS)
            return figure
        }
    }

    private mutating func commitBare(_ stage: Stage) async throws {
        let pool = try DatabasePool(path: stage.folder + "/bare.db")
        try await pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")
        }
        let body = Data(repeating: 7, count: 300)
        let commits = commits
        let single = try await timing {
            for _ in 0..<commits { try await Self.insert(1, body, pool) }
        }
        bareCommitsPerS = rounded(Double(commits) / single.seconds)
        let (rounds, rows) = (10, receiptsAtOnce)
        let batched = try await timing {
            for _ in 0..<rounds { try await Self.insert(rows, body, pool) }
        }
        bareRowsPerS = rounded(Double(rounds * rows) / batched.seconds)
        try pool.close()
    }

    private static func insert(_ rows: Int, _ body: Data, _ pool: DatabasePool) async throws {
        try await pool.write { database in
            let statement = try database.cachedStatement(
                sql: "INSERT INTO bare (body) VALUES (?)")
            for _ in 0..<rows { try statement.execute(arguments: [body]) }
        }
    }
}

/// A market's store with one renter, one node, and running leases, under a clock moved by hand.
private final class Shop {
    private let store: SQLiteStore
    private let clock: HandClock
    private let key = Curve25519.Signing.PrivateKey()
    private let node = NodeID(bytes: [UInt8](repeating: 1, count: 16))
    private let renter = AccountID("acc_renter")!
    private var leases: [LeaseID] = []
    private var names = 0

    init(_ stage: Stage, leases count: Int) async throws {
        let clock = HandClock()
        self.clock = clock
        store = try SQLiteStore(
            path: stage.folder + "/market.db",
            market: Market(commission: try required(BasisPoints(250), "commission")),
            sealKey: [UInt8](repeating: 9, count: 32), clock: { clock.now },
            reach: { _ in }, committed: { _ in })
        try await open(capacity: Int64(count))
        try await run(count)
    }

    private func open(capacity: Int64) async throws {
        let provider = try required(AccountID("acc_provider"), "account")
        let terms = OfferTerms(
            capacity: Resources(
                milliCPU: 10 * capacity, memoryBytes: 1 << 45, diskBytes: 1 << 45),
            devices: [], ask: try Rate(microPerHour: 1_234_567), region: "TW", tier: .new)
        let publicKey = Array(key.publicKey.rawRepresentation)
        try await perform([
            .openAccount(Account(id: renter, name: "renter", createdAt: clock.now), keys: []),
            .openAccount(Account(id: provider, name: "provider", createdAt: clock.now), keys: []),
            .credit(
                renter, try Money(micro: 1_000_000_000_000), reason: "benchmark",
                Idempotency(key: ReplayKey(account: renter, key: "credit"), bodyHash: "")),
            .registerNode(
                Node(id: node, provider: provider, name: "node", receiptKey: publicKey),
                token: nil),
            .advertise(node, terms),
        ])
    }

    private func run(_ count: Int) async throws {
        let submit = try job(tasks: count)
        try await perform([.submit(submit)])
        let version = try required(
            try await store.read([.offer(node)]).offer(node)?.version, "offer")
        for start in stride(from: 0, to: count, by: 100) {
            try await perform(
                (start..<min(start + 100, count)).map { index in
                    let lease = LeaseID(bytes: Self.bytes(index))
                    leases.append(lease)
                    return .clear(
                        Clearing(
                            lease: lease, task: TaskID(job: submit.id, index: index + 1),
                            attempt: 1, node: node, offerVersion: version + Int64(index),
                            devices: []))
                })
        }
        try await meter(try receipts(second: 0))
    }

    private static func bytes(_ number: Int) -> [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: number >> (8 * min($0, 7))) }
    }

    private func job(tasks: Int) throws -> SubmitJob {
        names += 1
        let digest = "sha256:" + String(repeating: "a", count: 64)
        let workload = Workload(
            image: .archive(name: "base", digest: try required(BlobDigest(digest), "digest")),
            command: ["sh", "-c", "true"], environment: [], inputs: [], outputs: [])
        let slice = Resources(milliCPU: 10, memoryBytes: 64 << 20, diskBytes: 1 << 20)
        let terms = JobTerms(
            name: "job-\(names)", workload: workload,
            needs: Needs(
                slice: slice, devices: .none, regions: [], minimumTier: .new,
                bid: try Rate(microPerHour: Rate.limit)),
            tasks: tasks, parallel: tasks, maxFailures: 0,
            budget: try Money(micro: 1_000_000 * Int64(tasks)), maxDuration: 3600, fence: 8)
        return SubmitJob(
            id: JobID(bytes: Self.bytes(1 << 40 + names)), renter: renter, terms: terms,
            salt: [UInt8](repeating: 3, count: 16),
            idempotency: Idempotency(
                key: ReplayKey(account: renter, key: "job-\(names)"), bodyHash: "b"))
    }

    /// One submit a transaction, one after the other.
    func submit(_ count: Int) async throws {
        for _ in 0..<count { try await perform([.submit(try job(tasks: 1))]) }
    }

    /// Every lease's receipt of one second, signed.
    func receipts(second: Int64) throws -> [SignedReceipt] {
        try leases.map { lease in
            let receipt = Receipt(
                lease: lease, attempt: 1, node: node, sequence: second + 1, seconds: second,
                status: .running, level: .live, cpuMilliseconds: 0, peakMemoryBytes: 0)
            return SignedReceipt(
                bytes: receipt.bytes, signature: Array(try key.signature(for: receipt.bytes)))
        }
    }

    /// All in one transaction, a second after the last.
    func meter(_ receipts: [SignedReceipt]) async throws {
        clock.advance(seconds: 1)
        let publicKey = Array(key.publicKey.rawRepresentation)
        try await perform(
            try receipts.map { signed in
                .meter(
                    try VerifiedReceipt(signed, from: node, key: publicKey), arrivedAt: clock.now)
            })
    }

    /// - Throws: the first refusal: everything here has to be possible.
    private func perform(_ commands: [Command]) async throws {
        for outcome in try await store.perform(commands) { _ = try outcome.get() }
    }
}

private final class HandClock: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_700_000_000_000))

    var now: Timestamp { time.withLock { $0 } }
    func advance(seconds: Int64) { time.withLock { $0 = $0.advanced(seconds: seconds) } }
}
