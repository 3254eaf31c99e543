import Accounting
import Domain
import Marketplace
import Testing

/// Leases whose prices are locked in an escrow before they start.
struct LockTests {
    private static func address(_ byte: UInt8) -> ChainAddress {
        ChainAddress(bytes: [UInt8](repeating: byte, count: 20))!
    }
    private static let (payer, payee) = (address(1), address(2))
    private static let name = [UInt8](repeating: 5, count: 32)

    private func money(_ micro: Int64) throws -> Money { try Money(micro: micro) }

    /// A shop whose node names a payee, and a renter whose address is linked and has nothing in the vault.
    private func shop() throws -> Shop {
        var shop = try Shop.open()
        try shop.run(
            .openBooks(
                ChainIdentity(
                    chain: 1, genesis: [1], anchor: Self.address(7), vault: Self.address(8),
                    escrow: Self.address(6), sender: Self.address(9))))
        try shop.run(.link(Self.payer, to: Shop.ann))
        var terms = try shop.terms()
        terms.payee = SignedPayee(address: Self.payee, signature: [])
        try shop.run(.advertise(Shop.node, terms))
        return shop
    }

    private func wish() -> Shop.Wish {
        var wish = Shop.Wish()
        wish.payer = Self.payer
        wish.settlement = .lock
        return wish
    }

    private func lock(_ shop: Shop, _ lease: LeaseID) throws -> Lock {
        try #require(shop.tables.read([.lock(lease)]).lock(lease))
    }

    private func news(_ lease: LeaseID, _ fact: LockFact, _ block: Int64) -> Command {
        .takeNews([.lock(lease, fact)], upTo: block)
    }

    private func word(_ seconds: Int64, _ elapsed: Int64) -> LockWord {
        .progress(
            HeldProgress(seconds: seconds, elapsed: elapsed, usageRoot: [], signature: [1]))
    }

    private func total(_ shop: Shop) -> Int64 {
        let read = Read.balances(limit: 100)
        return shop.tables.read([read])[read].reduce(0) { sum, row in
            if case .balance(let balance) = row { sum + balance.amount.micro } else { sum }
        }
    }

    /// Placed, and locked at block 1.
    private func locked(_ shop: inout Shop) throws -> LeaseID {
        try shop.run(shop.submit(wish()))
        let lease = try shop.place()
        try shop.run(news(lease, .opened(id: Self.name), 1))
        return lease
    }

    @Test func `nothing is set aside or dispatched before the price is locked`() throws {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        let lease = try shop.place()
        #expect(try shop.lease(lease).life == .locking(until: shop.now.advanced(seconds: 300)))
        #expect(!shop.effects.contains(Effect.dispatch(lease).id))
        #expect(total(shop) == 0 && shop.balance(.available(Shop.ann)) == Shop.wealth)
        shop.refuses(try shop.receipt(lease, 1, seconds: 0), .leaseUnknown(lease))
        try shop.run(news(lease, .opened(id: Self.name), 1))
        #expect(try shop.lease(lease).life == .reserved(until: shop.now.advanced(seconds: 900)))
        #expect(shop.effects.contains(Effect.dispatch(lease).id))
        let escrow = try shop.lease(lease).escrow.micro
        #expect(shop.balance(.locked(Self.payer)) == escrow)
        #expect(shop.balance(.escrow) == -escrow && total(shop) == 0)
        try shop.ignores(news(lease, .opened(id: Self.name), 1))
        try shop.run(news(lease, .opened(id: Self.name), 2))
        #expect(shop.balance(.locked(Self.payer)) == escrow, "locked once")
    }

    @Test func `a lease is closed by what both have signed, once, and its money leaves the books`()
        throws
    {
        var shop = try shop()
        let lease = try locked(&shop)
        try shop.run(shop.receipt(lease, 1, seconds: 0))
        shop.refuses(.signLock(lease, word(0, 1)), .voucherWrong)
        shop.pass(seconds: 21)
        try shop.run(shop.receipt(lease, 2, seconds: 21))
        shop.refuses(.signLock(lease, word(22, 0)), .voucherWrong)
        try shop.run(.signLock(lease, word(20, 0)))
        shop.refuses(.signLock(lease, word(19, 0)), .voucherWrong)
        try shop.finish(lease, after: 20)
        #expect(shop.balance(.lockEarned(Self.payee)) == 41_000 - 1025)
        #expect(shop.balance(.lockCommission) == 1025 && total(shop) == 0)
        #expect(try lock(shop, lease).bill?.seconds == 41)
        shop.refuses(.signLock(lease, word(40, 41)), .voucherWrong)
        shop.refuses(.signLock(lease, .agreement([2])), .voucherWrong)
        try shop.run(.signLock(lease, word(41, 41)))
        try shop.ignores(.signLock(lease, word(41, 41)))
        try shop.ignores(.settleLocks)
        try shop.run(.signLock(lease, .agreement([2])))
        try shop.run(.settleLocks)
        try shop.ignores(.settleLocks)
        #expect(try lock(shop, lease).isUnderway)
        let closed = LockFact.closed(LockClosing(seconds: 41, credit: .zero))
        try shop.run(news(lease, closed, 2))
        try shop.ignores(news(lease, closed, 2))
        try shop.run(news(lease, closed, 3))
        #expect(shop.balance(.escrow) == 0 && shop.balance(.locked(Self.payer)) == 0)
        #expect(shop.balance(.lockEarned(Self.payee)) == 0)
        #expect(try lock(shop, lease).isOver && !lock(shop, lease).isAgreed)
        let hold = try shop.hold()
        #expect(try hold.charged == money(41_000))
        #expect(try hold.life == .posted(refunded: money(959_000)))
    }

    @Test func `an escrow that closes a lease that still runs takes its money out with the bill`()
        throws
    {
        var shop = try shop()
        let lease = try locked(&shop)
        try shop.run(shop.receipt(lease, 1, seconds: 0))
        try shop.run(news(lease, .closed(LockClosing(seconds: 0, credit: .zero)), 2))
        #expect(shop.balance(.escrow) < 0)
        try shop.finish(lease, after: 10)
        #expect(shop.balance(.escrow) == 0 && shop.balance(.locked(Self.payer)) == 0)
        #expect(shop.balance(.lockEarned(Self.payee)) == 0 && total(shop) == 0)
    }

    @Test func `a lease whose price is locked too late does not start, and owes nothing`() throws {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        let lease = try shop.place()
        try shop.run(.endLease(lease, .startFailed(code: EndReason.notLocked)))
        try shop.run(.verify(lease))
        #expect(try lock(shop, lease).isOver)
        #expect(try shop.offer().record == Shop.open().offer().record, "no fault of the machine's")
        try shop.run(news(lease, .opened(id: Self.name), 1))
        #expect(!shop.effects.contains(Effect.dispatch(lease).id))
        #expect(try !lock(shop, lease).isOver)
        try shop.run(.signLock(lease, word(0, 1)))
        try shop.run(.signLock(lease, .agreement([2])))
        try shop.run(.settleLocks)
        try shop.run(news(lease, .closed(LockClosing(seconds: 0, credit: .zero)), 2))
        #expect(shop.balance(.escrow) == 0 && total(shop) == 0)
    }

    @Test func `a lease whose job was stopped does not start when its price is locked after all`()
        throws
    {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        let lease = try shop.place()
        try shop.run(.stop(try shop.job().id))
        try shop.run(news(lease, .opened(id: Self.name), 1))
        #expect(!shop.effects.contains(Effect.dispatch(lease).id))
        try shop.run(.endLease(lease, .stopped))
        try shop.run(.verify(lease))
        #expect(try lock(shop, lease).bill?.seconds == 0)
        #expect(try shop.job().life == .closed(.stopped, at: shop.now))
    }

    @Test func `what the escrow did not close is tried again, and not for ever`() throws {
        var shop = try shop()
        let lease = try locked(&shop)
        try shop.run(shop.receipt(lease, 1, seconds: 0))
        try shop.finish(lease, after: 5)
        try shop.run(.signLock(lease, word(5, 5)))
        try shop.run(.signLock(lease, .agreement([2])))
        for number in 1...Int64(Lock.mostTries) {
            try shop.run(.settleLocks)
            try shop.run(.endDeed(number, .failed("reverted")))
        }
        try shop.ignores(.settleLocks)
    }

    @Test func `a job whose prices are locked is no gang and makes no way`() throws {
        var shop = try shop()
        var gang = wish()
        gang.tasks = 2
        gang.parallel = 2
        gang.formation = Formation(gang: 2, spread: nil)
        let why = Refusal.termsImpossible("a locked price without a gang or spot")
        shop.refuses(try shop.submit(gang), why)
        var spot = wish()
        spot.spot = SpotTerms(noticeMilliseconds: 30_000)
        shop.refuses(try shop.submit(spot), why)
    }

    @Test func `who has not signed for what ran sends nothing more`() throws {
        var shop = try shop()
        var leases: [LeaseID] = []
        // A micro-unit is a millisecond, and the limit a unit: 1,000 s.
        for (number, name) in [(1, "a"), (2, "b")] as [(UInt8, String)] {
            var wish = wish()
            (wish.job, wish.key) = ("job_\(name)", name)
            try shop.run(shop.submit(wish))
            let lease = try shop.place(of: wish.job)
            let id = [UInt8](repeating: number, count: 32)
            try shop.run(news(lease, .opened(id: id), Int64(number)))
            try shop.run(shop.receipt(lease, 1, seconds: 0))
            try shop.finish(lease, after: 550)
            leases.append(lease)
        }
        #expect(try lock(shop, leases[0]).unsigned(logged: 0) == money(550_000), "as billed")
        var third = wish()
        (third.job, third.key) = ("job_c", "c")
        shop.refuses(
            try shop.submit(third),
            .vouchersMissing(unsigned: try money(1_100_000), limit: Market.standardUnsignedLimit))
        try shop.run(.signLock(leases[0], word(550, 550)))
        #expect(try lock(shop, leases[0]).unsigned(logged: 0) == .zero)
        try shop.run(shop.submit(third))
        let closed = LockFact.closed(LockClosing(seconds: 0, credit: .zero))
        try shop.run(news(leases[1], closed, 3))
        #expect(
            try lock(shop, leases[1]).unsigned(logged: 0) == .zero, "the escrow has settled it")
    }
}
