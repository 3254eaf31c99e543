package import Domain

/// A job's whole budget, set aside at submit.
///
/// At every moment `escrowed + charged ≤ amount`; the rest is free for further leases.
package struct Hold: Hashable, Sendable, Codable {
    package enum Life: Hashable, Sendable, Codable {
        case pending
        /// Closed with a charge; the rest went back.
        case posted(refunded: Money)
        /// Closed without a charge; all went back.
        case voided
    }

    package let job: JobID
    package let renter: AccountID
    /// Whose money on a chain it is of; nil: the renter's balance. Rows of an older form have none.
    package let payer: ChainAddress?
    /// How its payer pays; by `.lock` no money is set aside, and it bounds what its leases lock.
    package let settlement: Settlement?
    package let amount: Money
    /// Sum of the escrows of leases that are not settled, less what they have posted.
    package private(set) var escrowed: Money
    /// Sum of all charges posted.
    package private(set) var charged: Money
    package private(set) var life: Life

    package init(
        job: JobID, renter: AccountID, payer: ChainAddress? = nil, amount: Money,
        settlement: Settlement? = nil
    ) {
        self.settlement = settlement
        self.job = job
        self.renter = renter
        self.payer = payer
        self.amount = amount
        escrowed = .zero
        charged = .zero
        life = .pending
    }

    package var purse: Purse { Purse(of: renter, payer: payer, by: settlement) }

    /// Whether it holds no money of its own.
    package var isLimit: Bool { purse.available == nil }

    /// What no lease may use yet.
    package var free: Money { Self.difference(Self.difference(amount, charged), escrowed) }

    /// Carves `escrow` out of the free part for a lease.
    package mutating func carve(_ escrow: Money) throws(LedgerError) {
        guard life == .pending, escrow > .zero, escrow <= free else {
            throw .insufficient(purse.held, balance: free, needed: escrow)
        }
        escrowed = Self.sum(escrowed, escrow)
    }

    /// Moves `charge` of a lease's escrow to charged.
    package mutating func post(_ charge: Money) throws(LedgerError) {
        guard life == .pending, charge >= .zero, charge <= escrowed else {
            throw .insufficient(purse.held, balance: escrowed, needed: charge)
        }
        escrowed = Self.difference(escrowed, charge)
        charged = Self.sum(charged, charge)
    }

    /// Gives the unused rest of a lease's escrow back to the hold's free part.
    package mutating func release(_ rest: Money) throws(LedgerError) {
        guard life == .pending, rest >= .zero, rest <= escrowed else {
            throw .insufficient(purse.held, balance: escrowed, needed: rest)
        }
        escrowed = Self.difference(escrowed, rest)
    }

    /// Ends the hold.
    ///
    /// - Returns: what goes back to the renter.
    /// - Throws: `.insufficient` while a lease still has escrow, or when already closed.
    package mutating func close() throws(LedgerError) -> Money {
        guard life == .pending, escrowed == .zero else {
            throw .insufficient(purse.held, balance: .zero, needed: escrowed)
        }
        let rest = free
        life = charged == .zero ? .voided : .posted(refunded: rest)
        return rest
    }

    /// Opens a closed hold again for what it has not charged.
    ///
    /// - Returns: what must be set aside again.
    package mutating func reopen() throws(LedgerError) -> Money {
        guard life != .pending else { throw .notPositive }
        life = .pending
        return free
    }

    // Both operands lie within 0…amount by the checks above, so neither sum nor difference leaves
    // the range of `Money`.
    private static func sum(_ left: Money, _ right: Money) -> Money {
        (try? left.adding(right)) ?? left
    }
    private static func difference(_ left: Money, _ right: Money) -> Money {
        (try? left.subtracting(right)) ?? left
    }
}
