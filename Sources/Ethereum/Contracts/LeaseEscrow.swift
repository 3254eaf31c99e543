/// `contracts/src/LeaseEscrow.vy`: the whole price of one lease, locked before it starts.
package struct LeaseEscrow: Hashable, Sendable {
    package let address: Address

    package init(_ address: Address) { self.address = address }

    /// The most settlements in one call.
    package static let mostInBatch = 100

    private static let terms = LeaseTerms.form.abi
    private static let progress = LeaseVoucher.form.abi
    private static let compact = Signature.compactType

    private static let openLease = ABIFunction("openLease", [terms], returns: [.bytes32])
    private static let settle = ABIFunction("settle", [terms, progress, .bytes, compact])
    private static let settleBatch = ABIFunction(
        "settleBatch",
        [.array(terms), .array(progress), .array(compact), .array(compact)])
    private static let stop = ABIFunction("stop", [terms])
    private static let claim = ABIFunction(
        "claimUnsigned", [terms, .uint256, .bytes32, .bytes])
    private static let dispute = ABIFunction("dispute", [terms])
    private static let refund = ABIFunction("refund", [terms])
    private static let withdraw = ABIFunction(
        "withdraw", [.address, .address], returns: [.uint256])

    /// The domain of all that is signed for this escrow.
    func domain(on chain: ChainID) -> TypedDomain {
        TypedDomain("Orban LeaseEscrow", address, on: chain)
    }

    private func call(
        _ function: ABIFunction, _ arguments: [ABIValue]
    ) throws(ABIRefusal) -> Transaction.Call {
        Transaction.Call(to: address, value: .zero, data: try function.call(arguments))
    }

    /// Locks the deposit of the caller, who is the payer and has approved that much before.
    package func openLease(_ terms: LeaseTerms) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.openLease, [terms.argument])
    }

    /// A voucher of a lease with what its signer, and for a last one maybe its provider, signed.
    package struct Settlement: Hashable, Sendable {
        package let terms: LeaseTerms
        package let voucher: LeaseVoucher
        /// By the terms' signer.
        package let signature: Signature
        /// By the payee, of the same digest: for a last voucher that somebody else brings.
        package let agreement: Signature?

        package init(
            _ terms: LeaseTerms, _ voucher: LeaseVoucher, _ signature: Signature,
            agreement: Signature?
        ) {
            self.terms = terms
            self.voucher = voucher
            self.signature = signature
            self.agreement = agreement
        }
    }

    /// One settlement, or the contract says why not.
    package func settle(_ settlement: Settlement) throws(ABIRefusal) -> Transaction.Call {
        try call(
            Self.settle,
            [
                settlement.terms.argument, settlement.voucher.progress,
                .bytes(settlement.signature.bytes),
                settlement.agreement?.compact ?? Signature.noCompact,
            ])
    }

    /// Those that cannot be settled are skipped, with an `EscrowEvent.skipped` each.
    ///
    /// - Throws: for more than `mostInBatch`.
    package func settleBatch(_ batch: [Settlement]) throws(ABIRefusal) -> Transaction.Call {
        guard batch.count <= Self.mostInBatch else {
            throw .range(wanted: .array(Self.terms))
        }
        let hasAgreements = batch.contains { $0.agreement != nil }
        let agreements = batch.map { $0.agreement?.compact ?? Signature.noCompact }
        return try call(
            Self.settleBatch,
            [
                .array(batch.map(\.terms.argument)), .array(batch.map(\.voucher.progress)),
                .array(batch.map(\.signature.compact)), .array(hasAgreements ? agreements : []),
            ])
    }

    /// Ends the time that can be billed, by payer or provider.
    package func stop(_ terms: LeaseTerms) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.stop, [terms.argument])
    }

    /// - Parameter signature: the payee's of a `LeaseClaim` of these terms, or what its wallet takes.
    package func claimUnsigned(
        _ terms: LeaseTerms, seconds: UInt256, evidence: Hash256, _ signature: [UInt8]
    ) throws(ABIRefusal) -> Transaction.Call {
        try call(
            Self.claim,
            [terms.argument, .uint(seconds), .fixedBytes(evidence.bytes), .bytes(signature)])
    }

    /// Strikes the claim out, by payer or signer, within its window.
    package func dispute(_ terms: LeaseTerms) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.dispute, [terms.argument])
    }

    /// Closes a lease without a last voucher.
    package func refund(_ terms: LeaseTerms) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.refund, [terms.argument])
    }

    /// Sends all that the escrow owes to the caller.
    package func withdraw(
        _ token: ERC20, to receiver: Address
    ) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.withdraw, [.address(token.address), .address(receiver)])
    }
}
