import AsyncHTTPClient
import Ethereum
import Testing

/// Against an EVM of others behind JSON-RPC, as `script/devnet --fund ADDRESS` starts one for chain 31337; its
/// address is in ORBAN_DEVNET_URL. The account is that of the secret 1: nobody's.
@Suite(
    .enabled(if: environment("ORBAN_DEVNET_URL") != nil, "no ORBAN_DEVNET_URL: a devnet is asked"))
struct DevnetTests {
    /// Logs one word, 42, and returns it.
    private static let contract = hex("0x600f600c600039600f6000f3602a60005260206000a060206000f3")
    private static let sender = key(1)
    private static let chainID = ChainID(31_337)

    private func withEndpoint(_ body: (Endpoint) async throws -> Void) async throws {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: Endpoint.configuration)
        let url = try #require(environment("ORBAN_DEVNET_URL"))
        let endpoint = Endpoint(
            name: "devnet", url: url, client: client, clock: ContinuousClock(), limit: .seconds(20))
        let result: Result<Void, any Error>
        do { result = .success(try await body(endpoint)) } catch { result = .failure(error) }
        try await client.shutdown()
        try result.get()
    }

    private func pump(_ chain: Chain, _ owner: ChainTests.Owner) async throws -> OutgoingPump {
        let rules = Outgoing.Rules(
            confirmations: 1, patience: 3, mostReplacements: 3, ceiling: 1_000_000_000_000,
            mostOpen: 10)
        let machine = Outgoing(chain: Self.chainID, rules: rules, stored: [], nextNonce: nil)
        return OutgoingPump(
            machine, of: Self.sender.address, on: chain,
            bounds: .init(leastTip: 1, mostTip: 10_000_000_000, ceiling: 1_000_000_000_000),
            ports: .init(
                sign: { Self.sender.sign($0.transaction) },
                store: { await owner.store($0, $1) },
                report: { await owner.report($1) }))
    }

    /// Of this run alone: the chain may have seen another one.
    private func intent(_ call: Transaction.Call, gas: UInt64) -> Intent {
        var random = SystemRandomNumberGenerator()
        let effect = Keccak256.hash(UInt256(random.next()).bytes)
        return Intent(effect: effect, call: call, gasLimit: gas)
    }

    @Test func `a contract is made, called, read and its logs followed on an EVM of others`()
        async throws
    {
        try await withEndpoint { endpoint in
            await #expect(throws: Chain.Refusal.self) {
                try await Chain.connect(to: [endpoint], id: ChainID(1), notice: { _ in })
            }
            let chain = try await Chain.connect(
                to: [endpoint], id: Self.chainID, notice: { _ in })
            let balance = try await chain.balance(of: Self.sender.address, at: .latest)
            #expect(balance > 0)
            let nonce = try await chain.nonce(of: Self.sender.address, at: .latest)
            let from = try await chain.latest()
            let place = ContractAddress.created(by: Self.sender.address, nonce: nonce)
            await #expect(throws: Chain.Refusal.noCode(place)) {
                try await chain.code(of: place, at: .latest)
            }
            let owner = ChainTests.Owner()
            let pump = try await pump(chain, owner)
            for call in [
                Transaction.Call(to: nil, value: 0, data: Self.contract),
                Transaction.Call(to: place, value: 0, data: []),
                Transaction.Call(
                    to: address("0x000000000000000000000000000000000000dEaD"), value: 5, data: []),
            ] {
                try await pump.submit(intent(call, gas: 200_000))
            }
            for _ in 0..<20 where await owner.finals < 3 {
                try await pump.step()
                _ = try await endpoint.call(RPCCall("evm_mine"))
            }
            #expect(await owner.finals == 3)
            let read = try await chain.read(
                ABIFunction("value", [], returns: [.uint256]), [], of: place, at: .latest)
            #expect(read == [.uint(42)])
            let gas = try await chain.gas(
                of: .init(to: place, value: 0, data: []), from: Self.sender.address)
            #expect((21_000...40_000).contains(gas))
            try await followLogs(of: place, after: from, on: chain)
        }
    }

    private func followLogs(
        of place: Address, after header: BlockHeader, on chain: Chain
    ) async throws {
        let owner = ChainTests.Owner()
        let follower = LogFollower(
            after: .init(number: header.number, hash: header.hash),
            rules: .init(span: 100, window: 64))
        let pump = LogPump(
            follower, LogFilter(addresses: [place], topics: []), on: chain,
            deliver: { await owner.deliver($0) })
        try await pump.step()
        let final = await owner.deliveries.flatMap { delivery -> [Log] in
            if case .final(let logs, _) = delivery { logs } else { [] }
        }
        #expect(final.map(\.data) == [UInt256(42).bytes])
    }
}

extension ChainTests.Owner {
    var finals: Int {
        reports.count {
            if case .final(let inclusion) = $0 { inclusion.outcome == .succeeded } else { false }
        }
    }
}
