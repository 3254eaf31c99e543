import Ethereum
import Synchronization
import Testing

/// Three nodes over real HTTP, of which one may be bad.
@Suite struct ChainTests {
    final class Notices: Sendable {
        let all = Mutex<Set<Chain.Notice>>([])
        var take: @Sendable (Chain.Notice) -> Void {
            { [self] notice in all.withLock { _ = $0.insert(notice) } }
        }
    }

    private func withChain(
        _ manners: [ModelNode.Manner], _ model: ModelChain = ModelChain(firstNonce: 0),
        _ body: (Chain, ModelNode.Shared, [ModelNode], Notices) async throws -> Void
    ) async throws {
        let shared = ModelNode.Shared(model)
        let nodes = manners.map { _ in ModelNode(shared, .honest) }
        let notices = Notices()
        try await Server.with(nodes.map(\.reply)) { endpoints in
            let chain = try await Chain.connect(
                to: endpoints, id: ChainID(1), notice: notices.take)
            for (node, manner) in zip(nodes, manners) { node.turn(manner) }
            try await body(chain, shared, nodes, notices)
        }
    }

    private func mined(_ count: Int) -> ModelChain {
        var chain = ModelChain(firstNonce: 0)
        for _ in 0..<count { chain.mine(1) }
        return chain
    }

    @Test func `an endpoint of another chain is refused when it is met`() async throws {
        let shared = ModelNode.Shared(ModelChain(firstNonce: 0))
        try await Server.with([ModelNode(shared, .honest).reply]) { endpoints in
            await #expect(throws: Chain.Refusal.wrongChain(endpoint: "e0", found: 1)) {
                _ = try await Chain.connect(to: endpoints, id: ChainID(5), notice: { _ in })
            }
        }
        let silent: @Sendable ([UInt8]) -> Server.Reply = { _ in .closed }
        try await Server.with([ModelNode(shared, .honest).reply, silent, silent]) { endpoints in
            await #expect(throws: Quorum.Disagreement.self) {
                _ = try await Chain.connect(to: endpoints, id: ChainID(1), notice: { _ in })
            }
        }
    }

    @Test func `an endpoint that lies is outvoted and named`() async throws {
        try await withChain([.honest, .lies, .honest], mined(9)) { chain, _, _, notices in
            let latest = try await chain.latest()
            #expect(latest.number == 9)
            let nonce = try await chain.nonce(of: .zero, at: .latest)
            #expect(nonce == 0)
            let all = notices.all.withLock { $0 }
            #expect(all.contains(.dissents(endpoint: "e1", method: "eth_getTransactionCount")))
            #expect(all.allSatisfy { "\($0)".contains("e1") })
        }
    }

    @Test func `an endpoint that lags is named, and two of them are not believed`() async throws {
        try await withChain([.honest, .honest, .lags(6)], mined(9)) { chain, _, nodes, notices in
            let latest = try await chain.latest()
            #expect(latest.number == 9)
            let named = notices.all.withLock {
                $0.contains(.lags(endpoint: "e2", method: "eth_blockNumber"))
            }
            #expect(named)
            nodes[1].turn(.lags(5))
            let behind = try await chain.latest()
            #expect(behind.number == 4)
        }
    }

    @Test func `what is not for money comes from whoever answers first`() async throws {
        try await withChain([.fails, .honest, .fails]) { chain, _, _, notices in
            let history = try await chain.feeHistory(blocks: 2)
            #expect(history.baseFees == [50, 50])
            let named = notices.all.withLock {
                $0.contains(.fails(endpoint: "e0", method: "eth_feeHistory"))
            }
            #expect(named)
            await #expect(throws: Quorum.Disagreement.self) { try await chain.latest() }
        }
    }

    @Test func `an address without code is refused`() async throws {
        try await withChain([.honest]) { chain, _, _, _ in
            let code = try await chain.code(of: key(1).address, at: .latest)
            #expect(code == [0x60])
            await #expect(throws: Chain.Refusal.noCode(.zero)) {
                try await chain.code(of: .zero, at: .latest)
            }
        }
    }

    @Test func `numbers that no chain has are no answers`() async throws {
        try await withChain([.absurd], mined(3)) { chain, _, _, _ in
            await #expect(throws: Quorum.Disagreement.self) { try await chain.latest() }
            await #expect(throws: Quorum.Disagreement.self) { try await chain.finalized() }
            await #expect(throws: Quorum.Disagreement.self) {
                try await chain.nonce(of: .zero, at: .latest)
            }
            await #expect(throws: Quorum.Disagreement.self) {
                try await pump(Owner(), chain).step()
            }
            let history = try await chain.feeHistory(blocks: 2)
            #expect(throws: FeeEstimate.Refusal.self) {
                try FeeEstimate.fees(
                    after: history, within: .init(leastTip: 1, mostTip: 2, ceiling: 1_000))
            }
        }
    }

    // MARK: Pumps

    /// What a pump's owner keeps.
    actor Owner {
        var entries: [UInt64: OutgoingEntry] = [:]
        var nextNonce: UInt64?
        var reports: [Outgoing.Report] = []
        var deliveries: [LogFollower.Delivery] = []

        func store(_ entry: OutgoingEntry, _ nonce: UInt64) {
            entries[entry.nonce] = entry
            nextNonce = nonce
        }

        func report(_ report: Outgoing.Report) { reports.append(report) }
        func deliver(_ delivery: LogFollower.Delivery) { deliveries.append(delivery) }
    }

    private func pump(_ owner: Owner, _ chain: Chain) async -> OutgoingPump {
        let machine = Outgoing(
            chain: ChainID(1), rules: OutgoingTests.rules,
            stored: Array(await owner.entries.values),
            nextNonce: await owner.nextNonce)
        return OutgoingPump(
            machine, of: key(1).address, on: chain,
            bounds: .init(leastTip: 1, mostTip: 100, ceiling: 10_000),
            ports: .init(
                sign: { key(1).sign($0.transaction) },
                store: { await owner.store($0, $1) },
                report: { await owner.report($1) }))
    }

    @Test(arguments: [ModelNode.Manner.honest, .lies, .lags(1), .fails])
    func `a transaction gets to finality although one endpoint of three is bad`(
        manner: ModelNode.Manner
    ) async throws {
        try await withChain([.honest, manner, .honest], mined(5)) { chain, shared, _, _ in
            let owner = Owner()
            let first = await pump(owner, chain)
            try await first.submit(OutgoingTests.intent(1))
            try await first.step()
            #expect(await owner.entries[0]?.attempts.count == 1)
            shared.chain.withLock { $0.mine(1) }
            // Its successor knows what was stored.
            let second = await pump(owner, chain)
            try await second.step()
            shared.chain.withLock { model in
                model.mine(0)
                model.mine(0)
            }
            try await second.step()
            guard case .confirmed? = await owner.reports.last else {
                Issue.record("not confirmed")
                return
            }
            shared.chain.withLock { model in
                model.finalized = 7
                model.mine(0)
            }
            try await second.step()
            guard case .final(let inclusion)? = await owner.reports.last else {
                Issue.record("not final")
                return
            }
            #expect(inclusion.blockNumber == 6)
            #expect(await second.isIdle)
        }
    }

    @Test func `logs are followed over HTTP through a re-org`() async throws {
        try await withChain([.honest, .lies, .honest]) { chain, shared, _, _ in
            let owner = Owner()
            let follower = LogFollower(
                after: .init(number: 0, hash: nil), rules: .init(span: 10, window: 10))
            let pump = LogPump(
                follower, LogFilter(addresses: [.zero], topics: []), on: chain,
                deliver: { await owner.deliver($0) })
            func send(_ nonce: UInt64, mining: Int) {
                let transaction = Transaction(
                    envelope: .dynamicFee(OutgoingTests.quote, chain: ChainID(1), []),
                    nonce: nonce, gasLimit: 1,
                    call: .init(to: .zero, value: 0, data: [UInt8(nonce)]))
                shared.chain.withLock { model in
                    model.send(key(1).sign(transaction))
                    model.mine(mining)
                }
            }
            send(0, mining: 1)
            send(1, mining: 1)
            try await pump.step()
            #expect(await owner.deliveries.count == 2)
            shared.chain.withLock { model in
                model.drop(1, .nothing)
                model.mine(0)
                model.mine(1)
                model.finalized = 3
            }
            try await pump.step()
            var final: [UInt8] = []
            var open = 0
            for delivery in await owner.deliveries {
                switch delivery {
                case .added: open += 1
                case .retracted(let header, let logs):
                    open -= 1
                    #expect(header.number == 2 && logs.map(\.data) == [[1]])
                case .final(let logs, _): final += logs.flatMap(\.data)
                }
            }
            #expect(final == [0, 1])
            #expect(open == 1, "what was added and not retracted is final")
        }
    }

    @Test(arguments: [1, 3, 7, 8] as [UInt64])
    func `logs of many blocks are read once and in order, however few a node gives at once`(
        most: UInt64
    ) async throws {
        var model = ModelChain(firstNonce: 0)
        for nonce in 0..<7 as Range<UInt64> {
            let transaction = Transaction(
                envelope: .dynamicFee(OutgoingTests.quote, chain: ChainID(1), []), nonce: nonce,
                gasLimit: 1, call: .init(to: .zero, value: 0, data: [UInt8(nonce)]))
            model.send(key(1).sign(transaction))
            model.mine(1)
        }
        try await withChain([.limits(most)], model) { chain, _, _, _ in
            let filter = LogFilter(addresses: [.zero], topics: [])
            var found: [UInt8] = []
            try await chain.logs(filter, over: 0...7) { found += $0.flatMap(\.data) }
            #expect(found == [0, 1, 2, 3, 4, 5, 6])
            found = []
            try await chain.logs(filter, over: 3...4) { found += $0.flatMap(\.data) }
            #expect(found == [2, 3], "the first of them is in block 1")
        }
        try await withChain([.fails], model) { chain, _, _, _ in
            await #expect(throws: (any Error).self) {
                try await chain.logs(
                    LogFilter(addresses: [.zero], topics: []), over: 0...7
                ) { _ in }
            }
        }
    }
}
