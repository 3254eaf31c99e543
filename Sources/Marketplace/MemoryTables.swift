import Accounting
package import Domain
import Transparency

/// Every table of a market as values: the oracle that other stores are compared with, and the
/// store of the simulator. Synchronous; one instance is one consistent state.
package struct MemoryTables: Sendable {
    var accounts: [AccountID: Account] = [:]
    var keys: [KeyHash: APIKey] = [:]
    var nodes: [NodeID: Node] = [:]
    var offers: [NodeID: Offer] = [:]
    var devices: [DeviceID: DeviceClaim] = [:]
    var jobs: [JobID: Job] = [:]
    var tasks: [JobID: [JobTask]] = [:]
    var holds: [JobID: Hold] = [:]
    var leases: [LeaseID: Lease] = [:]
    var balances: [LedgerAccount: Balance] = [:]
    var replays: [ReplayKey: Replay] = [:]
    var images: [String: NamedImage] = [:]
    var blobs: [BlobKey: Blob] = [:]
    var uploads: [BlobKey: Upload] = [:]
    var storage: [AccountID: StorageUse] = [:]
    var outputs: [String: TaskOutput] = [:]
    var joinTokens: [String: JoinToken] = [:]
    /// In commit order.
    var outbox: [OutboxEntry] = []
    var transfers: [TransferRow] = []
    /// In commit order.
    var pending: [PendingEntry] = []
    var entries: [LogEntry] = []
    var logNodes: [LogNodePlace: LogNode] = [:]
    var tree: LogTree?
    var head: PublishedHead?
    var alive: Alive?
    var events: [JobID: [EventRow]] = [:]
    var books: ChainBooks?
    var deeds: [Int64: ChainDeed] = [:]
    var vaultUsers: [ChainAddress: VaultUser] = [:]
    var pairs: [VoucherParties: VoucherPair] = [:]
    var locks: [LeaseID: Lock] = [:]

    struct LogNodePlace: Hashable, Sendable {
        let level: Int
        let index: Int64
    }

    package init() {}

    /// Runs commands as `Store.perform` promises.
    package mutating func perform(_ commands: [Command], market: Market, at now: Timestamp)
        -> [Outcome]
    {
        commands.map { command in
            var rows = Rows()
            while true {
                let missing = command.reads(given: rows).filter { !rows.has($0) }
                if missing.isEmpty { break }
                for read in missing { rows.add(load(read), for: read) }
            }
            do throws(Refusal) {
                let decision = try market.decide(command, on: rows, at: now)
                apply(decision)
                return .success(decision.answer)
            } catch {
                return .failure(error)
            }
        }
    }

    package func read(_ reads: [Read]) -> Rows {
        var rows = Rows()
        for read in reads { rows.add(load(read), for: read) }
        return rows
    }

    /// Applies in the order that every store keeps: rows, dropped uploads, transfers, done effects, new effects,
    /// new entries, numbered entries, log nodes, news.
    package mutating func apply(_ decision: Decision) {
        for row in decision.rows { put(row) }
        for key in decision.droppedUploads { uploads[key] = nil }
        for transfer in decision.transfers {
            transfers.append(TransferRow(sequence: Int64(transfers.count) + 1, transfer: transfer))
        }
        outbox.removeAll { decision.doneEffects.contains($0.id) }
        for effect in decision.effects where !outbox.contains(where: { $0.id == effect.id }) {
            outbox.append(effect)
        }
        for entry in decision.newEntries where !isKnown(entry) { pending.append(entry) }
        entries += decision.numbered
        let numbered = decision.numbered.map(\.key)
        if !numbered.isEmpty { pending.removeAll { numbered.contains($0.key) } }
        for node in decision.logNodes {
            logNodes[LogNodePlace(level: node.level, index: node.index)] = node
        }
        for news in decision.news {
            let sequence = Int64(events[news.job]?.count ?? 0) + 1
            events[news.job, default: []].append(EventRow(news, sequence: sequence))
        }
    }

    private func isKnown(_ entry: PendingEntry) -> Bool {
        pending.contains { $0.key == entry.key } || entries.contains { $0.key == entry.key }
    }

    private mutating func put(_ row: Row) {
        switch row {
        case .account(let account): accounts[account.id] = account
        case .key(let key): keys[key.hash] = key
        case .node(let node): nodes[node.id] = node
        case .offer(let offer): offers[offer.node] = offer
        case .device(let claim): devices[claim.device] = claim
        case .job(let job): jobs[job.id] = job
        case .task(let task): put(task)
        case .hold(let hold): holds[hold.job] = hold
        case .lease(let lease): leases[lease.id] = lease
        case .balance(let balance): balances[balance.account] = balance
        case .replay(let replay): replays[replay.key] = replay
        case .image(let image): images[image.name] = image
        case .blob(let blob): blobs[blob.key] = blob
        case .upload(let upload): uploads[upload.key] = upload
        case .storage(let use): storage[use.account] = use
        case .output(let output): outputs[output.lease.text + output.path] = output
        case .joinToken(let token): joinTokens[token.id] = token
        case .tree(let tree): self.tree = tree
        case .head(let head): self.head = head
        case .alive(let alive): self.alive = alive
        case .books(let books): self.books = books
        case .deed(let deed): deeds[deed.number] = deed
        case .vaultUser(let user): vaultUsers[user.address] = user
        case .pair(let pair): pairs[pair.parties] = pair
        case .lock(let lock): locks[lock.lease] = lock
        case .outbox, .transfer, .pending, .entry, .logNode, .event:
            break  // append-only kinds travel in their own parts of a decision
        }
    }

    private mutating func put(_ task: JobTask) {
        var list = tasks[task.id.job] ?? []
        let position = task.id.index - 1
        if position < list.count { list[position] = task } else { list.append(task) }
        tasks[task.id.job] = list
    }
}
