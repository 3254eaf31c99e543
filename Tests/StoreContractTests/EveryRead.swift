import Accounting
import Domain
import Marketplace

extension World {
    /// Every kind of read, for every known name and one unknown, with bounds that cut.
    func everyRead() -> [Read] {
        let limits = [-1, 0, 1, 3, 1000]
        var reads: [Read] = [
            .alive, .tree, .head, .books, .openDeeds(limit: 3), .openDeeds(limit: 64),
        ]
        reads += (0..<8).map { .deed($0) }
        for user in World.users {
            reads += [.vaultUser(user), .pairs(of: user, limit: 9)]
            reads += World.payees.map { .pair(VoucherParties(user: user, payee: $0)) }
        }
        reads += World.payees.map { .pairsPaying($0, limit: 9) }
        reads += World.users.flatMap { [.locks(of: $0, limit: 1), .locks(of: $0, limit: 9)] }
        reads += World.users.map { .unopenedLocks(of: $0, limit: 9) } + [.openLocks(limit: 9)]
        reads += World.payees.map { .locksPaying($0, limit: 9) } + [.agreedLocks(limit: 9)]
        reads += (0..<32).map { .lockNamed([UInt8](repeating: $0, count: 32)) }
        reads += accounts.map { .vaultUserOf($0) } + [.redeemablePairs(limit: 9)]
        reads += [.unsignedPairs(limit: 2), .unsignedPairs(limit: 9), .usersAtRisk(limit: 9)]
        for limit in limits {
            reads += [
                .accounts(limit: limit), .nodes(of: nil, limit: limit), .offers(limit: limit),
                .openJobs(limit: limit), .openTasks(limit: limit),
                .unsettledLeases(limit: limit), .settledLeases(after: nil, limit: limit),
                .balances(limit: limit), .outbox(limit: limit), .pending(limit: limit),
                .transfers(after: 0, limit: limit), .transfers(after: -3, limit: limit),
                .transfers(after: 5, limit: limit), .entries(from: 0, limit: limit),
                .entries(from: -1, limit: limit), .entries(from: 2, limit: limit),
            ]
        }
        reads += devices.map { .device($0) } + (0..<9).map { .key(KeyHash(hex: "\($0)")) }
        reads += (0..<4).flatMap { [.joinToken("t\($0)"), .image("i\($0)'")] }
        reads += Self.digests.flatMap { [.blob($0), .imageOf($0)] }
        reads += [-1, 1, 100].flatMap { limit in
            [-20_000, 0, 1].map {
                .uploads(untouchedSince: now.advanced(milliseconds: $0), limit: limit)
            }
        }
        reads += [.balance(.commission), .balance(.operatorGranted)]
        for machine in machines {
            let id = machine.id
            reads += [
                .node(id), .offer(id), .liveLeasesOfNode(id, limit: 100),
                .liveLeasesOfNode(id, limit: 1), .pendingEntry("node-key:" + id.text),
                .entryNamed("node-key:" + id.text),
            ]
        }
        return reads + accounts.flatMap(reads(of:)) + names(of: jobs).flatMap(reads(of:))
            + leaseReads() + logReads()
    }

    static let digests = ["b", "c", "d"].map {
        BlobDigest("sha256:" + String(repeating: $0, count: 64))!
    }

    private func reads(of account: AccountID) -> [Read] {
        var reads: [Read] = [
            .storage(account),
            .account(account), .nodes(of: account, limit: 10), .balance(.available(account)),
            .balance(.held(account)), .jobs(of: account, before: nil, limit: 100),
            .jobs(of: account, before: JobID("job_none")!, limit: 100),
            .jobs(of: account, before: nil, limit: 2),
        ]
        reads += Self.digests.map { BlobKey(digest: $0, owner: account) }
            .flatMap { [.ownedBlob($0), .upload($0)] }
        reads += jobs.suffix(4).map { .jobs(of: account, before: $0, limit: 3) }
        reads += (0..<3).map { .jobNamed(account, "job \($0) 作業") }
        reads += (0..<12).flatMap { number -> [Read] in
            ["c", "s", "r"].map { .replay(ReplayKey(account: account, key: "\($0)\(number)")) }
        }
        return reads
    }

    private func reads(of job: JobID) -> [Read] {
        [
            .events(job, after: 0, limit: 100), .events(job, after: 2, limit: 3),
            .events(job, after: -1, limit: -1), .job(job), .hold(job),
            .tasks(job, after: 0, limit: 100),
            .tasks(job, after: 1, limit: 2), .task(TaskID(job: job, index: 1)),
            .task(TaskID(job: job, index: 0)), .task(TaskID(job: job, index: .min)),
            .queuedTasks(job, limit: 100), .waitingTasks(job, limit: 2),
            .waitingTasks(job, limit: 100), .failedTasks(job, limit: 100),
            .leases(job, limit: 100), .liveLeasesOfJob(job, limit: 100),
            .outputs(job, limit: 100), .outputs(job, limit: 1), .transfersOfJob(job, limit: 100),
        ]
    }

    private func leaseReads() -> [Read] {
        names(of: leases).flatMap { lease -> [Read] in
            [
                .lease(lease), .lock(lease), .settledLeases(after: lease, limit: 3),
                .entriesOfLease(lease, limit: 10), .outboxEntry(Effect.dispatch(lease).id),
                .outboxEntry(Effect.verify(lease).id), .pendingEntry(lease.text + ":final"),
                .entryNamed(lease.text + ":final"),
            ]
        }
    }

    private func logReads() -> [Read] {
        (0..<4).flatMap { level in
            (0..<6).map { .logNode(level: level, index: Int64($0)) }
        }
    }

    /// The newest, and one that nobody has.
    private func names<Tag>(of all: [ID<Tag>]) -> [ID<Tag>] {
        Array(Set(all.suffix(25))).sorted() + [ID<Tag>(Tag.prefix + "_none")!]
    }
}
