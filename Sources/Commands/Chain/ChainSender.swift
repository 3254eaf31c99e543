import ControlPlane
import Ethereum
import Synchronization
import Wire

extension Option where Value == UInt64 {
    static let confirmations = Option(
        "confirmations", "BLOCKS", .optionConfirmations, .whole(1...1_000))
    static let mostFee = Option("max-fee", "GWEI", .optionMaxFee, .whole(1...1_000_000))
}

/// Signs a wallet's transactions and sees them through.
struct ChainSender: Sendable {
    static let options = ChainAccess.options + own
    /// Without where the contracts are.
    static let own =
        Wallet.options + [
            Option.confirmations.form, Option.mostFee.form, Option.timeout.form,
        ]
    private static let gwei: UInt64 = 1_000_000_000
    private static let mostGas: UInt64 = 16_000_000
    private static let lookEveryMilliseconds: Int64 = 500

    let chain: Chain
    let key: PrivateKey
    private let session: Session
    private let journal: SendJournal
    private let confirmations: UInt64
    private let ceiling: Wei
    private let seconds: Int64

    /// - Parameter key: the wallet's, where it is open already: its password is asked for once.
    init(_ chain: Chain, _ session: Session, key open: PrivateKey? = nil) async throws {
        self.chain = chain
        self.session = session
        if let open { key = open } else { key = try await Wallet(session).open(session) }
        journal = try SendJournal(
            folder: session.settings.statePath + "/chain", chain: chain.id,
            account: key.address)
        confirmations = try session.arguments.value(Option.confirmations) ?? 1
        let gwei = try session.arguments.value(Option.mostFee) ?? 200
        ceiling = Wei(UInt256(gwei * Self.gwei))
        seconds = try session.arguments.value(Option.timeout) ?? 600
    }

    /// Sends each when the one before it is confirmed; says which transaction it is before it waits.
    ///
    /// - Returns: the last one's hash.
    /// - Throws: `WireError.contractRefused` also where it was refused in its block;
    ///   `.timeout`: it stays signed, and the next command sends it on.
    func send(_ calls: [Transaction.Call]) async throws -> Hash256 {
        guard try await chain.balance(of: key.address, at: .latest) > .zero else {
            throw WireError.chainWrong(.chainNoCoin, ["account": "\(key.address)"])
        }
        var last = Hash256.zero
        for call in calls { last = try await send(call) }
        return last
    }

    /// Makes a contract.
    func make(_ call: Transaction.Call) async throws -> Address {
        let transaction = try await send([call])
        guard let made = try await chain.receipt(of: transaction)?.created else {
            throw WireError.contractRefused("\(transaction)")
        }
        return made
    }

    private func send(_ call: Transaction.Call) async throws -> Hash256 {
        let estimate = try await chain.gas(of: call, from: key.address)
        let limit = try GasLimit.limit(estimate: estimate, ceiling: Self.mostGas)
        let reports = Reports()
        let pump = try pump(telling: reports)
        let effect = Self.freshName()
        try await pump.submit(Intent(effect: effect, call: call, gasLimit: limit))
        let clock = ContinuousClock()
        let end = clock.now + .seconds(seconds)
        while true {
            try await pump.step()
            switch reports.of(effect) {
            case .confirmed(let inclusion)?, .final(let inclusion)?:
                guard inclusion.outcome == .succeeded else {
                    throw WireError.contractRefused("\(inclusion.transaction)")
                }
                return inclusion.transaction
            case .displaced?: throw WireError.chainWrong(.chainDisplaced, [:])
            case .refused?: throw WireError.chainWrong(.chainTooMany, [:])
            case .retracted?, .stuck?, nil: break
            }
            guard clock.now < end else { throw WireError.timeout(seconds: seconds) }
            try await MarketClock.pause(milliseconds: Self.lookEveryMilliseconds)
        }
    }

    private func pump(telling reports: Reports) throws -> OutgoingPump {
        let rules = Outgoing.Rules(
            confirmations: confirmations, patience: 12, mostReplacements: 8, ceiling: ceiling,
            mostOpen: 64)
        let machine = Outgoing(
            chain: chain.id, rules: rules, stored: try journal.entries(), nextNonce: nil)
        let (key, journal, terminal) = (key, journal, session.terminal)
        return OutgoingPump(
            machine, of: key.address, on: chain,
            bounds: FeeEstimate.Bounds(
                leastTip: 1, mostTip: Wei(UInt256(5 * Self.gwei)), ceiling: ceiling),
            ports: OutgoingPump.Ports(
                sign: { draft in
                    let signed = key.sign(draft.transaction)
                    terminal.progress("→ \(signed.hash)")
                    return signed
                },
                store: { entry, _ in try journal.store(entry) },
                report: { effect, report in reports.take(report, of: effect) }))
    }

    /// A command is a wish of its own, also where it asks for the same again.
    private static func freshName() -> Hash256 {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        guard let name = Hash256(bytes: bytes) else { preconditionFailure("32 bytes are a hash") }
        return name
    }
}

/// What was told last of each effect.
private final class Reports: Sendable {
    private let last = Mutex<[Hash256: Outgoing.Report]>([:])

    func take(_ report: Outgoing.Report, of effect: Hash256) {
        last.withLock { $0[effect] = report }
    }

    func of(_ effect: Hash256) -> Outgoing.Report? { last.withLock { $0[effect] } }
}
