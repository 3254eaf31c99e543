/// Makes the contracts of `contracts/src` on a chain. What is given here is theirs for ever: they have no
/// owner who could change it.
package enum Deploying {
    package struct Terms: Hashable, Sendable {
        /// Six decimals; at most eight.
        package var tokens: [Address]
        /// Who is owed commissions.
        package var treasury: Address
        /// The highest commission, in basis points.
        package var ceiling: UInt64
        /// Seconds.
        package var exitDelay: UInt64
        package var exitWindow: UInt64
        package var disputeWindow: UInt64

        package init(
            tokens: [Address], treasury: Address, ceiling: UInt64, exitDelay: UInt64,
            exitWindow: UInt64, disputeWindow: UInt64
        ) {
            self.tokens = tokens
            self.treasury = treasury
            self.ceiling = ceiling
            self.exitDelay = exitDelay
            self.exitWindow = exitWindow
            self.disputeWindow = disputeWindow
        }

        fileprivate var listed: ABIValue { .array(tokens.map(ABIValue.address)) }
    }

    private static let addresses = ABIType.array(.address)

    package static func vault(_ terms: Terms) throws -> Transaction.Call {
        try making(
            ContractCode.vault,
            [
                terms.listed, .address(terms.treasury), .uint(UInt256(terms.ceiling)),
                .uint(UInt256(terms.exitDelay)), .uint(UInt256(terms.exitWindow)),
            ], as: [addresses, .address, .uint256, .uint256, .uint256])
    }

    package static func escrow(_ terms: Terms) throws -> Transaction.Call {
        try making(
            ContractCode.leaseEscrow,
            [
                terms.listed, .address(terms.treasury), .uint(UInt256(terms.ceiling)),
                .uint(UInt256(terms.disputeWindow)),
            ], as: [addresses, .address, .uint256, .uint256])
    }

    package static func anchor() throws -> Transaction.Call {
        try making(ContractCode.usageAnchor, [], as: [])
    }

    /// Worth nothing: for chains of development alone.
    package static func testDollar() throws -> Transaction.Call {
        try making(ContractCode.testDollar, [], as: [])
    }

    private static func making(
        _ code: String, _ arguments: [ABIValue], as types: [ABIType]
    ) throws -> Transaction.Call {
        guard let bytes = Hex.bytes(of: code) else {
            preconditionFailure("generated code is hexadecimal")
        }
        return Transaction.Call(
            to: nil, value: .zero, data: bytes + (try ABIEncoding.encode(arguments, as: types)))
    }
}
