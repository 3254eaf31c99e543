/// A key that signs within limits. After each signature its owner stores `record`, and only then uses it.
package struct Signer: Sendable {
    private let key: PrivateKey
    private let limits: SpendingLimits
    package private(set) var record: SpendingRecord

    package init(_ key: PrivateKey, within limits: SpendingLimits, after record: SpendingRecord) {
        self.key = key
        self.limits = limits
        self.record = record
    }

    package var address: Address { key.address }

    /// - Parameter second: of the caller's clock, since 1970.
    /// - Parameter replaced: the transaction of the same nonce that this one takes the place of.
    package mutating func sign(
        _ transaction: Transaction, replacing replaced: Transaction? = nil, at second: UInt64
    ) throws(SpendingLimits.Refusal) -> SignedTransaction {
        record = try limits.admit(transaction, replacing: replaced, after: record, at: second)
        return key.sign(transaction)
    }

    /// - Parameter spendings: what the holder of the signature can take with it, which only its maker
    ///   knows: counted as a transaction's.
    package mutating func sign(
        _ data: TypedData, spending spendings: [Spending], at second: UInt64
    ) throws -> Signature {
        guard let chain = data.chain, let contract = data.verifyingContract else {
            throw SpendingLimits.Refusal.noChain
        }
        guard chain == UInt256(limits.chain.number) else {
            throw SpendingLimits.Refusal.wrongChain
        }
        let digest = try data.digest()
        let demand = Spending.Demand(spendings: spendings, receivers: [contract])
        record = try limits.admit(demand, after: record, at: second)
        return key.sign(digest)
    }
}

extension Signer: CustomStringConvertible {
    package var description: String { "signer of \(address)" }
}

extension TypedData {
    var chain: UInt256? {
        guard case .atom(.uint(let number))? = domain["chainId"] else { return nil }
        return number
    }

    var verifyingContract: Address? {
        guard case .atom(.address(let address))? = domain["verifyingContract"] else { return nil }
        return address
    }
}
