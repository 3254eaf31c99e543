import Accounting
import Domain
import Marketplace
import SQLiteStorage
import Testing

/// Every store against the oracle: same commands, same outcomes, same rows.
struct ContractTests {
    private static let runs = 6
    private static let steps = 160

    @Test(arguments: 0..<runs)
    func `a SQLite store answers every command and every read as the oracle does`(run: Int)
        async throws
    {
        let seed = propertySeed &+ UInt64(run)
        var world = try World(seed: seed)
        let (folder, clock) = (try ScratchFolder(), HandClock(world.now))
        var store = try openStore(folder, clock: clock)
        try await agree(on: world.opening(), &world, store, clock, "seed \(seed), opening")
        for step in 0..<Self.steps {
            if step == Self.steps / 2 {
                try store.close()
                store = try openStore(folder, clock: clock)
            }
            let label: Comment = "seed \(seed), step \(step)"
            try await agree(on: try world.nextBatch(), &world, store, clock, label)
            checkInvariants(world.oracle, label)
            checkStorage(world, label)
            if step % 8 == 0 { try await agree(onReadsOf: world, store, label) }
        }
        try await agree(onReadsOf: world, store, "seed \(seed), end")
        #expect(try store.audit() == [], "seed \(seed)")
    }

    /// A run that never refuses, or never settles, would prove little.
    @Test func `the crowd uses every verb, and most of them succeed and are refused`() throws {
        var succeeded: Set<Command.Verb> = []
        var refused: Set<String> = []
        var duplicates = 0
        var givenUp = 0
        for seed in 0..<UInt64(40) {
            var world = try World(seed: seed)
            let opening = world.opening()
            #expect(world.perform(opening).allSatisfy { $0.isSuccess })
            for _ in 0..<Self.steps {
                let batch = try world.nextBatch()
                for (command, outcome) in zip(batch, world.perform(batch)) {
                    switch outcome {
                    case .success: succeeded.insert(command.verb)
                    case .failure(let refusal): refused.insert(refusal.code)
                    }
                }
            }
            for job in world.jobs {
                let read = Read.events(job, after: 0, limit: 999)
                givenUp += world.oracle.load(read).count { row in
                    guard case .event(let event) = row, case .expired = event.fact else {
                        return false
                    }
                    return true
                }
            }
            let read = Read.offers(limit: 99)
            for case .offer(let offer) in world.oracle.load(read) {
                duplicates += offer.duplicates.count
            }
        }
        #expect(duplicates > 0, "devices are claimed twice")
        #expect(givenUp > 0, "tasks wait until it is too late")
        #expect(Set(Command.Verb.allCases).subtracting(succeeded) == [])
        let expected: Set<String> = [
            "account_exists", "account_unknown", "amount_out_of_range", "balance_too_low",
            "budget_missing", "deadline_past", "idempotency_key_reused", "job_not_over",
            "job_not_found", "lease_not_found", "lease_over", "node_not_found",
            "offer_changed", "order_changed", "receipt_ahead_of_time", "receipt_not_newer",
            "chain_missing", "chain_other", "terms_impossible", "quota_exceeded", "wrong_attempt",
            "wrong_node",
        ]
        #expect(expected.subtracting(refused) == [])
    }

    private func agree(
        on commands: [Command], _ world: inout World, _ store: SQLiteStore, _ clock: HandClock,
        _ label: Comment
    ) async throws {
        clock.set(world.now)
        let expected = world.perform(commands)
        let outcomes = try await store.perform(commands)
        #expect(outcomes == expected, label)
    }

    private func agree(
        onReadsOf world: World, _ store: SQLiteStore, _ label: Comment
    ) async throws {
        let reads = world.everyRead()
        let (expected, found) = (world.oracle.read(reads), try await store.read(reads))
        for read in reads where expected[read] != found[read] {
            Issue.record("\(label): \(read): expected \(expected[read]), found \(found[read])")
        }
    }
}

extension Result {
    var isSuccess: Bool { if case .success = self { true } else { false } }
}

/// What must hold after every step of any market.
func checkInvariants(_ oracle: MemoryTables, _ label: Comment) {
    let all = 100_000
    let rows = oracle.read([
        .balances(limit: all), .unsettledLeases(limit: all), .openJobs(limit: all),
        .offers(limit: all), .transfers(after: 0, limit: all),
        .settledLeases(after: nil, limit: all),
    ])
    var total: Int64 = 0
    for case .balance(let balance) in rows[.balances(limit: all)] {
        total += balance.amount.micro
        #expect(
            balance.amount >= .zero || balance.account.mayBeNegative,
            "\(label): \(balance.account.text) is \(balance.amount)")
    }
    #expect(total == 0, label)

    let unsettled = rows.leases(.unsettledLeases(limit: all))
    let live = unsettled.filter(\.life.isLive)
    let leased = live.flatMap { $0.devices.map(\.id) }
    #expect(Set(leased).count == leased.count, "\(label): a device is leased twice")
    for case .offer(let offer) in rows[.offers(limit: all)] {
        let here = live.filter { $0.node == offer.node }
        let used = here.reduce(Resources.zero) { $0.adding($1.slice) }
        #expect(offer.free == offer.terms.capacity.subtracting(used), label)
    }
    for case .job(let job) in rows[.openJobs(limit: all)] {
        checkJob(job, oracle, label)
    }
    checkSettled(rows.leases(.settledLeases(after: nil, limit: all)), rows, label)
}

/// What an account is said to store is what its blobs and uploads take, and within its quota.
private func checkStorage(_ world: World, _ label: Comment) {
    for account in world.accounts {
        var (bytes, uploads): (Int64, Int) = (0, 0)
        for key in World.digests.map({ BlobKey(digest: $0, owner: account) }) {
            let rows = world.oracle.read([.ownedBlob(key), .upload(key)])
            bytes += (rows.ownedBlob(key)?.size ?? 0) + (rows.upload(key)?.total ?? 0)
            uploads += rows.upload(key) == nil ? 0 : 1
        }
        let use = world.oracle.read([.storage(account)]).storage(account)
        #expect(use.bytes == bytes && use.uploads == uploads, label)
        #expect(use.bytes <= testMarket.blobQuota, label)
    }
}

private func checkJob(_ job: Job, _ oracle: MemoryTables, _ label: Comment) {
    let rows = oracle.read([.hold(job.id), .tasks(job.id, after: 0, limit: 20_000)])
    let tasks = rows.tasks(.tasks(job.id, after: 0, limit: 20_000))
    let counts = job.counts
    let sum =
        counts.queued + counts.open + counts.leased + counts.succeeded + counts.failed
        + counts.stopped
    #expect(sum == tasks.count && tasks.count == job.terms.tasks, label)
    #expect(tasks.count { $0.life == .queued } == counts.queued, label)
    #expect(counts.leased <= job.terms.parallel, label)
    guard let hold = rows.hold(job.id) else {
        Issue.record("\(label): \(job.id) has no hold")
        return
    }
    let used = hold.escrowed.micro + hold.charged.micro
    #expect(hold.escrowed >= .zero && hold.charged >= .zero && used <= hold.amount.micro, label)
}

/// What was posted for a lease is what its seconds cost, less what its provider gave back, to the micro-unit.
private func checkSettled(_ leases: [Lease], _ rows: Rows, _ label: Comment) {
    var paid: [LeaseID: Int64] = [:]
    for case .transfer(let row) in rows[.transfers(after: 0, limit: 100_000)] {
        guard let lease = row.transfer.lease,
            [.charge, .commission].contains(row.transfer.kind)
        else { continue }
        paid[lease, default: 0] += row.transfer.amount.micro
    }
    for lease in leases {
        guard case .settled(_, let seconds, let posted, _) = lease.life else { continue }
        let price = try? Bill.charge(seconds: seconds, rate: lease.rate)
        #expect(posted.charge == price && paid[lease.id] ?? 0 == posted.net.micro, label)
        #expect(posted.credit == .zero || lease.serviceLevel != nil, label)
        #expect(posted.charge <= lease.escrow, label)
    }
}
