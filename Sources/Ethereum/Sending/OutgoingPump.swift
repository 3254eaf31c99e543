/// Carries `Outgoing` to a chain: performs its actions, one after another, and tells it what came of them.
/// It has no clock: its owner calls `step` as often as blocks come. Its endpoints must keep receipts for longer than
/// it is ever away: one that has forgotten them would have a transaction look as if its nonce had been taken.
package actor OutgoingPump {
    /// What its owner does for it.
    package struct Ports: Sendable {
        /// Throws `SpendingLimits.Refusal` for what may not be signed; what was counted is on disk when it
        /// returns.
        package var sign: @Sendable (Outgoing.Draft) async throws -> SignedTransaction
        /// In one transaction; on disk when it returns.
        package var store: @Sendable (OutgoingEntry, _ nextNonce: UInt64) async throws -> Void
        package var report: @Sendable (_ effect: Hash256, Outgoing.Report) async -> Void

        package init(
            sign: @escaping @Sendable (Outgoing.Draft) async throws -> SignedTransaction,
            store: @escaping @Sendable (OutgoingEntry, UInt64) async throws -> Void,
            report: @escaping @Sendable (Hash256, Outgoing.Report) async -> Void
        ) {
            self.sign = sign
            self.store = store
            self.report = report
        }
    }

    private enum Turn {
        case idle
        case taken
    }

    private static let feeBlocks: UInt64 = 20

    private var machine: Outgoing
    private let account: Address
    private let chain: Chain
    private let bounds: FeeEstimate.Bounds
    private let ports: Ports
    private var turn = Turn.idle

    package init(
        _ machine: Outgoing, of account: Address, on chain: Chain, bounds: FeeEstimate.Bounds,
        ports: Ports
    ) {
        self.machine = machine
        self.account = account
        self.chain = chain
        self.bounds = bounds
        self.ports = ports
    }

    package var isIdle: Bool { machine.isIdle }

    /// - Throws: what kept it from signing or storing; the machine asks for that again.
    package func submit(_ intent: Intent) async throws {
        try await perform(machine.apply(.submit(intent)))
    }

    /// Looks at the chain once and does what follows. A call while another runs does nothing.
    package func step() async throws {
        guard turn == .idle else { return }
        turn = .taken
        defer { turn = .idle }
        let observation = try await observe()
        try await perform(machine.apply(.observed(observation)))
    }

    private func perform(_ actions: [Outgoing.Action]) async throws {
        var open = actions[...]
        while let action = open.popFirst() {
            switch action {
            case .sign(let draft):
                open += machine.apply(try await sign(draft))
            case .store(let entry, let nextNonce):
                try await ports.store(entry, nextNonce)
                open += machine.apply(.stored(entry))
            case .broadcast(let transaction):
                // Whoever took it or did not: the next look at the chain tells.
                _ = try await chain.broadcast(transaction.raw)
            case .report(let effect, let report):
                await ports.report(effect, report)
            }
        }
    }

    private func sign(_ draft: Outgoing.Draft) async throws -> Outgoing.Event {
        do {
            return .signed(try await ports.sign(draft))
        } catch is SpendingLimits.Refusal {
            return .signingRefused(effect: draft.effect)
        }
    }

    // MARK: Looking

    /// In this order: a transaction that is final by then has a receipt that is asked for afterwards.
    private func observe() async throws -> Outgoing.Observation {
        let finalized = try await chain.finalized()
        let nonceAtFinalized = try await chain.nonce(of: account, at: .number(finalized.number))
        let head = try await chain.latest()
        let nonceAtHead = try await chain.nonce(of: account, at: .number(head.number))
        var answers: [Hash256: Inclusion?] = [:]
        var headers: [UInt64: Hash256] = [:]
        for question in machine.questions {
            guard let receipt = await receipt(of: question) else { continue }
            guard let receipt else {
                answers[question] = .some(nil)
                continue
            }
            let number = receipt.blockNumber
            if headers[number] == nil { headers[number] = try await chain.header(number).hash }
            // A receipt of a block that is not of the chain any more is no answer.
            guard headers[number] == receipt.blockHash else { continue }
            answers[question] = Inclusion(
                transaction: question, blockNumber: number, blockHash: receipt.blockHash,
                outcome: receipt.outcome)
        }
        return Outgoing.Observation(
            head: head.number, finalized: finalized.number, nonceAtFinalized: nonceAtFinalized,
            nonceAtHead: nonceAtHead, answers: answers, quote: await quote())
    }

    /// Nil where the endpoints do not agree: no answer.
    private func receipt(of transaction: Hash256) async -> Receipt?? {
        do {
            return .some(try await chain.receipt(of: transaction))
        } catch {
            return nil
        }
    }

    private func quote() async -> Fees? {
        do {
            let history = try await chain.feeHistory(blocks: Self.feeBlocks)
            return try FeeEstimate.fees(after: history, within: bounds)
        } catch {
            return nil
        }
    }
}
