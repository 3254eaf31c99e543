package import Accounting
package import Domain

/// What can be asked of a store: by a command for its decision, or by a page that shows it.
/// Lists come in a stated order and bounded by `limit`.
package enum Read: Hashable, Sendable {
    case account(AccountID)
    /// All accounts by id.
    case accounts(limit: Int)
    case key(KeyHash)
    case node(NodeID)
    /// Nodes by id; of one provider, or all.
    case nodes(of: AccountID?, limit: Int)
    case offer(NodeID)
    /// Offers by node id.
    case offers(limit: Int)
    case device(DeviceID)
    case job(JobID)
    /// A renter's newest job of that name.
    case jobNamed(AccountID, String)
    /// A renter's jobs, newest first, older than the given job.
    case jobs(of: AccountID, before: JobID?, limit: Int)
    /// Jobs that are not closed, by id.
    case openJobs(limit: Int)
    case task(TaskID)
    /// A job's tasks by index, after the given one.
    case tasks(JobID, after: Int, limit: Int)
    /// A job's queued tasks by index.
    case queuedTasks(JobID, limit: Int)
    /// A job's tasks that are queued or open, by index.
    case waitingTasks(JobID, limit: Int)
    /// A job's finished tasks that did not succeed, by index.
    case failedTasks(JobID, limit: Int)
    /// Every task on the book, oldest first.
    case openTasks(limit: Int)
    case hold(JobID)
    case lease(LeaseID)
    /// A job's leases in the order of their ids.
    case leases(JobID, limit: Int)
    case liveLeasesOfJob(JobID, limit: Int)
    case liveLeasesOfNode(NodeID, limit: Int)
    /// Reserved, running or ended leases, by id.
    case unsettledLeases(limit: Int)
    /// Settled leases by id, after the given one.
    case settledLeases(after: LeaseID?, limit: Int)
    case balance(LedgerAccount)
    case balances(limit: Int)
    case replay(ReplayKey)
    case image(String)
    /// A current name of that image.
    case imageOf(BlobDigest)
    /// Its first owner's row.
    case blob(BlobDigest)
    case ownedBlob(BlobKey)
    case upload(BlobKey)
    /// Uploads not touched since that time, by key.
    case uploads(untouchedSince: Timestamp, limit: Int)
    case storage(AccountID)
    case outputs(JobID, limit: Int)
    case joinToken(String)
    case outboxEntry(EffectID)
    /// Effects not done, in commit order.
    case outbox(limit: Int)
    /// Transfers after the given sequence.
    case transfers(after: Int64, limit: Int)
    case transfersOfJob(JobID, limit: Int)
    case pendingEntry(String)
    case pending(limit: Int)
    /// Log entries from an index.
    case entries(from: Int64, limit: Int)
    /// The numbered entry with that key.
    case entryNamed(String)
    case entriesOfLease(LeaseID, limit: Int)
    case logNode(level: Int, index: Int64)
    case tree
    /// The newest published head.
    case head
    case alive
    /// A job's events after the given number.
    case events(JobID, after: Int64, limit: Int)
    case books
    case deed(Int64)
    /// Deeds that are not over, by number.
    case openDeeds(limit: Int)
    case vaultUser(ChainAddress)
    /// The one that is bound to the account.
    case vaultUserOf(AccountID)
    case pair(VoucherParties)
    /// A user's pairs by payee.
    case pairs(of: ChainAddress, limit: Int)
    /// A settlement key's pairs by user.
    case pairsPaying(ChainAddress, limit: Int)
    /// Pairs with a voucher that waits to be redeemed, by user and payee.
    case redeemablePairs(limit: Int)
    /// Pairs that more is owed of than is signed, by user and payee.
    case unsignedPairs(limit: Int)
    case lock(LeaseID)
    /// The one of that name in the escrow.
    case lockNamed([UInt8])
    /// A payer's that something may come of, by lease.
    case locks(of: ChainAddress, limit: Int)
    /// All that something may come of, by lease.
    case openLocks(limit: Int)
    /// A payer's that the escrow has not opened, by lease, also those that are over: one may be opened too late.
    case unopenedLocks(of: ChainAddress, limit: Int)
    /// A settlement key's that something may come of, by lease.
    case locksPaying(ChainAddress, limit: Int)
    /// Those that both sides have signed and no deed is on its way with, by lease.
    case agreedLocks(limit: Int)
    /// Users whose deposit may not pay, by address.
    case usersAtRisk(limit: Int)
}

/// What was read.
package struct Rows: Sendable {
    private var loaded: [Read: [Row]] = [:]

    package init() {}

    package mutating func add(_ rows: [Row], for read: Read) { loaded[read] = rows }
    package func has(_ read: Read) -> Bool { loaded[read] != nil }

    /// The rows of `read`, in its order; empty when it was not read or found nothing.
    package subscript(_ read: Read) -> [Row] { loaded[read] ?? [] }

    package func account(_ id: AccountID) -> Account? {
        if case .account(let account)? = self[.account(id)].first { account } else { nil }
    }
    package func key(_ hash: KeyHash) -> APIKey? {
        if case .key(let key)? = self[.key(hash)].first { key } else { nil }
    }
    package func node(_ id: NodeID) -> Node? {
        if case .node(let node)? = self[.node(id)].first { node } else { nil }
    }
    package func offer(_ id: NodeID) -> Offer? {
        if case .offer(let offer)? = self[.offer(id)].first { offer } else { nil }
    }
    package func device(_ id: DeviceID) -> DeviceClaim? {
        if case .device(let claim)? = self[.device(id)].first { claim } else { nil }
    }
    package func job(_ id: JobID) -> Job? {
        if case .job(let job)? = self[.job(id)].first { job } else { nil }
    }
    package func task(_ id: TaskID) -> JobTask? {
        if case .task(let task)? = self[.task(id)].first { task } else { nil }
    }
    package func hold(_ id: JobID) -> Hold? {
        if case .hold(let hold)? = self[.hold(id)].first { hold } else { nil }
    }
    package func lease(_ id: LeaseID) -> Lease? {
        if case .lease(let lease)? = self[.lease(id)].first { lease } else { nil }
    }
    package func balance(_ account: LedgerAccount) -> Money {
        if case .balance(let balance)? = self[.balance(account)].first {
            balance.amount
        } else {
            .zero
        }
    }
    package func replay(_ key: ReplayKey) -> Replay? {
        if case .replay(let replay)? = self[.replay(key)].first { replay } else { nil }
    }
    package func joinToken(_ id: String) -> JoinToken? {
        if case .joinToken(let token)? = self[.joinToken(id)].first { token } else { nil }
    }
    package func ownedBlob(_ key: BlobKey) -> Blob? {
        if case .blob(let blob)? = self[.ownedBlob(key)].first { blob } else { nil }
    }
    package func upload(_ key: BlobKey) -> Upload? {
        if case .upload(let upload)? = self[.upload(key)].first { upload } else { nil }
    }
    package func storage(_ account: AccountID) -> StorageUse {
        if case .storage(let use)? = self[.storage(account)].first {
            use
        } else {
            StorageUse(account: account)
        }
    }
    package var tree: LogTree {
        if case .tree(let tree)? = self[.tree].first { tree } else { .empty }
    }
    /// The newest published one.
    package var head: PublishedHead? {
        if case .head(let head)? = self[.head].first { head } else { nil }
    }
    package func tasks(_ read: Read) -> [JobTask] {
        self[read].compactMap { if case .task(let task) = $0 { task } else { nil } }
    }
    package func leases(_ read: Read) -> [Lease] {
        self[read].compactMap { if case .lease(let lease) = $0 { lease } else { nil } }
    }
    package func pending(_ read: Read) -> [PendingEntry] {
        self[read].compactMap { if case .pending(let entry) = $0 { entry } else { nil } }
    }
}
