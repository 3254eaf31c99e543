import Accounting
import Domain
import Foundation
import Marketplace
import Testing

/// One transaction asks spot leases to make way: what it writes, and what it refuses.
@Suite struct PreemptTests {
    private static let spot = SpotTerms(noticeMilliseconds: 20_000)
    private static let waiting = TaskID(job: JobID("job_2")!, index: 1)

    /// A lease that runs on the whole node, and an on-demand job that waits.
    private static func shop(
        spot: SpotTerms? = spot, budget: Int64 = 1_000_000, fixedPrice: Int64? = nil
    ) throws -> (Shop, LeaseID) {
        var shop = try Shop.open()
        if let fixedPrice { try shop.run(.advertise(Shop.node, shop.terms(spotAsk: fixedPrice))) }
        try shop.run(shop.submit(.init(spot: spot)))
        let id = try shop.begin()
        try shop.run(shop.submit(.init(job: "job_2", budget: budget, key: "other")))
        return (shop, id)
    }

    private static func preempt(_ leases: [LeaseID], attempt: Int64 = 1) -> Command {
        .preempt(
            Preemption(task: waiting, attempt: attempt, node: Shop.node, leases: leases))
    }

    private static func leaving(_ shop: Shop, _ job: String = "job_1") throws -> [JobFact] {
        let read = Read.events(try shop.job(job).id, after: 0, limit: 100)
        return shop.tables.read([read])[read].compactMap { row in
            guard case .event(let event) = row else { return nil }
            if case .leaving = event.fact { return event.fact }
            return nil
        }
    }

    @Test func `who makes way is told with its notice, once, and the order awaits its place`()
        throws
    {
        var (shop, id) = try Self.shop()
        try shop.run(Self.preempt([id]))
        let until = shop.now.advanced(seconds: 20)
        let notice = try #require(try shop.lease(id).standingNotice)
        #expect(notice.code == "preempted" && notice.until == until)
        #expect(notice.makesWayFor == Self.waiting)
        #expect(
            try Self.leaving(shop) == [
                .leaving(RunMark(try shop.lease(id)), code: "preempted", until: until)
            ])
        #expect(shop.effects.contains(Effect.leave(id).id))
        #expect(try shop.job("job_2").awaited == [AwaitedPlace(task: 1, node: Shop.node)])
        shop.pass(seconds: 5)
        try shop.ignores(Self.preempt([id]))
    }

    @Test func `what makes way is charged what it ran, placed anew, and no fault of its machine`()
        throws
    {
        var (shop, id) = try Self.shop(fixedPrice: 360_000)
        #expect(try shop.lease(id).rate.microPerHour == 360_000)
        try shop.run(Self.preempt([id]))
        let record = try shop.offer().record
        try shop.finish(id, after: 10, .yielded(code: "preempted"))
        #expect(try shop.hold().charged.micro == 1_000)
        let task = try shop.task()
        #expect(task.attempt == 2 && task.life == .open(since: shop.now))
        #expect(try shop.offer().record.lost == record.lost)
        #expect(!shop.effects.contains(Effect.leave(id).id))
        _ = try shop.place(of: "job_2")
        #expect(try shop.job("job_2").awaited == nil)
    }

    @Test func `a node that says preempted of itself lowers its own record, and asks nobody`()
        throws
    {
        var (shop, id) = try Self.shop()
        let call = LeaveCall(lease: id, code: "preempted", until: shop.now)
        try shop.ignores(.notice(Shop.node, [call]))
        let lost = try shop.offer().record.lost
        try shop.finish(id, after: 10, .yielded(code: "preempted"))
        #expect(try shop.offer().record.lost > lost)
    }

    @Test func `only leases that are spot make way`() throws {
        var (shop, id) = try Self.shop(spot: nil)
        shop.refuses(Self.preempt([id]), .offerChanged)
    }

    @Test func `nobody makes way in vain, for nobody, or for whom it does not help`() throws {
        var (shop, id) = try Self.shop()
        shop.refuses(Self.preempt([]), .offerChanged)
        shop.refuses(Self.preempt([id, LeaseID("lse_none")!]), .offerChanged)
        shop.refuses(Self.preempt([id], attempt: 2), .orderChanged)
        try shop.run(.wish(Shop.node, .paused))
        shop.refuses(Self.preempt([id]), .offerChanged)
        try shop.run(.wish(Shop.node, .open))
        try shop.finish(id, after: 1)
        shop.refuses(Self.preempt([id]), .offerChanged)
    }

    @Test func `nobody makes way for a spot order`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(spot: Self.spot)))
        let id = try shop.begin()
        try shop.run(shop.submit(.init(job: "job_2", spot: Self.spot, key: "other")))
        shop.refuses(Self.preempt([id]), .orderChanged)
    }

    @Test func `nobody makes way for a job that cannot pay a second, and it ends`() throws {
        var (shop, id) = try Self.shop(budget: 1)
        try shop.run(Self.preempt([id]))
        #expect(try shop.lease(id).notice == nil)
        #expect(try shop.job("job_2").life == .closed(.failed, at: shop.now))
    }

    @Test func `a lease that has not started is asked, too`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(spot: Self.spot)))
        let id = try shop.place()
        try shop.run(shop.submit(.init(job: "job_2", key: "other")))
        try shop.run(Self.preempt([id]))
        #expect(try shop.lease(id).standingNotice?.code == "preempted")
    }

    @Test func `what the market asked is not taken back by a node that has not heard of it`()
        throws
    {
        var (shop, id) = try Self.shop()
        try shop.run(Self.preempt([id]))
        try shop.ignores(.notice(Shop.node, []))
        // An owner may want it sooner, and the end is the market's asking still.
        let sooner = shop.now.advanced(seconds: 9)
        try shop.run(
            .notice(Shop.node, [LeaveCall(lease: id, code: "paused", until: sooner)]))
        let notice = try #require(try shop.lease(id).standingNotice)
        #expect(notice.until == sooner && notice.makesWayFor == Self.waiting)
        try shop.ignores(.notice(Shop.node, []))
    }

    @Test func `a gang is not spot`() throws {
        var shop = try Shop.open()
        guard case .submit(let submit) = try shop.submit(.init(spot: Self.spot)) else { return }
        let terms = submit.terms
        let gang = JobTerms(
            name: terms.name, workload: terms.workload, needs: terms.needs, tasks: 2, parallel: 2,
            maxFailures: 0, budget: terms.budget, maxDuration: 60, fence: 8,
            formation: Formation(gang: 2, spread: nil))
        let command = Command.submit(
            SubmitJob(
                id: submit.id, renter: submit.renter, terms: gang, salt: submit.salt,
                idempotency: submit.idempotency))
        shop.refuses(
            command,
            .termsImpossible(
                "a gang of 2 to 64 tasks, all at once, without max_failures or spot"))
    }

    @Test func `a job's and a lease's row from before spot are written as they were`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        let texts = [
            try Self.text(try shop.job()), try Self.text(try shop.lease(id)),
            try Self.text(try shop.offer()),
        ]
        for text in texts { #expect(!text.contains("spot") && !text.contains("awaited")) }
    }

    private static func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    // MARK: Sessions

    @Test func `the node is told until it answers, also on its next session`() throws {
        var desk = try Desk()
        desk.connect(1)
        let id = try desk.place(.init(spot: Self.spot))
        try desk.run(desk.shop.receipt(id, 1, seconds: 0))
        try desk.run(desk.shop.submit(.init(job: "job_2", key: "other")))
        _ = desk.heard(1)
        try desk.run(Self.preempt([id]))
        let frame = MarketFrame.leave(Effect.leave(id).id, id, noticeMilliseconds: 20_000)
        #expect(desk.heard(1) == [frame])
        desk.take(.closed(Shop.node, number: 1))
        desk.performAll()
        desk.connect(2)
        #expect(desk.heard(2).contains(frame))
        desk.say(.acknowledged(Effect.leave(id).id), on: 2)
        desk.performAll()
        desk.live(seconds: 5, on: 2)
        #expect(!desk.heard(2).contains(frame))
    }
}
