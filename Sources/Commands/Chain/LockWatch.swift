import ControlPlane
import Domain
import Ethereum
import Wire

/// Watches over what was locked from here until the escrow has closed it for good: strikes out claims above what is
/// proven, and has the rest freed once nobody else can close it. No market is asked.
struct LockWatch {
    /// After the time in which a provider can settle alone, so long is still waited where it would lose what was
    /// signed for it.
    private static let mercySeconds: UInt64 = 86_400

    let session: Session
    let deployment: Deployment
    /// The payer's own.
    let key: PrivateKey

    /// Looks once at all that a folder's book has open, and keeps what was found.
    ///
    /// - Returns: leases of which the escrow knows nothing yet.
    func look(_ folder: VoucherFolder) async throws -> Set<LeaseID> {
        var book = try folder.read()
        guard !book.openLocks.isEmpty else { return [] }
        let unopened = try await ChainAccess.with(session) { access in
            try await access.check()
            return try await look(&book, access)
        }
        try folder.write(book)
        return unopened
    }

    /// - Returns: leases of which the escrow knows nothing: what was to lock them was not sent, or is not in a block.
    private func look(_ book: inout VoucherBook, _ access: ChainAccess) async throws -> Set<LeaseID>
    {
        var unopened: Set<LeaseID> = []
        let chain = access.chain
        let (now, final) = (try await chain.latest().second, try await chain.finalized().second)
        for known in book.openLocks {
            guard let id = known.name else { continue }
            if try await isOver(known, id, access, final, &book) { continue }
            // Books of an older form have no terms of their own.
            guard let lock = known.lock else { continue }
            let lease = try await access.escrow.lease(id, on: chain, at: .latest)
            if lease.state == .unknown { unopened.insert(known.lease) }
            if lease.state == .open {
                // What keeps one from being done keeps no other from it.
                do { try await act(lock, lease, book, access, now) } catch {
                    try session.endure(error)
                }
            }
        }
        return unopened
    }

    /// Closed for good, or never opened and too late for it.
    private func isOver(
        _ known: VoucherBook.Locked, _ id: Hash256, _ access: ChainAccess, _ final: UInt64,
        _ book: inout VoucherBook
    ) async throws -> Bool {
        switch try await access.escrow.lease(id, on: access.chain, at: .finalized).state {
        case .open: return false
        case .unknown:
            guard let lock = known.lock, final > UInt64(max(lock.deadline, 0)) else { return false }
            try book.close(known.lease, seconds: 0)
            return true
        case .closed:
            let first = known.block ?? deployment.fromBlock
            guard
                let closing = try await access.escrow.closing(
                    of: id, since: first, on: access.chain)
            else { return false }
            try book.close(known.lease, seconds: Int64(clamping: closing.asUInt64 ?? .max))
            session.terminal.note(
                "✓ " + session.told(.signClosed, ["lease": known.lease.text]))
            return true
        }
    }

    private func act(
        _ lock: LockDTO, _ lease: LeaseEscrow.Lease, _ book: VoucherBook, _ access: ChainAccess,
        _ now: UInt64
    ) async throws {
        let terms = LeaseTerms(try lock.terms, of: lock.lease, in: deployment.dollar)
        let proven = UInt64(max(book.mostClaimed(of: lock.lease, lock.job), 0))
        if lease.claimed > 0, lease.claimSeconds > proven,
            try await isTaken(try access.escrow.dispute(terms), access)
        {
            session.terminal.note("! " + session.told(.signDisputed, ["lease": lock.lease.text]))
            return
        }
        let deadline = UInt64(max(lock.deadline, 0))
        let end = lease.stopped > 0 ? min(lease.stopped, deadline) : deadline
        let signed = UInt64(max(book.signedSeconds(of: lock.lease), 0))
        let isUnpaid =
            book.isLastSigned(of: lock.lease) || signed > max(lease.paidSeconds, lease.claimSeconds)
        guard now > end + (isUnpaid ? Self.mercySeconds : 0) else { return }
        guard try await isTaken(try access.escrow.refund(terms), access) else { return }
        session.terminal.note("✓ " + session.told(.signRefunded, ["lease": lock.lease.text]))
    }

    /// Not where the escrow says that it is too early or too late for it.
    private func isTaken(_ call: Transaction.Call, _ access: ChainAccess) async throws -> Bool {
        do {
            _ = try await access.chain.gas(of: call, from: key.address)
        } catch Chain.Refusal.reverted {
            return false
        }
        _ = try await ChainSender(access.chain, session, key: key).send([call])
        return true
    }
}
