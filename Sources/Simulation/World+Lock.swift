import Accounting
import Domain
import Marketplace

// Leases whose prices are locked in an escrow: payers who lock late or never, and sign late, and providers who agree
// late or settle alone.
extension World {
    func locks(of place: Int) -> [Lock] {
        let read = Read.openLocksOf(Self.user(place))
        return store.tables.read([read]).locks(read)
    }

    func unsignedLocks(of place: Int) throws -> Money {
        let reads = locks(of: place).map { Read.lease($0.lease) }
        return try store.tables.read(reads + [.openLocksOf(Self.user(place))])
            .unsignedLocks(of: Self.user(place))
    }

    func lockActs(_ place: Int) {
        for lock in locks(of: place) {
            open(lock)
            sign(lock)
            settleAlone(lock)
        }
    }

    private func open(_ lock: Lock) {
        guard lock.id == nil, vault.tip.state.locks[lock.lease] == nil,
            case .locking? = store.tables.read([.lease(lock.lease)]).lease(lock.lease)?.life,
            random.chain.happens(percent: isHealed ? 100 : 60)
        else { return }
        vault.send(.open(lock.lease, lock.terms))
    }

    private func sign(_ lock: Lock) {
        guard lock.id != nil, lock.closing == nil else { return }
        if !isHealed, random.chain.happens(percent: 10) { return signWrongly(lock) }
        if let bill = lock.bill, lock.signed?.isLast != true {
            guard random.chain.happens(percent: isHealed ? 100 : 50) else { return }
            say(.progress(progress(bill.seconds, bill.elapsed)), of: lock)
        } else if lock.signed?.isLast == true, lock.agreement == nil {
            guard random.chain.happens(percent: isHealed ? 100 : 50) else { return }
            say(.agreement([1]), of: lock)
        } else if lock.bill == nil {
            let life = store.tables.read([.lease(lock.lease)]).lease(lock.lease)?.life
            guard let seconds = life?.reading?.seconds, seconds >= lock.signed?.seconds ?? 0 else {
                return
            }
            say(.progress(progress(seconds, 0)), of: lock)
        }
    }

    private func progress(_ seconds: Int64, _ elapsed: Int64) -> HeldProgress {
        HeldProgress(seconds: seconds, elapsed: elapsed, usageRoot: [], signature: [1])
    }

    /// A last word that is not the bill's, or more than has run.
    private func signWrongly(_ lock: Lock) {
        guard lock.signed?.isLast != true else { return }
        let seconds = (lock.bill?.seconds ?? 1_000_000) + 1
        let outcome = say(.progress(progress(seconds, lock.bill?.elapsed ?? 0)), of: lock)
        guard let outcome else { return }
        report.reached.count(.lockRefused)
        if outcome != .failure(.voucherWrong) {
            fail("nobody signs for more than was worked", "\(seconds) s of \(lock.lease)")
        }
    }

    @discardableResult
    private func say(_ word: LockWord, of lock: Lock) -> Outcome? {
        var outcome: Outcome?
        inMarket { () throws(MarketCrash) in
            outcome = try perform(.signLock(lock.lease, word))
        }
        return outcome
    }

    /// A provider that does not wait for the market.
    private func settleAlone(_ lock: Lock) {
        guard let signed = lock.signed, signed.isLast, let agreement = lock.agreement,
            lock.closing == nil, random.chain.happens(percent: isHealed ? 30 : 8)
        else { return }
        vault.send(
            .settle(
                deed: 0,
                [
                    AgreedProgress(
                        lease: lock.lease, terms: lock.terms, progress: signed,
                        agreement: agreement)
                ]))
    }
}

extension Auditor {
    /// The books have opened and closed what the escrow has, for the money that is in it, and nothing runs whose
    /// price is not locked for good.
    mutating func checkLocks(_ tables: MemoryTables, _ state: VaultModel.State) {
        var locked: Int64 = 0
        for (lease, known) in state.locks.sorted(by: { $0.key < $1.key }) {
            guard let lock = tables.read([.lock(lease)]).lock(lease) else {
                return fail("the books have what the escrow has", "\(lease): nothing")
            }
            require(
                lock.id != nil && (lock.closing != nil) == known.isClosed
                    && lock.terms == known.terms,
                "the books have what the escrow has", "\(lease): \(lock)")
            if !lock.isOver { locked += lock.terms.deposit.micro }
        }
        let booked = -(balances[.escrow] ?? 0)
        require(
            booked == locked, "the books have what the escrow has", "\(booked), \(locked)")
        let unlocked = leases.values.filter { $0.mayRunLocked && state.locks[$0.id] == nil }
        if let lease = unlocked.min(by: { $0.id < $1.id }) {
            fail("a lease starts when its price is locked", "\(lease.id)")
        }
        checkLockDeeds(tables)
    }

    private mutating func checkLockDeeds(_ tables: MemoryTables) {
        let read = Read.openDeeds(limit: ChainDeed.mostOpen)
        let underway = tables.read([read]).openDeeds.flatMap(\.agreed).map(\.lease)
        require(
            Set(underway).count == underway.count, "a locked lease is closed by one deed",
            "\(underway)")
    }
}

extension Lease {
    /// Whether its node may have heard of it though its price is to be locked.
    fileprivate var mayRunLocked: Bool {
        guard isLocked else { return false }
        return switch life {
        case .reserved, .running: true
        case .locking, .ended, .settled: false
        }
    }
}
