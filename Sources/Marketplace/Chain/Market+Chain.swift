package import Domain

extension Market {
    /// Whether a head is anchored while an older one is on its way.
    package enum AnchorTurn: Hashable, Sendable {
        /// One at a time: on a chain that is away they do not pile up.
        case regular
        /// The last before a stop, or on demand.
        case now
    }

    /// Begins books of a chain, or goes on with them.
    ///
    /// - Throws: `Refusal.otherChain` where the market has books of another one.
    func openBooks(_ identity: ChainIdentity, _ rows: Rows) throws(Refusal) -> Decision {
        guard var books = rows.books else { return keeping(ChainBooks(identity: identity)) }
        if books.identity == identity { return Decision() }
        guard identity.continues(books.identity) else { throw Refusal.otherChain }
        books.identity = identity
        return keeping(books)
    }

    /// Wishes for the newest published head to be anchored, unless one as large is, or is going to be.
    func anchor(_ turn: AnchorTurn, _ rows: Rows) throws(Refusal) -> Decision {
        guard var books = rows.books else { throw Refusal.noChain }
        guard let head = rows.head, head.size > 0 else { return Decision() }
        let open = rows.openDeeds.filter { $0.head != nil }
        guard turn == .now || open.isEmpty else { return Decision() }
        let largest = (open + [rows.anchoredDeed].compactMap(\.self)).compactMap(\.head?.size).max()
        guard head.size > largest ?? 0 else { return Decision() }
        books.lastDeed += 1
        var decision = keeping(books)
        decision.rows.append(.deed(ChainDeed(number: books.lastDeed, act: .anchor(head))))
        return decision
    }

    /// Keeps what is signed for a deed, before anybody sees it. The same again changes nothing.
    func keepSending(_ kept: KeptSending, _ rows: Rows) throws -> Decision {
        guard var books = rows.books, var deed = rows.deed(kept.deed) else {
            throw Refusal.noChain
        }
        if case .sent(kept.sending) = deed.life { return Decision() }
        deed.life = try deed.life.after(.sent(kept.sending))
        books.nextNonce = max(books.nextNonce ?? 0, kept.nextNonce)
        books.spending = kept.spending
        var decision = keeping(books)
        decision.rows.append(.deed(deed))
        return decision
    }

    /// What became of a deed, for good. The same again changes nothing.
    func endDeed(_ number: Int64, _ event: ChainDeed.Event, _ rows: Rows) throws -> Decision {
        guard var books = rows.books, var deed = rows.deed(number) else { throw Refusal.noChain }
        guard deed.isOpen else { return Decision() }
        deed.life = try deed.life.after(event)
        if case .done = deed.life, let head = deed.head,
            head.size > rows.anchoredDeed?.head?.size ?? 0
        {
            books.anchored = number
        }
        var decision = keeping(books)
        decision.rows.append(.deed(deed))
        // What the vault has paid of it, its own news tell.
        for voucher in deed.vouchers where !deed.isOpen {
            // Where somebody else redeemed it, a later voucher may be on its way by now.
            guard var pair = rows.pair(voucher.parties),
                pair.underway == voucher.sums.cumulative
            else { continue }
            pair.underway = nil
            if case .done = deed.life { pair.tried = voucher.sums.cumulative }
            decision.rows.append(.pair(pair))
        }
        for agreed in deed.agreed where !deed.isOpen {
            guard var lock = rows.lock(agreed.lease) else { continue }
            lock.isUnderway = false
            decision.rows.append(.lock(lock))
        }
        return decision
    }

    private func keeping(_ books: ChainBooks) -> Decision {
        var decision = Decision()
        decision.rows = [.books(books)]
        return decision
    }
}

extension ChainDeed {
    /// What it anchors, if it does.
    package var head: PublishedHead? {
        switch act {
        case .anchor(let head): head
        case .redeem, .settle: nil
        }
    }

    /// What it redeems; none where it does something else.
    package var vouchers: [HeldVoucher] {
        switch act {
        case .anchor, .settle: []
        case .redeem(let vouchers): vouchers
        }
    }

    /// The leases that it closes; none where it does something else.
    package var agreed: [AgreedProgress] {
        switch act {
        case .anchor, .redeem: []
        case .settle(let agreed): agreed
        }
    }
}

extension Rows {
    package var books: ChainBooks? {
        if case .books(let books)? = self[.books].first { books } else { nil }
    }

    package func deed(_ number: Int64) -> ChainDeed? {
        if case .deed(let deed)? = self[.deed(number)].first { deed } else { nil }
    }

    /// The deed whose head is the largest that is anchored for good.
    package var anchoredDeed: ChainDeed? { books?.anchored.flatMap(deed) }

    package var openDeeds: [ChainDeed] {
        self[.openDeeds(limit: ChainDeed.mostOpen)].compactMap {
            if case .deed(let deed) = $0 { deed } else { nil }
        }
    }
}

extension ChainDeed {
    /// More are never open: each kind of wish waits for those of its kind.
    package static let mostOpen = 64
    /// Vouchers that one transaction redeems: as many as the vault takes at once.
    package static let mostVouchers = 100
}
