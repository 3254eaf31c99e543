import ControlPlane
import Domain
import Ethereum
import Wire

// What a user has locked for leases of jobs that they have sent themselves, and what they sign of them.
extension VoucherBook {
    /// One lease whose price was locked.
    struct Locked: Hashable, Codable, Sendable {
        let lease: LeaseID
        let job: JobID
        /// Its name in the escrow, `0x` and 64 digits.
        let id: String
        let depositMicro: Int64
        let microPerHour: Int64
        /// What was signed for last.
        var seconds: Int64
        /// What the escrow has taken of the deposit; nil: it has not closed it.
        var closedMicro: Int64?
        /// What was locked, so that no market is needed to watch over it; nil in books of an older form.
        var lock: LockDTO?
        /// The chain's last final block when it was locked; nil in books of an older form.
        var block: UInt64?
        /// Its last word is signed.
        var isSigned: Bool?

        private enum CodingKeys: String, CodingKey {
            case lease, job, id, seconds, lock, block
            case isSigned = "signed"
            case depositMicro = "deposit_micro"
            case microPerHour = "micro_per_hour"
            case closedMicro = "closed_micro"
        }

        /// What it may still cost, or has cost.
        var boundMicro: Int64 { closedMicro ?? depositMicro }
        /// Nil for a name that is none.
        var name: Hash256? { Ethereum.Hex.bytes(of: id).flatMap(Hash256.init(bytes:)) }
    }

    /// What the escrow has not closed for good.
    var openLocks: [Locked] { (locked ?? []).filter { $0.closedMicro == nil } }

    /// The terms of a lease that may be locked: of a job that was sent from here, within its price, commission and
    /// budget, for a payee that its node has named, and not for longer than the job may take.
    ///
    /// - Parameters:
    ///   - key: the receipt key that the market names for the lease's node; the log is to bear it out before
    ///     anything is signed.
    ///   - now: seconds since 1970.
    /// - Throws: `Fault`.
    func mayLock(
        _ lock: LockDTO, by payer: ChainAddress, key: [UInt8]?, at now: Int64
    ) throws {
        let wrong = Fault.termsOther(lock.lease)
        guard let mandate = mandates.first(where: { $0.job == lock.job }),
            let seconds = mandate.lockSeconds, lock.payer == payer,
            lock.deadline > now, lock.deadline <= now + seconds, lock.depositMicro > 0
        else { throw wrong }
        guard lock.microPerHour > 0 else { throw wrong }
        guard lock.microPerHour <= mandate.mostMicroPerHour else {
            throw Fault.priceAbove(lock.lease)
        }
        guard lock.commissionBPS <= mandate.mostCommissionBPS else {
            throw Fault.commissionAbove(lock.lease)
        }
        guard let key, EntryAudit.isSigned(lock.payee.signed, by: lock.node, key: key) else {
            throw Fault.payeeUnsaid(lock.lease)
        }
        var bound = lock.depositMicro
        for other in locked ?? [] where other.job == lock.job && other.lease != lock.lease {
            let (sum, isOver) = bound.addingReportingOverflow(other.boundMicro)
            guard !isOver else { throw wrong }
            bound = sum
        }
        guard bound <= mandate.budgetMicro else { throw Fault.lockedAbove(micro: bound) }
    }

    /// To be kept before anything is sent. The same again changes nothing.
    ///
    /// - Throws: `Fault.termsOther` for a lease that is locked by other terms: one lease is locked once.
    mutating func lock(_ lock: LockDTO, as id: Hash256, after block: UInt64? = nil) throws {
        if let known = locked?.first(where: { $0.lease == lock.lease }) {
            guard known.id == "\(id)" else { throw Fault.termsOther(lock.lease) }
            return
        }
        locked =
            (locked ?? []) + [
                Locked(
                    lease: lock.lease, job: lock.job, id: "\(id)", depositMicro: lock.depositMicro,
                    microPerHour: lock.microPerHour, seconds: 0, lock: lock, block: block)
            ]
    }

    /// What is to be signed of a lease now, without its signature: as far as the log bears it out; nil: nothing new.
    ///
    /// - Parameter id: of the terms that the market names now.
    /// - Throws: `Fault.termsOther` where they are not those that were locked.
    func step(of lock: LockDTO, as id: Hash256) throws -> HeldProgress? {
        guard let known = locked?.first(where: { $0.lease == lock.lease }),
            let mandate = mandates.first(where: { $0.job == lock.job })
        else { return nil }
        guard known.id == "\(id)" else { throw Fault.termsOther(lock.lease) }
        let counted = mandate.leases.first { $0.lease == lock.lease }
        // The log's records have what was agreed on: a lock that promises less gives back less.
        if let counted {
            guard counted.payee == lock.payee.address, counted.serviceLevel == lock.serviceLevel
            else { throw Fault.termsOther(lock.lease) }
        }
        let seconds = counted?.seconds ?? 0
        let step = HeldProgress(
            seconds: seconds, elapsed: max(lock.bill?.elapsed ?? 0, 0),
            usageRoot: counted?.leaf.bytes ?? [UInt8](repeating: 0, count: 32), signature: [])
        if let bill = lock.bill {
            // A bill that the log does not bear out yet waits.
            let isKept = lock.progress?.elapsed ?? 0 > 0
            guard bill.seconds == seconds, bill.elapsed >= max(seconds, 1), !isKept,
                lock.serviceLevel == nil || counted?.elapsed ?? 1 == bill.elapsed
            else { return nil }
            return step
        }
        // Also the same again, where it did not reach the market: to sign it twice gives nothing away.
        return seconds > lock.progress?.seconds ?? 0 ? step : nil
    }

    /// To be kept before the signature leaves.
    mutating func note(_ step: HeldProgress, of lease: LeaseID) {
        guard let place = locked?.firstIndex(where: { $0.lease == lease }) else { return }
        locked?[place].seconds = step.seconds
        if step.isLast { locked?[place].isSigned = true }
    }

    /// The escrow has closed it with these seconds, whoever said so.
    mutating func close(_ lease: LeaseID, seconds: Int64) throws {
        guard let place = locked?.firstIndex(where: { $0.lease == lease }),
            let known = locked?[place]
        else { return }
        let rate = try Rate(microPerHour: known.microPerHour)
        let charge = EntryAudit.charge(seconds: seconds, rate: rate) ?? known.depositMicro
        locked?[place].closedMicro = min(charge, known.depositMicro)
    }

    func signedSeconds(of lease: LeaseID) -> Int64 {
        locked?.first { $0.lease == lease }?.seconds ?? 0
    }

    func isLastSigned(of lease: LeaseID) -> Bool {
        locked?.first { $0.lease == lease }?.isSigned == true
    }

    /// Seconds that a claim of a lease may say: what the log has borne out of it, or was signed.
    func mostClaimed(of lease: LeaseID, _ job: JobID) -> Int64 {
        let counted = mandates.first { $0.job == job }?.leases.first { $0.lease == lease }
        return max(counted?.seconds ?? 0, signedSeconds(of: lease))
    }
}

extension JobSpec {
    /// Seconds for which the price of one of its leases may be locked; nil where none is. A lease's own time, and two
    /// days for its parties to open, sign, claim and settle.
    var longestLock: Int64? { payment == .lock ? maxDuration + 2 * 86_400 : nil }
}
