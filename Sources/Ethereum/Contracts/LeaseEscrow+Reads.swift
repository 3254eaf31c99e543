// What an escrow answers.
extension LeaseEscrow {
    private static let leaseOf = ABIFunction(
        "leaseOf", [.bytes32],
        returns: [.tuple(Array(repeating: .uint256, count: 7) + [.bool])])
    private static let ceiling = ABIFunction("commissionCeiling", [], returns: [.uint256])
    private static let owed = ABIFunction("owedTo", [.address, .address], returns: [.uint256])
    private static let bill = ABIFunction(
        "bill", [LeaseTerms.form.abi, .uint256, .uint256],
        returns: [.uint256, .uint256, .uint256])

    /// What is known of a lease; of a closed one its state alone. Times are seconds since 1970.
    package struct Lease: Hashable, Sendable {
        package enum State: UInt64, Hashable, Sendable {
            case unknown = 0
            case open = 1
            case closed = 2
        }

        package let state: State
        package let opened: UInt64
        /// 0 where it was not.
        package let stopped: UInt64
        /// When the standing claim was made; 0 where there is none.
        package let claimed: UInt64
        package let claimSeconds: UInt64
        package let claimElapsed: UInt64
        /// Up to which vouchers were settled.
        package let paidSeconds: UInt64
        package let isDisputed: Bool
    }

    package func lease(
        _ id: Hash256, on chain: Chain, at block: BlockTag
    ) async throws -> Lease {
        let found = try await chain.read(
            Self.leaseOf, [.fixedBytes(id.bytes)], of: address, at: block)
        guard case .tuple(let members)? = found.first, case .bool(let isDisputed)? = members.last,
            let lease = Lease(members.dropLast(), isDisputed: isDisputed)
        else { throw Chain.Refusal.unreadable(method: Self.leaseOf.signature) }
        return lease
    }

    /// The highest commission that terms may name, in basis points.
    package func commissionCeiling(
        on chain: Chain, at block: BlockTag
    ) async throws -> UInt256 {
        try await chain.number(Self.ceiling, [], of: address, at: block)
    }

    /// The seconds with which a lease was closed in a block that is final; nil: it was not.
    ///
    /// - Parameter first: a block before which it was not.
    package func closing(
        of id: Hash256, since first: UInt64, on chain: Chain
    ) async throws -> UInt256? {
        let head = try await chain.finalized().number
        let filter = LogFilter(
            addresses: [address], topics: [[EscrowEvent.Kind.closed.event.topic], [id]])
        var found: UInt256?
        try await chain.logs(filter, over: min(first, head)...head) { logs in
            for log in logs {
                if case .closed(_, let seconds, _, _) = try EscrowEvent(log, of: self) {
                    found = seconds
                }
            }
        }
        return found
    }

    /// What an account may withdraw.
    package func owed(
        to account: Address, in token: ERC20, on chain: Chain, at block: BlockTag
    ) async throws -> UInt256 {
        try await chain.number(
            Self.owed, [.address(token.address), .address(account)], of: address, at: block)
    }

    package struct Bill: Hashable, Sendable {
        package let charge: UInt256
        package let commission: UInt256
        package let credit: UInt256

        package init(charge: UInt256, commission: UInt256, credit: UInt256) {
            self.charge = charge
            self.commission = commission
            self.credit = credit
        }
    }

    /// Of a lease that closes with these seconds.
    package func bill(
        _ terms: LeaseTerms, seconds: UInt256, elapsed: UInt256, on chain: Chain,
        at block: BlockTag
    ) async throws -> Bill {
        let found = try await chain.numbers(
            Self.bill, [terms.argument, .uint(seconds), .uint(elapsed)], of: address, at: block)
        return Bill(charge: found[0], commission: found[1], credit: found[2])
    }
}

extension LeaseEscrow.Lease {
    fileprivate init?(_ members: some Collection<ABIValue>, isDisputed: Bool) {
        let numbers = members.compactMap { value -> UInt64? in
            guard case .uint(let number) = value else { return nil }
            return number.asUInt64
        }
        guard numbers.count == 7, let state = State(rawValue: numbers[0]) else { return nil }
        self.init(
            state: state, opened: numbers[1], stopped: numbers[2], claimed: numbers[3],
            claimSeconds: numbers[4], claimElapsed: numbers[5], paidSeconds: numbers[6],
            isDisputed: isDisputed)
    }
}
