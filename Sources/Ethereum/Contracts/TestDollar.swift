/// `contracts/doubles/TestDollar.vy`: a token of development chains, which anybody makes as much of as they
/// like and which is worth nothing. A real token has no such function and refuses.
package struct TestDollar: Hashable, Sendable {
    package let address: Address

    package init(_ address: Address) { self.address = address }

    private static let mint = ABIFunction("mint", [.address, .uint256])

    package func mint(_ amount: UInt256, for owner: Address) throws(ABIRefusal) -> Transaction.Call
    {
        Transaction.Call(
            to: address, value: .zero, data: try Self.mint.call([.address(owner), .uint(amount)]))
    }
}
