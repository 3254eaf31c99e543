import Accounting
import Domain
import Marketplace

/// One `Read` as SQL: the rows of one table, in the read's own order.
struct Query {
    let table: Table
    let tail: String
    let arguments: [Cell]

    var sql: String { table.sql.select + " " + tail }

    private init(_ table: Table, _ tail: String, _ arguments: [Cell] = []) {
        self.table = table
        self.tail = tail
        self.arguments = arguments
    }

    /// The row with this value in `column`.
    private static func one(_ table: Table, _ column: String, _ value: Cell) -> Query {
        Query(table, "WHERE \(column) = ?", [value])
    }

    /// The row of a table that has one row.
    private static func only(_ table: Table) -> Query { one(table, "only", .integer(1)) }

    /// At most `limit` rows; a negative limit gives none.
    private static func list(
        _ table: Table, _ tail: String, _ arguments: [Cell], _ limit: Int
    ) -> Query {
        Query(table, tail + " LIMIT ?", arguments + [.count(max(limit, 0))])
    }

    init(_ read: Read) {
        switch read {
        case .account(let id): self = .one(.accounts, "id", .text(id.text))
        case .accounts(let limit): self = .list(.accounts, "ORDER BY id", [], limit)
        case .key(let hash): self = .one(.keys, "hash", .text(hash.hex))
        case .node(let id): self = .one(.nodes, "id", .text(id.text))
        case .nodes(nil, let limit): self = .list(.nodes, "ORDER BY id", [], limit)
        case .nodes(let provider?, let limit):
            self = .list(
                .nodes, "WHERE provider = ? ORDER BY id", [.text(provider.text)], limit)
        case .offer(let id): self = .one(.offers, "node", .text(id.text))
        case .offers(let limit): self = .list(.offers, "ORDER BY node", [], limit)
        case .device(let id): self = .one(.devices, "device", .text(id.text))
        case .hold(let id): self = .one(.holds, "job", .text(id.text))
        case .balance(let account): self = .one(.balances, "account", .text(account.text))
        case .balances(let limit): self = .list(.balances, "ORDER BY account", [], limit)
        case .replay(let key):
            self = Query(
                .replays, "WHERE account = ? AND key = ?",
                [.text(key.account.text), .text(key.key)])
        case .image(let name): self = .one(.images, "name", .text(name))
        case .imageOf, .blob, .ownedBlob, .upload, .uploads, .storage: self = .ofFiles(read)
        case .outputs(let job, let limit):
            self = .list(
                .outputs, "WHERE job = ? ORDER BY idx, lease, path", [.text(job.text)], limit)
        case .joinToken(let id): self = .one(.joinTokens, "id", .text(id))
        case .alive: self = .only(.alive)
        case .events(let job, let after, let limit):
            self = .list(
                .events, "WHERE job = ? AND sequence > ? ORDER BY sequence",
                [.text(job.text), .integer(after)], limit)
        case .books, .deed, .openDeeds, .vaultUser, .vaultUserOf, .pair, .pairs, .pairsPaying,
            .redeemablePairs, .unsignedPairs, .usersAtRisk:
            self = .ofChain(read)
        case .lock, .lockNamed, .locks, .openLocks, .unopenedLocks, .locksPaying, .agreedLocks:
            self = .ofLocks(read)
        case .job, .jobNamed, .jobs, .openJobs, .task, .tasks, .queuedTasks, .waitingTasks,
            .failedTasks, .openTasks:
            self = .ofJobs(read)
        case .lease, .leases, .liveLeasesOfJob, .liveLeasesOfNode, .unsettledLeases,
            .settledLeases:
            self = .ofLeases(read)
        case .outboxEntry, .outbox, .transfers, .transfersOfJob, .pendingEntry, .pending,
            .entries, .entryNamed, .entriesOfLease, .logNode, .tree, .head:
            self = .ofLogs(read)
        }
    }

    private static func ofChain(_ read: Read) -> Query {
        switch read {
        case .books: return only(.chainBooks)
        case .deed(let number): return one(.deeds, "number", .integer(number))
        case .openDeeds(let limit):
            return list(.deeds, "WHERE open = 1 ORDER BY number", [], limit)
        case .vaultUser(let address): return one(.vaultUsers, "address", .text(address.text))
        case .vaultUserOf(let account):
            return list(
                .vaultUsers, "WHERE account = ? ORDER BY address", [.text(account.text)], 1)
        case .pair(let parties):
            return Query(
                .pairs, "WHERE user = ? AND payee = ?",
                [.text(parties.user.text), .text(parties.payee.text)])
        case .pairs(of: let user, let limit):
            return list(.pairs, "WHERE user = ? ORDER BY payee", [.text(user.text)], limit)
        case .pairsPaying(let payee, let limit):
            return list(.pairs, "WHERE payee = ? ORDER BY user", [.text(payee.text)], limit)
        case .redeemablePairs(let limit):
            return list(.pairs, "WHERE redeemable = 1 ORDER BY user, payee", [], limit)
        case .unsignedPairs(let limit):
            return list(.pairs, "WHERE unsigned = 1 ORDER BY user, payee", [], limit)
        case .usersAtRisk(let limit):
            return list(.vaultUsers, "WHERE at_risk = 1 ORDER BY address", [], limit)
        default: preconditionFailure("what a chain told is read here, and nothing else")
        }
    }

    private static func ofLocks(_ read: Read) -> Query {
        switch read {
        case .lock(let lease): return one(.locks, "lease", .text(lease.text))
        case .lockNamed(let name): return one(.locks, "id", .text(Lock.text(name)))
        case .locks(of: let payer, let limit):
            return list(
                .locks, "WHERE payer = ? AND over = 0 ORDER BY lease", [.text(payer.text)], limit)
        case .openLocks(let limit):
            return list(.locks, "WHERE over = 0 ORDER BY lease", [], limit)
        case .unopenedLocks(of: let payer, let limit):
            return list(
                .locks, "WHERE payer = ? AND id IS NULL ORDER BY lease", [.text(payer.text)], limit)
        case .locksPaying(let payee, let limit):
            return list(
                .locks, "WHERE payee = ? AND over = 0 ORDER BY lease", [.text(payee.text)], limit)
        case .agreedLocks(let limit):
            return list(.locks, "WHERE agreed = 1 ORDER BY lease", [], limit)
        default: preconditionFailure("locks are read here, and nothing else")
        }
    }

    private static func ofFiles(_ read: Read) -> Query {
        let key = "WHERE digest = ? AND owner = ?"
        switch read {
        case .imageOf(let digest):
            return list(.images, "WHERE digest = ? ORDER BY name", [.text(digest.text)], 1)
        case .blob(let digest):
            return list(.blobs, "WHERE digest = ? ORDER BY owner", [.text(digest.text)], 1)
        case .ownedBlob(let blob):
            return Query(.blobs, key, [.text(blob.digest.text), .text(blob.owner.text)])
        case .upload(let upload):
            return Query(.uploads, key, [.text(upload.digest.text), .text(upload.owner.text)])
        case .uploads(let since, let limit):
            return list(
                .uploads, "WHERE touched_at < ? ORDER BY digest, owner", [.moment(since)], limit)
        case .storage(let account): return one(.storage, "account", .text(account.text))
        default: preconditionFailure("blobs and uploads are read here, and nothing else")
        }
    }

    private static func ofJobs(_ read: Read) -> Query {
        let newestFirst = "ORDER BY submitted_at DESC, id DESC"
        switch read {
        case .jobNamed(let renter, let name):
            return list(
                .jobs, "WHERE renter = ? AND name = ? " + newestFirst,
                [.text(renter.text), .text(name)], 1)
        case .jobs(let renter, nil, let limit):
            return list(.jobs, "WHERE renter = ? " + newestFirst, [.text(renter.text)], limit)
        case .jobs(let renter, let before?, let limit):
            let older =
                "(submitted_at, id) < (SELECT submitted_at, id FROM jobs WHERE id = ?) "
            return list(
                .jobs, "WHERE renter = ? AND " + older + newestFirst,
                [.text(renter.text), .text(before.text)], limit)
        case .openJobs(let limit): return list(.jobs, "WHERE closed = 0 ORDER BY id", [], limit)
        case .task(let id):
            return Query(
                .tasks, "WHERE job = ? AND idx = ?", [.text(id.job.text), .count(id.index)])
        case .tasks(let job, let after, let limit):
            return list(
                .tasks, "WHERE job = ? AND idx > ? ORDER BY idx",
                [.text(job.text), .count(after)], limit)
        case .queuedTasks(let job, let limit): return tasks(of: job, "state = 'queued'", limit)
        case .waitingTasks(let job, let limit):
            return tasks(of: job, "state IN ('queued', 'open')", limit)
        case .failedTasks(let job, let limit): return tasks(of: job, "state = 'failed'", limit)
        case .openTasks(let limit):
            return list(.tasks, "WHERE state = 'open' ORDER BY open_since, job, idx", [], limit)
        case .job(let id): return one(.jobs, "id", .text(id.text))
        default: preconditionFailure("jobs and tasks are read here, and nothing else")
        }
    }

    private static func tasks(of job: JobID, _ condition: String, _ limit: Int) -> Query {
        list(.tasks, "WHERE job = ? AND \(condition) ORDER BY idx", [.text(job.text)], limit)
    }

    private static func ofLeases(_ read: Read) -> Query {
        let live = "state IN ('reserved', 'running') ORDER BY id"
        switch read {
        case .leases(let job, let limit):
            return list(.leases, "WHERE job = ? ORDER BY id", [.text(job.text)], limit)
        case .liveLeasesOfJob(let job, let limit):
            return list(.leases, "WHERE job = ? AND " + live, [.text(job.text)], limit)
        case .liveLeasesOfNode(let node, let limit):
            return list(.leases, "WHERE node = ? AND " + live, [.text(node.text)], limit)
        case .unsettledLeases(let limit):
            return list(
                .leases, "WHERE state IN ('reserved', 'running', 'ended') ORDER BY id", [], limit)
        case .settledLeases(let after, let limit):
            // Every identifier sorts after the empty text.
            return list(
                .leases, "WHERE state = 'settled' AND id > ? ORDER BY id",
                [.text(after?.text ?? "")], limit)
        case .lease(let id): return one(.leases, "id", .text(id.text))
        default: preconditionFailure("leases are read here, and nothing else")
        }
    }

    private static func ofLogs(_ read: Read) -> Query {
        switch read {
        case .outboxEntry(let id): return one(.outbox, "id", .text(id.text))
        case .outbox(let limit): return list(.outbox, "ORDER BY position", [], limit)
        case .transfers(let after, let limit):
            return list(
                .transfers, "WHERE sequence > ? ORDER BY sequence", [.integer(after)], limit)
        case .transfersOfJob(let job, let limit):
            return list(
                .transfers, "WHERE job = ? ORDER BY sequence", [.text(job.text)], limit)
        case .pendingEntry(let key): return one(.pending, "key", .text(key))
        case .pending(let limit): return list(.pending, "ORDER BY position", [], limit)
        case .entries(let from, let limit):
            return list(.entries, "WHERE idx >= ? ORDER BY idx", [.integer(from)], limit)
        case .entryNamed(let key): return one(.entries, "key", .text(key))
        case .entriesOfLease(let lease, let limit):
            return list(.entries, "WHERE lease = ? ORDER BY idx", [.text(lease.text)], limit)
        case .logNode(let level, let index):
            return Query(
                .logNodes, "WHERE level = ? AND idx = ?", [.count(level), .integer(index)])
        case .tree: return only(.tree)
        case .head: return only(.head)
        default: preconditionFailure("the outbox, the ledger and the log are read here")
        }
    }
}
