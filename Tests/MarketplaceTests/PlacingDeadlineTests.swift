import Domain
import Testing

@testable import Marketplace

/// The machine that places orders gives up those that are late, once, and finds them at once.
struct PlacingDeadlineTests {
    private static func at(_ seconds: Int64) -> Timestamp { Shop.start.advanced(seconds: seconds) }

    private static func by(_ seconds: Int64) throws -> Deadline {
        try Deadline(startBy: at(seconds), finishBy: nil, expectedMilliseconds: nil)
    }

    private static func expired(_ steps: [Placing.Step]) -> [JobID] {
        steps.compactMap { if case .expire(let job) = $0.command { job } else { nil } }
    }

    /// Jobs that fit nowhere, each with its last moment to start.
    private static func placing(_ moments: [Int64?], _ shop: inout Shop) throws -> Placing {
        for (index, moment) in moments.enumerated() {
            try shop.run(
                shop.submit(
                    .init(
                        job: "job_\(index + 1)", budget: 1000, cpus: 9, deadline: moment.map(by),
                        key: "\(index)")))
        }
        return Placing(rows: shop.tables.read(Placing.reads))
    }

    @Test func `orders are given up when their last moment has passed, the first to be late first`()
        throws
    {
        var shop = try Shop.open()
        var placing = try Self.placing([30, nil, 10, 20, 10], &shop)
        func late(_ seconds: Int64) -> [String] {
            let isDue = placing.isDue(at: Self.at(seconds))
            let steps = placing.round(at: Self.at(seconds)) { LeaseID("lse_none")! }
            #expect(isDue == !steps.isEmpty)
            return Self.expired(steps).map(\.text)
        }
        #expect(late(10) == [])
        #expect(late(11) == ["job_3", "job_5"])
        #expect(late(11) == [])
        #expect(late(1000) == ["job_4", "job_1"])
        #expect(late(100_000) == [])
    }

    @Test func `what is placed, stopped or over is not given up, and what waits anew is`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(cpus: 4, deadline: Self.by(10))))
        try shop.run(
            shop.submit(.init(job: "job_2", cpus: 4, deadline: Self.by(10), key: "2")))
        var placing = Placing(rows: shop.tables.read(Placing.reads))
        func news() throws {
            let jobs = ["job_1", "job_2"].map { Read.job(JobID($0)!) }
            let tasks = ["job_1", "job_2"].map { Read.task(TaskID(job: JobID($0)!, index: 1)) }
            let rows = shop.tables.read(jobs + tasks)
            placing.take((jobs + tasks).flatMap { rows[$0] })
        }
        let lease = try shop.begin()
        try shop.run(.stop(JobID("job_2")!))
        try news()
        #expect(!placing.isDue(at: Self.at(100)))
        try shop.finish(lease, after: 11, .yielded(code: "paused"))
        try news()
        #expect(placing.isDue(at: shop.now))
        let steps = placing.round(at: shop.now) { LeaseID("lse_none")! }
        #expect(Self.expired(steps).map(\.text) == ["job_1"])
        for step in steps { _ = shop.attempt(step.command) }
        #expect(try shop.task().life == .finished(.deadlineMissed))
        try news()
        #expect(!placing.isDue(at: Self.at(100_000)))
    }

    @Test func `a placing that is built anew gives up the same`() throws {
        var shop = try Shop.open()
        var first = try Self.placing([5, 6, nil, 4], &shop)
        var second = Placing(rows: shop.tables.read(Placing.reads))
        let steps = first.round(at: Self.at(60)) { LeaseID("lse_none")! }
        #expect(steps.count == 3)
        #expect(second.round(at: Self.at(60)) { LeaseID("lse_none")! } == steps)
    }

    @Test func `a round gives up no more than it may, the rest in the next`() throws {
        var shop = try Shop.open()
        var placing = try Self.placing([1, 2, 3, 4, 5], &shop)
        let counts = (1...4).map { _ in
            placing.round(limit: 2, at: Self.at(60)) { LeaseID("lse_none")! }.count
        }
        #expect(counts == [2, 2, 1, 0])
    }
}
