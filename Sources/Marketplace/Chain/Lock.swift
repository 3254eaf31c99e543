import Accounting
package import Domain

/// A lease whose price is locked on a chain before it starts, as far as the market knows of it.
package struct Lock: Hashable, Sendable, Codable {
    package let lease: LeaseID
    package let terms: LockTerms
    /// Its name in the escrow, 32 bytes; nil: the escrow has not opened it.
    package var id: [UInt8]?
    /// What the market's books made of the lease; nil: it is not over.
    package var bill: LockBill?
    /// The payer's last word.
    package var signed: HeldProgress?
    /// By the payee, of the payer's last word of all: r ‖ s ‖ v, 65 bytes.
    package var agreement: [UInt8]?
    /// Whether a deed that is open closes it.
    package var isUnderway: Bool
    /// Deeds that were to close it.
    package var tries: Int
    /// As the escrow has closed it; nil: it has not.
    package var closing: LockClosing?

    package init(lease: LeaseID, terms: LockTerms) {
        self.lease = lease
        self.terms = terms
        isUnderway = false
        tries = 0
    }

    /// What the escrow did not close is tried again, as its clock may be behind, but not for ever.
    package static let mostTries = 5

    /// What both sides have signed and no deed is on its way with.
    package var agreed: AgreedProgress? {
        guard id != nil, closing == nil, !isUnderway, tries < Self.mostTries, let signed,
            signed.isLast, let agreement
        else { return nil }
        return AgreedProgress(lease: lease, terms: terms, progress: signed, agreement: agreement)
    }

    package var isAgreed: Bool { agreed != nil }

    /// What its payer has not signed for yet of what its lease has used; nothing of one that the escrow has closed.
    ///
    /// - Parameter logged: seconds that a record of the log bears out, of a lease that goes on: more cannot be
    ///   signed for.
    package func unsigned(logged: Int64) throws(MoneyOverflow) -> Money {
        guard closing == nil, id != nil else { return .zero }
        let used = try Bill.charge(seconds: bill?.seconds ?? max(logged, 0), rate: terms.rate)
        return used.excess(over: try Bill.charge(seconds: signed?.seconds ?? 0, rate: terms.rate))
    }

    /// Nothing more comes of it: closed, or over and not opened. One that is opened later is open again.
    package var isOver: Bool { closing != nil ? bill != nil : bill != nil && id == nil }

    /// The ledger's accounts that its money moves between.
    var accounts: [LedgerAccount] {
        [.escrow, .locked(terms.payer), .lockEarned(terms.payee), .lockCommission]
    }
}

/// What a locked lease has come to by the market's books.
package struct LockBill: Hashable, Sendable, Codable {
    package let seconds: Int64
    /// From start to end by the market's clock, 1 or more.
    package let elapsed: Int64
    package let posted: Posted

    package init(seconds: Int64, elapsed: Int64, posted: Posted) {
        self.seconds = seconds
        self.elapsed = elapsed
        self.posted = posted
    }
}

/// How the escrow has closed a lease.
package struct LockClosing: Hashable, Sendable, Codable {
    package let seconds: Int64
    /// Given back to the payer of what the seconds cost.
    package let credit: Money

    package init(seconds: Int64, credit: Money) {
        self.seconds = seconds
        self.credit = credit
    }
}

/// Something that the escrow has said of a lease in a block that is final.
package enum LockFact: Hashable, Sendable, Codable {
    case opened(id: [UInt8])
    case closed(LockClosing)
}

/// What a party of a locked lease has signed.
package enum LockWord: Hashable, Sendable {
    case progress(HeldProgress)
    case agreement([UInt8])
}

extension Read {
    /// All of a payer's that the escrow may open yet.
    package static func unopenedLocksOf(_ payer: ChainAddress) -> Read {
        .unopenedLocks(of: payer, limit: 1_000_000)
    }

    /// All of a payer's that something may come of.
    package static func openLocksOf(_ payer: ChainAddress) -> Read {
        .locks(of: payer, limit: 1_000_000)
    }
}

extension Rows {
    package func lock(_ lease: LeaseID) -> Lock? {
        if case .lock(let lock)? = self[.lock(lease)].first { lock } else { nil }
    }

    /// Of a payer whose locks were read by `Read.openLocksOf`, and their leases.
    package func unsignedLocks(of payer: ChainAddress) throws(Refusal) -> Money {
        var sum = Money.zero
        for lock in locks(.openLocksOf(payer)) {
            let logged = lease(lock.lease)?.loggedSeconds ?? 0
            do throws(MoneyOverflow) {
                sum = try sum.adding(lock.unsigned(logged: logged))
            } catch {
                throw .amountOutOfRange
            }
        }
        return sum
    }

    package func locks(_ read: Read) -> [Lock] {
        self[read].compactMap { if case .lock(let lock) = $0 { lock } else { nil } }
    }
}
