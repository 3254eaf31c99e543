import Accounting
import Domain
import Marketplace
import Testing

/// Tasks that start together or not at all, and end with one another.
struct GangTests {
    private static let id = JobID("job_1")!
    private static let other = NodeID("nod_2")!

    /// A job of so many tasks of two CPUs that start together.
    static func wish(_ members: Int, spread: Formation.Spread? = nil) -> Shop.Wish {
        .init(
            tasks: members, parallel: members, cpus: 2,
            formation: Formation(gang: members, spread: spread))
    }

    /// The shop with a second node, at another price.
    static func twoNodes(ask: Int64 = 7_200_000) throws -> Shop {
        var shop = try Shop.open()
        try shop.run(.registerNode(shop.machine(other), token: nil))
        try shop.run(.advertise(other, shop.terms(ask: ask, gpus: [])))
        return shop
    }

    /// What a book would propose: task after task, on these nodes.
    static func clearings(_ shop: inout Shop, on nodes: [NodeID]) throws -> [Clearing] {
        var taken: [NodeID: Int64] = [:]
        var clearings: [Clearing] = []
        for (place, node) in nodes.enumerated() {
            let one = try shop.clearing(place + 1)
            let offer = try #require(shop.tables.read([.offer(node)]).offer(node))
            clearings.append(
                Clearing(
                    lease: one.lease, task: one.task, attempt: one.attempt, node: node,
                    offerVersion: offer.version + taken[node, default: 0], devices: []))
            taken[node, default: 0] += 1
        }
        return clearings
    }

    static func started(
        _ shop: inout Shop, on nodes: [NodeID]
    ) throws -> [LeaseID] {
        let clearings = try clearings(&shop, on: nodes)
        try shop.run(.clearGang(clearings))
        for clearing in clearings {
            try shop.run(
                shop.receipt(
                    clearing.lease, 1, seconds: 0, attempt: clearing.attempt, node: clearing.node))
        }
        return clearings.map(\.lease)
    }

    private func facts(_ shop: Shop) -> [(at: Timestamp, fact: JobFact)] {
        let read = Read.events(Self.id, after: 0, limit: 99)
        return shop.tables.read([read])[read].compactMap { row in
            if case .event(let event) = row { (event.at, event.fact) } else { nil }
        }
    }

    // MARK: Starting

    @Test(arguments: [
        (1, 1, 1, 0), (65, 65, 65, 0), (3, 4, 3, 0), (3, 3, 2, 0), (3, 3, 3, 1),
    ])
    func `a gang that could not start whole is not accepted`(
        gang: Int, tasks: Int, parallel: Int, failures: Int
    ) throws {
        var shop = try Shop.open()
        let wish = Shop.Wish(
            tasks: tasks, parallel: parallel, maxFailures: failures,
            formation: Formation(gang: gang, spread: nil))
        guard case .failure(.termsImpossible) = shop.attempt(try shop.submit(wish)) else {
            Issue.record("taken")
            return
        }
        var spot = Self.wish(2)
        spot.spot = SpotTerms()
        guard case .failure(.termsImpossible) = shop.attempt(try shop.submit(spot)) else {
            Issue.record("taken as spot")
            return
        }
    }

    @Test func `only a whole gang is placed, in the order of its tasks`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(Self.wish(3)))
        let node = Shop.node
        let good = try Self.clearings(&shop, on: [node, node, node])
        shop.refuses(.clearGang([]), .orderChanged)
        shop.refuses(.clearGang(Array(good.prefix(2))), .orderChanged)
        shop.refuses(.clearGang([good[1], good[0], good[2]]), .orderChanged)
        shop.refuses(.clearGang([good[0], good[1], good[1]]), .orderChanged)
        shop.refuses(.clear(good[0]), .orderChanged)
        let twice = Clearing(
            lease: good[0].lease, task: good[2].task, attempt: 1, node: node,
            offerVersion: good[2].offerVersion, devices: [])
        shop.refuses(.clearGang([good[0], good[1], twice]), .orderChanged)
        try shop.run(shop.submit(.init(job: "job_2", cpus: 1, key: "2")))
        shop.refuses(.clearGang([try shop.clearing(of: "job_2")]), .orderChanged)
        try shop.run(.clearGang(good))
        shop.refuses(.clearGang(good), .ofMember(0, .orderChanged))
    }

    @Test func `all leases of a gang are made in one decision`() throws {
        var shop = try Self.twoNodes()
        try shop.run(shop.submit(Self.wish(3)))
        let before = try shop.offer()
        let clearings = try Self.clearings(&shop, on: [Shop.node, Self.other, Shop.node])
        try shop.run(.clearGang(clearings))
        let leases = try clearings.map { try shop.lease($0.lease) }
        #expect(leases.map(\.node) == [Shop.node, Self.other, Shop.node])
        #expect(leases.map(\.task.index) == [1, 2, 3])
        #expect(try shop.job().counts == TaskCounts(queued: 0, open: 0, leased: 3))
        let after = try shop.offer()
        #expect(after.version == before.version + 2)
        #expect(after.free.milliCPU == before.free.milliCPU - 4000)
        #expect(shop.effects == leases.map { Effect.dispatch($0.id).id })
        let placed = facts(shop).filter { if case .placed = $0.fact { true } else { false } }
        #expect(placed.map(\.at) == [shop.now, shop.now, shop.now])
    }

    @Test func `a refusal says because of which member, and leaves nothing behind`() throws {
        var shop = try Self.twoNodes()
        try shop.run(shop.submit(Self.wish(2)))
        try shop.run(shop.submit(.init(job: "job_2", cpus: 5, key: "2")))
        let good = try Self.clearings(&shop, on: [Shop.node, Self.other])
        func with(_ place: Int, attempt: Int64 = 1, version: Int64 = 0) -> Command {
            var all = good
            let old = all[place]
            all[place] = Clearing(
                lease: old.lease, task: old.task, attempt: attempt, node: old.node,
                offerVersion: old.offerVersion + version, devices: [])
            return .clearGang(all)
        }
        shop.refuses(with(0, attempt: 2), .ofMember(0, .orderChanged))
        shop.refuses(with(1, attempt: 2), .ofMember(1, .orderChanged))
        shop.refuses(with(1, version: 1), .ofMember(1, .offerChanged))
        // Room for one of them, and not for the other beside it.
        let single = try shop.place(of: "job_2")
        let both = try Self.clearings(&shop, on: [Shop.node, Shop.node])
        shop.refuses(.clearGang(both), .ofMember(1, .offerChanged))
        try shop.run(.endLease(single, .nodeLost))
        let again = try Self.clearings(&shop, on: [Self.other, Shop.node])
        try shop.run(.clearGang(again))
    }

    @Test func `escrows of a gang pay each the same seconds, at whatever rate`() throws {
        var shop = try Self.twoNodes()
        // 250 and 500 micro a second for two of eight CPUs.
        var wish = Self.wish(3)
        wish.budget = 100_100
        try shop.run(shop.submit(wish))
        let clearings = try Self.clearings(&shop, on: [Shop.node, Self.other, Shop.node])
        try shop.run(.clearGang(clearings))
        let leases = try clearings.map { try shop.lease($0.lease) }
        #expect(leases.map(\.escrow.micro) == [25_000, 50_000, 25_000])
        #expect(
            leases.allSatisfy { Bill.seconds(paidBy: $0.escrow, rate: $0.rate) == 100 })
        #expect(try shop.hold().free.micro == 100)
    }

    @Test func `no escrow of a gang pays for more than the longest run`() throws {
        var shop = try Shop.open()
        var wish = Self.wish(2)
        wish.maxDuration = 10
        try shop.run(shop.submit(wish))
        let leases = try Self.started(&shop, on: [Shop.node, Shop.node])
        #expect(try leases.map { try shop.lease($0).escrow.micro } == [2500, 2500])
    }

    @Test func `a hold that does not pay all of a gang for a second ends its job`() throws {
        var shop = try Shop.open()
        var wish = Self.wish(2)
        wish.budget = 499
        try shop.run(shop.submit(wish))
        try shop.run(.clearGang(Self.clearings(&shop, on: [Shop.node, Shop.node])))
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth)
        #expect(shop.effects.isEmpty)
    }

    // MARK: Ending

    @Test(arguments: [
        EndReason.exited(code: 9), .nodeLost, .yielded(code: "paused"), .killed, .stopped,
        .startFailed(code: "input"),
    ])
    func `a gang that has lost a member ends, and pays what each has used`(
        reason: EndReason
    ) throws {
        var shop = try Self.twoNodes()
        try shop.run(shop.submit(Self.wish(3)))
        let leases = try Self.started(&shop, on: [Shop.node, Self.other, Shop.node])
        for lease in leases { try shop.run(.effectDone(Effect.dispatch(lease).id)) }
        // One that ends with success just ends.
        try shop.finish(leases[0], after: 4)
        #expect(try shop.job().life == .active)
        shop.pass(seconds: 4)
        try shop.run(
            shop.receipt(leases[1], 2, seconds: 8, .ended(reason), node: Self.other))
        #expect(try shop.job().life == .active, "its verdict is due")
        try shop.run(.verify(leases[1]))
        #expect(try shop.job().life == .closing(.failed))
        #expect(shop.effects == [Effect.stop(leases[2], .stopped).id])
        try shop.run(shop.receipt(leases[2], 2, seconds: 8, .ended(.stopped)))
        try shop.run(.verify(leases[2]))
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        #expect(try shop.task(2).life == .finished(reason))
        let charged: Int64 = 4 * 250 + 8 * 500 + 8 * 250
        #expect(try shop.hold().charged.micro == charged)
        #expect(shop.balance(.held(Shop.ann)) == 0)
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - charged)
    }

    @Test func `a member that never started ends the gang, too, and costs nothing`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(Self.wish(2)))
        let clearings = try Self.clearings(&shop, on: [Shop.node, Shop.node])
        try shop.run(.clearGang(clearings))
        try shop.run(
            shop.receipt(clearings[1].lease, 1, seconds: 0, .ended(.startFailed(code: "timeout"))))
        try shop.run(.verify(clearings[1].lease))
        #expect(shop.effects.contains(Effect.stop(clearings[0].lease, .stopped).id))
        try shop.run(shop.receipt(clearings[0].lease, 1, seconds: 0, .ended(.stopped)))
        try shop.run(.verify(clearings[0].lease))
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth)
    }

    @Test func `a gang whose members all succeed has succeeded`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(Self.wish(2)))
        let leases = try Self.started(&shop, on: [Shop.node, Shop.node])
        shop.pass(seconds: 3)
        for lease in leases {
            try shop.run(shop.receipt(lease, 2, seconds: 3, .ended(.exited(code: 0))))
            try shop.run(.verify(lease))
        }
        #expect(try shop.job().life == .closed(.succeeded, at: shop.now))
        shop.refuses(.retry(Self.id, shop.once("r")), .nothingToRetry)
    }

    @Test func `a gang is retried whole, and those who had succeeded run again`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(Self.wish(2)))
        let leases = try Self.started(&shop, on: [Shop.node, Shop.node])
        try shop.finish(leases[0], after: 2)
        try shop.run(.endLease(leases[1], .nodeLost))
        try shop.run(.verify(leases[1]))
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        try shop.run(.retry(Self.id, shop.once("r")))
        #expect(try shop.job().counts == TaskCounts(queued: 0, open: 2))
        for index in 1...2 {
            #expect(
                try shop.task(index)
                    == JobTask(
                        id: TaskID(job: Self.id, index: index), attempt: 2,
                        life: .open(since: shop.now)))
        }
        let again = try Self.started(&shop, on: [Shop.node, Shop.node])
        #expect(try again.allSatisfy { try shop.lease($0).attempt == 2 })
        shop.pass(seconds: 1)
        for lease in again {
            try shop.run(
                shop.receipt(lease, 2, seconds: 1, .ended(.exited(code: 0)), attempt: 2))
            try shop.run(.verify(lease))
        }
        #expect(try shop.job().life == .closed(.succeeded, at: shop.now))
        #expect(try shop.hold().charged.micro == 2 * 250 + 2 * 250)
        #expect(shop.balance(.held(Shop.ann)) == 0)
    }

    @Test(
        arguments: [
            ([Int64(3_600_000)], Int64(1000), Int64(600), Int64(1)),
            ([3_600_000, 3_600_000], 1999, 600, 0), ([3_600_000, 3_600_000], 2000, 600, 1),
            ([1, 1], 2, 600, 600), ([3_600_000, 1_800_000], 15_000, 600, 10),
            ([3_600_000], 0, 600, 0),
            ([100_000_000_000], Money.limit, 40_000_000, Bill.maximumSeconds),
        ] as [([Int64], Int64, Int64, Int64)])
    func `money pays the seconds whose bills it covers, all together`(
        rates: [Int64], money: Int64, longest: Int64, seconds: Int64
    ) throws {
        let all = try rates.map { try Rate(microPerHour: $0) }
        #expect(
            try Market.seconds(paidBy: Money(micro: money), to: all, atMost: longest) == seconds)
    }
}
