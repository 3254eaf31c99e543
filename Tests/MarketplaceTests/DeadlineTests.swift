import Accounting
import Domain
import Marketplace
import Testing

/// Nobody is placed too late, and who waits in vain is told, unbilled.
struct DeadlineTests {
    private let id = JobID("job_1")!

    private static func by(start: Int64? = nil, finish: Int64? = nil, runs: Int64? = nil)
        throws -> Deadline
    {
        try Deadline(
            startBy: start.map { Shop.start.advanced(seconds: $0) },
            finishBy: finish.map { Shop.start.advanced(seconds: $0) },
            expectedMilliseconds: runs.map { $0 * 1000 })
    }

    private func facts(_ shop: Shop) -> [JobFact] {
        let read = Read.events(id, after: 0, limit: 100)
        return shop.tables.load(read).compactMap { row in
            if case .event(let event) = row { event.fact } else { nil }
        }
    }

    @Test func `a job that no start is in time for is refused at submit`() throws {
        var shop = try Shop.open()
        shop.refuses(
            try shop.submit(.init(deadline: Self.by(start: -1))),
            .deadlinePast(Shop.start.advanced(seconds: -1)))
        shop.refuses(
            try shop.submit(.init(deadline: Self.by(finish: 9, runs: 10))),
            .deadlinePast(Shop.start.advanced(seconds: -1)))
        try shop.run(shop.submit(.init(deadline: Self.by(start: 0))))
    }

    @Test func `the same submit is answered as before, though it is too late by now`() throws {
        var shop = try Shop.open()
        let submit = try shop.submit(.init(deadline: Self.by(start: 5)))
        try shop.run(submit)
        shop.pass(seconds: 6)
        #expect(try shop.run(submit) == .replayed(.job(id)))
    }

    @Test func `a task is placed up to the last moment, and not after it`() throws {
        var shop = try Shop.open()
        try shop.run(
            shop.submit(
                .init(tasks: 2, parallel: 2, cpus: 4, deadline: Self.by(finish: 15, runs: 10))))
        shop.pass(seconds: 5)
        _ = try shop.place(1)
        shop.now = shop.now.advanced(milliseconds: 1)
        shop.refuses(.clear(try shop.clearing(2)), .orderChanged)
    }

    @Test func `what waits too long ends as failed to start, and the whole budget comes back`()
        throws
    {
        var shop = try Shop.open()
        try shop.run(
            shop.submit(.init(tasks: 5, parallel: 2, maxFailures: 9, deadline: Self.by(start: 5))))
        shop.pass(seconds: 5)
        try shop.ignores(.expire(id))
        shop.pass(seconds: 1)
        try shop.run(.expire(id))
        for index in 1...5 {
            #expect(try shop.task(index).life == .finished(.startFailed(code: "deadline")))
        }
        #expect(try shop.job().counts == TaskCounts(queued: 0, open: 0, failed: 5))
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth)
        #expect(shop.balance(.held(Shop.ann)) == 0)
        #expect(
            facts(shop).dropFirst() == [
                .expired(tasks: 5), .refunded(try Money(micro: 1_000_000)), .closed(.failed),
            ])
        try shop.ignores(.expire(id))
        let none = JobID("job_none")!
        shop.refuses(.expire(none), .jobUnknown)
    }

    @Test func `what runs goes on to its end and is charged, and the rest comes back then`() throws
    {
        var shop = try Shop.open()
        try shop.run(
            shop.submit(.init(tasks: 3, parallel: 2, cpus: 4, deadline: Self.by(start: 5))))
        let running = try shop.begin(1)
        shop.pass(seconds: 6)
        try shop.run(.expire(id))
        #expect(try shop.job().life == .closing(.failed))
        #expect(
            try shop.job().counts == TaskCounts(queued: 0, open: 0, leased: 1, failed: 2))
        try shop.ignores(.expire(id))
        shop.pass(seconds: -6)
        try shop.finish(running, after: 10)
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        let charged = try shop.hold().charged.micro
        #expect(charged > 0 && shop.balance(.held(Shop.ann)) == 0)
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - charged)
    }

    @Test func `failures that are allowed leave the job open for what runs`() throws {
        var shop = try Shop.open()
        try shop.run(
            shop.submit(
                .init(
                    tasks: 3, parallel: 1, maxFailures: 2, cpus: 4, deadline: Self.by(start: 5))))
        let running = try shop.begin(1)
        shop.pass(seconds: 6)
        try shop.run(.expire(id))
        #expect(try shop.job().life == .active && shop.job().counts.failed == 2)
        shop.pass(seconds: -6)
        try shop.finish(running, after: 10)
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
    }

    @Test func `no deadline, an expected time alone or a stopped job: nothing is given up`() throws
    {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        try shop.run(
            shop.submit(.init(job: "job_2", deadline: Self.by(runs: 1), key: "2")))
        try shop.run(shop.submit(.init(job: "job_3", deadline: Self.by(start: 1), key: "3")))
        try shop.run(.stop(JobID("job_3")!))
        shop.pass(seconds: 1_000_000)
        for name in ["job_1", "job_2", "job_3"] { try shop.ignores(.expire(JobID(name)!)) }
    }

    @Test func `a job that waited in vain is not retried in vain`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(deadline: Self.by(start: 5))))
        shop.pass(seconds: 6)
        try shop.run(.expire(id))
        shop.refuses(
            .retry(id, shop.once("retry")), .deadlinePast(Shop.start.advanced(seconds: 5)))
    }

    @Test func `a failed task may be retried as long as it can be in time`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(deadline: Self.by(start: 60))))
        try shop.finish(shop.begin(), after: 1, .exited(code: 1))
        try shop.run(.retry(id, shop.once("retry")))
        _ = try shop.place()
    }

    @Test func `a run that made way too late for another one is not placed anew`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(deadline: Self.by(start: 5))))
        let lease = try shop.begin()
        try shop.finish(lease, after: 6, .yielded(code: "paused"))
        #expect(try shop.task().life == .open(since: shop.now))
        shop.refuses(.clear(try shop.clearing()), .orderChanged)
        try shop.run(.expire(id))
        #expect(try shop.task().life == .finished(.deadlineMissed))
        let charged = try shop.lease(lease)
        guard case .settled(_, 6, let posted, _) = charged.life else {
            Issue.record("\(charged.life)")
            return
        }
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - posted.charge.micro)
    }
}
