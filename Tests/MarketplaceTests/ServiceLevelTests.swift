import Accounting
import Domain
import Marketplace
import Testing

/// Availability that a provider promises, and what it gives back where it was less.
struct ServiceLevelTests {
    /// 90 % of the time, or half of the charge; the market takes a tenth.
    private func running(
        fence: Int64 = 8, availability: Int64 = 9_000, credit: Int64 = 5_000
    ) throws -> (Shop, LeaseID) {
        let promised = try #require(BasisPoints(availability))
        let back = try #require(BasisPoints(credit))
        let level = try #require(ServiceLevel(availability: promised, credit: back))
        var shop = try Shop.open(bps: 1_000, level: level)
        try shop.run(shop.submit(.init(fence: fence)))
        let id = try shop.begin()
        return (shop, id)
    }

    private func record(_ id: LeaseID, _ shop: Shop) throws -> UsageRecord.Promise {
        let read = Read.pendingEntry(id.text + ":final")
        let entry = try #require(shop.tables.read([read]).pending(read).first)
        let record = try UsageRecord(bytes: entry.bytes)
        return try #require(record.promise)
    }

    /// One micro-unit is a millisecond here.
    private func expect(
        _ shop: Shop, charge: Int64, credit: Int64,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let commission = charge / 10
        #expect(shop.balance(.commission) == commission, sourceLocation: sourceLocation)
        #expect(
            shop.balance(.available(Shop.pete)) == charge - commission - credit,
            sourceLocation: sourceLocation)
        #expect(
            shop.balance(.available(Shop.ann)) == Shop.wealth - charge + credit,
            sourceLocation: sourceLocation)
        #expect(shop.balance(.held(Shop.ann)) == 0, sourceLocation: sourceLocation)
    }

    /// Billed of so many milliseconds, whole seconds of them, and what goes back.
    @Test(
        arguments: [
            (100, 100_000, 100, 0), (90, 101_000, 100, 0), (90, 101_999, 100, 0),
            (90, 102_000, 101, 45_000), (89, 101_000, 100, 44_500), (0, 500, 1, 0),
            (1, 2_999, 1, 0), (5, 6_999, 5, 0), (5, 7_000, 6, 2_500),
        ] as [(Int64, Int64, Int64, Int64)])
    func `a lease that was billed for less than was promised gives its share back`(
        seconds: Int64, milliseconds: Int64, elapsed: Int64, credit: Int64
    ) throws {
        var (shop, id) = try running()
        shop.now = shop.now.advanced(milliseconds: milliseconds)
        try shop.run(shop.receipt(id, 2, seconds: seconds, .ended(.exited(code: 0))))
        try shop.run(.verify(id))
        expect(shop, charge: seconds * 1_000, credit: credit)
        let promise = try record(id, shop)
        #expect(promise.elapsed == elapsed && promise.credit.micro == credit)
        #expect(promise.commission.value == 1_000)
    }

    @Test func `the market's part stays, whatever goes back`() throws {
        var (shop, id) = try running(availability: 10_000, credit: 10_000)
        shop.pass(seconds: 100)
        try shop.run(shop.receipt(id, 2, seconds: 98, .ended(.exited(code: 0))))
        try shop.run(.verify(id))
        expect(shop, charge: 98_000, credit: 98_000 - 9_800)
    }

    @Test func `what may go back is not paid out before the end`() throws {
        var (shop, id) = try running()
        for second in 1...10 as ClosedRange<Int64> {
            shop.pass(seconds: 1)
            try shop.run(shop.receipt(id, second + 1, seconds: second))
            try shop.run(.closePeriod(id))
            #expect(shop.balance(.available(Shop.pete)) == second * 400, "4 of 10 are certain")
            #expect(shop.balance(.commission) == second * 100)
            #expect(try shop.hold().charged.micro == second * 500)
        }
        shop.pass(seconds: 1)
        try shop.run(shop.receipt(id, 12, seconds: 11, .ended(.exited(code: 0))))
        try shop.run(.verify(id))
        expect(shop, charge: 11_000, credit: 0)
    }

    @Test func `a lost node answers for its fence`() throws {
        var (shop, id) = try running(fence: 20)
        shop.pass(seconds: 100)
        try shop.run(shop.receipt(id, 2, seconds: 100))
        shop.pass(seconds: 5_000)
        try shop.run(.endLease(id, .nodeLost))
        try shop.run(.verify(id))
        #expect(try record(id, shop).elapsed == 121, "not for how long the market took to say so")
        expect(shop, charge: 100_000, credit: 50_000)
    }

    @Test func `nobody answers for what came after the renter's stop`() throws {
        var (shop, id) = try running()
        shop.pass(seconds: 100)
        try shop.run(.stop(try shop.job().id))
        shop.pass(seconds: 60)
        try shop.run(.stop(try shop.job().id))
        try shop.run(shop.receipt(id, 2, seconds: 95, .ended(.stopped)))
        try shop.run(.verify(id))
        #expect(try record(id, shop).elapsed == 99)
        expect(shop, charge: 95_000, credit: 0)
    }

    @Test func `a silence in which the market itself was away is nobody's`() throws {
        let cases: [(excusedFrom: Int64?, elapsed: Int64)] = [(nil, 199), (0, 99), (-6, 93)]
        for (excusedFrom, elapsed) in cases {
            var (shop, id) = try running(fence: 10)
            let start = shop.now
            shop.pass(seconds: 110)
            try shop.run(
                .silence(
                    Shop.node, from: start, until: shop.now,
                    excusedFrom: excusedFrom.map { start.advanced(seconds: $0) }))
            shop.pass(seconds: 90)
            try shop.run(shop.receipt(id, 2, seconds: 90, .ended(.exited(code: 0))))
            try shop.run(.verify(id))
            #expect(try record(id, shop).elapsed == elapsed)
            expect(shop, charge: 90_000, credit: excusedFrom == nil ? 45_000 : 0)
        }
    }

    @Test func `a lease keeps the promise of its order, whatever its node says later`() throws {
        var (shop, id) = try running()
        try shop.run(.advertise(Shop.node, shop.terms()))
        shop.pass(seconds: 100)
        try shop.run(shop.receipt(id, 2, seconds: 1, .ended(.exited(code: 0))))
        try shop.run(.verify(id))
        expect(shop, charge: 1_000, credit: 500)
    }

    @Test func `a lease of which nothing is promised has a record without a promise`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        try shop.finish(id, after: 5)
        let read = Read.pendingEntry(id.text + ":final")
        let entry = try #require(shop.tables.read([read]).pending(read).first)
        #expect(try UsageRecord(bytes: entry.bytes).promise == nil)
    }
}
