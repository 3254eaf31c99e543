import Accounting
import Domain
import Marketplace
import Testing

struct MatchTests {
    private func changed(
        _ clearing: Clearing, attempt: Int64? = nil, version: Int64? = nil, index: Int? = nil,
        node: NodeID? = nil, devices: [DeviceID]? = nil
    ) -> Command {
        .clear(
            Clearing(
                lease: clearing.lease,
                task: TaskID(job: clearing.task.job, index: index ?? clearing.task.index),
                attempt: attempt ?? clearing.attempt, node: node ?? clearing.node,
                offerVersion: version ?? clearing.offerVersion,
                devices: devices ?? clearing.devices))
    }

    @Test func `a stale proposal is refused`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 2)))
        let good = try shop.clearing()
        shop.refuses(changed(good, version: good.offerVersion - 1), .offerChanged)
        shop.refuses(changed(good, version: good.offerVersion + 1), .offerChanged)
        shop.refuses(changed(good, node: NodeID("nod_none")), .offerChanged)
        shop.refuses(changed(good, attempt: 2), .orderChanged)
        shop.refuses(changed(good, index: 2), .orderChanged)
        shop.refuses(changed(good, index: 3), .orderChanged)
        try shop.run(.clear(good))
        shop.refuses(.clear(good), .orderChanged)
    }

    @Test func `an order is not placed above its bid, nor where it does not fit`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(bid: 3_599_999)))
        shop.refuses(.clear(try shop.clearing()), .offerChanged)
        try shop.run(shop.submit(.init(job: "job_2", cpus: 9, key: "2")))
        shop.refuses(.clear(try shop.clearing(of: "job_2")), .offerChanged)
        try shop.run(shop.submit(.init(job: "job_3", key: "3")))
        try shop.run(.changeAvailability(Shop.node, .drained))
        shop.refuses(.clear(try shop.clearing(of: "job_3")), .offerChanged)
    }

    @Test func `a device has at most one live lease`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 2, parallel: 2, cpus: 1, gpus: 1)))
        let first = try shop.place(1, gpus: [Shop.gpus[0]])
        let second = try shop.clearing(2, gpus: [Shop.gpus[0]])
        shop.refuses(.clear(second), .deviceTaken(Shop.gpus[0]))
        let unknown = DeviceID("GPU-9")!
        shop.refuses(changed(second, devices: [unknown]), .deviceTaken(unknown))
        shop.refuses(changed(second, devices: []), .orderChanged)
        shop.refuses(changed(second, devices: Shop.gpus), .orderChanged)
        try shop.run(.endLease(first, .nodeLost))
        let next = try shop.place(2, gpus: [Shop.gpus[0]])
        #expect(next != first)
    }

    @Test func `one device does not count twice`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(cpus: 1, gpus: 2)))
        let good = try shop.clearing(gpus: Shop.gpus)
        shop.refuses(changed(good, devices: [Shop.gpus[0], Shop.gpus[0]]), .orderChanged)
        try shop.run(.clear(good))
    }

    @Test func `a lease takes its share of the hold, its place on the node, and is dispatched`()
        throws
    {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 4, parallel: 2)))
        let id = try shop.place()
        let lease = try shop.lease(id)
        #expect(lease.escrow.micro == 250_000, "an even share of four tasks")
        #expect(lease.life == .reserved(until: shop.now.advanced(seconds: 900)))
        #expect(lease.rate.microPerHour == 3_600_000 && lease.attempt == 1)
        #expect(try shop.hold().escrowed.micro == 250_000)
        #expect(try shop.job().counts == TaskCounts(queued: 2, open: 1, leased: 1))
        #expect(try shop.task().life == .leased(id))
        #expect(try shop.offer().free.milliCPU == 0)
        #expect(shop.effects == [Effect.dispatch(id).id])
    }

    @Test func `an escrow is never more than the longest run can cost`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(maxDuration: 10)))
        let id = try shop.place()
        #expect(try shop.lease(id).escrow.micro == 10_000)
    }

    @Test func `a job whose hold pays not one second waits for what runs, then fails`() throws {
        var shop = try Shop.open()
        // 1000 micro a second: the whole 1500 go to the first task, as an even share pays nothing.
        try shop.run(shop.submit(.init(tasks: 2, parallel: 2, budget: 1500, cpus: 4)))
        try shop.run(.advertise(Shop.node, shop.terms(ask: 7_200_000)))
        let id = try shop.place(1)
        #expect(try shop.lease(id).escrow.micro == 1500)
        shop.refuses(.clear(try shop.clearing(2)), .budgetInUse)
        try shop.run(shop.receipt(id, 1, seconds: 0))
        try shop.finish(id, after: 1)
        try shop.run(.clear(shop.clearing(2)))
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        #expect(try shop.hold().life == .posted(refunded: Money(micro: 500)))
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - 1000)
        #expect(shop.balance(.held(Shop.ann)) == 0)
    }
}
