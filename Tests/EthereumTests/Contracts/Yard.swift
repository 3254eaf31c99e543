import AsyncHTTPClient
import Staging
import Testing

@testable import Ethereum

/// Our contracts on an EVM of others, and accounts that act there. The first account is the treasury.
struct Yard {
    /// A transaction that its block refused.
    struct Reverted: Error {}

    let devnet: Devnet
    let chain: Chain

    static func with(_ body: (Yard) async throws -> Void) async throws {
        try await Stage.run { stage in
            let devnet = try await Devnet(on: stage)
            let client = HTTPClient(
                eventLoopGroupProvider: .singleton, configuration: Endpoint.configuration)
            let endpoint = Endpoint(
                name: "devnet", url: devnet.url, client: client, clock: ContinuousClock(),
                limit: .seconds(20))
            let result: Result<Void, any Error>
            do {
                let chain = try await Chain.connect(
                    to: [endpoint], id: ChainID(31_337), notice: { _ in })
                result = .success(try await body(Yard(devnet: devnet, chain: chain)))
            } catch {
                result = .failure(error)
            }
            try await client.shutdown()
            try result.get()
        }
    }

    var vault: Vault { Vault(place("vault")) }
    var escrow: LeaseEscrow { LeaseEscrow(place("escrow")) }
    var anchor: UsageAnchor { UsageAnchor(place("anchor")) }
    var dollar: ERC20 { ERC20(place("dollar")) }
    var treasury: Address { account(0).address }

    private func place(_ name: String) -> Address { address(devnet.contracts[name] ?? "") }

    func account(_ number: Int) -> PrivateKey { key(devnet.secret(number)) }

    /// - Throws: where the chain refuses it, before or in its block.
    @discardableResult
    func send(_ call: Transaction.Call, by key: PrivateKey) async throws -> Receipt {
        let nonce = try await chain.nonce(of: key.address, at: .latest)
        let gas = try await chain.gas(of: call, from: key.address)
        let fees = Fees(maxFeePerGas: 100_000_000_000, maxPriorityFeePerGas: 1_000_000_000)
        let signed = key.sign(
            Transaction(
                envelope: .dynamicFee(fees, chain: chain.id, []), nonce: nonce,
                gasLimit: gas + gas / 4, call: call))
        #expect(try await chain.broadcast(signed.raw) == 1)
        let receipt = try #require(try await chain.receipt(of: signed.hash))
        guard receipt.outcome == .succeeded else { throw Reverted() }
        return receipt
    }

    /// Test dollars of its own, and leave for `spender` to take them.
    func fund(_ key: PrivateKey, _ amount: UInt256, for spender: Address) async throws {
        try await send(TestDollar(dollar.address).mint(amount, for: key.address), by: key)
        try await send(dollar.approve(spender, amount), by: key)
    }

    /// So much later, in a block of then.
    func pass(seconds: UInt64) async throws {
        _ = try await devnet.rpc("evm_increaseTime", [seconds])
        _ = try await devnet.rpc("evm_mine")
    }

    /// The words in which a contract refuses a call.
    func refusal(of call: Transaction.Call, by key: PrivateKey) async -> String? {
        do {
            try await send(call, by: key)
            return nil
        } catch Chain.Refusal.reverted(.text(let words)) {
            return words
        } catch {
            return "\(error)"
        }
    }

    /// The one hash that a contract answers.
    func hash(
        _ name: String, _ types: [ABIType], _ arguments: [ABIValue], of contract: Address
    ) async throws -> Hash256? {
        let function = ABIFunction(name, types, returns: [.bytes32])
        let found = try await chain.read(function, arguments, of: contract, at: .latest)
        guard case .fixedBytes(let bytes)? = found.first else { return nil }
        return Hash256(bytes: bytes)
    }

    func owed(_ account: Address) async throws -> UInt256 {
        try await vault.owed(to: account, in: dollar, on: chain, at: .latest)
    }

    func owedByEscrow(_ account: Address) async throws -> UInt256 {
        try await escrow.owed(to: account, in: dollar, on: chain, at: .latest)
    }
}
