import Domain
import Marketplace

/// A chain with a vault on it, by the contract's rules and no code of ours: blocks that may go until they are
/// final, transactions that wait, and one state for each block.
struct VaultModel {
    static let finality = 4
    static let exitDelaySeconds: Int64 = 20
    static let exitWindowSeconds: Int64 = 40

    enum Transaction: Hashable {
        case deposit(ChainAddress, Money)
        case authorise(ChainAddress, SessionKey)
        case revoke(ChainAddress, key: ChainAddress)
        case startExit(ChainAddress)
        case finishExit(ChainAddress)
        /// Of the deed of that number, sent once or often; 0: by a stranger.
        case redeem(deed: Int64, [HeldVoucher])
        case open(LeaseID, LockTerms)
        /// Likewise.
        case settle(deed: Int64, [AgreedProgress])

        /// The market's own that sends it; 0: none.
        var deed: Int64 {
            switch self {
            case .redeem(let deed, _), .settle(let deed, _): deed
            case .deposit, .authorise, .revoke, .startExit, .finishExit, .open: 0
            }
        }
    }

    struct Exit: Hashable {
        let amount: Money
        let opens: Timestamp
        let closes: Timestamp
    }

    struct Key: Hashable {
        let user: ChainAddress
        let key: ChainAddress
    }

    /// A lease in the escrow.
    struct Locked: Hashable {
        let terms: LockTerms
        var isClosed = false
    }

    struct State {
        var locks: [LeaseID: Locked] = [:]
        var unspent: [ChainAddress: Money] = [:]
        var redeemed: [VoucherParties: VoucherSums] = [:]
        var keys: [Key: SessionKey] = [:]
        var exits: [ChainAddress: Exit] = [:]
        /// Deeds whose transaction is in this block or one before it.
        var deeds: Set<Int64> = []

        var allUnspent: Int64 { unspent.values.reduce(0) { $0 + $1.micro } }
    }

    struct Block {
        let number: Int64
        let transactions: [Transaction]
        let facts: [VaultFact]
        let state: State
    }

    private(set) var blocks = [Block(number: 0, transactions: [], facts: [], state: State())]
    private(set) var waiting: [Transaction] = []

    var tip: Block { blocks[blocks.count - 1] }
    /// The newest block that is never taken back: what was final once stays so.
    private var finalPlace = 0
    var final: Block { blocks[finalPlace] }

    /// Nil for a block that is not there.
    subscript(_ number: Int64) -> Block? {
        number >= 0 && number < blocks.count ? blocks[Int(number)] : nil
    }

    /// The same bytes again are the same transaction.
    mutating func send(_ transaction: Transaction) {
        guard !waiting.contains(transaction) else { return }
        if transaction.deed > 0, tip.state.deeds.contains(transaction.deed) { return }
        waiting.append(transaction)
    }

    mutating func mine(at now: Timestamp) {
        var state = tip.state
        var facts: [VaultFact] = []
        for transaction in waiting { facts += Self.apply(transaction, to: &state, at: now) }
        blocks.append(
            Block(
                number: tip.number + 1, transactions: waiting, facts: facts, state: state))
        waiting = []
        finalPlace = max(finalPlace, blocks.count - 1 - Self.finality)
    }

    /// Takes the newest blocks back, but none that is final; `isKept` decides what of theirs waits again.
    mutating func reorganise(
        _ count: Int, keeping isKept: (Transaction) -> Bool
    ) {
        let count = min(count, blocks.count - 1 - finalPlace)
        let gone = blocks.suffix(count).flatMap(\.transactions)
        blocks.removeLast(count)
        waiting = gone.filter(isKept) + waiting
    }

    // MARK: The contract

    private static func apply(
        _ transaction: Transaction, to state: inout State, at now: Timestamp
    ) -> [VaultFact] {
        switch transaction {
        case .deposit(let user, let amount):
            state.unspent[user] = sum(state.unspent[user], amount)
            return [.deposited(user, amount)]
        case .authorise(let user, let key):
            state.keys[Key(user: user, key: key.address)] = key
            return [.authorised(user, key)]
        case .revoke(let user, let key):
            guard state.keys.removeValue(forKey: Key(user: user, key: key)) != nil else {
                return []
            }
            return [.revoked(user, key: key)]
        case .startExit(let user):
            guard let unspent = state.unspent[user], unspent > .zero else { return [] }
            let opens = now.advanced(seconds: exitDelaySeconds)
            let exit = Exit(
                amount: unspent, opens: opens,
                closes: opens.advanced(seconds: exitWindowSeconds))
            state.exits[user] = exit
            return [.exitStarted(user, closes: exit.closes)]
        case .finishExit(let user):
            guard let exit = state.exits[user], now >= exit.opens, now < exit.closes else {
                return []
            }
            let unspent = state.unspent[user] ?? .zero
            let amount = min(exit.amount, unspent)
            state.exits[user] = nil
            state.unspent[user] = difference(unspent, amount)
            return [.exitFinished(user, amount)]
        case .redeem(let deed, let vouchers):
            guard deed == 0 || state.deeds.insert(deed).inserted else { return [] }
            return vouchers.compactMap { redeem($0, in: &state, at: now) }
        case .open(let lease, let terms):
            guard state.locks[lease] == nil, now.milliseconds / 1_000 < terms.deadline else {
                return []
            }
            state.locks[lease] = Locked(terms: terms)
            return [.lock(lease, .opened(id: Array(lease.text.utf8)))]
        case .settle(let deed, let agreed):
            guard deed == 0 || state.deeds.insert(deed).inserted else { return [] }
            return agreed.compactMap { settle($0, in: &state) }
        }
    }

    private static func settle(_ agreed: AgreedProgress, in state: inout State) -> VaultFact? {
        guard var lock = state.locks[agreed.lease], !lock.isClosed, lock.terms == agreed.terms,
            agreed.progress.isLast, !agreed.agreement.isEmpty
        else { return nil }
        let cost =
            (Int128(agreed.progress.seconds) * Int128(lock.terms.rate.microPerHour) + 3_599) / 3_600
        guard cost <= Int128(lock.terms.deposit.micro) else { return nil }
        lock.isClosed = true
        state.locks[agreed.lease] = lock
        return .lock(
            agreed.lease,
            .closed(LockClosing(seconds: agreed.progress.seconds, credit: .zero)))
    }

    private static func redeem(
        _ voucher: HeldVoucher, in state: inout State, at now: Timestamp
    ) -> VaultFact? {
        let before = state.redeemed[voucher.parties] ?? .nothing
        let user = voucher.parties.user
        let unspent = state.unspent[user] ?? .zero
        guard voucher.sums.cumulative > before.cumulative,
            voucher.sums.commission >= before.commission
        else { return nil }
        let growth = difference(voucher.sums.cumulative, before.cumulative)
        guard growth <= unspent else { return nil }
        if voucher.signer != user {
            let place = Key(user: user, key: voucher.signer)
            guard var key = state.keys[place], now < key.expires else { return nil }
            key.spent = sum(key.spent, growth)
            guard key.spent <= key.cap else { return nil }
            state.keys[place] = key
        }
        state.unspent[user] = difference(unspent, growth)
        state.redeemed[voucher.parties] = voucher.sums
        return .redeemed(voucher.parties, voucher.sums)
    }

    private static func sum(_ left: Money?, _ right: Money) -> Money {
        (try? (left ?? .zero).adding(right)) ?? right
    }

    private static func difference(_ left: Money, _ right: Money) -> Money {
        (try? left.subtracting(right)) ?? .zero
    }
}
