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

    /// Locks what is asked for, and signs. What is refused is told, and the others go on.
    ///
    /// - Returns: jobs with a lease that the escrow has opened, or is to open, and has not closed for good.
    func advance(
        _ book: inout VoucherBook, _ folder: VoucherFolder, _ unopened: Set<LeaseID>
    ) async throws -> Set<JobID> {
        guard book.mandates.contains(where: { $0.lockSeconds != nil }) else { return [] }
        let file = try LockFile(try await market.get("/v1/locks"), for: deployment)
        let own = file.locks.filter { $0.payer == payer }
        if !own.isEmpty {
            var known = book
            try await ChainAccess.with(session) { access in
                try await access.check()
                for lock in own { try await advance(lock, file, access, &known, folder) }
            }
            book = known
        }
        // Nothing comes of what the market does not wait for any more, unless a block has it yet.
        let idle = unopened.subtracting(own.filter(\.isWanted).map(\.lease))
        return Set(book.openLocks.filter { !idle.contains($0.lease) }.map(\.job))
    }

    private func advance(
        _ lock: LockDTO, _ file: LockFile, _ access: ChainAccess, _ book: inout VoucherBook,
        _ folder: VoucherFolder
    ) async throws {
        do {
            try await open(lock, file, access, &book, folder)
            try await sign(lock, file, &book, folder)
        } catch let fault as VoucherBook.Fault {
            let reason = ["job": lock.job.text, "reason": fault.text(in: session.language)]
            session.terminal.note("! " + session.told(.signRefused, reason))
        } catch {
            try session.endure(error)
        }
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
        try book.mayLock(
            lock, by: payer, key: keys.nodes[lock.node.text]?.bytes,
            at: session.now.milliseconds / 1_000)
        guard
            try await access.escrow.lease(id, on: access.chain, at: .latest).state == .unknown
        else { return }
        try await checkMeans(for: terms, access)
        try await allow(terms, access)
        // A lock that cannot be sent is not noted: it would bound the job's cost for nothing.
        let call = try access.escrow.openLease(terms)
        _ = try await access.chain.gas(of: call, from: key.address)
        try book.lock(lock, as: id, after: try await access.chain.finalized().number)
        try folder.write(book)
        _ = try await ChainSender(access.chain, session, key: key).send([call])
        let amount = Quantity.money(try Money(micro: lock.depositMicro))
        session.terminal.note(
            "✓ " + session.told(.signLocked, ["lease": lock.lease.text, "amount": amount]))
    }

    private func checkMeans(for terms: LeaseTerms, _ access: ChainAccess) async throws {
        let has = try await access.dollar.balance(of: key.address, on: access.chain, at: .latest)
        guard has >= terms.deposit else {
            let symbol = try await access.dollar.symbol(on: access.chain, at: .latest)
            throw WireError.chainWrong(
                .chainTooLittle,
                [
                    "has": TokenAmount.text("\(has)", symbol),
                    "needed": TokenAmount.text("\(terms.deposit)", symbol),
                ])
        }
    }

    /// Lets the escrow take the deposit, which it does for nobody but its owner.
    private func allow(_ terms: LeaseTerms, _ access: ChainAccess) async throws {
        let allowed = try await access.dollar.allowance(
            of: key.address, for: access.escrow.address, on: access.chain, at: .latest)
        guard allowed < terms.deposit else { return }
        let approval = try access.dollar.approve(access.escrow.address, terms.deposit)
        _ = try await ChainSender(access.chain, session, key: key).send([approval])
    }

    // MARK: Signing

    private func sign(
        _ lock: LockDTO, _ file: LockFile, _ book: inout VoucherBook, _ folder: VoucherFolder
    ) async throws {
        guard lock.id != nil else { return }
        let id = try file.terms(lock).id()
        guard let step = try book.step(of: lock, as: id) else { return }
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
    }
}
