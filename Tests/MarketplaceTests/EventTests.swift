import Domain
import Marketplace
import Testing

@Suite struct EventTests {
    private static func events(_ shop: Shop, after: Int64 = 0) throws -> [EventRow] {
        let read = Read.events(try shop.job().id, after: after, limit: 100)
        return shop.tables.read([read])[read].compactMap { row in
            if case .event(let event) = row { event } else { nil }
        }
    }

    private static func money(_ micro: Int64) throws -> Money { try Money(micro: micro) }

    @Test func `each state of a job and its runs is told once, in order`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        let mark = RunMark(try shop.lease(id))
        shop.pass(seconds: 7)
        try shop.run(shop.receipt(id, 2, seconds: 7))
        try shop.run(.closePeriod(id))
        try shop.finish(id, after: 5)
        let events = try Self.events(shop)
        #expect(
            events.map(\.fact) == [
                .submitted(tasks: 1, budget: try Self.money(1_000_000)),
                .placed(mark, node: Shop.node, rate: try Rate(microPerHour: 3_600_000)),
                .started(mark),
                .metered(mark, seconds: 7, charge: try Self.money(7000)),
                .ended(mark, .exited(code: 0)),
                .settled(mark, seconds: 12, charge: try Self.money(12_000)),
                .refunded(try Self.money(988_000)),
                .closed(.succeeded),
            ])
        #expect(events.map(\.sequence) == Array(1...8))
        #expect(events.map(\.at) == events.map(\.at).sorted())
        #expect(try Self.events(shop, after: 6).map(\.sequence) == [7, 8])
    }

    @Test func `what is repeated is told once`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        try shop.ignores(shop.submit())
        let id = try shop.begin()
        try shop.ignores(shop.receipt(id, 1, seconds: 0))
        try shop.finish(id, after: 2)
        try shop.ignores(.verify(id))
        try shop.ignores(.closePeriod(id))
    }

    @Test func `a stop tells what it cancels, and closing waits for what runs`() throws {
        var shop = try Shop.open()
        var wish = Shop.Wish()
        wish.tasks = 3
        try shop.run(shop.submit(wish))
        let id = try shop.begin()
        let job = try shop.job().id
        try shop.run(.stop(job))
        try shop.ignores(.stop(job))
        #expect(try Self.events(shop).last?.fact == .closing(.stopped, cancelled: 2))
        try shop.finish(id, after: 1, .stopped)
        #expect(try Self.events(shop).last?.fact == .closed(.stopped))
    }

    @Test func `a retry is told, and the job closes again`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        try shop.finish(try shop.begin(), after: 1, .exited(code: 3))
        let job = try shop.job().id
        try shop.run(.retry(job, shop.once("again")))
        try shop.finish(try shop.begin(), after: 1)
        let facts = try Self.events(shop).map(\.fact)
        #expect(facts.filter { $0 == .reopened(tasks: 1) }.count == 1)
        #expect(facts.filter { $0 == .closed(.failed) }.count == 1)
        #expect(facts.last == .closed(.succeeded))
    }

    @Test(arguments: [
        EndReason.startFailed(code: "image_pull"), .startFailed(code: "device"),
        .yielded(code: "paused"), .deviceLost(code: "gone"), .stopped,
    ])
    func `an end that is the first word of a lease is told as an end, and not as a start before it`(
        _ reason: EndReason
    ) throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.place()
        let mark = RunMark(try shop.lease(id))
        try shop.run(shop.receipt(id, 1, seconds: 0, .ended(reason)))
        let facts = try Self.events(shop).map(\.fact)
        #expect(facts.contains(.ended(mark, reason)) && !facts.contains(.started(mark)))
    }

    @Test func `an end whose start went missing on the way is told with its start`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.place()
        try shop.run(shop.receipt(id, 2, seconds: 0, .ended(.exited(code: 0))))
        #expect(try Self.events(shop).map(\.fact).contains(.started(RunMark(shop.lease(id)))))
    }

    @Test func `a lease that never ran is told as ended and costs nothing`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.place()
        let mark = RunMark(try shop.lease(id))
        try shop.run(.endLease(id, .startFailed(code: "timeout")))
        try shop.run(.verify(id))
        let facts = try Self.events(shop).map(\.fact)
        #expect(facts.contains(.ended(mark, .startFailed(code: "timeout"))))
        #expect(facts.contains(.settled(mark, seconds: 0, charge: .zero)))
        #expect(!facts.contains(.started(mark)))
    }
}
