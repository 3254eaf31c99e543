/// `contracts/src/Vault.vy`: a user's deposit, paid out against vouchers that the user signs.
/// Amounts are whole micro-units of the token.
package struct Vault: Hashable, Sendable {
    package let address: Address

    package init(_ address: Address) { self.address = address }

    private static let deposit = ABIFunction("deposit", [.address, .uint256])
    private static let authorise = ABIFunction("authorise", [.address, .uint256, .uint256])
    private static let revoke = ABIFunction("revoke", [.address])
    private static let startExit = ABIFunction("startExit", [.address])
    private static let finishExit = ABIFunction("finishExit", [.address], returns: [.uint256])
    private static let withdraw = ABIFunction("withdraw", [.address, .address])
    private static let unspent = ABIFunction(
        "unspent", [.address, .address], returns: [.uint256])
    private static let owed = ABIFunction("owedTo", [.address, .address], returns: [.uint256])
    private static let session = ABIFunction(
        "session", [.address, .address], returns: [.uint256, .uint256, .uint256])
    private static let exit = ABIFunction(
        "exitOf", [.address, .address], returns: [.uint256, .uint256, .uint256])

    func call(
        _ function: ABIFunction, _ arguments: [ABIValue]
    ) throws(ABIRefusal) -> Transaction.Call {
        Transaction.Call(to: address, value: .zero, data: try function.call(arguments))
    }

    // MARK: Calls

    /// Of what the vault was approved to take before.
    package func deposit(_ token: ERC20, _ amount: UInt256) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.deposit, [.address(token.address), .uint(amount)])
    }

    /// Lets `key` sign vouchers of the caller, up to `cap` in all and before `expiry` (seconds since 1970).
    package func authorise(
        _ key: Address, cap: UInt256, expiry: UInt64
    ) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.authorise, [.address(key), .uint(cap), .uint(UInt256(expiry))])
    }

    package func revoke(_ key: Address) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.revoke, [.address(key)])
    }

    package func startExit(_ token: ERC20) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.startExit, [.address(token.address)])
    }

    package func finishExit(_ token: ERC20) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.finishExit, [.address(token.address)])
    }

    /// Sends all that the vault owes to the caller.
    package func withdraw(
        _ token: ERC20, to receiver: Address
    ) throws(ABIRefusal) -> Transaction.Call {
        try call(Self.withdraw, [.address(token.address), .address(receiver)])
    }

    // MARK: Reads

    /// What is deposited and not paid to anybody.
    package func unspent(
        of user: Address, in token: ERC20, on chain: Chain, at block: BlockTag
    ) async throws -> UInt256 {
        try await chain.number(
            Self.unspent, [.address(user), .address(token.address)], of: address, at: block)
    }

    /// What an account may withdraw.
    package func owed(
        to account: Address, in token: ERC20, on chain: Chain, at block: BlockTag
    ) async throws -> UInt256 {
        try await chain.number(
            Self.owed, [.address(token.address), .address(account)], of: address, at: block)
    }

    /// What a session key may sign, has signed for, and until when; all zero where it is none.
    package struct SessionKey: Hashable, Sendable {
        package let cap: UInt256
        package let spent: UInt256
        package let expiry: UInt256

        package init(cap: UInt256, spent: UInt256, expiry: UInt256) {
            self.cap = cap
            self.spent = spent
            self.expiry = expiry
        }
    }

    package func session(
        of user: Address, key: Address, on chain: Chain, at block: BlockTag
    ) async throws -> SessionKey {
        let found = try await chain.numbers(
            Self.session, [.address(user), .address(key)], of: address, at: block)
        return SessionKey(cap: found[0], spent: found[1], expiry: found[2])
    }

    /// An exit that was started, and the seconds in which it can be finished; all zero where there is none.
    package struct Exit: Hashable, Sendable {
        package let amount: UInt256
        package let opens: UInt256
        package let closes: UInt256
    }

    package func exit(
        of user: Address, in token: ERC20, on chain: Chain, at block: BlockTag
    ) async throws -> Exit {
        let found = try await chain.numbers(
            Self.exit, [.address(user), .address(token.address)], of: address, at: block)
        return Exit(amount: found[0], opens: found[1], closes: found[2])
    }
}
