/// A token (ERC-20), as far as it is used here.
package struct ERC20: Hashable, Sendable {
    package let address: Address

    package init(_ address: Address) { self.address = address }

    private static let approve = ABIFunction(
        "approve", [.address, .uint256], returns: [.bool])
    private static let allowance = ABIFunction(
        "allowance", [.address, .address], returns: [.uint256])
    private static let balance = ABIFunction("balanceOf", [.address], returns: [.uint256])
    private static let decimals = ABIFunction("decimals", [], returns: [.uint8])
    private static let symbol = ABIFunction("symbol", [], returns: [.string])

    package func approve(_ spender: Address, _ amount: UInt256) throws(ABIRefusal)
        -> Transaction.Call
    {
        Transaction.Call(
            to: address, value: .zero,
            data: try Self.approve.call([.address(spender), .uint(amount)]))
    }

    package func allowance(
        of owner: Address, for spender: Address, on chain: Chain, at block: BlockTag
    ) async throws -> UInt256 {
        try await chain.number(
            Self.allowance, [.address(owner), .address(spender)], of: address, at: block)
    }

    package func balance(
        of owner: Address, on chain: Chain, at block: BlockTag
    ) async throws -> UInt256 {
        try await chain.number(Self.balance, [.address(owner)], of: address, at: block)
    }

    package func decimals(on chain: Chain, at block: BlockTag) async throws -> UInt256 {
        try await chain.number(Self.decimals, [], of: address, at: block)
    }

    /// Its own word for itself, which anybody may choose.
    package func symbol(on chain: Chain, at block: BlockTag) async throws -> String {
        let values = try await chain.read(Self.symbol, [], of: address, at: block)
        guard case .string(let text)? = values.first else {
            throw Chain.Refusal.unreadable(method: Self.symbol.signature)
        }
        return text
    }
}

extension ABIType {
    static let uint8: ABIType = {
        guard let width = BitWidth(8) else { preconditionFailure("8 bits are a width") }
        return .uint(width)
    }()
}

extension Chain {
    /// The one number, or the first, that a contract answers.
    func number(
        _ function: ABIFunction, _ arguments: [ABIValue], of contract: Address, at block: BlockTag
    ) async throws -> UInt256 {
        try await numbers(function, arguments, of: contract, at: block)[0]
    }

    /// - Returns: as many as the function has results, all of which are numbers.
    func numbers(
        _ function: ABIFunction, _ arguments: [ABIValue], of contract: Address, at block: BlockTag
    ) async throws -> [UInt256] {
        try await read(function, arguments, of: contract, at: block).map { value in
            guard case .uint(let number) = value else {
                throw Refusal.unreadable(method: function.signature)
            }
            return number
        }
    }
}
