/// What payer and provider agreed on for one lease on chain (`docs/formats.md`, "Contracts"): whoever calls the
/// escrow brings them, for it keeps their hash alone. Amounts are whole micro-units, shares basis points.
package struct LeaseTerms: Hashable, Sendable {
    package var payer: Address
    /// Who signs this lease's vouchers.
    package var signer: Address
    /// The provider's settlement key.
    package var payee: Address
    package var token: Address
    package var deposit: UInt256
    /// Per hour.
    package var rate: UInt256
    package var commission: UInt256
    /// Promised; 0: nothing is.
    package var availability: UInt256
    /// Given back where the promise was not kept.
    package var credit: UInt256
    /// Seconds since 1970.
    package var deadline: UInt256
    /// Hash of the lease's own name.
    package var lease: Hash256

    package init(
        payer: Address, signer: Address, payee: Address, token: Address, deposit: UInt256,
        rate: UInt256, commission: UInt256, availability: UInt256, credit: UInt256,
        deadline: UInt256, lease: Hash256
    ) {
        self.payer = payer
        self.signer = signer
        self.payee = payee
        self.token = token
        self.deposit = deposit
        self.rate = rate
        self.commission = commission
        self.availability = availability
        self.credit = credit
        self.deadline = deadline
        self.lease = lease
    }

    static let form = ContractStruct(
        "Terms",
        [
            ("payer", .address), ("signer", .address), ("payee", .address),
            ("token", .address), ("deposit", .uint256), ("rate", .uint256),
            ("commission", .uint256), ("availability", .uint256), ("credit", .uint256),
            ("deadline", .uint256), ("lease", .bytes32),
        ])

    private var values: [ABIValue] {
        [
            .address(payer), .address(signer), .address(payee), .address(token),
            .uint(deposit), .uint(rate), .uint(commission), .uint(availability), .uint(credit),
            .uint(deadline), .fixedBytes(lease.bytes),
        ]
    }

    /// As calls pass it.
    var argument: ABIValue { .tuple(values) }

    /// By which the escrow knows the lease, on any chain: their hash.
    package func id() throws -> Hash256 { try Self.form.hash(values) }
}

/// How far a lease has come; together with its id what the terms' signer signs.
package struct LeaseVoucher: Hashable, Sendable {
    /// `LeaseTerms.id()`.
    package var id: Hash256
    /// Billed so far.
    package var seconds: UInt256
    /// 0 while the lease goes on; otherwise this is the last voucher, and these are the seconds from start to
    /// end.
    package var elapsed: UInt256
    /// Leaf hash of this lease's last usage record; zeros where there is none.
    package var usageRoot: Hash256

    package init(id: Hash256, seconds: UInt256, elapsed: UInt256, usageRoot: Hash256) {
        self.id = id
        self.seconds = seconds
        self.elapsed = elapsed
        self.usageRoot = usageRoot
    }

    /// Calls pass it without the id, which comes from the terms beside it: the contract's `Progress`.
    static let form = ContractStruct(
        "LeaseVoucher", hashedOnly: [("id", .bytes32)],
        [("seconds", .uint256), ("elapsed", .uint256), ("usageRoot", .bytes32)])

    private var progressValues: [ABIValue] {
        [.uint(seconds), .uint(elapsed), .fixedBytes(usageRoot.bytes)]
    }

    /// As calls pass it.
    var progress: ABIValue { .tuple(progressValues) }

    package func typedData(for escrow: LeaseEscrow, on chain: ChainID) throws -> TypedData {
        try Self.form.typedData(
            [.fixedBytes(id.bytes)] + progressValues, in: escrow.domain(on: chain))
    }

    package func digest(for escrow: LeaseEscrow, on chain: ChainID) throws -> Hash256 {
        try typedData(for: escrow, on: chain).digest()
    }
}

/// What a provider signs where the payer is silent.
package struct LeaseClaim: Hashable, Sendable {
    /// `LeaseTerms.id()`.
    package var id: Hash256
    /// As in a voucher.
    package var seconds: UInt256
    /// SHA-256 of the receipt that says these seconds.
    package var evidence: Hash256

    package init(id: Hash256, seconds: UInt256, evidence: Hash256) {
        self.id = id
        self.seconds = seconds
        self.evidence = evidence
    }

    private static let form = ContractStruct(
        "Claim", [("id", .bytes32), ("seconds", .uint256), ("evidenceHash", .bytes32)])

    package func typedData(for escrow: LeaseEscrow, on chain: ChainID) throws -> TypedData {
        try Self.form.typedData(
            [.fixedBytes(id.bytes), .uint(seconds), .fixedBytes(evidence.bytes)],
            in: escrow.domain(on: chain))
    }

    package func digest(for escrow: LeaseEscrow, on chain: ChainID) throws -> Hash256 {
        try typedData(for: escrow, on: chain).digest()
    }
}
