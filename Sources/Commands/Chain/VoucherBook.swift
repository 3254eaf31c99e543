import Domain
import Transparency
import Wire

/// What a user has bought from the vault and what they have signed for it, in the user's own words: no sum is
/// taken from a market. A market that lies, with all that it has, gets a signature for no job that is not here,
/// and for none beyond its budget and price.
struct VoucherBook: Hashable, Codable, Sendable {
    /// A job that its user has sent, and the most that it may cost.
    struct Mandate: Hashable, Codable, Sendable {
        let job: JobID
        let budgetMicro: Int64
        let mostMicroPerHour: Int64
        /// The market's part of each charge, as it said when the job was sent: no bill with more is signed for.
        let mostCommissionBPS: Int64
        /// Seconds for which the price of a lease of it may be locked; nil: none is, a deposit pays.
        let lockSeconds: Int64?
        /// The key of the log that bore its first bill out: no other one does later.
        var logKey: String?
        var leases: [Counted] = []
        /// Over, and all of it counted.
        var isCounted = false

        init(
            _ job: JobID, budget: Money, atMost rate: Rate, commission: Int64,
            lockedFor seconds: Int64? = nil
        ) {
            lockSeconds = seconds
            mostCommissionBPS = commission
            self.job = job
            budgetMicro = budget.micro
            mostMicroPerHour = rate.microPerHour
        }

        private enum CodingKeys: String, CodingKey {
            case job, leases
            case budgetMicro = "budget_micro"
            case mostMicroPerHour = "most_micro_per_hour"
            case mostCommissionBPS = "most_commission_bps"
            case lockSeconds = "lock_seconds"
            case logKey = "log_key"
            case isCounted = "counted"
        }
    }

    /// A lease as far as its records in the log go.
    struct Counted: Hashable, Codable, Sendable {
        let lease: LeaseID
        let payee: ChainAddress
        let chargeMicro: Int64
        let commissionMicro: Int64
        /// Nil in books of an older form.
        var seconds: Int64?
        /// Of a lease that is over and whose provider promises something: from start to end.
        var elapsed: Int64?
        /// What its records say is promised; nil: nothing, or books of an older form.
        var serviceLevel: ServiceLevelDTO?
        /// Of its last record: place in the log, and leaf hash.
        let index: Int64
        let leaf: Base64Bytes

        private enum CodingKeys: String, CodingKey {
            case lease, payee, index, leaf, seconds, elapsed
            case serviceLevel = "service_level"
            case chargeMicro = "charge_micro"
            case commissionMicro = "commission_micro"
        }
    }

    /// What is owed to one payee.
    struct Sums: Hashable, Codable, Sendable {
        let payee: ChainAddress
        let cumulativeMicro: Int64
        let commissionMicro: Int64
        /// Of the newest record that is in it.
        let usageRoot: Base64Bytes

        private enum CodingKeys: String, CodingKey {
            case payee
            case cumulativeMicro = "cumulative_micro"
            case commissionMicro = "commission_micro"
            case usageRoot = "usage_root"
        }
    }

    var mandates: [Mandate] = []
    /// The last that was signed for each payee, by address.
    private(set) var signed: [Sums] = []
    /// What was locked in the escrow, by lease; nil in books of an older form.
    var locked: [Locked]?

    /// What a bill was not counted for.
    enum Fault: Error, Hashable, Sendable {
        case audit(AuditFault)
        /// Another log than the one that bore out the job's bills before.
        case logChanged
        case priceAbove(LeaseID)
        case commissionAbove(LeaseID)
        case budgetAbove(micro: Int64)
        /// What would be locked for a job at once.
        case lockedAbove(micro: Int64)
        /// The lease's node has not said whom to pay.
        case payeeUnsaid(LeaseID)
        /// Less than was counted before, or for somebody else.
        case wentBack(LeaseID)
        /// Terms of a lock that its user did not ask for.
        case termsOther(LeaseID)
    }

    // MARK: Jobs

    /// The same job again changes nothing.
    mutating func accept(_ mandate: Mandate) {
        guard !mandates.contains(where: { $0.job == mandate.job }) else { return }
        mandates.append(mandate)
    }

    /// Counts a job's bundle, if all of it is borne out; else nothing changes.
    ///
    /// - Parameter isOver: whether no record follows.
    /// - Throws: `Fault`.
    mutating func count(_ bundle: ProofBundleDTO, isOver: Bool) throws {
        guard let place = mandates.firstIndex(where: { $0.job == bundle.job }) else { return }
        var mandate = mandates[place]
        let audit = BundleAudit(bundle: bundle, pinned: nil, mirror: nil, mayRun: true)
        let entries: EntryAudit
        do {
            let verifier = try audit.verifier()
            guard mandate.logKey ?? verifier.description == verifier.description else {
                throw Fault.logChanged
            }
            mandate.logKey = verifier.description
            let (found, total) = try audit.entries(in: try audit.head(by: verifier))
            guard total.micro <= mandate.budgetMicro else {
                throw Fault.budgetAbove(micro: total.micro)
            }
            entries = found
        } catch let fault as AuditFault {
            throw Fault.audit(fault)
        }
        let counted = try bundle.leases.map { try Self.count($0, entries, mandate) }
        for old in mandate.leases {
            guard
                counted.contains(where: {
                    $0.lease == old.lease && $0.payee == old.payee
                        && $0.chargeMicro >= old.chargeMicro
                        && $0.commissionMicro >= old.commissionMicro
                })
            else { throw Fault.wentBack(old.lease) }
        }
        mandate.leases = counted
        mandate.isCounted = isOver
        mandates[place] = mandate
    }

    private static func count(
        _ lease: ProofLeaseDTO, _ entries: EntryAudit, _ mandate: Mandate
    ) throws -> Counted {
        guard let found = entries.leases[lease.lease], let last = lease.records.last,
            found.rate.microPerHour <= mandate.mostMicroPerHour
        else { throw Fault.priceAbove(lease.lease) }
        guard let payee = lease.payee?.signed, let key = entries.keys[found.node],
            EntryAudit.isSigned(payee, by: found.node, key: key),
            let points = lease.commissionBPS.flatMap({ BasisPoints($0) })
        else { throw Fault.payeeUnsaid(lease.lease) }
        guard points.value <= mandate.mostCommissionBPS else {
            throw Fault.commissionAbove(lease.lease)
        }
        return Counted(
            lease: lease.lease, payee: payee.address, chargeMicro: try found.payable.micro,
            commissionMicro: EntryAudit.commission(of: found.charge.micro, at: points),
            seconds: found.seconds,
            elapsed: found.isFinal ? found.promise?.elapsed : nil,
            serviceLevel: found.promise.map { ServiceLevelDTO($0.level) },
            index: last.index, leaf: Base64Bytes(LogHash.leaf(last.bytes.bytes).bytes))
    }

    // MARK: Signing

    /// What may be signed for and is not, or has not reached the market, by payee.
    ///
    /// - Parameter held: what the market says that it has, by payee. To sign the same sums again gives nothing away:
    ///   they are cumulative.
    func due(held: [ChainAddress: Int64]) throws -> [Sums] {
        let owing = mandates.filter { $0.lockSeconds == nil }
        let payees = Set(owing.flatMap { $0.leases.map(\.payee) }).sorted()
        return try payees.compactMap { payee in
            let sums = try sums(for: payee)
            let last = signed.first { $0.payee == payee }?.cumulativeMicro ?? 0
            let isLost = held[payee] ?? 0 < sums.cumulativeMicro
            return sums.cumulativeMicro > last || isLost ? sums : nil
        }
    }

    /// Whether a job's bill is not what was counted of it, as after it was run again.
    mutating func reopen(_ job: JobID, charged: Money) {
        guard let place = mandates.firstIndex(where: { $0.job == job && $0.isCounted }) else {
            return
        }
        let counted = mandates[place].leases.reduce(0) { $0 + $1.chargeMicro }
        if counted != charged.micro { mandates[place].isCounted = false }
    }

    private func sums(for payee: ChainAddress) throws -> Sums {
        var (cumulative, commission) = (Money.zero, Money.zero)
        var newest: Counted?
        let owing = mandates.filter { $0.lockSeconds == nil }
        for lease in owing.flatMap(\.leases) where lease.payee == payee {
            cumulative = try cumulative.adding(try Money(micro: lease.chargeMicro))
            commission = try commission.adding(try Money(micro: lease.commissionMicro))
            if lease.index >= newest?.index ?? 0 { newest = lease }
        }
        return Sums(
            payee: payee, cumulativeMicro: cumulative.micro, commissionMicro: commission.micro,
            usageRoot: newest?.leaf ?? Base64Bytes([UInt8](repeating: 0, count: 32)))
    }

    /// To be kept before the signature leaves.
    mutating func note(_ sums: Sums) {
        signed.removeAll { $0.payee == sums.payee }
        signed = (signed + [sums]).sorted { $0.payee < $1.payee }
    }
}
