import Accounting
import Domain
import Transparency

extension MemoryTables {
    /// The rows of one read, in its order.
    package func load(_ read: Read) -> [Row] {
        switch read {
        case .account(let id): accounts[id].map { [.account($0)] } ?? []
        case .accounts(let limit): list(accounts, limit, by: { $0.id < $1.id }, Row.account)
        case .key(let hash): keys[hash].map { [.key($0)] } ?? []
        case .node(let id): nodes[id].map { [.node($0)] } ?? []
        case .nodes(let provider, let limit):
            list(
                nodes, limit, where: { provider == nil || $0.provider == provider },
                by: { $0.id < $1.id }, Row.node)
        case .offer(let id): offers[id].map { [.offer($0)] } ?? []
        case .offers(let limit): list(offers, limit, by: { $0.node < $1.node }, Row.offer)
        case .device(let id): devices[id].map { [.device($0)] } ?? []
        case .hold(let id): holds[id].map { [.hold($0)] } ?? []
        case .balance(let account): balances[account].map { [.balance($0)] } ?? []
        case .balances(let limit):
            balances.values.map { (text: $0.account.text, row: Row.balance($0)) }
                .sorted { $0.text < $1.text }.prefix(max(limit, 0)).map(\.row)
        case .replay(let key): replays[key].map { [.replay($0)] } ?? []
        case .image(let name): images[name].map { [.image($0)] } ?? []
        case .imageOf, .blob, .ownedBlob, .upload, .uploads, .storage: loadFiles(read)
        case .outputs(let job, let limit):
            list(
                outputs, limit, where: { $0.task.job == job },
                by: { ($0.task, $0.lease, $0.path) < ($1.task, $1.lease, $1.path) }, Row.output)
        case .joinToken(let id): joinTokens[id].map { [.joinToken($0)] } ?? []
        case .alive: alive.map { [.alive($0)] } ?? []
        case .events(let job, let after, let limit):
            (events[job] ?? []).dropFirst(Int(clamping: max(after, 0))).prefix(max(limit, 0))
                .map(Row.event)
        case .lock, .lockNamed, .locks, .openLocks, .unopenedLocks, .locksPaying, .agreedLocks:
            loadLocks(read)
        case .books, .deed, .openDeeds, .vaultUser, .vaultUserOf, .pair, .pairs, .pairsPaying,
            .redeemablePairs, .unsignedPairs, .usersAtRisk:
            loadChain(read)
        case .job, .jobNamed, .jobs, .openJobs, .task, .tasks, .queuedTasks, .waitingTasks,
            .failedTasks, .openTasks:
            loadJobs(read)
        case .lease, .leases, .liveLeasesOfJob, .liveLeasesOfNode, .unsettledLeases,
            .settledLeases:
            loadLeases(read)
        case .outboxEntry, .outbox, .transfers, .transfersOfJob, .pendingEntry, .pending,
            .entries, .entryNamed, .entriesOfLease, .logNode, .tree, .head:
            loadLogs(read)
        }
    }

    private func loadChain(_ read: Read) -> [Row] {
        switch read {
        case .books: books.map { [.books($0)] } ?? []
        case .deed(let number): deeds[number].map { [.deed($0)] } ?? []
        case .openDeeds(let limit):
            list(deeds, limit, where: \.isOpen, by: { $0.number < $1.number }, Row.deed)
        case .vaultUser(let address): vaultUsers[address].map { [.vaultUser($0)] } ?? []
        case .vaultUserOf(let account):
            list(
                vaultUsers, 1, where: { $0.account == account },
                by: { $0.address < $1.address }, Row.vaultUser)
        case .pair(let parties): pairs[parties].map { [.pair($0)] } ?? []
        case .pairs(of: let user, let limit):
            list(
                pairs, limit, where: { $0.parties.user == user },
                by: { $0.parties.payee < $1.parties.payee }, Row.pair)
        case .pairsPaying(let payee, let limit):
            list(
                pairs, limit, where: { $0.parties.payee == payee },
                by: { $0.parties.user < $1.parties.user }, Row.pair)
        case .redeemablePairs(let limit):
            list(
                pairs, limit, where: \.isRedeemable, by: { $0.parties < $1.parties },
                Row.pair)
        case .unsignedPairs(let limit):
            list(
                pairs, limit, where: \.isUnsigned, by: { $0.parties < $1.parties },
                Row.pair)
        case .usersAtRisk(let limit):
            list(
                vaultUsers, limit, where: \.isAtRisk,
                by: { $0.address < $1.address }, Row.vaultUser)
        default: []
        }
    }

    private func loadLocks(_ read: Read) -> [Row] {
        switch read {
        case .lock(let lease): locks[lease].map { [.lock($0)] } ?? []
        case .lockNamed(let name): select(1) { $0.id == name }
        case .locks(of: let payer, let limit):
            select(limit) { $0.terms.payer == payer && !$0.isOver }
        case .openLocks(let limit): select(limit) { !$0.isOver }
        case .unopenedLocks(of: let payer, let limit):
            select(limit) { $0.terms.payer == payer && $0.id == nil }
        case .locksPaying(let payee, let limit):
            select(limit) { $0.terms.payee == payee && !$0.isOver }
        case .agreedLocks(let limit): select(limit, where: \.isAgreed)
        default: []
        }
    }

    private func select(_ limit: Int, where keep: (Lock) -> Bool) -> [Row] {
        list(locks, limit, where: keep, by: { $0.lease < $1.lease }, Row.lock)
    }

    private func loadFiles(_ read: Read) -> [Row] {
        switch read {
        case .imageOf(let digest):
            list(images, 1, where: { $0.digest == digest }, by: { $0.name < $1.name }, Row.image)
        case .blob(let digest):
            list(blobs, 1, where: { $0.digest == digest }, by: { $0.owner < $1.owner }, Row.blob)
        case .ownedBlob(let key): blobs[key].map { [.blob($0)] } ?? []
        case .upload(let key): uploads[key].map { [.upload($0)] } ?? []
        case .uploads(let since, let limit):
            list(
                uploads, limit, where: { $0.touchedAt < since }, by: { $0.key < $1.key },
                Row.upload)
        case .storage(let account): storage[account].map { [.storage($0)] } ?? []
        default: []
        }
    }

    private func list<Key, Value>(
        _ table: [Key: Value], _ limit: Int, where keep: (Value) -> Bool = { _ in true },
        by order: (Value, Value) -> Bool, _ row: (Value) -> Row
    ) -> [Row] {
        // Sorted before use: the order of a dictionary is never seen.
        table.values.filter(keep).sorted(by: order).prefix(max(limit, 0)).map(row)
    }

    private func loadJobs(_ read: Read) -> [Row] {
        switch read {
        case .job(let id): jobs[id].map { [.job($0)] } ?? []
        case .jobNamed(let renter, let name):
            list(
                jobs, 1, where: { $0.renter == renter && $0.terms.name == name },
                by: Self.newestFirst, Row.job)
        case .jobs(let renter, let before, let limit):
            list(
                jobs, limit,
                where: { job in
                    guard job.renter == renter else { return false }
                    guard let before, let mark = jobs[before] else { return before == nil }
                    return Self.newestFirst(mark, job)
                }, by: Self.newestFirst, Row.job)
        case .openJobs(let limit):
            list(
                jobs, limit,
                where: { if case .closed = $0.life { false } else { true } },
                by: { $0.id < $1.id }, Row.job)
        case .task(let id):
            tasks[id.job].flatMap { list in
                id.index >= 1 && id.index <= list.count ? [.task(list[id.index - 1])] : nil
            } ?? []
        case .tasks(let job, let after, let limit):
            select(job, limit) { $0.id.index > after }
        case .queuedTasks(let job, let limit): select(job, limit) { $0.life == .queued }
        case .waitingTasks(let job, let limit): select(job, limit, where: Self.isWaiting)
        case .failedTasks(let job, let limit):
            select(job, limit) {
                if case .finished(let reason) = $0.life { !reason.isSuccess } else { false }
            }
        case .openTasks(let limit):
            tasks.values.flatMap { $0 }.compactMap(Self.opened)
                .sorted { ($0.since, $0.task.id) < ($1.since, $1.task.id) }
                .prefix(max(limit, 0)).map { .task($0.task) }
        default: []
        }
    }

    private static func newestFirst(_ left: Job, _ right: Job) -> Bool {
        (right.submittedAt, right.id) < (left.submittedAt, left.id)
    }

    private static func isWaiting(_ task: JobTask) -> Bool {
        switch task.life {
        case .queued, .open: true
        case .leased, .finished: false
        }
    }

    private static func opened(_ task: JobTask) -> (since: Timestamp, task: JobTask)? {
        if case .open(let since) = task.life { (since, task) } else { nil }
    }

    private func select(_ job: JobID, _ limit: Int, where keep: (JobTask) -> Bool) -> [Row] {
        (tasks[job] ?? []).filter(keep).prefix(max(limit, 0)).map(Row.task)
    }

    private func loadLeases(_ read: Read) -> [Row] {
        switch read {
        case .lease(let id): leases[id].map { [.lease($0)] } ?? []
        case .leases(let job, let limit): select(limit) { $0.task.job == job }
        case .liveLeasesOfJob(let job, let limit):
            select(limit) { $0.task.job == job && $0.life.isLive }
        case .liveLeasesOfNode(let node, let limit):
            select(limit) { $0.node == node && $0.life.isLive }
        case .unsettledLeases(let limit):
            select(limit) { if case .settled = $0.life { false } else { true } }
        case .settledLeases(let after, let limit):
            select(limit) { lease in
                guard case .settled = lease.life else { return false }
                guard let after else { return true }
                return after < lease.id
            }
        default: []
        }
    }

    private func select(_ limit: Int, where keep: (Lease) -> Bool) -> [Row] {
        list(leases, limit, where: keep, by: { $0.id < $1.id }, Row.lease)
    }

    private func loadLogs(_ read: Read) -> [Row] {
        switch read {
        case .outboxEntry(let id): outbox.filter { $0.id == id }.map(Row.outbox)
        case .outbox(let limit): outbox.prefix(max(limit, 0)).map(Row.outbox)
        case .transfers(let after, let limit):
            transfers.dropFirst(Int(clamping: max(after, 0))).prefix(max(limit, 0)).map(
                Row.transfer)
        case .transfersOfJob(let job, let limit):
            transfers.filter { $0.transfer.job == job }.prefix(max(limit, 0)).map(Row.transfer)
        case .pendingEntry(let key): pending.filter { $0.key == key }.map(Row.pending)
        case .pending(let limit): pending.prefix(max(limit, 0)).map(Row.pending)
        case .entries(let from, let limit):
            entries.dropFirst(Int(clamping: max(from, 0))).prefix(max(limit, 0)).map(Row.entry)
        case .entryNamed(let key): entries.filter { $0.key == key }.map(Row.entry)
        case .entriesOfLease(let lease, let limit):
            entries.filter { $0.lease == lease }.prefix(max(limit, 0)).map(Row.entry)
        case .logNode(let level, let index):
            logNodes[LogNodePlace(level: level, index: index)].map { [.logNode($0)] } ?? []
        case .tree: tree.map { [.tree($0)] } ?? []
        case .head: head.map { [.head($0)] } ?? []
        default: []
        }
    }
}
