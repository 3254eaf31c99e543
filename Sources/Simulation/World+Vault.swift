import Crypto
import Domain
import Marketplace

// Deposits on a chain, who owns them, and the market's worker that hears of them and sends its deeds.
extension World {
    static let unsignedLimit: Int64 = 8_000
    private static let redeemTicks = 5

    static func user(_ place: Int) -> ChainAddress { address(1, place) }
    static func session(_ place: Int) -> ChainAddress { address(2, place) }
    static func payee(_ place: Int) -> ChainAddress { address(3, place) }

    private static func address(_ kind: UInt8, _ place: Int) -> ChainAddress {
        guard
            let address = ChainAddress(
                bytes: [kind, UInt8(truncatingIfNeeded: place)] + [UInt8](repeating: 0, count: 18))
        else { preconditionFailure("twenty bytes are an address") }
        return address
    }

    /// Two of three nodes take vouchers; the first, which can run everything, among them.
    static func payee(
        of place: Int, _ node: NodeID, _ key: Curve25519.Signing.PrivateKey
    ) -> SignedPayee? {
        guard place % 3 != 2 else { return nil }
        let statement = SignedPayee.message(node: node, address: payee(place))
        return (try? key.signature(for: statement)).map {
            SignedPayee(address: payee(place), signature: Array($0))
        }
    }

    func openVault() {
        let hash = [UInt8](repeating: 7, count: 32)
        write(
            .openBooks(
                ChainIdentity(
                    chain: 1, genesis: hash, anchor: Self.address(9, 0),
                    vault: Self.address(9, 1), escrow: Self.address(9, 3),
                    sender: Self.address(9, 2))))
        for place in renters.indices {
            write(.link(Self.user(place), to: renters[place].account))
            deposit(place)
            schedule(.depositorActs(place), at: now.after(milliseconds: 2000))
        }
        schedule(.block, at: now.after(milliseconds: 1000))
    }

    private func deposit(_ place: Int) {
        let micro = random.chain.within(200_000...20_000_000)
        guard let amount = try? Money(micro: micro) else { return }
        vault.send(.deposit(Self.user(place), amount))
    }

    // MARK: The chain

    func block() {
        schedule(.block, at: now.after(milliseconds: random.chain.within(500...3500)))
        if mayFail, random.chain.happens(percent: 8) {
            report.faults.count(.reorg)
            var random = random.chain
            vault.reorganise(random.count(1...VaultModel.finality)) { transaction in
                // A market's deed is sent again by the market; the others may be gone for good.
                if transaction.deed > 0 { return random.happens(percent: 50) }
                return random.happens(percent: 80)
            }
            self.random.chain = random
        }
        vault.mine(at: now.timestamp)
    }

    // MARK: Users

    func depositorActs(_ place: Int) {
        schedule(
            .depositorActs(place),
            at: now.after(milliseconds: random.chain.within(700...4000)))
        let user = Self.user(place)
        guard !isHealed else {
            // Whoever was short pays up, so that all comes to rest.
            deposit(place)
            lockActs(place)
            return sign(place, by: user)
        }
        lockActs(place)
        switch random.chain.within(0...99) {
        case 0..<6: deposit(place)
        case 6..<8: vault.send(.startExit(user))
        case 8..<14: vault.send(.finishExit(user))
        case 14..<20: authorise(place)
        case 20..<22: vault.send(.revoke(user, key: Self.session(place)))
        case 22..<30: redeemAlone(place)
        case 30..<36: signWrongly(place)
        case 36..<50: sign(place, by: Self.session(place))
        // The first signs late, and is stopped for it now and then.
        default: if place > 0 || random.chain.happens(percent: 3) { sign(place, by: user) }
        }
    }

    private func authorise(_ place: Int) {
        guard let cap = try? Money(micro: random.chain.within(1_000...400_000)) else { return }
        let seconds = random.chain.within(30...900)
        vault.send(
            .authorise(
                Self.user(place),
                SessionKey(
                    address: Self.session(place), cap: cap,
                    expires: now.timestamp.advanced(seconds: seconds))))
    }

    /// What its own records bear out: in this world the market's books are what they are.
    private func sign(_ place: Int, by signer: ChainAddress) {
        for pair in owed(by: place) where pair.isUnsigned {
            take(voucher(pair, pair.owed, by: signer))
        }
    }

    /// More than is owed, or by somebody without a say.
    private func signWrongly(_ place: Int) {
        guard let pair = owed(by: place).first else { return }
        let more = (try? Money(micro: pair.owed.cumulative.micro + 1)) ?? .zero
        let isStranger = random.chain.happens(percent: 50)
        let sums =
            isStranger
            ? pair.owed : VoucherSums(cumulative: more, commission: pair.owed.commission)
        let signer = isStranger ? Self.address(8, place) : pair.parties.user
        let isNews = sums.cumulative > pair.signed?.sums.cumulative ?? .zero
        let outcome = take(voucher(pair, sums, by: signer))
        guard isNews, let outcome else { return }
        report.reached.count(.voucherRefused)
        if outcome != .failure(.voucherWrong) {
            fail("nobody signs for more than was worked", "\(sums) of \(pair.owed) by \(signer)")
        }
    }

    private func voucher(
        _ pair: VoucherPair, _ sums: VoucherSums, by signer: ChainAddress
    ) -> HeldVoucher {
        HeldVoucher(
            parties: pair.parties, sums: sums, usageRoot: pair.usageRoot, signer: signer,
            signature: [])
    }

    private func owed(by place: Int) -> [VoucherPair] {
        let read = Read.pairsOf(Self.user(place))
        return store.tables.read([read]).pairs(read)
    }

    @discardableResult
    private func take(_ voucher: HeldVoucher) -> Outcome? {
        var outcome: Outcome?
        inMarket { () throws(MarketCrash) in outcome = try perform(.takeVoucher(voucher)) }
        if case .success? = outcome { report.reached.count(.voucherTaken) }
        return outcome
    }

    /// A provider that does not wait for the market.
    private func redeemAlone(_ place: Int) {
        let signed = owed(by: place).compactMap(\.signed)
        if !signed.isEmpty { vault.send(.redeem(deed: 0, signed)) }
    }

    // MARK: The market's worker

    func vaultTick(run: Int) {
        guard marketRun == run, market != nil else { return }
        schedule(.vaultTick(run: run), at: now.after(milliseconds: 1000))
        if mayFail, chainAwayUntil <= now, random.chain.happens(perMillion: 8000) {
            report.faults.count(.chainAway)
            chainAwayUntil = now.after(milliseconds: random.chain.within(3_000...120_000))
        }
        vaultTicks += 1
        inMarket { () throws(MarketCrash) in
            try guardVault()
            guard chainAwayUntil <= now || isHealed else { return }
            try lookAtDeeds()
            try hearVault()
            if vaultTicks.isMultiple(of: Self.redeemTicks) {
                try perform(.redeem)
                try perform(.settleLocks)
            }
        }
        auditor.checkVault(store.tables, vault)
    }

    private func lookAtDeeds() throws(MarketCrash) {
        let read = Read.openDeeds(limit: ChainDeed.mostOpen)
        for deed in store.tables.read([read]).openDeeds {
            guard let transaction = deed.transaction else { continue }
            if vault.final.state.deeds.contains(deed.number) {
                let hash = [UInt8](repeating: 1, count: 32)
                try faultPoint()
                try perform(
                    .endDeed(
                        deed.number,
                        .done(ChainPlace(transaction: hash, block: vault.final.number))))
                report.reached.count(.deedDone)
                continue
            }
            if deed.life == .due {
                let next = store.tables.read([.books]).books?.nextNonce ?? 0
                try perform(
                    .keepSending(
                        KeptSending(
                            deed: deed.number,
                            sending: Sending(nonce: next, attempts: [[1]]), nextNonce: next + 1,
                            spending: [])))
                try faultPoint()
            }
            vault.send(transaction)
            try faultPoint()
        }
    }

    private func hearVault() throws(MarketCrash) {
        let isEager = options.planted == .newsBeforeFinal
        let last = isEager ? vault.tip.number : vault.final.number
        var next = (store.tables.read([.books]).books?.vaultBlock ?? 0) + 1
        while next <= last, let block = vault[next] {
            if !block.facts.isEmpty || next == last {
                try perform(.takeNews(block.facts, upTo: next))
                note(locks: block.facts)
                // As a worker does that died before it knew.
                if random.chain.happens(percent: 10) {
                    try perform(.takeNews(block.facts, upTo: next))
                }
                try faultPoint()
            }
            next += 1
        }
    }

    private func note(locks facts: [VaultFact]) {
        for case .lock(_, let fact) in facts {
            switch fact {
            case .opened: report.reached.count(.priceLocked)
            case .closed: report.reached.count(.lockClosed)
            }
        }
    }

    /// As the program's own guard does.
    private func guardVault() throws(MarketCrash) {
        for place in renters.indices {
            let user = Self.user(place)
            let rows = store.tables.read([.vaultUser(user), .pairsOf(user)])
            let unsigned: Money
            do {
                unsigned = try rows.unsigned(of: user).adding(unsignedLocks(of: place))
            } catch {
                return fail("what is unsigned can be added up", "\(user): \(error)")
            }
            let isLeaving = rows.vaultUser(user)?.isBlocked(at: now.timestamp) ?? false
            let isOwing = unsigned.micro > Self.unsignedLimit
            guard isLeaving || isOwing else { continue }
            for id in auditor.jobOrder {
                guard let job = auditor.jobs[id], job.terms.payer == user, case .active = job.life,
                    isOwing || !job.terms.isLocked
                else { continue }
                report.reached.count(isLeaving ? .leaverStopped : .unsignedStopped)
                try perform(.stop(id))
            }
        }
    }

    /// Whether nothing is left to sign, to send or to hear.
    var isVaultAtRest: Bool {
        let rows = store.tables.read([
            .openDeeds(limit: 1), .unsignedPairs(limit: 1), .redeemablePairs(limit: 1),
        ])
        guard renters.indices.allSatisfy({ locks(of: $0).isEmpty }) else { return false }
        return rows.openDeeds.isEmpty && rows[.unsignedPairs(limit: 1)].isEmpty
            && rows[.redeemablePairs(limit: 1)].isEmpty
    }
}

extension ChainDeed {
    /// Nil for what this chain does not take.
    fileprivate var transaction: VaultModel.Transaction? {
        switch act {
        case .anchor: nil
        case .redeem(let vouchers): .redeem(deed: number, vouchers)
        case .settle(let agreed): .settle(deed: number, agreed)
        }
    }
}
