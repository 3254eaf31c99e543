/// What payer and provider agree on for one lease whose price is locked on a chain before it starts.
package struct LockTerms: Hashable, Sendable, Codable {
    /// Locks the deposit, signs how far the lease has come, and gets the rest back.
    package let payer: ChainAddress
    /// The provider's settlement key.
    package let payee: ChainAddress
    package let deposit: Money
    package let rate: Rate
    package let commission: BasisPoints
    /// What the payee promises of the lease's time; nil: nothing.
    package let serviceLevel: ServiceLevel?
    /// Seconds since 1970: until then the provider may settle or claim; after it anybody may refund.
    package let deadline: Int64

    package init(
        payer: ChainAddress, payee: ChainAddress, deposit: Money, rate: Rate,
        commission: BasisPoints, serviceLevel: ServiceLevel? = nil, deadline: Int64
    ) {
        self.serviceLevel = serviceLevel
        self.payer = payer
        self.payee = payee
        self.deposit = deposit
        self.rate = rate
        self.commission = commission
        self.deadline = deadline
    }
}

/// How far a locked lease has come, in its payer's signed words.
package struct HeldProgress: Hashable, Sendable, Codable {
    /// Billed so far.
    package let seconds: Int64
    /// 0 while the lease goes on; else this is its last, and these are the seconds from start to end.
    package let elapsed: Int64
    /// The leaf hash of the lease's last usage record, 32 bytes; zeros where it has none.
    package let usageRoot: [UInt8]
    /// r ‖ s ‖ v, 65 bytes, by the payer.
    package let signature: [UInt8]

    package init(seconds: Int64, elapsed: Int64, usageRoot: [UInt8], signature: [UInt8]) {
        self.seconds = seconds
        self.elapsed = elapsed
        self.usageRoot = usageRoot
        self.signature = signature
    }

    package var isLast: Bool { elapsed > 0 }
}

/// A last word of a locked lease that both sides have signed: whoever has it can have the lease closed.
package struct AgreedProgress: Hashable, Sendable, Codable {
    package let lease: LeaseID
    package let terms: LockTerms
    package let progress: HeldProgress
    /// r ‖ s ‖ v, 65 bytes, by the payee, of what the payer has signed.
    package let agreement: [UInt8]

    package init(
        lease: LeaseID, terms: LockTerms, progress: HeldProgress, agreement: [UInt8]
    ) {
        self.lease = lease
        self.terms = terms
        self.progress = progress
        self.agreement = agreement
    }
}
