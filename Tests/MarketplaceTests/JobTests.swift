import Accounting
import Domain
import Marketplace
import Testing

struct JobTests {
    private let id = JobID("job_1")!

    private func retry(_ shop: Shop, _ key: String = "retry", body: String? = nil) -> Command {
        .retry(id, shop.once(key, body: body))
    }

    @Test func `never more than parallel tasks are open or leased, and all run in the end`() throws
    {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 5, parallel: 2, cpus: 4)))
        for index in 1...5 {
            let counts = try shop.job().counts
            #expect(counts.open + counts.leased == min(2, 6 - index))
            try shop.finish(shop.begin(index), after: 1)
        }
        #expect(try shop.job().counts == TaskCounts(queued: 0, open: 0, succeeded: 5))
        #expect(try shop.job().life == .closed(.succeeded, at: shop.now))
    }

    @Test func `one failure more than allowed stops the rest, and what runs may end`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 6, parallel: 2, maxFailures: 1, cpus: 4)))
        let running = try shop.begin(1)
        try shop.finish(shop.begin(2), after: 1, .exited(code: 1))
        #expect(try shop.job().life == .active)
        try shop.finish(shop.begin(3), after: 1, .outOfMemory)
        #expect(try shop.job().life == .closing(.failed))
        #expect(try shop.task(4).life == .finished(.stopped))
        #expect(
            try shop.job().counts
                == TaskCounts(queued: 0, open: 0, leased: 1, failed: 2, stopped: 3))
        #expect(shop.balance(.held(Shop.ann)) > 0)
        try shop.finish(running, after: 1)
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        #expect(shop.balance(.held(Shop.ann)) == 0)
    }

    @Test func `a stop cancels what waits and tells what runs, once`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 3, parallel: 2, cpus: 4)))
        let running = try shop.begin(1)
        try shop.run(.stop(id))
        #expect(shop.effects == [Effect.dispatch(running).id, Effect.stop(running, .stopped).id])
        #expect(try shop.job().life == .closing(.stopped))
        try shop.ignores(.stop(id))
        shop.refuses(.clear(try shop.clearing(2)), .orderChanged)
        try shop.finish(running, after: 2, .stopped)
        #expect(try shop.job().life == .closed(.stopped, at: shop.now))
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - 1000)
        try shop.ignores(.stop(id))
        let none = JobID("job_none")!
        shop.refuses(.stop(none), .jobUnknown)
    }

    @Test func `a stop also ends what still runs of a job that failed`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 2, parallel: 2, cpus: 4)))
        let running = try shop.begin(1)
        try shop.finish(shop.begin(2), after: 1, .killed)
        #expect(try shop.job().life == .closing(.failed))
        try shop.run(.effectDone(Effect.dispatch(running).id))
        #expect(shop.effects.isEmpty)
        try shop.run(.stop(id))
        #expect(shop.effects == [Effect.stop(running, .stopped).id])
        #expect(try shop.job().life == .closing(.failed), "its outcome stays")
    }

    @Test func `only a closed job with something to repeat and money left is retried`() throws {
        var shop = try Shop.open()
        shop.refuses(retry(shop), .jobUnknown)
        try shop.run(shop.submit(.init(budget: 10_000)))
        shop.refuses(retry(shop), .jobNotOver)
        let first = try shop.begin()
        try shop.finish(first, after: 1)
        shop.refuses(retry(shop), .nothingToRetry)
    }

    @Test func `a budget that is used up retries nothing`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(budget: 10_000)))
        let first = try shop.begin()
        try shop.finish(first, after: 10, .budgetExhausted)
        shop.refuses(retry(shop), .budgetExhausted)
    }

    @Test func `a retry needs its money again`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(budget: Shop.wealth)))
        try shop.finish(shop.begin(), after: 1, .exited(code: 2))
        try shop.run(shop.submit(.init(job: "job_2", budget: 1_000_000, key: "2")))
        let needed = try Money(micro: Shop.wealth - 1000)
        let available = try Money(micro: Shop.wealth - 1_001_000)
        shop.refuses(retry(shop), .balanceTooLow(available: available, needed: needed))
    }

    @Test func `a retry runs what did not succeed, with the next attempt and what is left`() throws
    {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 3, parallel: 3, cpus: 1)))
        try shop.finish(shop.begin(1), after: 1)
        let (second, third) = (try shop.begin(2), try shop.begin(3))
        try shop.finish(second, after: 1, .exited(code: 2))
        #expect(try shop.job().life == .closing(.failed))
        try shop.run(.endLease(third, .nodeLost))
        try shop.run(.verify(third))
        let rest = try shop.hold().free
        let answer = try shop.run(retry(shop))
        let repeated = try shop.run(retry(shop))
        #expect(answer == .job(id) && repeated == .replayed(.job(id)))
        shop.refuses(retry(shop, body: "other"), .duplicateKeyOtherBody)
        #expect(try shop.task(1).life == .finished(.exited(code: 0)) && shop.task(1).attempt == 1)
        #expect(try shop.task(2).life == .open(since: shop.now) && shop.task(2).attempt == 2)
        #expect(try shop.job().counts == TaskCounts(queued: 0, open: 2, succeeded: 1))
        #expect(shop.balance(.held(Shop.ann)) == rest.micro)
        try shop.finish(shop.begin(2), after: 1)
        try shop.finish(shop.begin(3), after: 1)
        #expect(try shop.job().life == .closed(.succeeded, at: shop.now))
        #expect(shop.balance(.held(Shop.ann)) == 0)
        let charged = try shop.hold().charged.micro
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - charged)
    }
}
