import Domain
import Foundation
import Marketplace
import Testing

/// That a lease is asked to leave is a fact of its job, with code and deadline.
@Suite struct NoticeTests {
    private static func facts(_ shop: Shop) throws -> [JobFact] {
        let read = Read.events(try shop.job().id, after: 0, limit: 100)
        return shop.tables.read([read])[read].compactMap { row in
            guard case .event(let event) = row else { return nil }
            switch event.fact {
            case .leaving, .staying: return event.fact
            default: return nil
            }
        }
    }

    private static func call(
        _ lease: LeaseID, _ code: OwnerCode = .ownerGPU, until: Timestamp
    ) -> Command {
        .notice(Shop.node, [LeaveCall(lease: lease, code: code.rawValue, until: until)])
    }

    @Test func `who is asked to leave, why, until when and that it may stay is told, each once`()
        throws
    {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        let mark = RunMark(try shop.lease(id))
        let until = shop.now.advanced(seconds: 60)
        try shop.run(Self.call(id, until: until))
        #expect(try shop.lease(id).standingNotice?.until == until)
        // What is left travels, so the same moment comes a little earlier or later each time.
        try shop.ignores(Self.call(id, until: until.advanced(milliseconds: 4_999)))
        try shop.ignores(Self.call(id, until: until.advanced(milliseconds: -4_999)))
        let sooner = until.advanced(seconds: -30)
        try shop.run(Self.call(id, .paused, until: sooner))
        try shop.run(.notice(Shop.node, []))
        try shop.ignores(.notice(Shop.node, []))
        #expect(try shop.lease(id).standingNotice == nil)
        #expect(
            try Self.facts(shop) == [
                .leaving(mark, code: "owner_gpu", until: until),
                .leaving(mark, code: "paused", until: sooner), .staying(mark),
            ])
    }

    @Test func `only what runs on that very node is asked to leave`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.place()
        try shop.ignores(Self.call(id, until: shop.now))
        try shop.run(shop.receipt(id, 1, seconds: 0))
        let other = NodeID("nod_2")!
        try shop.ignores(
            .notice(other, [LeaveCall(lease: id, code: "paused", until: shop.now)]))
        try shop.ignores(Self.call(LeaseID("lse_none")!, until: shop.now))
        try shop.run(Self.call(id, until: shop.now))
        try shop.finish(id, after: 1, .yielded(code: "owner_gpu"))
        #expect(try shop.lease(id).standingNotice == nil)
        try shop.ignores(Self.call(id, until: shop.now.advanced(seconds: 99)))
    }

    @Test
    func `a node that changes its mind for ever is heard sixteen times, and may take it back`()
        throws
    {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        for number in 1...40 as ClosedRange<Int64> {
            try shop.run(Self.call(id, until: shop.now.advanced(seconds: number * 10)))
        }
        try shop.run(.notice(Shop.node, []))
        let facts = try Self.facts(shop)
        #expect(facts.count == LeaseNotice.mostChanges + 1)
        #expect(facts.last == .staying(RunMark(try shop.lease(id))))
    }

    @Test func `a lease's row from before notices is read, and written as it was`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        let lease = try shop.lease(id)
        let bytes = try JSONEncoder().encode(lease)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("notice"))
        #expect(try JSONDecoder().decode(Lease.self, from: bytes) == lease)
    }

    // MARK: Sessions

    private static func notices(_ desk: inout Desk) -> [Command] {
        let asked = desk.works.flatMap(\.commands).filter { $0.verb == .notice }
        desk.performAll()
        return asked
    }

    @Test func `a heartbeat that says it has it committed, once, until it says something else`()
        throws
    {
        var desk = try Desk()
        desk.connect(1)
        let id = try desk.place()
        desk.beat(2, on: 1)
        #expect(Self.notices(&desk).isEmpty)
        try desk.run(desk.shop.receipt(id, 1, seconds: 0))
        let call = LeaveCall(lease: id, code: "owner_gpu", until: Int64(60_000))
        desk.say(.heartbeat(number: 3, leaving: [call]), on: 1)
        // The store has not answered: what the next one says is not asked for twice.
        desk.say(.heartbeat(number: 4, leaving: [call]), on: 1)
        let until = desk.shop.now.advanced(seconds: 60)
        #expect(Self.notices(&desk) == [.notice(Shop.node, [call.map { _ in until }])])
        #expect(try desk.shop.lease(id).standingNotice?.until == until)
        desk.pass(milliseconds: 1_000)
        let later = LeaveCall(lease: id, code: "owner_gpu", until: Int64(59_000))
        desk.say(.heartbeat(number: 5, leaving: [later]), on: 1)
        #expect(Self.notices(&desk).isEmpty)
        desk.beat(6, on: 1)
        #expect(Self.notices(&desk) == [.notice(Shop.node, [])])
        #expect(try desk.shop.lease(id).standingNotice == nil)
    }

    @Test(arguments: Desk.Loss.allCases)
    func `what the store loses of it comes with the next heartbeat`(_ loss: Desk.Loss) throws {
        var desk = try Desk()
        desk.connect(1)
        let id = try desk.place()
        try desk.run(desk.shop.receipt(id, 1, seconds: 0))
        let call = LeaveCall(lease: id, code: "schedule", until: Int64(9_000))
        desk.say(.heartbeat(number: 3, leaving: [call]), on: 1)
        desk.failNext(loss)
        desk.performAll()
        desk.say(.heartbeat(number: 4, leaving: [call]), on: 1)
        desk.performAll()
        #expect(try desk.shop.lease(id).standingNotice?.code == "schedule")
        #expect(try Self.facts(desk.shop).count == 1)
    }

    @Test func `a moment that is over stays where it was, however long ago`() throws {
        var desk = try Desk()
        desk.connect(1)
        let id = try desk.place()
        try desk.run(desk.shop.receipt(id, 1, seconds: 0))
        for (beat, left) in [Int64(6_000), 0, -6_000, -60_000].enumerated() {
            let call = LeaveCall(lease: id, code: "paused", until: left)
            desk.say(.heartbeat(number: Int64(3 + beat), leaving: [call]), on: 1)
            desk.performAll()
            desk.pass(milliseconds: beat == 2 ? 54_000 : 6_000)
        }
        #expect(try Self.facts(desk.shop).count == 1)
    }
}
