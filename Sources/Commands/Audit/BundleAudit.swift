import Domain
import Transparency
import Wire

/// Verifies a job's bundle with nothing but its own bytes: no market, no account, no network.
struct BundleAudit {
    /// What was proven.
    struct Verdict: Hashable, Codable {
        struct Lease: Hashable, Codable {
            let lease: LeaseID
            let seconds: Int64
            let microPerHour: Int64
            let chargedMicro: Int64
            /// What was promised of its time, and what came of it; left out where nothing was.
            let serviceLevel: ServiceLevelDTO?
            let elapsedS: Int64?
            let creditMicro: Int64?

            init(_ lease: LeaseID, _ found: EntryAudit.LeaseSoFar) {
                self.lease = lease
                seconds = found.seconds
                microPerHour = found.rate.microPerHour
                chargedMicro = found.charge.micro
                serviceLevel = found.promise.map { ServiceLevelDTO($0.level) }
                elapsedS = found.promise?.elapsed
                creditMicro = found.promise?.credit.micro
            }

            private enum CodingKeys: String, CodingKey {
                case lease
                case seconds = "metered_s"
                case microPerHour = "micro_per_hour"
                case chargedMicro = "charged_micro"
                case serviceLevel = "service_level"
                case elapsedS = "elapsed_s"
                case creditMicro = "credit_micro"
            }
        }

        let job: JobID
        let records: Int
        let leases: [Lease]
        let totalMicro: Int64
        let headSize: Int64
        let logKey: String
        /// Where a chain bears the head out, if one was asked.
        var anchor: HeadAnchor.Verdict?

        private enum CodingKeys: String, CodingKey {
            case job, records, leases, anchor
            case totalMicro = "total_micro"
            case headSize = "head_size"
            case logKey = "log_key"
        }
    }

    let bundle: ProofBundleDTO
    /// The key that signs the log's heads, pinned by a mirror or by the auditor; nil: the bundle's.
    let pinned: NoteVerifier?
    /// An independent copy of the log.
    let mirror: Mirror?
    /// Whether a lease may have no last record yet: then what its records say so far is proven.
    var mayRun = false

    struct Mirror {
        /// The entry at an index; nil beyond its end.
        let entry: (Int64) throws -> [UInt8]?
        /// Every entry below a size, in order.
        let forEach: (Int64, (Int64, [UInt8]) throws -> Void) throws -> Void
        let size: Int64
    }

    /// - Throws: the first `AuditFault` found.
    func verify() throws -> Verdict {
        let verifier = try verifier()
        let head = try head(by: verifier)
        let (audit, total) = try entries(in: head)
        return Verdict(
            job: bundle.job, records: audit.records,
            leases: bundle.leases.map(\.lease).compactMap { id in
                audit.leases[id].map { Verdict.Lease(id, $0) }
            }, totalMicro: total.micro, headSize: head.size, logKey: verifier.description)
    }

    /// Every key and record of the bundle, followed, and the sum of its leases' charges.
    func entries(in head: Head) throws -> (audit: EntryAudit, total: Money) {
        var audit = EntryAudit()
        var keyIndexes: [Int64: [UInt8]] = [:]
        var seen: [LeaseID] = []
        var total = Money.zero
        for lease in bundle.leases {
            guard !seen.contains(lease.lease) else { throw AuditFault.leaseTerms(lease.lease) }
            seen.append(lease.lease)
            try checkKey(lease, head, &audit, &keyIndexes)
            try checkRecords(of: lease, head, &audit)
            try checkTerms(of: lease, audit)
            total = try adding(lease, audit, to: total)
        }
        try checkNothingLeftOut(head)
        return (audit, total)
    }

    /// - Throws: `AuditFault.leaseTerms` for charges that no market can have summed up.
    private func adding(
        _ lease: ProofLeaseDTO, _ audit: EntryAudit, to total: Money
    ) throws -> Money {
        do throws(MoneyOverflow) {
            guard let found = audit.leases[lease.lease] else { return total }
            return try total.adding(try found.payable)
        } catch {
            throw AuditFault.leaseTerms(lease.lease)
        }
    }

    func verifier() throws -> NoteVerifier {
        let own: NoteVerifier
        do throws(NoteRefusal) {
            own = try NoteVerifier(name: bundle.origin, publicKey: bundle.logKey.bytes)
        } catch {
            throw AuditFault.headRefused(error.description)
        }
        guard pinned == nil || pinned == own else { throw AuditFault.logKeyChanged }
        return own
    }

    func head(by verifier: NoteVerifier) throws -> Head {
        do throws(NoteRefusal) {
            return try SignedHead(verifying: Array(bundle.head.utf8), with: verifier).head
        } catch {
            throw AuditFault.headRefused(error.description)
        }
    }

    // MARK: Leases

    private func checkKey(
        _ lease: ProofLeaseDTO, _ head: Head, _ audit: inout EntryAudit,
        _ known: inout [Int64: [UInt8]]
    ) throws {
        let record = lease.nodeKey
        try checkInclusion(record, head)
        // Leases of one node share its key's entry.
        if known[record.index] == record.bytes.bytes { return }
        known[record.index] = record.bytes.bytes
        guard case .nodeKey? = try? LoggedEntry(bytes: record.bytes.bytes) else {
            throw AuditFault.record(index: record.index, .unreadable)
        }
        try take(record, &audit)
    }

    private func checkRecords(
        of lease: ProofLeaseDTO, _ head: Head, _ audit: inout EntryAudit
    ) throws {
        guard !lease.records.isEmpty else { throw AuditFault.recordsMissing(lease.lease) }
        var last: Int64 = -1
        for record in lease.records {
            guard record.index > last else {
                throw AuditFault.record(index: record.index, .secondsBack)
            }
            last = record.index
            try checkInclusion(record, head)
            guard case .usage(let usage)? = try? LoggedEntry(bytes: record.bytes.bytes) else {
                throw AuditFault.record(index: record.index, .unreadable)
            }
            if let fault = ownerFault(usage, lease) {
                throw AuditFault.record(index: record.index, fault)
            }
            try take(record, &audit)
        }
    }

    /// The record is this lease's, and its hashes are this renter's and this job's.
    private func ownerFault(_ usage: UsageRecord, _ lease: ProofLeaseDTO) -> RecordFault? {
        let salt = bundle.salt.bytes
        if usage.lease != lease.lease { return .otherLease }
        if usage.renterHash != SaltedHash.of(bundle.renter.text, salt: salt) { return .renterHash }
        if usage.jobHash != SaltedHash.of(bundle.job.text, salt: salt) { return .jobHash }
        return nil
    }

    private func take(_ record: ProofRecordDTO, _ audit: inout EntryAudit) throws {
        do throws(RecordFault) {
            try audit.take(record.bytes.bytes)
        } catch {
            throw AuditFault.record(index: record.index, error)
        }
    }

    private func checkInclusion(_ record: ProofRecordDTO, _ head: Head) throws {
        let path = record.proof.compactMap { LogHash($0.bytes) }
        let proof = InclusionProof(index: record.index, size: head.size, path: path)
        do throws(ProofRefusal) {
            guard path.count == record.proof.count else { throw ProofRefusal.wrongLength }
            try proof.verify(leaf: .leaf(record.bytes.bytes), root: head.root)
        } catch {
            throw AuditFault.record(index: record.index, .proofWrong)
        }
        if let mirror {
            guard try mirror.entry(record.index) == record.bytes.bytes else {
                throw AuditFault.record(index: record.index, .notMirrored)
            }
        }
    }

    /// The salt in the bundle finds every record of the job in a copy of the log, up to the bundle's
    /// own head: a bundle that left one out would prove too small a bill.
    private func checkNothingLeftOut(_ head: Head) throws {
        guard let mirror else { return }
        let told = Set(bundle.leases.flatMap { $0.records.map(\.index) })
        let ours = SaltedHash.of(bundle.job.text, salt: bundle.salt.bytes)
        try mirror.forEach(min(head.size, mirror.size)) { index, bytes in
            guard case .usage(let record)? = try? LoggedEntry(bytes: bytes),
                record.jobHash == ours, !told.contains(index)
            else { return }
            throw AuditFault.record(index: index, .leftOut)
        }
    }

    /// What the bundle claims in numbers is what its records say; a lease still running has no
    /// last record, and its bill is not proven yet.
    private func checkTerms(of lease: ProofLeaseDTO, _ audit: EntryAudit) throws {
        guard let found = audit.leases[lease.lease] else {
            throw AuditFault.leaseTerms(lease.lease)
        }
        guard found.isFinal || mayRun else { throw AuditFault.leaseOpen(lease.lease) }
        guard found.attempt == lease.attempt, found.rate.microPerHour == lease.microPerHour,
            found.charge.micro == lease.chargedMicro,
            lease.creditMicro == (found.isFinal ? found.promise?.credit.micro : nil),
            found.promise == nil || found.promise?.commission.value == lease.commissionBPS
        else { throw AuditFault.leaseTerms(lease.lease) }
    }
}
