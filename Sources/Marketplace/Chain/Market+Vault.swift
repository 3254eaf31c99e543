import Accounting
package import Domain

extension Market {
    /// Binds an address to the account that has shown to hold its key. The same again changes nothing.
    ///
    /// - Throws: `Refusal.addressTaken` where it is another account's, or the account has another.
    func link(
        _ address: ChainAddress, to account: AccountID, _ rows: Rows
    ) throws(Refusal) -> Decision {
        guard rows.account(account) != nil else { throw .accountUnknown(account) }
        var user = rows.vaultUser(address) ?? VaultUser(address: address)
        if user.account == account { return Decision() }
        guard user.account == nil, rows[.vaultUserOf(account)].isEmpty else { throw .addressTaken }
        user.account = account
        var decision = Decision()
        decision.rows = [.vaultUser(user)]
        return decision
    }

    /// Books what the vault has said up to a block, once: news of blocks that are booked change nothing.
    func takeNews(
        _ facts: [VaultFact], upTo block: Int64, _ rows: Rows, _ now: Timestamp
    ) throws -> Decision {
        guard var books = rows.books else { throw Refusal.noChain }
        guard block > books.vaultBlock ?? -1 else { return Decision() }
        books.vaultBlock = block
        let accounts = facts.flatMap { fact in
            if case .lock(let lease, _) = fact {
                rows.lock(lease)?.accounts ?? []
            } else {
                fact.accounts
            }
        }
        let ledger = Ledger(balances(accounts, rows))
        var floor = VaultFloor(
            rows, ledger, LockFloor(rows, startWindow: startWindowSeconds, at: now), at: now)
        for fact in facts {
            // One that no ledger can take, as of a token that anybody mints, keeps the others from nothing.
            var next = floor
            do { try next.take(fact) } catch is MoneyOverflow { continue } catch LedgerError
                .overflow
            {
                continue
            }
            floor = next
        }
        var decision = Decision()
        decision.rows = [.books(books)] + floor.rows
        floor.locks.finish(&decision)
        decision.apply(floor.ledger)
        return decision
    }

    /// Keeps a voucher whose signature the edge has checked, where it says more than the last one.
    ///
    /// - Throws: `Refusal.voucherWrong` for sums above what is owed, or a signer who has no say.
    func takeVoucher(
        _ voucher: HeldVoucher, _ rows: Rows, _ now: Timestamp
    ) throws(Refusal) -> Decision {
        guard var pair = rows.pair(voucher.parties) else { throw .voucherWrong }
        let last = pair.signed?.sums ?? .nothing
        // The user's own word is worth more than a key's that may end.
        let isStronger =
            voucher.signer == voucher.parties.user && pair.signed?.signer != voucher.signer
            && voucher.sums.cumulative == last.cumulative
        guard voucher.sums.cumulative > last.cumulative || isStronger else { return Decision() }
        guard voucher.sums.cumulative <= pair.owed.cumulative,
            voucher.sums.commission <= pair.owed.commission,
            voucher.sums.commission >= last.commission,
            voucher.sums.cumulative < pair.owed.cumulative
                || voucher.sums.commission == pair.owed.commission
        else { throw .voucherWrong }
        var decision = Decision()
        if voucher.signer != voucher.parties.user {
            decision.rows = [.vaultUser(try spending(voucher, over: pair, rows, now))]
        }
        pair.signed = voucher
        decision.rows.append(.pair(pair))
        return decision
    }

    /// The user after one of their session keys has signed this voucher: the vault will count against the cap
    /// what it pays on it.
    private func spending(
        _ voucher: HeldVoucher, over pair: VoucherPair, _ rows: Rows, _ now: Timestamp
    ) throws(Refusal) -> VaultUser {
        guard var user = rows.vaultUser(voucher.parties.user),
            let place = user.keys.firstIndex(where: { $0.address == voucher.signer }),
            now.advanced(seconds: redeemWithin) < user.keys[place].expires
        else { throw .voucherWrong }
        let counted = pair.signed.flatMap { $0.signer == voucher.signer ? $0.sums : nil }
        do throws(MoneyOverflow) {
            let growth = try voucher.sums.cumulative.subtracting(
                max(counted?.cumulative ?? .zero, pair.redeemed.cumulative))
            user.keys[place].spent = try user.keys[place].spent.adding(growth)
        } catch {
            throw .voucherWrong
        }
        guard user.keys[place].spent <= user.keys[place].cap else { throw .voucherWrong }
        return user
    }

    /// Wishes for the vouchers that wait to be redeemed, as many as one transaction takes.
    func redeem(_ rows: Rows) throws(Refusal) -> Decision {
        guard var books = rows.books else { throw .noChain }
        var vouchers: [HeldVoucher] = []
        var decision = Decision()
        for var pair in rows.pairs(.redeemablePairs(limit: ChainDeed.mostVouchers)) {
            guard pair.isRedeemable, let signed = pair.signed else { continue }
            pair.underway = signed.sums.cumulative
            vouchers.append(signed)
            decision.rows.append(.pair(pair))
        }
        guard !vouchers.isEmpty else { return Decision() }
        books.lastDeed += 1
        decision.rows += [
            .books(books), .deed(ChainDeed(number: books.lastDeed, act: .redeem(vouchers))),
        ]
        return decision
    }
}

/// The vault's part of the books, while news are taken.
private struct VaultFloor {
    private let known: Rows
    private let now: Timestamp
    private(set) var ledger: Ledger
    private(set) var locks: LockFloor
    private var users: [VaultUser] = []
    private var pairs: [VoucherPair] = []

    init(_ rows: Rows, _ ledger: Ledger, _ locks: LockFloor, at now: Timestamp) {
        self.locks = locks
        known = rows
        self.now = now
        self.ledger = ledger
    }

    var rows: [Row] { users.map(Row.vaultUser) + pairs.map(Row.pair) }

    mutating func take(_ fact: VaultFact) throws {
        switch fact {
        case .deposited(let address, let amount):
            tryAgain(address)
            try post(.deposit, from: .deposited, to: .vault(address), amount)
            try cover(address)
        case .exitStarted(let address, let closes):
            var user = user(address)
            user.exitCloses = closes
            set(user)
        case .exitFinished(let address, let amount):
            var user = user(address)
            user.exitCloses = nil
            set(user)
            try spend(amount, .exit, of: address)
        case .redeemed(let parties, let sums): try redeemed(parties, sums)
        case .authorised(let address, let key):
            var user = user(address)
            user.keys = (user.keys.filter { $0.address != key.address } + [key])
                .sorted { $0.address < $1.address }
            set(user)
            tryAgain(address)
        case .revoked(let address, let key):
            var user = user(address)
            user.keys.removeAll { $0.address == key }
            set(user)
            forget(key, of: address)
        case .unbookable(let address):
            var user = user(address)
            // More than any deposit covers.
            user.short = .most
            set(user)
        case .lock(let lease, let fact): try locks.take(fact, of: lease, &ledger)
        }
    }

    /// What the vault did not pay it may pay now.
    private mutating func tryAgain(_ user: ChainAddress) {
        for var pair in pairs(of: user) where pair.tried != nil {
            pair.tried = nil
            set(pair)
        }
    }

    /// What only this key has signed, and nobody has redeemed, is signed by nobody.
    private mutating func forget(_ key: ChainAddress, of user: ChainAddress) {
        for var pair in pairs(of: user) {
            guard let signed = pair.signed, signed.signer == key,
                signed.sums.cumulative > pair.redeemed.cumulative
            else { continue }
            pair.signed = nil
            set(pair)
        }
    }

    private mutating func redeemed(_ parties: VoucherParties, _ sums: VoucherSums) throws {
        var pair = pair(parties)
        let growth = try sums.cumulative.subtracting(pair.redeemed.cumulative)
        let due = try max(pair.owed.cumulative, pair.redeemed.cumulative)
            .subtracting(pair.redeemed.cumulative)
        let commission = try sums.commission.subtracting(pair.redeemed.commission)
        let pay = try growth.subtracting(commission)
        pair.redeemed = sums
        if let underway = pair.underway, underway <= sums.cumulative { pair.underway = nil }
        set(pair)
        // A user may also pay what no market knows of: that comes from the deposit, and never out of what others
        // have earned.
        let worked = min(growth, due)
        let share = min(pay, worked)
        try drain(share, .redeem, from: [.earned(parties.payee), .vaultCommission])
        try drain(
            try worked.subtracting(share), .redeem,
            from: [.vaultCommission, .earned(parties.payee)])
        try spend(try growth.subtracting(worked), .redeem, of: parties.user)
    }

    /// Out of a user's deposit; what it does not have the user is short of.
    private mutating func spend(
        _ amount: Money, _ kind: Transfer.Kind, of address: ChainAddress
    ) throws {
        let rest = try drain(amount, kind, from: [.vault(address)])
        guard rest > .zero else { return }
        var user = user(address)
        user.short = try user.short.adding(rest)
        set(user)
    }

    /// What the user is short of, from what is free now.
    private mutating func cover(_ address: ChainAddress) throws {
        var user = user(address)
        let part = min(user.short, ledger.balance(of: .vault(address)))
        try post(.deposit, from: .vault(address), to: .uncollected, part)
        user.short = try user.short.subtracting(part)
        set(user)
    }

    /// Out of the vault: from these as far as they go; the rest is uncollected.
    ///
    /// - Returns: the rest.
    @discardableResult
    private mutating func drain(
        _ amount: Money, _ kind: Transfer.Kind, from accounts: [LedgerAccount]
    ) throws -> Money {
        var rest = amount
        for account in accounts {
            let part = min(rest, ledger.balance(of: account))
            try post(kind, from: account, to: .deposited, part)
            rest = try rest.subtracting(part)
        }
        try post(kind, from: .uncollected, to: .deposited, rest)
        return rest
    }

    private mutating func post(
        _ kind: Transfer.Kind, from: LedgerAccount, to: LedgerAccount, _ amount: Money
    ) throws {
        guard amount > .zero else { return }
        try ledger.post(
            Transfer(
                kind: kind, from: from, to: to, amount: amount, job: nil, lease: nil,
                reason: "vault", at: now))
    }

    private func user(_ address: ChainAddress) -> VaultUser {
        users.first { $0.address == address } ?? known.vaultUser(address)
            ?? VaultUser(address: address)
    }

    private func pair(_ parties: VoucherParties) -> VoucherPair {
        pairs.first { $0.parties == parties } ?? known.pair(parties)
            ?? VoucherPair(parties: parties)
    }

    /// As the news so far have left them.
    private func pairs(of user: ChainAddress) -> [VoucherPair] {
        let changed = pairs.filter { $0.parties.user == user }
        return changed
            + known.pairs(.pairsOf(user)).filter { pair in
                !changed.contains { $0.parties == pair.parties }
            }
    }

    private mutating func set(_ pair: VoucherPair) {
        pairs.removeAll { $0.parties == pair.parties }
        pairs.append(pair)
    }

    private mutating func set(_ user: VaultUser) {
        users.removeAll { $0.address == user.address }
        users.append(user)
    }
}

extension Market {
    /// One unit of money: ten hours of a machine at 0.10 an hour.
    package static let standardUnsignedLimit = Money.unit
}

extension Read {
    /// All of a user's: there is one for each provider's key that the user's jobs ran for.
    package static func pairsOf(_ user: ChainAddress) -> Read {
        .pairs(of: user, limit: 1_000_000)
    }
}

extension Rows {
    /// Of a user whose pairs were read by `Read.pairsOf`.
    package func unsigned(of user: ChainAddress) throws(Refusal) -> Money {
        var sum = Money.zero
        for pair in pairs(.pairsOf(user)) {
            do throws(MoneyOverflow) {
                sum = try sum.adding(pair.unsigned)
            } catch {
                throw .amountOutOfRange
            }
        }
        return sum
    }

    package func vaultUser(_ address: ChainAddress) -> VaultUser? {
        if case .vaultUser(let user)? = self[.vaultUser(address)].first { user } else { nil }
    }

    package func pair(_ parties: VoucherParties) -> VoucherPair? {
        if case .pair(let pair)? = self[.pair(parties)].first { pair } else { nil }
    }

    package func pairs(_ read: Read) -> [VoucherPair] {
        self[read].compactMap { if case .pair(let pair) = $0 { pair } else { nil } }
    }
}
