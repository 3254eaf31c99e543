/// What a key may sign: the rule, over values alone.
package struct SpendingLimits: Hashable, Sendable {
    package struct Ceiling: Hashable, Sendable {
        package let perTransaction: UInt256
        /// In any 24 hours.
        package let perDay: UInt256

        package init(perTransaction: UInt256, perDay: UInt256) {
            self.perTransaction = perTransaction
            self.perDay = perDay
        }
    }

    package enum Creation: Hashable, Sendable {
        case allowed
        case refused
    }

    package enum Refusal: Error, Hashable {
        case wrongChain
        /// A signature that counts on every chain, or for no domain in particular.
        case noChain
        case notAllowed(Address)
        /// It would make a contract.
        case creation
        /// An asset for which no ceiling is set cannot be spent.
        case noCeiling(Spending.Asset)
        case abovePerTransaction(Spending.Asset, ceiling: UInt256)
        case abovePerDay(Spending.Asset, left: UInt256)
        /// More than can be counted.
        case amount
        /// It begins like a token's call that spends, and does not go on like one.
        case unreadableCall
        /// Not a replacement: another nonce, or it does something else.
        case notAReplacement
    }

    package let chain: ChainID
    /// Who may be called or be given anything.
    package let allowed: Set<Address>
    package let ceilings: [Spending.Asset: Ceiling]
    package let creation: Creation

    package init(
        chain: ChainID, allowed: Set<Address>, ceilings: [Spending.Asset: Ceiling],
        creation: Creation
    ) {
        self.chain = chain
        self.allowed = allowed
        self.ceilings = ceilings
        self.creation = creation
    }

    /// - Parameter replaced: what has the same nonce, of which at most one is ever carried out: only what
    ///   the new one may cost above it counts.
    /// - Returns: the record with this transaction in it.
    package func admit(
        _ transaction: Transaction, replacing replaced: Transaction?, after record: SpendingRecord,
        at second: UInt64
    ) throws(Refusal) -> SpendingRecord {
        guard let chain = transaction.envelope.chain else { throw .noChain }
        guard chain == self.chain else { throw .wrongChain }
        guard transaction.call.to != nil || creation == .allowed else { throw .creation }
        let demand = try Spending.of(transaction)
        guard let replaced else {
            return try admit(demand, after: record, at: second)
        }
        guard replaced.nonce == transaction.nonce, replaced.call == transaction.call else {
            throw .notAReplacement
        }
        var before: [Spending.Asset: UInt256] = [:]
        for spending in try Spending.of(replaced).spendings {
            before[spending.asset] = spending.amount
        }
        return try admit(demand, counted: before, after: record, at: second)
    }

    /// - Parameter counted: of each asset, what is in the record already.
    func admit(
        _ demand: Spending.Demand, counted: [Spending.Asset: UInt256] = [:],
        after record: SpendingRecord, at second: UInt64
    ) throws(Refusal) -> SpendingRecord {
        for receiver in demand.receivers where !allowed.contains(receiver) {
            throw .notAllowed(receiver)
        }
        var record = record
        for spending in demand.spendings {
            // Nothing of an asset needs no ceiling for it.
            guard spending.amount > .zero else { continue }
            guard let ceiling = ceilings[spending.asset] else { throw .noCeiling(spending.asset) }
            guard spending.amount <= ceiling.perTransaction else {
                throw .abovePerTransaction(spending.asset, ceiling: ceiling.perTransaction)
            }
            let known = counted[spending.asset] ?? .zero
            let fresh = spending.amount.subtractingOrZero(known)
            try add(Spending(spending.asset, fresh), under: ceiling, to: &record, at: second)
        }
        return record
    }

    private func add(
        _ spending: Spending, under ceiling: Ceiling, to record: inout SpendingRecord,
        at second: UInt64
    ) throws(Refusal) {
        let left = try left(of: spending.asset, under: ceiling, in: record, at: second)
        guard spending.amount <= left else {
            throw .abovePerDay(spending.asset, left: left)
        }
        do throws(UInt256.Overflow) {
            try record.add(spending, at: second)
        } catch {
            throw .amount
        }
    }

    private func left(
        of asset: Spending.Asset, under ceiling: Ceiling, in record: SpendingRecord,
        at second: UInt64
    ) throws(Refusal) -> UInt256 {
        do throws(UInt256.Overflow) {
            let spent = try record.spent(asset, at: second)
            return spent >= ceiling.perDay ? .zero : try ceiling.perDay.subtracting(spent)
        } catch {
            throw .amount
        }
    }
}
