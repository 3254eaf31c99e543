import ControlPlane
import Domain
import Ethereum
import Wire

/// Locks the prices of leases of jobs that were sent from here, and signs how far they have come.
struct Locking {
    let session: Session
    let market: MarketClient
    let deployment: Deployment
    /// The payer's own: the escrow takes a lock from nobody else.
    let key: PrivateKey

    private var payer: ChainAddress { ChainAddress(key.address) }

    /// What is refused is told, and the others go on.
    ///
    /// - Returns: jobs with a lease whose last bill is to be signed yet.
    func look(_ book: inout VoucherBook, _ folder: VoucherFolder) async throws -> Set<JobID> {
        let jobs = Set(book.mandates.filter { $0.lockSeconds != nil }.map(\.job))
        guard !jobs.isEmpty else { return [] }
        let file = try LockFile(try await market.get("/v1/locks"), for: deployment)
        let own = file.locks.filter { $0.payer == payer }
        guard !own.isEmpty else { return [] }
        var known = book
        let waiting = try await ChainAccess.with(session) { access in
            try await access.check()
            var waiting: Set<JobID> = []
            for lock in own {
                do {
                    try await open(lock, file, access, &known, folder)
                    guard jobs.contains(lock.job) else { continue }
                    try await dispute(lock, file, access, known)
                    if try await !sign(lock, file, &known, folder) { waiting.insert(lock.job) }
                } catch let fault as VoucherBook.Fault {
                    let reason = ["job": lock.job.text, "reason": fault.text(in: session.language)]
                    session.terminal.note("! " + session.told(.signRefused, reason))
                }
            }
            return waiting
        }
        book = known
        return waiting
    }

    // MARK: Opening

    private func open(
        _ lock: LockDTO, _ file: LockFile, _ access: ChainAccess, _ book: inout VoucherBook,
        _ folder: VoucherFolder
    ) async throws {
        guard lock.isWanted, lock.id == nil else { return }
        let keys: LogKeysDTO = try await market.get("/v1/log/keys")
        let terms = try file.terms(lock)
        let id = try terms.id()
        try await mark(closedOf: lock.job, access, &book)
        try book.mayLock(
            lock, by: payer, key: keys.nodes[lock.node.text]?.bytes,
            at: session.now.milliseconds / 1_000)
        guard
            try await access.escrow.lease(id, on: access.chain, at: .latest).state == .unknown
        else { return }
        // A lock that cannot be sent is not noted: it would bound the job's cost for nothing.
        try await checkMeans(for: terms, access)
        try book.lock(lock, as: id)
        try folder.write(book)
        try await send(terms, access)
        let amount = Quantity.money(try Money(micro: lock.depositMicro))
        session.terminal.progress(
            "✓ " + session.told(.signLocked, ["lease": lock.lease.text, "amount": amount]))
    }

    /// What the escrow has closed for good bounds the job's cost no more.
    private func mark(
        closedOf job: JobID, _ access: ChainAccess, _ book: inout VoucherBook
    ) async throws {
        for other in book.locked ?? [] where other.job == job && other.closedMicro == nil {
            guard let id = Ethereum.Hex.bytes(of: other.id).flatMap(Hash256.init(bytes:)),
                try await access.escrow.lease(id, on: access.chain, at: .finalized).state
                    == .closed,
                let seconds = try await access.escrow.closing(of: id, on: access.chain)
            else { continue }
            try book.close(other.lease, seconds: Int64(clamping: seconds.asUInt64 ?? .max))
        }
    }

    private func checkMeans(for terms: LeaseTerms, _ access: ChainAccess) async throws {
        let has = try await access.dollar.balance(of: key.address, on: access.chain, at: .latest)
        guard has >= terms.deposit else {
            let symbol = try await access.dollar.symbol(on: access.chain, at: .latest)
            throw WireError.chainWrong(.chainTooLittle, ["has": TokenAmount.text("\(has)", symbol)])
        }
    }

    private func send(_ terms: LeaseTerms, _ access: ChainAccess) async throws {
        let sender = try await ChainSender(access.chain, session, key: key)
        let allowed = try await access.dollar.allowance(
            of: key.address, for: access.escrow.address, on: access.chain, at: .latest)
        let approval = try access.dollar.approve(access.escrow.address, terms.deposit)
        _ = try await sender.send(
            (allowed < terms.deposit ? [approval] : []) + [try access.escrow.openLease(terms)])
    }

    // MARK: Disputing

    /// A claim above what is proven is struck out: nobody but the payer can, and only in time.
    private func dispute(
        _ lock: LockDTO, _ file: LockFile, _ access: ChainAccess, _ book: VoucherBook
    ) async throws {
        // Whatever the market says of it: the escrow is asked.
        let terms = try file.terms(lock)
        let most = UInt64(max(book.mostClaimed(of: lock.lease, lock.job), 0))
        let lease = try await access.escrow.lease(
            try terms.id(), on: access.chain, at: .latest)
        guard lease.state == .open, lease.claimed > 0, lease.claimSeconds > most else { return }
        let sender = try await ChainSender(access.chain, session, key: key)
        _ = try await sender.send([try access.escrow.dispute(terms)])
        session.terminal.note("! " + session.told(.signDisputed, ["lease": lock.lease.text]))
    }

    // MARK: Signing

    /// - Returns: whether its last bill is signed.
    private func sign(
        _ lock: LockDTO, _ file: LockFile, _ book: inout VoucherBook, _ folder: VoucherFolder
    ) async throws -> Bool {
        if lock.progress?.elapsed ?? 0 > 0 { return true }
        guard lock.id != nil else { return false }
        let id = try file.terms(lock).id()
        guard let step = try book.step(of: lock, as: id) else { return false }
        let digest = try step.voucher(of: id).digest(for: file.escrow, on: deployment.chain)
        let signed = HeldProgress(
            seconds: step.seconds, elapsed: step.elapsed, usageRoot: step.usageRoot,
            signature: key.sign(digest).bytes)
        book.note(step, of: lock.lease)
        try folder.write(book)
        let _: LockFileDTO = try await market.put(
            "/v1/locks/\(lock.lease)/progress", ProgressDTO(signed))
        session.terminal.progress(
            "✓ "
                + session.told(
                    .signProgress,
                    ["lease": lock.lease.text, "seconds": String(step.seconds)]))
        return step.isLast
    }
}
