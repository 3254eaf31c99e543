import AsyncHTTPClient
import Domain
import Ethereum
import Logging
import Marketplace
import Transparency

/// The market on one chain, connected: sends its deeds and looks what became of them. What it decides and keeps
/// is the store's; what it may send, the signer's.
struct ChainDealings: Sendable {
    private static let mostGas: UInt64 = 16_000_000
    private static let gwei: UInt64 = 1_000_000_000

    let configuration: ChainConfiguration
    let chain: Chain
    let store: any Store
    let faults: Faults
    let log: Logger
    private let pump: OutgoingPump
    private let news: VaultNews

    /// - Throws: `Chain.Refusal`, `Refusal.otherChain`; what keeps it from asking.
    init(
        _ configuration: ChainConfiguration, over client: HTTPClient, store: any Store,
        clock: MarketClock, faults: Faults, log: Logger
    ) async throws {
        let endpoints = Endpoint.numbered(configuration.endpoints, over: client)
        let chain = try await Chain.connect(to: endpoints, id: configuration.chain) { notice in
            log.warning("endpoint", metadata: ["notice": "\(notice)"])
        }
        let contracts = [
            configuration.anchor.address, configuration.vault.address, configuration.escrow.address,
        ]
        for contract in contracts {
            _ = try await chain.code(of: contract, at: .latest)
        }
        let genesis = try await chain.header(0).hash
        try await store.perform(.openBooks(configuration.identity(genesis: genesis)))
        let rows = try await store.read([.books, .openDeeds(limit: ChainDeed.mostOpen)])
        guard let books = rows.books else {
            throw StoreFailure(doing: "read the books of the chain", cause: "there are none")
        }
        let signer = try MarketSigner(
            configuration.key, within: configuration.limits, after: books.spending, clock: clock)
        let machine = Outgoing(
            chain: chain.id,
            rules: Outgoing.Rules(
                confirmations: 1, patience: 12, mostReplacements: 8,
                ceiling: configuration.mostPerGas, mostOpen: ChainDeed.mostOpen),
            stored: try rows.openDeeds.compactMap { try $0.outgoing },
            nextNonce: books.nextNonce.map(UInt64.init))
        self.configuration = configuration
        self.chain = chain
        self.store = store
        self.faults = faults
        self.log = log
        news = VaultNews(configuration, on: chain, store: store, log: log)
        pump = OutgoingPump(
            machine, of: configuration.key.address, on: chain,
            bounds: FeeEstimate.Bounds(
                leastTip: 1, mostTip: Wei(UInt256(5 * Self.gwei)),
                ceiling: configuration.mostPerGas),
            ports: OutgoingPump.Ports(
                sign: { try await signer.sign($0) },
                store: { entry, next in
                    try await Self.keep(
                        entry, next, spending: await signer.spending, store, faults)
                },
                report: { effect, report in
                    log.info(
                        "chain", metadata: ["deed": "\(effect.deed)", "report": "\(report.word)"])
                }))
    }

    /// - Throws: `StoreFailure` where the vault would pay no voucher with that commission.
    func check(_ commission: BasisPoints) async throws {
        let (vault, escrow) = (configuration.vault, configuration.escrow)
        let ceiling = min(
            try await vault.commissionCeiling(on: chain, at: .latest),
            try await escrow.commissionCeiling(on: chain, at: .latest))
        guard UInt256(UInt64(max(commission.value, 0))) <= ceiling else {
            throw StoreFailure(
                doing: "settle through vault and escrow",
                cause:
                    "their ceiling is \(ceiling) basis points, the commission \(commission.value)")
        }
    }

    /// Books what the vault says.
    func hear() async throws { try await news.look() }

    // MARK: Sending

    /// Submits what is due, and looks at the chain once.
    ///
    /// - Returns: whether nothing is open.
    func look() async throws -> Bool {
        let read = Read.openDeeds(limit: ChainDeed.mostOpen)
        let open = try await store.read([read]).openDeeds
        guard !open.isEmpty else { return true }
        for deed in open where deed.life == .due {
            do { try await submit(deed) } catch let error as GasLimit.Refusal {
                // One that nobody can carry out keeps the others from nothing.
                log.error("deed", metadata: ["deed": "\(deed.number)", "why": "\(error)"])
                try await store.perform(.endDeed(deed.number, .failed("\(error)")))
            }
        }
        try await pump.step()
        return try await store.read([read]).openDeeds.isEmpty
    }

    /// The same deed again is the same wish.
    private func submit(_ deed: ChainDeed) async throws {
        let call = try call(for: deed)
        do {
            let estimate = try await chain.gas(of: call, from: configuration.key.address)
            let limit = try GasLimit.limit(estimate: estimate, ceiling: Self.mostGas)
            try await pump.submit(Intent(effect: .deed(deed.number), call: call, gasLimit: limit))
        } catch Chain.Refusal.reverted(let reason) {
            // Nobody has seen it: it was never signed.
            log.error("deed refused", metadata: ["deed": "\(deed.number)", "why": "\(reason)"])
            try await store.perform(.endDeed(deed.number, .failed("\(reason)")))
        }
    }

    private func call(for deed: ChainDeed) throws -> Transaction.Call {
        switch deed.act {
        case .anchor(let head):
            return try configuration.anchor.anchor(
                size: UInt64(max(head.size, 0)), root: Hash256(head.root),
                uri: deed.number == 1 ? configuration.publicURL : "")
        case .redeem(let vouchers):
            return try configuration.vault.redeemBatch(
                try vouchers.map { try $0.signed(in: configuration.dollar.address) })
        case .settle(let agreed):
            return try configuration.escrow.settleBatch(
                try agreed.map { try $0.settlement(in: configuration.dollar.address) })
        }
    }

    /// What is signed is in the store before anybody sees it; what became of it, before it is forgotten.
    private static func keep(
        _ entry: OutgoingEntry, _ nextNonce: UInt64, spending: [UInt8], _ store: any Store,
        _ faults: Faults
    ) async throws {
        let number = entry.effect.deed
        switch entry.fate {
        case .open:
            try await store.perform(
                .keepSending(
                    KeptSending(
                        deed: number,
                        sending: Sending(
                            nonce: Int64(entry.nonce), attempts: entry.attempts.map(\.raw)),
                        nextNonce: Int64(nextNonce), spending: spending)))
            faults.reach(.beforeEffect(.send))
        case .final(let inclusion) where inclusion.outcome == .succeeded:
            faults.reach(.afterEffect(.send))
            try await store.perform(
                .endDeed(
                    number,
                    .done(
                        ChainPlace(
                            transaction: inclusion.transaction.bytes,
                            block: Int64(inclusion.blockNumber)))))
        case .final: try await store.perform(.endDeed(number, .failed("reverted")))
        case .displaced: try await store.perform(.endDeed(number, .failed("displaced")))
        }
    }
}

extension ChainConfiguration {
    func identity(genesis: Hash256) -> ChainIdentity {
        ChainIdentity(
            chain: Int64(clamping: chain.number), genesis: genesis.bytes,
            anchor: ChainAddress(anchor.address), vault: ChainAddress(vault.address),
            escrow: ChainAddress(escrow.address), sender: ChainAddress(key.address))
    }
}

extension ChainDeed {
    /// What the machine goes on with after a restart; nil for what nothing is signed for.
    fileprivate var outgoing: OutgoingEntry? {
        get throws {
            guard case .sent(let sending) = life else { return nil }
            return OutgoingEntry(
                effect: .deed(number), nonce: UInt64(max(sending.nonce, 0)),
                attempts: try sending.attempts.map { try SignedTransaction(decoding: $0) },
                fate: .open)
        }
    }
}

extension Hash256 {
    /// The name of a deed's effect: its number.
    static func deed(_ number: Int64) -> Hash256 {
        let word = UInt256(UInt64(max(number, 0)))
        guard let hash = Hash256(bytes: word.bytes) else {
            preconditionFailure("a word has 32 bytes")
        }
        return hash
    }

    var deed: Int64 { Int64(clamping: UInt256(bytes: bytes)?.asUInt64 ?? 0) }
}

extension Outgoing.Report {
    var word: String {
        switch self {
        case .confirmed: "confirmed"
        case .retracted: "retracted"
        case .final: "final"
        case .displaced: "displaced"
        case .stuck: "stuck"
        case .refused(let why): "refused: \(why)"
        }
    }
}
