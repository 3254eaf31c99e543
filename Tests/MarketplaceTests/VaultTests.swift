import Accounting
import Domain
import Marketplace
import Testing

/// Jobs that are paid from a deposit in the vault: the same bill, on accounts of its own.
struct VaultTests {
    private static func address(_ byte: UInt8) -> ChainAddress {
        ChainAddress(bytes: [UInt8](repeating: byte, count: 20))!
    }
    private static let (user, payee) = (address(1), address(2))
    private static let parties = VoucherParties(user: user, payee: payee)

    /// A shop whose node takes vouchers, and a renter with five units in the vault.
    private func shop() throws -> Shop {
        var shop = try Shop.open()
        try shop.run(
            .openBooks(
                ChainIdentity(
                    chain: 1, genesis: [1], anchor: Self.address(7), vault: Self.address(8),
                    escrow: Self.address(6),
                    sender: Self.address(9))))
        try shop.run(.link(Self.user, to: Shop.ann))
        try shop.run(.takeNews([.deposited(Self.user, money(5_000_000))], upTo: 1))
        var terms = try shop.terms()
        terms.payee = SignedPayee(address: Self.payee, signature: [])
        try shop.run(.advertise(Shop.node, terms))
        return shop
    }

    private func money(_ micro: Int64) -> Money { (try? Money(micro: micro)) ?? .zero }

    private func pair(_ shop: Shop) throws -> VoucherPair {
        try #require(shop.tables.read([.pair(Self.parties)]).pair(Self.parties))
    }

    private func wish() -> Shop.Wish {
        var wish = Shop.Wish()
        wish.payer = Self.user
        return wish
    }

    private func voucher(_ sums: VoucherSums) -> Command {
        .takeVoucher(
            HeldVoucher(
                parties: Self.parties, sums: sums, usageRoot: [], signer: Self.user,
                signature: [1]))
    }

    private func total(_ shop: Shop) -> Int64 {
        let read = Read.balances(limit: 100)
        return shop.tables.read([read])[read].reduce(0) { sum, row in
            if case .balance(let balance) = row { sum + balance.amount.micro } else { sum }
        }
    }

    @Test func `a job is held, charged and refunded in the vault, and the ledger's money stays`()
        throws
    {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        #expect(shop.balance(.vaultHeld(Self.user)) == 1_000_000)
        let lease = try shop.begin()
        #expect(try shop.lease(lease).parties == Self.parties)
        try shop.finish(lease, after: 41)
        #expect(shop.balance(.vault(Self.user)) == 5_000_000 - 41_000)
        #expect(shop.balance(.vaultHeld(Self.user)) == 0)
        #expect(shop.balance(.earned(Self.payee)) == 41_000 - 1025)
        #expect(shop.balance(.vaultCommission) == 1025)
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth)
        #expect(shop.balance(.available(Shop.pete)) == 0 && total(shop) == 0)
        let owed = try pair(shop)
        #expect(owed.owed == VoucherSums(cumulative: money(41_000), commission: money(1025)))
        #expect(owed.unsigned == money(41_000) && owed.usageRoot.count == 32)
    }

    @Test func `only an own deposit pays, while no exit has begun, and no more than is there`()
        throws
    {
        var shop = try shop()
        var others = wish()
        others.payer = Self.address(4)
        shop.refuses(try shop.submit(others), .addressUnknown)
        var large = wish()
        large.budget = 5_000_001
        shop.refuses(
            try shop.submit(large),
            .balanceTooLow(available: money(5_000_000), needed: money(5_000_001)))
        let closes = shop.now.advanced(seconds: 60)
        try shop.run(.takeNews([.exitStarted(Self.user, closes: closes)], upTo: 2))
        shop.refuses(try shop.submit(wish()), .exitBegun)
        shop.pass(seconds: 60)
        try shop.run(shop.submit(wish()))
    }

    @Test func `an address is one account's, and an account has one`() throws {
        var shop = try shop()
        try shop.ignores(.link(Self.user, to: Shop.ann))
        shop.refuses(.link(Self.user, to: Shop.pete), .addressTaken)
        shop.refuses(.link(Self.address(5), to: Shop.ann), .addressTaken)
    }

    @Test func `a node that takes no vouchers gets no job that is paid by them`() throws {
        var shop = try shop()
        try shop.run(.advertise(Shop.node, shop.terms()))
        try shop.run(shop.submit(wish()))
        #expect(throws: Refusal.offerChanged) { try shop.begin() }
    }

    @Test
    func `a voucher is kept up to what is owed, redeemed once, and booked by the vault's word`()
        throws
    {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        try shop.finish(shop.begin(), after: 41)
        let owed = try pair(shop).owed
        shop.refuses(
            voucher(VoucherSums(cumulative: money(41_001), commission: money(1025))),
            .voucherWrong)
        try shop.ignores(.redeem)
        try shop.run(voucher(owed))
        try shop.ignores(voucher(owed))
        try shop.run(.redeem)
        try shop.ignores(.redeem)
        #expect(try pair(shop).underway == money(41_000))
        try shop.run(.takeNews([.redeemed(Self.parties, owed)], upTo: 3))
        try shop.ignores(.takeNews([.redeemed(Self.parties, owed)], upTo: 3))
        #expect(shop.balance(.earned(Self.payee)) == 0 && shop.balance(.vaultCommission) == 0)
        #expect(shop.balance(.deposited) == -(5_000_000 - 41_000) && total(shop) == 0)
        #expect(try !pair(shop).isRedeemable)
    }

    @Test func `what a deed did not carry out is tried again, and what the vault skipped is not`()
        throws
    {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        try shop.finish(shop.begin(), after: 41)
        try shop.run(voucher(pair(shop).owed))
        try shop.run(.redeem)
        try shop.run(.endDeed(1, .failed("reverted")))
        #expect(try pair(shop).isRedeemable)
        try shop.run(.redeem)
        let sent = Sending(nonce: 0, attempts: [[1]])
        try shop.run(
            .keepSending(KeptSending(deed: 2, sending: sent, nextNonce: 1, spending: [])))
        let place = ChainPlace(transaction: [UInt8](repeating: 0, count: 32), block: 9)
        try shop.run(.endDeed(2, .done(place)))
        #expect(try !pair(shop).isRedeemable, "no gas is burnt on it each hour")
        try shop.run(.takeNews([.deposited(Self.user, money(1))], upTo: 9))
        #expect(try pair(shop).isRedeemable, "a deposit may have been what was missing")
    }

    @Test func `a deed that is over says nothing of a later voucher that is on its way`() throws {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        let lease = try shop.begin()
        try shop.finish(lease, after: 41)
        let first = try pair(shop).owed
        try shop.run(voucher(first))
        try shop.run(.redeem)
        // Its provider was quicker, and the user signs for more.
        try shop.run(.takeNews([.redeemed(Self.parties, first)], upTo: 3))
        var next = wish()
        (next.job, next.key) = ("job_2", "next")
        try shop.run(shop.submit(next))
        try shop.finish(shop.begin(of: "job_2"), after: 7)
        let second = try pair(shop).owed
        try shop.run(voucher(second))
        try shop.run(.redeem)
        try shop.run(.endDeed(1, .failed("reverted")))
        #expect(try pair(shop).underway == second.cumulative && !pair(shop).isRedeemable)
    }

    @Test func `what a stranger pays takes nothing out of what others have earned`() throws {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        try shop.finish(shop.begin(), after: 41)
        let owed = try pair(shop).owed
        let stranger = VoucherParties(user: Self.address(3), payee: Self.payee)
        let sums = VoucherSums(cumulative: money(2_000), commission: .zero)
        try shop.run(
            .takeNews(
                [.deposited(stranger.user, money(2_000)), .redeemed(stranger, sums)], upTo: 2))
        #expect(shop.balance(.earned(Self.payee)) == 41_000 - 1025)
        #expect(shop.balance(.vault(stranger.user)) == 0 && total(shop) == 0)
        try shop.run(.takeNews([.redeemed(Self.parties, owed)], upTo: 3))
        #expect(shop.balance(.earned(Self.payee)) == 0 && shop.balance(.vaultCommission) == 0)
        #expect(shop.balance(.vault(Self.user)) == 5_000_000 - 41_000)
        #expect(shop.balance(.deposited) == -(5_000_000 - 41_000) && total(shop) == 0)
    }

    @Test func `a deposit that was spent elsewhere pays for nothing until it is paid in again`()
        throws
    {
        var shop = try shop()
        var large = wish()
        large.budget = 5_000_000
        try shop.run(shop.submit(large))
        let elsewhere = VoucherParties(user: Self.user, payee: Self.address(9))
        let sums = VoucherSums(cumulative: money(5_000_000), commission: .zero)
        try shop.run(.takeNews([.redeemed(elsewhere, sums)], upTo: 2))
        let user = try #require(shop.tables.read([.vaultUser(Self.user)]).vaultUser(Self.user))
        #expect(user.short == money(5_000_000) && user.isAtRisk)
        try shop.run(.stop(JobID("job_1")!))
        var next = wish()
        (next.job, next.key) = ("job_2", "next")
        shop.refuses(
            try shop.submit(next), .balanceTooLow(available: .zero, needed: money(5_000_000)))
        try shop.run(.takeNews([.deposited(Self.user, money(1_500_000))], upTo: 3))
        #expect(shop.balance(.vault(Self.user)) == 1_500_000 && total(shop) == 0)
        #expect(shop.balance(.uncollected) == 0)
        try shop.run(shop.submit(next))
    }

    @Test func `one fact that no ledger can take keeps the others from nothing`() throws {
        var shop = try shop()
        let all = Money.most
        try shop.run(
            .takeNews(
                [
                    .deposited(Self.address(3), all), .deposited(Self.address(4), all),
                    .deposited(Self.user, money(1)),
                    .deposited(Self.address(6), money(2_000_000)), .unbookable(Self.address(6)),
                ], upTo: 2))
        // With either of them the vault's own account would be beyond all numbers.
        #expect(shop.balance(.vault(Self.address(3))) == 0)
        #expect(shop.balance(.vault(Self.user)) == 5_000_001 && total(shop) == 0)
        try shop.run(.link(Self.address(6), to: Shop.pete))
        var theirs = wish()
        (theirs.payer, theirs.renter) = (Self.address(6), Shop.pete)
        shop.refuses(
            try shop.submit(theirs), .balanceTooLow(available: .zero, needed: .most))
    }

    @Test func `a full voucher has the commission that belongs to it`() throws {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        try shop.finish(shop.begin(), after: 41)
        shop.refuses(
            voucher(VoucherSums(cumulative: money(41_000), commission: .zero)), .voucherWrong)
    }

    // MARK: Session keys

    private static let session = address(5)

    /// A shop where 41,000 are owed, and a session key may sign for `cap`.
    private func delegated(cap: Int64, seconds: Int64 = 86_400) throws -> Shop {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        try shop.finish(shop.begin(), after: 41)
        let key = SessionKey(
            address: Self.session, cap: money(cap),
            expires: shop.now.advanced(seconds: seconds))
        try shop.run(.takeNews([.authorised(Self.user, key)], upTo: 2))
        return shop
    }

    private func voucher(_ sums: VoucherSums, by signer: ChainAddress) -> Command {
        .takeVoucher(
            HeldVoucher(
                parties: Self.parties, sums: sums, usageRoot: [], signer: signer,
                signature: [1]))
    }

    @Test func `a session key signs within its cap and its time, and nobody else signs`() throws {
        var shop = try delegated(cap: 41_000)
        let owed = try pair(shop).owed
        shop.refuses(voucher(owed, by: Self.address(6)), .voucherWrong)
        try shop.run(voucher(owed, by: Self.session))
        #expect(try pair(shop).unsigned == .zero)
        var poor = try delegated(cap: 40_999)
        poor.refuses(voucher(owed, by: Self.session), .voucherWrong)
        // It would be over before anybody comes to redeem.
        var brief = try delegated(cap: 41_000, seconds: 7_800)
        brief.refuses(voucher(owed, by: Self.session), .voucherWrong)
    }

    @Test func `what a revoked key has signed is signed by nobody, unless it is redeemed`() throws {
        var shop = try delegated(cap: 41_000)
        let owed = try pair(shop).owed
        try shop.run(voucher(owed, by: Self.session))
        var paid = shop
        try shop.run(.takeNews([.revoked(Self.user, key: Self.session)], upTo: 3))
        #expect(try pair(shop).unsigned == money(41_000) && !pair(shop).isRedeemable)
        shop.refuses(voucher(owed, by: Self.session), .voucherWrong)
        try shop.run(voucher(owed))
        try paid.run(
            .takeNews(
                [.redeemed(Self.parties, owed), .revoked(Self.user, key: Self.session)], upTo: 3))
        #expect(try pair(paid).unsigned == .zero)
    }

    @Test func `nobody is worked for beyond what may be unsigned`() throws {
        var shop = try shop()
        var large = wish()
        (large.budget, large.maxDuration) = (2_000_000, 1_800)
        try shop.run(shop.submit(large))
        try shop.finish(shop.begin(), after: 1_001)
        var next = wish()
        (next.job, next.key) = ("job_2", "next")
        shop.refuses(
            try shop.submit(next),
            .vouchersMissing(unsigned: money(1_001_000), limit: money(1_000_000)))
        try shop.run(voucher(pair(shop).owed))
        try shop.run(shop.submit(next))
    }

    @Test func `a job is not run again from a deposit that leaves`() throws {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        try shop.run(.stop(JobID("job_1")!))
        let closes = shop.now.advanced(seconds: 60)
        try shop.run(.takeNews([.exitStarted(Self.user, closes: closes)], upTo: 2))
        shop.refuses(.retry(JobID("job_1")!, shop.once("again")), .exitBegun)
    }

    @Test func `who leaves with money that was worked for leaves it uncollected, and told`() throws
    {
        var shop = try shop()
        try shop.run(shop.submit(wish()))
        try shop.finish(shop.begin(), after: 41)
        try shop.run(.takeNews([.exitFinished(Self.user, money(5_000_000))], upTo: 4))
        #expect(shop.balance(.vault(Self.user)) == 0 && shop.balance(.deposited) == 0)
        #expect(shop.balance(.uncollected) == -41_000)
        #expect(shop.balance(.earned(Self.payee)) == 41_000 - 1025 && total(shop) == 0)
    }
}
