// How vouchers are redeemed, by anybody.
extension Vault {
    /// The most vouchers in one call.
    package static let mostInBatch = 100

    private static let redeem = ABIFunction("redeem", [Voucher.form.abi, .bytes])
    private static let redeemBatch = ABIFunction(
        "redeemBatch", [.array(Voucher.form.abi), .array(Signature.compactType)])
    private static let redeemed = ABIFunction(
        "redeemed", [.address, .address, .address], returns: [.uint256, .uint256])
    private static let ceiling = ABIFunction("commissionCeiling", [], returns: [.uint256])
    private static let treasury = ABIFunction("treasury", [], returns: [.address])
    private static let exitDelay = ABIFunction("exitDelay", [], returns: [.uint256])

    /// The domain of all that is signed for this vault.
    func domain(on chain: ChainID) -> TypedDomain {
        TypedDomain("Orban Vault", address, on: chain)
    }

    // MARK: Calls

    /// One voucher, or the contract says why not.
    ///
    /// - Parameter signature: 65 bytes, or up to 650 that a contract wallet takes.
    package func redeem(
        _ voucher: Voucher, _ signature: [UInt8]
    ) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.redeem, [voucher.argument, .bytes(signature)])
    }

    /// Vouchers that cannot be redeemed are skipped, with a `VaultEvent.skipped` each.
    ///
    /// - Throws: for more than `mostInBatch`.
    package func redeemBatch(_ batch: [SignedVoucher]) throws(ABIRefusal) -> Transaction.Call {
        guard batch.count <= Self.mostInBatch else {
            throw .range(wanted: .array(Voucher.form.abi))
        }
        return try call(
            Self.redeemBatch,
            [.array(batch.map(\.voucher.argument)), .array(batch.map(\.signature.compact))])
    }

    // MARK: Reads

    /// The sums that were last redeemed for a pair.
    package struct Redeemed: Hashable, Sendable {
        package var cumulative: UInt256
        package var commission: UInt256

        package init(cumulative: UInt256, commission: UInt256) {
            self.cumulative = cumulative
            self.commission = commission
        }
    }

    package func redeemed(
        from user: Address, to payee: Address, in token: ERC20, on chain: Chain,
        at block: BlockTag
    ) async throws -> Redeemed {
        let found = try await chain.numbers(
            Self.redeemed, [.address(user), .address(payee), .address(token.address)],
            of: address, at: block)
        return Redeemed(cumulative: found[0], commission: found[1])
    }

    /// The highest commission, in basis points of a voucher's growth.
    package func commissionCeiling(on chain: Chain, at block: BlockTag) async throws -> UInt256 {
        try await chain.number(Self.ceiling, [], of: address, at: block)
    }

    /// Who is owed commissions.
    package func treasury(on chain: Chain, at block: BlockTag) async throws -> Address {
        try await chain.address(Self.treasury, of: address, at: block)
    }

    /// Seconds from the start of an exit until it can be finished.
    package func exitDelay(on chain: Chain, at block: BlockTag) async throws -> UInt256 {
        try await chain.number(Self.exitDelay, [], of: address, at: block)
    }
}

extension Chain {
    /// The one address that a contract answers.
    func address(
        _ function: ABIFunction, of contract: Address, at block: BlockTag
    ) async throws -> Address {
        guard
            case .address(let found)? = try await read(function, [], of: contract, at: block).first
        else { throw Refusal.unreadable(method: function.signature) }
        return found
    }
}
