import Domain
import Marketplace

extension World {
    static let chain = identity(chain: 31_337)

    static let users = (10..<13).map { address($0) }
    static let payees = (20..<22).map { address($0) }

    private static func address(_ byte: UInt8) -> ChainAddress {
        ChainAddress(bytes: [UInt8](repeating: byte, count: 20))!
    }

    private static func identity(chain: Int64) -> ChainIdentity {
        ChainIdentity(
            chain: chain, genesis: [UInt8](repeating: 7, count: 32),
            anchor: address(1), vault: address(2), escrow: address(4), sender: address(3))
    }

    /// Somebody's payer: mostly the account's own.
    mutating func payer(of account: AccountID) -> ChainAddress {
        let own = accounts.firstIndex(of: account).flatMap { $0 < 3 ? Self.users[$0] : nil }
        return (random.isOneIn(8) ? random.pick(Self.users) : own) ?? Self.users[0]
    }

    /// What the vault says, what users sign, and what is redeemed.
    mutating func vault() -> Command {
        let pair = random.pick(
            Self.users.flatMap {
                oracle.read([.pairs(of: $0, limit: 9)]).pairs(.pairs(of: $0, limit: 9))
            })
        let block = (oracle.read([.books]).books?.vaultBlock ?? 0) + Int64(random.below(3))
        let user = random.pick(Self.users) ?? Self.users[0]
        if !random.isOneIn(4), let command = lock(upTo: block) { return command }
        switch random.below(10) {
        case 0: return .link(user, to: anyAccount())
        case 1:
            return .takeNews(
                [.deposited(user, money(Int64(1 + random.below(3_000_000))))], upTo: block)
        case 2:
            let closes = now.advanced(seconds: Int64(random.below(90)))
            return .takeNews(
                [
                    random.isOneIn(2)
                        ? .exitStarted(user, closes: closes)
                        : .exitFinished(user, money(Int64(random.below(2_000_000))))
                ], upTo: block)
        case 3..<6:
            let parties = pair?.parties ?? VoucherParties(user: user, payee: Self.payees[0])
            let sums =
                random.isOneIn(5)
                ? VoucherSums(
                    cumulative: money(Int64(random.below(9_000_000))), commission: money(3))
                : pair?.owed ?? .nothing
            return .takeVoucher(
                HeldVoucher(
                    parties: parties, sums: sums, usageRoot: pair?.usageRoot ?? [], signer: user,
                    signature: random.bytes(4)))
        case 6..<8: return random.isOneIn(2) ? .redeem : .settleLocks
        default:
            guard let pair, let signed = pair.signed else { return .redeem }
            return .takeNews([.redeemed(pair.parties, signed.sums)], upTo: block)
        }
    }

    /// What the escrow says of a locked lease, what its parties sign, and what is settled; nil: none is locked.
    private mutating func lock(upTo block: Int64) -> Command? {
        let locks = Self.users.flatMap { user in
            // Also those that are opened too late.
            let read =
                random.isOneIn(3)
                ? Read.unopenedLocks(of: user, limit: 9) : .locks(of: user, limit: 9)
            return oracle.read([read]).locks(read)
        }
        guard let lock = random.pick(locks) else { return nil }
        let name = [UInt8](repeating: UInt8(random.below(32)), count: 32)
        let isNew = oracle.read([.lockNamed(name)]).locks(.lockNamed(name)).isEmpty
        func news(_ fact: LockFact) -> Command { .takeNews([.lock(lock.lease, fact)], upTo: block) }
        guard lock.id != nil else { return isNew ? news(.opened(id: name)) : nil }
        if !random.isOneIn(4) {
            if lock.isAgreed { return .settleLocks }
            if lock.signed?.isLast == true, lock.agreement == nil {
                return .signLock(lock.lease, .agreement(random.bytes(4)))
            }
        }
        switch random.below(9) {
        case 0..<3:
            return news(
                .closed(LockClosing(seconds: Int64(random.below(9)), credit: money(0))))
        case 3..<6:
            let isLast = lock.bill != nil || random.isOneIn(5)
            let known = random.isOneIn(3) ? Int64(random.below(9)) : lock.signed?.seconds ?? 0
            return .signLock(
                lock.lease,
                .progress(
                    HeldProgress(
                        seconds: lock.bill?.seconds ?? known,
                        elapsed: isLast ? lock.bill?.elapsed ?? 4 : 0, usageRoot: name,
                        signature: random.bytes(4))))
        case 6..<8: return .signLock(lock.lease, .agreement(random.bytes(4)))
        default: return .settleLocks
        }
    }

    /// A chain's news for the market, in any order: most of it about a deed that is open.
    mutating func chain() -> Command {
        let read = Read.openDeeds(limit: ChainDeed.mostOpen)
        let open = oracle.read([read]).openDeeds
        let deed = random.pick(open)?.number ?? Int64(random.below(4))
        switch random.below(10) {
        case 0: return .openBooks(random.isOneIn(3) ? Self.identity(chain: 1) : Self.chain)
        case 1..<5: return .anchor(random.isOneIn(2) ? .now : .regular)
        case 5..<7:
            let known = open.first { $0.number == deed }?.sending
            return .keepSending(
                KeptSending(
                    deed: deed,
                    sending: Sending(
                        nonce: known?.nonce ?? Int64(random.below(3)),
                        attempts: (known?.attempts ?? []) + [random.bytes(6)]),
                    nextNonce: Int64(random.below(5)), spending: random.bytes(3)))
        default:
            let event: ChainDeed.Event =
                random.isOneIn(3)
                ? .failed("reverted")
                : .done(
                    ChainPlace(
                        transaction: random.bytes(32), block: Int64(random.below(1_000))))
            return .endDeed(deed, event)
        }
    }
}

extension ChainDeed {
    fileprivate var sending: Sending? {
        if case .sent(let sending) = life { sending } else { nil }
    }
}
