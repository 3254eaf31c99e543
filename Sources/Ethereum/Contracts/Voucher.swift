/// What a user signs for a payee: sums of all that is owed so far, which a `Vault` pays the growth of
/// (`docs/formats.md`, "Contracts"). Amounts are whole micro-units.
package struct Voucher: Hashable, Sendable {
    /// Who pays.
    package var user: Address
    /// Who is owed.
    package var payee: Address
    package var token: Address
    /// All that the user has to pay to the payee so far.
    package var cumulative: UInt256
    /// The part of it that is the treasury's.
    package var commission: UInt256
    /// Leaf hash of the pair's last usage record; zeros where there is none.
    package var usageRoot: Hash256

    package init(
        user: Address, payee: Address, token: Address, cumulative: UInt256, commission: UInt256,
        usageRoot: Hash256
    ) {
        self.user = user
        self.payee = payee
        self.token = token
        self.cumulative = cumulative
        self.commission = commission
        self.usageRoot = usageRoot
    }

    static let form = ContractStruct(
        "Voucher",
        [
            ("user", .address), ("payee", .address), ("token", .address),
            ("cumulative", .uint256), ("commission", .uint256), ("usageRoot", .bytes32),
        ])

    private var values: [ABIValue] {
        [
            .address(user), .address(payee), .address(token), .uint(cumulative),
            .uint(commission), .fixedBytes(usageRoot.bytes),
        ]
    }

    /// As calls pass it.
    var argument: ABIValue { .tuple(values) }

    /// What the user, or a session key of the user, signs for one vault on one chain.
    package func typedData(for vault: Vault, on chain: ChainID) throws -> TypedData {
        try Self.form.typedData(values, in: vault.domain(on: chain))
    }

    package func digest(for vault: Vault, on chain: ChainID) throws -> Hash256 {
        try typedData(for: vault, on: chain).digest()
    }

    /// Who made a signature of this voucher.
    ///
    /// - Throws: `Signature.Refusal.noSigner`.
    package func signer(
        of signature: Signature, for vault: Vault, on chain: ChainID
    ) throws -> Address {
        try signature.signer(of: try digest(for: vault, on: chain))
    }
}

/// A voucher and a signature of it by whomever: nobody has checked it.
package struct SignedVoucher: Hashable, Sendable {
    package let voucher: Voucher
    package let signature: Signature

    package init(_ voucher: Voucher, _ signature: Signature) {
        self.voucher = voucher
        self.signature = signature
    }
}
