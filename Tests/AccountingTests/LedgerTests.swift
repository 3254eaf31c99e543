import Accounting
import Domain
import Testing

struct LedgerTests {
    private static let ann = AccountID("acc_ann")!
    private static let from = LedgerAccount.available(ann)
    private static let to = LedgerAccount.held(ann)

    private func transfer(
        _ micro: Int64, from: LedgerAccount = from, to: LedgerAccount = to
    ) throws -> Transfer {
        Transfer(
            kind: .hold, from: from, to: to, amount: try Money(micro: micro), job: nil, lease: nil,
            reason: "", at: Timestamp(milliseconds: 0))
    }

    @Test func `a transfer that the source cannot pay changes nothing`() throws {
        var ledger = Ledger([Balance(account: Self.from, amount: try Money(micro: 40))])
        let (balance, needed) = (try Money(micro: 40), try Money(micro: 60))
        let wanted = try transfer(60)
        #expect(throws: LedgerError.insufficient(Self.from, balance: balance, needed: needed)) {
            try ledger.post(wanted)
        }
        #expect(ledger.balance(of: Self.from).micro == 40 && ledger.transfers.isEmpty)
        #expect(ledger.changedBalances.isEmpty)
    }

    @Test(arguments: [0, -1])
    func `an amount that is not positive is refused`(micro: Int64) throws {
        var ledger = Ledger([])
        let wanted = try transfer(micro)
        #expect(throws: LedgerError.notPositive) { try ledger.post(wanted) }
    }

    @Test func `an account does not pay itself, and no sum leaves the range`() throws {
        var ledger = Ledger([
            Balance(account: Self.from, amount: try Money(micro: 1)),
            Balance(account: Self.to, amount: try Money(micro: Money.limit)),
        ])
        let (same, over) = (try transfer(1, to: Self.from), try transfer(1))
        #expect(throws: LedgerError.sameAccount) { try ledger.post(same) }
        #expect(throws: LedgerError.overflow) { try ledger.post(over) }
        #expect(ledger.transfers.isEmpty)
    }

    @Test func `only granted credit may fall below zero`() throws {
        var ledger = Ledger([])
        try ledger.post(try transfer(5, from: .operatorGranted, to: Self.from))
        #expect(ledger.balance(of: .operatorGranted).micro == -5)
        for account in [LedgerAccount.commission, Self.from, Self.to] {
            #expect(!account.mayBeNegative)
        }
        let wanted = try transfer(1, from: .commission)
        #expect(throws: LedgerError.self) { try ledger.post(wanted) }
    }

    @Test func `changed balances come once each, in the order of their first change`() throws {
        var ledger = Ledger([Balance(account: Self.from, amount: try Money(micro: 9))])
        try ledger.post(try transfer(2))
        try ledger.post(try transfer(1, from: Self.to, to: .commission))
        try ledger.post(try transfer(3))
        #expect(ledger.changedBalances.map(\.account) == [Self.from, Self.to, .commission])
        #expect(ledger.changedBalances.map(\.amount.micro) == [4, 4, 1])
        #expect(ledger.transfers.count == 3)
    }

    @Test(arguments: [
        LedgerAccount.available(ann), .held(ann), .commission, .operatorGranted,
    ])
    func `a ledger account comes back from its text`(account: LedgerAccount) {
        #expect(LedgerAccount(text: account.text) == account)
    }

    @Test(arguments: ["", "available", "available:", "held:job_1", "spent:acc_1", "Commission"])
    func `text that is not a ledger account is refused`(text: String) {
        #expect(LedgerAccount(text: text) == nil)
    }
}

struct HoldTests {
    private func hold(_ micro: Int64 = 100) throws -> Hold {
        Hold(job: JobID("job_1")!, renter: AccountID("acc_1")!, amount: try Money(micro: micro))
    }

    private func refuses(_ hold: Hold, _ change: (inout Hold) throws -> Void) {
        var copy = hold
        #expect(throws: LedgerError.self) { try change(&copy) }
        #expect(copy == hold, "a refused change changes nothing")
    }

    @Test func `what is not free cannot be carved, nor what is not carved be posted`() throws {
        var hold = try hold()
        let (one, all, more) = (try Money(micro: 1), try Money(micro: 100), try Money(micro: 101))
        refuses(hold) { try $0.carve(more) }
        refuses(hold) { try $0.carve(.zero) }
        refuses(hold) { try $0.carve(one.negated) }
        refuses(hold) { try $0.post(one) }
        refuses(hold) { try $0.release(one) }
        try hold.carve(all)
        refuses(hold) { try $0.carve(one) }
        refuses(hold) { try $0.post(more) }
        refuses(hold) { try $0.post(one.negated) }
        refuses(hold) { try $0.release(more) }
        refuses(hold) { _ = try $0.close() }
        refuses(hold) { _ = try $0.reopen() }
    }

    @Test func `carve, post and release always sum to the amount`() throws {
        var hold = try hold()
        try hold.carve(try Money(micro: 60))
        try hold.post(try Money(micro: 25))
        #expect(hold.free.micro == 40 && hold.escrowed.micro == 35 && hold.charged.micro == 25)
        try hold.release(try Money(micro: 35))
        #expect(hold.free.micro == 75 && hold.escrowed == .zero)
        #expect(try hold.close().micro == 75)
        #expect(hold.life == .posted(refunded: try Money(micro: 75)))
    }

    @Test func `a closed hold takes nothing until it is reopened for what it has left`() throws {
        var hold = try hold()
        #expect(try hold.close().micro == 100)
        #expect(hold.life == .voided)
        refuses(hold) { _ = try $0.close() }
        refuses(hold) { try $0.carve(Money(micro: 1)) }
        #expect(try hold.reopen().micro == 100)
        #expect(hold.life == .pending)
    }
}
