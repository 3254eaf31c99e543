import Domain
import Ethereum
import Logging
import Marketplace

/// What a market's vault and escrow say in blocks that are final, brought to its books.
actor VaultNews {
    /// Blocks of one question; fewer after one that an endpoint refused, for its answers have limits.
    private static let longestSpan = Chain.longestSpan
    /// Blocks above the final one that are looked at.
    private static let window = 64
    /// Blocks without news for which the books are not written.
    private static let quietBlocks: UInt64 = 100

    private let vault: Vault
    private let escrow: LeaseEscrow
    private let token: Address
    private let fromBlock: UInt64
    private let chain: Chain
    private let store: any Store
    private let log: Logger
    /// Nil before the first look, and after one that failed: then it begins anew where the books are.
    private var pump: LogPump?
    private var span = longestSpan
    /// The block that the books were told of last.
    private var written: UInt64 = 0

    init(
        _ configuration: ChainConfiguration, on chain: Chain, store: any Store, log: Logger
    ) {
        vault = configuration.vault
        escrow = configuration.escrow
        token = configuration.dollar.address
        fromBlock = configuration.fromBlock
        self.chain = chain
        self.store = store
        self.log = log
    }

    /// - Throws: what kept it from asking, or the books from being written.
    func look() async throws {
        let pump = try await current()
        do {
            try await pump.step()
            if span < Self.longestSpan {
                span = min(span * 2, Self.longestSpan)
                self.pump = nil
            }
        } catch {
            span = max(span / 2, 1)
            self.pump = nil
            throw error
        }
    }

    private func current() async throws -> LogPump {
        if let pump { return pump }
        let booked = UInt64(max(try await store.read([.books]).books?.vaultBlock ?? 0, 0))
        written = max(booked, max(fromBlock, 1) - 1)
        let fresh = LogPump(
            LogFollower(
                after: LogFollower.Cursor(number: written, hash: nil),
                rules: LogFollower.Rules(span: span, window: Self.window)),
            vault.filter.with(escrow.filter), on: chain
        ) { [self] in try await take($0) }
        pump = fresh
        return fresh
    }

    /// What may still go changes no books, and quiet blocks are not written one by one.
    private func take(_ delivery: LogFollower.Delivery) async throws {
        switch delivery {
        case .added(_, let logs): for log in logs { try await heed(log) }
        case .retracted: break
        case .final(let logs, let cursor):
            try await book(logs, upTo: cursor)
            for log in logs { try await heed(log) }
        }
    }

    /// A payer who has stopped a lease in the escrow wants no more of its job, whether or not the block stays: no
    /// later second is paid.
    private func heed(_ entry: Log) async throws {
        guard entry.address == escrow.address,
            case .stopped(let id, let by) = try EscrowEvent(entry, of: escrow)
        else { return }
        let named = Read.lockNamed(id.bytes)
        guard let lock = try await store.read([named]).locks(named).first, lock.bill == nil,
            lock.terms.payer == ChainAddress(by)
        else { return }
        try await stop(lock)
    }

    private func stop(_ lock: Lock) async throws {
        guard let lease = try await store.read([.lease(lock.lease)]).lease(lock.lease) else {
            return
        }
        log.info("stopped in the escrow", metadata: ["lease": "\(lease.id)"])
        try await store.perform(.stop(lease.task.job))
    }

    private func book(_ logs: [Log], upTo cursor: LogFollower.Cursor) async throws {
        var facts: [VaultFact] = []
        for log in logs {
            let isEscrow = log.address == escrow.address
            if let fact = isEscrow ? try await lockFact(of: log, facts) : try fact(of: log) {
                facts.append(fact)
            }
        }
        guard !facts.isEmpty || cursor.number >= written + Self.quietBlocks else { return }
        try await store.perform(.takeNews(facts, upTo: Int64(clamping: cursor.number)))
        written = cursor.number
    }

    /// Nil for leases that are not of this market, and for what changes nothing that the books have.
    ///
    /// - Parameter facts: what was read before it and is not booked yet.
    private func lockFact(of entry: Log, _ facts: [VaultFact]) async throws -> VaultFact? {
        switch try EscrowEvent(entry, of: escrow) {
        case .opened(let id, let payer, _, _, _, _):
            let read = Read.unopenedLocksOf(ChainAddress(payer))
            let locks = try await store.read([read]).locks(read)
            let token = token
            guard let lock = try locks.first(where: { try $0.terms(in: token).id() == id }) else {
                return nil
            }
            // Stopped since, maybe in the same block: it is not to start, as no second of it would be paid.
            let found = try await escrow.lease(id, on: chain, at: .latest)
            if lock.bill == nil, found.state != .open || found.stopped > 0 {
                try await stop(lock)
            }
            return .lock(lock.lease, .opened(id: id.bytes))
        case .closed(let id, let seconds, let credit, _):
            let closing = LockClosing(
                seconds: Int64(clamping: seconds.asUInt64 ?? .max),
                credit: Money(units: credit) ?? .zero)
            return try await lease(named: id.bytes, facts).map { .lock($0, .closed(closing)) }
        case .settled, .skipped, .withdrawn, .stopped, .claimed, .disputed: return nil
        }
    }

    private func lease(named name: [UInt8], _ facts: [VaultFact]) async throws -> LeaseID? {
        for case .lock(let lease, .opened(name)) in facts { return lease }
        let read = Read.lockNamed(name)
        return try await store.read([read]).locks(read).first?.lease
    }

    /// Nil for what is not of the token that is settled in, or changes nothing that the books have.
    private func fact(of entry: Log) throws -> VaultFact? {
        let event = try VaultEvent(entry, of: vault)
        if let fact = VaultFact(event, in: token) { return fact }
        guard let user = event.mover(of: token) else { return nil }
        log.error("an amount beyond the books", metadata: ["event": "\(event)"])
        return .unbookable(ChainAddress(user))
    }
}

extension VaultFact {
    /// Nil for another token, for amounts that no ledger has, and for what the books do not keep.
    init?(_ event: VaultEvent, in token: Address) {
        switch event {
        case .deposited(let user, token, let amount):
            guard let money = Money(units: amount) else { return nil }
            self = .deposited(ChainAddress(user), money)
        case .exitStarted(let user, token, _, _, let closes):
            self = .exitStarted(ChainAddress(user), closes: Timestamp(second: closes))
        case .exitFinished(let user, token, let amount):
            guard let money = Money(units: amount) else { return nil }
            self = .exitFinished(ChainAddress(user), money)
        case .redeemed(let voucher):
            guard voucher.token == token, let cumulative = Money(units: voucher.cumulative),
                let commission = Money(units: voucher.commission)
            else { return nil }
            self = .redeemed(
                VoucherParties(
                    user: ChainAddress(voucher.user), payee: ChainAddress(voucher.payee)),
                VoucherSums(cumulative: cumulative, commission: commission))
        case .authorised(let user, let key, let cap, let expiry):
            self = .authorised(
                ChainAddress(user),
                SessionKey(
                    address: ChainAddress(key), cap: Money(units: cap) ?? .most,
                    expires: Timestamp(second: expiry)))
        case .revoked(let user, let key):
            self = .revoked(ChainAddress(user), key: ChainAddress(key))
        case .deposited, .exitStarted, .exitFinished, .skipped, .withdrawn: return nil
        }
    }
}

extension VaultEvent {
    /// Whose deposit of the token it changes; nil: nobody's.
    fileprivate func mover(of token: Address) -> Address? {
        switch self {
        case .deposited(let user, token, _), .exitFinished(let user, token, _): user
        case .redeemed(let voucher): voucher.token == token ? voucher.user : nil
        case .deposited, .exitFinished, .authorised, .revoked, .skipped, .exitStarted, .withdrawn:
            nil
        }
    }
}

extension Timestamp {
    /// The last moment there is, for a second beyond it.
    fileprivate init(second: UInt256) {
        let most = UInt64(Timestamp.limit / 1_000)
        self.init(milliseconds: Int64(min(second.asUInt64 ?? most, most)) * 1_000)
    }
}
