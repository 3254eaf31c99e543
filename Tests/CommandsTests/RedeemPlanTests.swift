import ControlPlane
import Ethereum
import Testing

@testable import Commands

@Suite struct RedeemPlanTests {
    private static let people = (1...6).map { number -> Address in
        Address(bytes: [UInt8](repeating: UInt8(number), count: 20)) ?? .zero
    }
    private static let (user, payee, token, session) = (people[0], people[1], people[2], people[3])
    private static let signature: Signature? = {
        var secret = [UInt8](repeating: 7, count: 32)
        return try? PrivateKey(wiping: &secret).sign(.zero)
    }()

    private func entry(
        _ cumulative: UInt256, _ commission: UInt256 = 0, from user: Address = user,
        to payee: Address = payee, by signer: Address? = user
    ) -> VoucherFile.Entry {
        VoucherFile.Entry(
            voucher: Voucher(
                user: user, payee: payee, token: Self.token, cumulative: cumulative,
                commission: commission, usageRoot: .zero),
            signature: Self.signature, signer: signer)
    }

    /// The user has 1,000 unspent, 100 of which 10 commission are redeemed; the session key may spend 500, of
    /// which 100 are spent, before second 50.
    private func standing(second: UInt64 = 49) -> VaultStanding {
        var standing = VaultStanding(ceiling: 1_000, second: second)
        let voucher = entry(1).voucher
        standing.redeemed[.init(voucher)] = .init(cumulative: 100, commission: 10)
        standing.unspent[.init(voucher)] = 1_000
        standing.sessions[.init(user: Self.user, key: Self.session)] = .init(
            cap: 500, spent: 100, expiry: 50)
        return standing
    }

    private func verdicts(
        _ entries: VoucherFile.Entry..., on standing: VaultStanding? = nil
    ) throws -> [RedeemPlan.Verdict] {
        try RedeemPlan(entries, on: standing ?? self.standing()).verdicts
    }

    @Test func `the growth of both sums is paid`() throws {
        #expect(try verdicts(entry(300, 30)) == [.pays(share: 180, commission: 20)])
        #expect(try verdicts(entry(1_100, 110)) == [.pays(share: 900, commission: 100)])
    }

    @Test func `what is redeemed already is dropped, and what is below that is refused`() throws {
        #expect(try verdicts(entry(100, 10)) == [.settled])
        #expect(try verdicts(entry(99, 10)) == [.refused(.stale)])
        #expect(try verdicts(entry(200, 9)) == [.refused(.stale)])
    }

    @Test func `of one pair the highest good voucher is sent and covers the others`() throws {
        #expect(
            try verdicts(entry(200, 10), entry(400, 10), entry(300, 10))
                == [.settled, .pays(share: 300, commission: 0), .settled])
        // A forged one above them covers nothing.
        #expect(
            try verdicts(entry(200, 10), entry(900, 10, by: Self.people[5]))
                == [.pays(share: 100, commission: 0), .refused(.signature)])
    }

    @Test func `one deposit is not promised to two payees`() throws {
        let other = Self.people[4]
        #expect(
            try verdicts(entry(700, 10), entry(600, to: other))
                == [.pays(share: 600, commission: 0), .refused(.unspent)])
        #expect(try verdicts(entry(.max, 10)) == [.refused(.unspent)])
    }

    @Test func `a commission above the ceiling is refused`() throws {
        #expect(try verdicts(entry(200, 20)) == [.pays(share: 90, commission: 10)])
        #expect(try verdicts(entry(200, 21)) == [.refused(.overCeiling)])
        #expect(try verdicts(entry(200, .max)) == [.refused(.overCeiling)])
    }

    @Test func `only the user, or a session key within its cap and time, has signed`() throws {
        let (key, stranger) = (Self.session, Self.people[5])
        #expect(
            try verdicts(entry(500, 10, by: key)) == [.pays(share: 400, commission: 0)])
        #expect(try verdicts(entry(501, 10, by: key)) == [.refused(.overCap)])
        #expect(try verdicts(entry(500, 10, by: stranger)) == [.refused(.signature)])
        #expect(try verdicts(entry(500, 10, by: nil)) == [.refused(.signature)])
        #expect(
            try verdicts(entry(500, 10, by: key), on: standing(second: 50))
                == [.refused(.keyExpired)])
        // The cap is one for all payees.
        #expect(
            try verdicts(entry(400, 10, by: key), entry(200, to: stranger, by: key))
                == [.pays(share: 300, commission: 0), .refused(.overCap)])
    }

    @Test func `a wallet that is a contract decides for itself`() throws {
        var standing = standing()
        standing.wallets = [Self.user]
        #expect(
            try verdicts(entry(200, 10, by: Self.people[5]), on: standing)
                == [.pays(share: 100, commission: 0)])
    }

    @Test func `nobody is paid in nobody's name`() throws {
        var standing = standing()
        standing.redeemed[.init(entry(1, to: .zero).voucher)] = .init(
            cumulative: 0, commission: 0)
        #expect(try verdicts(entry(1, to: .zero), on: standing) == [.refused(.payee)])
    }

    @Test func `the report tells of each voucher, in the file's order, and sums what was paid`()
        throws
    {
        let entries = [
            entry(99), entry(400, 10), entry(200, to: Self.people[4]), entry(300, 10),
        ]
        let plan = try RedeemPlan(entries, on: standing())
        var report = RedeemReport(entries, plan)
        #expect(report.vouchers.map(\.state) == [.refused, .pays, .pays, .settled])
        report.note([1, 2], skipped: [1: "stale"], in: .zero)
        #expect(report.vouchers.map(\.state) == [.refused, .redeemed, .skipped, .settled])
        #expect(try report.totals().map(\.paidMicro) == [300])
        #expect(report.faults == "1: stale, 3: stale")
    }
}
