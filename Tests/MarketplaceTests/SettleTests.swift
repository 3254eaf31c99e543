import Accounting
import Domain
import Marketplace
import Testing

struct SettleTests {
    struct Case: CustomStringConvertible {
        let seconds: Int64
        /// Micro-units per hour.
        let rate: Int64
        let bps: Int64
        let charge: Int64
        let commission: Int64
        var description: String { "\(seconds) s at \(rate) with \(bps) bps" }
    }

    @Test(arguments: [
        Case(seconds: 0, rate: 3_600_000, bps: 250, charge: 0, commission: 0),
        Case(seconds: 1, rate: 1, bps: 0, charge: 1, commission: 0),
        Case(seconds: 1, rate: 3600, bps: 10_000, charge: 1, commission: 1),
        Case(seconds: 1, rate: 3601, bps: 250, charge: 2, commission: 0),
        Case(seconds: 39, rate: 3_600_000, bps: 1, charge: 39_000, commission: 3),
        Case(seconds: 41, rate: 3_600_000, bps: 250, charge: 41_000, commission: 1025),
        Case(seconds: 41, rate: 3_599_999, bps: 250, charge: 41_000, commission: 1025),
        Case(seconds: 41, rate: 3_599_000, bps: 250, charge: 40_989, commission: 1024),
        Case(seconds: 600, rate: 3_600_000, bps: 10_000, charge: 600_000, commission: 600_000),
    ])
    func `charge is rounded up, commission down, and the provider gets the rest`(_ table: Case)
        throws
    {
        var shop = try Shop.open(bps: table.bps, ask: table.rate)
        try shop.run(shop.submit())
        let id = try shop.begin()
        try shop.finish(id, after: table.seconds)
        #expect(shop.balance(.commission) == table.commission)
        #expect(shop.balance(.available(Shop.pete)) == table.charge - table.commission)
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - table.charge)
        #expect(shop.balance(.held(Shop.ann)) == 0)
        #expect(shop.transfers.allSatisfy { $0.amount > .zero })
    }

    @Test(arguments: [[41], [1, 40], [7, 7, 7, 20], Array(repeating: 1, count: 41)])
    func `splitting a lease into periods never changes what is paid`(parts: [Int64]) throws {
        var shop = try Shop.open(bps: 250, ask: 3_599_000)
        try shop.run(shop.submit())
        let id = try shop.begin()
        var total: Int64 = 0
        for (index, part) in parts.enumerated() {
            shop.pass(seconds: part)
            total += part
            try shop.run(shop.receipt(id, Int64(index) + 2, seconds: total))
            try shop.run(.closePeriod(id))
            try shop.ignores(.closePeriod(id))
            let posted = try Bill.charge(seconds: total, rate: Rate(microPerHour: 3_599_000))
            #expect(try shop.hold().charged == posted)
        }
        try shop.finish(id, after: 0)
        #expect(shop.balance(.commission) == 1024)
        #expect(shop.balance(.available(Shop.pete)) == 40_989 - 1024)
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - 40_989)
    }

    @Test func `a lease is settled once, and its record holds the last receipt`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        try shop.ignores(.verify(id))
        try shop.finish(id, after: 41)
        try shop.ignores(.verify(id))
        let key = id.text + ":final"
        let read = Read.pendingEntry(key)
        let entry = try #require(shop.tables.read([read]).pending(read).first)
        let record = try UsageRecord(bytes: entry.bytes)
        #expect(record.kind == .final && record.seconds == 41 && record.charge.micro == 41_000)
        #expect(try Receipt(bytes: record.receipt.bytes).seconds == 41)
        #expect(shop.effects.isEmpty)
        let none = LeaseID("lse_none")!
        shop.refuses(.verify(none), .leaseUnknown(none))
        shop.refuses(.closePeriod(none), .leaseUnknown(none))
        shop.refuses(.endLease(none, .nodeLost), .leaseUnknown(none))
    }

    @Test func `a lease lost before its start costs nothing and has no record`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.place()
        try shop.run(.endLease(id, .nodeLost))
        try shop.ignores(.endLease(id, .stopped))
        #expect(shop.effects == [Effect.verify(id).id, Effect.stop(id, .nodeLost).id])
        try shop.run(.verify(id))
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth)
        #expect(try shop.hold().life == .voided)
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        #expect(shop.tables.read([.pending(limit: 9)])[.pending(limit: 9)].count == 1)
        #expect(shop.transfers.map(\.kind) == [.credit, .hold, .refund])
    }

    @Test func `a lost lease pays up to its last accepted receipt`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        shop.pass(seconds: 10)
        try shop.run(shop.receipt(id, 2, seconds: 10))
        shop.pass(seconds: 60)
        try shop.run(.endLease(id, .nodeLost))
        try shop.run(.verify(id))
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - 10_000)
    }
}
