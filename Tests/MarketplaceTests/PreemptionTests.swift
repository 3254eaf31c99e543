import Accounting
import Domain
import Marketplace
import Matching
import Testing

/// An order on demand that finds no place takes that of spot leases, and of nobody else.
@Suite struct PreemptionTests {
    private static let spot = SpotTerms(noticeMilliseconds: 20_000)
    private static let preempted = EndReason.yielded(code: "preempted")

    /// Spot jobs that run, each on half of the node, the first a minute longer.
    private static func floor() throws -> Floor {
        var floor = try Floor()
        for job in ["job_old", "job_new"] {
            try floor.submit(job, .init(cpus: 4, spot: spot))
            try floor.start(job)
            floor.shop.pass(seconds: 60)
        }
        return floor
    }

    private static func asked(_ floor: Floor) -> [[String]] {
        floor.asked.map { preemption in
            preemption.leases.compactMap { id in
                (try? floor.shop.lease(id))?.task.job.text
            }
        }
    }

    @Test func `the lease that loses the least work makes way, and no more than is needed`() throws
    {
        var floor = try Self.floor()
        try floor.submit("job_1", .init(cpus: 4))
        #expect(Self.asked(floor) == [["job_new"]])
        floor.pump()
        try floor.submit("job_2", .init(cpus: 4))
        #expect(Self.asked(floor) == [["job_new"], ["job_old"]])
        try floor.submit("job_3", .init(cpus: 4))
        #expect(floor.asked.count == 2)
    }

    @Test func `an order that needs all has all make way`() throws {
        var floor = try Self.floor()
        try floor.submit("job_1", .init(cpus: 8))
        #expect(Self.asked(floor).map { $0.sorted() } == [["job_new", "job_old"]])
    }

    @Test func `whoever finds a place asks nobody`() throws {
        var floor = try Self.floor()
        try floor.addNode(2)
        try floor.submit("job_1", .init(cpus: 8))
        #expect(floor.asked.isEmpty && floor.lease(of: "job_1")?.node.text == "nod_2")
    }

    @Test func `nobody on demand makes way, and nobody for spot`() throws {
        var floor = try Floor()
        try floor.submit("job_1", .init(cpus: 8))
        try floor.start("job_1")
        try floor.submit("job_2", .init(cpus: 8))
        try floor.submit("job_3", .init(cpus: 8, spot: Self.spot))
        #expect(floor.asked.isEmpty)
    }

    @Test(arguments: [false, true])
    func `the place is the order's for whom it was freed, also of a market that starts anew`(
        isRestarted: Bool
    ) throws {
        var floor = try Self.floor()
        try floor.submit("job_1", .init(cpus: 4))
        // Whoever comes later, and who made way, waits.
        try floor.submit("job_2", .init(cpus: 4, spot: Self.spot))
        if isRestarted { floor.restart() }
        floor.shop.pass(seconds: 20)
        let lease = try #require(floor.lease(of: "job_new"))
        try floor.end(lease, Self.preempted)
        if isRestarted { floor.restart() } else { floor.pump() }
        #expect(floor.lease(of: "job_1")?.node == Shop.node)
        #expect(floor.lease(of: "job_2") == nil && floor.lease(of: "job_new") == nil)
        #expect(floor.asked.count == 1)
    }

    @Test func `a place that will not be there is awaited no longer`() throws {
        var floor = try Self.floor()
        try floor.addNode(2, ask: 7_200_000)
        try floor.submit("job_spot", .init(cpus: 8, spot: Self.spot))
        try floor.start("job_spot")
        try floor.submit("job_1", .init(cpus: 4))
        #expect(floor.asked.map(\.node.text) == ["nod_2"])
        // As long as the lease there may be heard of again, so may its place.
        try floor.run(.changeAvailability(NodeID("nod_2")!, .disconnected))
        floor.pump()
        #expect(floor.asked.count == 1)
        try floor.run(.endLease(try #require(floor.lease(of: "job_spot")).id, .nodeLost))
        floor.pump()
        #expect(floor.asked.map(\.node) == [NodeID("nod_2")!, Shop.node])
        try floor.end("job_new", Self.preempted)
        #expect(floor.lease(of: "job_1")?.node == Shop.node)
    }

    @Test func `an order that finds another place meanwhile takes it`() throws {
        var floor = try Self.floor()
        try floor.submit("job_1", .init(cpus: 4))
        try floor.addNode(2)
        floor.pump()
        #expect(floor.lease(of: "job_1")?.node.text == "nod_2")
        #expect(try floor.shop.job("job_1").awaited == nil)
        // Its place is anybody's then.
        try floor.end("job_new", Self.preempted)
        #expect(floor.lease(of: "job_new")?.attempt == 2)
    }

    @Test func `who is too dear to be afforded is asked for nothing`() throws {
        var floor = try Self.floor()
        try floor.submit("job_1", .init(cpus: 8, bid: 3_599_999))
        #expect(floor.asked.isEmpty)
    }

    @Test func `an order with a deadline waits as long as it can, and one too late asks nobody`()
        throws
    {
        var floor = try Self.floor()
        let latest = floor.shop.now.advanced(seconds: 100)
        let deadline = try Deadline(startBy: latest, finishBy: nil, expectedMilliseconds: nil)
        try floor.submit("job_1", .init(cpus: 4, deadline: deadline))
        for seconds in [0, 49] as [Int64] {
            floor.shop.pass(seconds: seconds)
            floor.pump()
            #expect(floor.asked.isEmpty)
        }
        floor.shop.pass(seconds: 1)
        floor.pump()
        #expect(Self.asked(floor) == [["job_new"]])
        floor.shop.pass(seconds: 51)
        floor.pump()
        #expect(floor.asked.count == 1)
        #expect(try floor.shop.job("job_1").counts.failed == 1)
    }

    @Test func `nobody makes way for an order that would have the place too late`() throws {
        var floor = try Self.floor()
        let latest = floor.shop.now.advanced(seconds: 19)
        let deadline = try Deadline(startBy: latest, finishBy: nil, expectedMilliseconds: nil)
        try floor.submit("job_1", .init(cpus: 4, deadline: deadline))
        #expect(floor.asked.isEmpty)
        // Nor where somebody asks the market itself.
        let spot = try #require(floor.lease(of: "job_new"))
        let task = try #require(floor.placing.book.waiting(after: nil).first { _ in true })
        let outcome = floor.attempt(
            .preempt(
                Preemption(
                    task: task.task, attempt: task.attempt, node: spot.node, leases: [spot.id])))
        guard case .failure(.orderChanged) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        floor.shop.pass(seconds: 20)
        floor.pump()
        #expect(floor.asked.isEmpty)
        #expect(try floor.shop.job("job_1").counts.failed == 1)
    }

    @Test func `who asks somewhere asks nowhere else before the answer is told`() throws {
        var floor = try Self.floor()
        try floor.addNode(2)
        try floor.submit("job_spot", .init(cpus: 8, spot: Self.spot))
        try floor.start("job_spot")
        try floor.run(floor.shop.submit(.init(job: "job_1", cpus: 4, key: "job_1")))
        let asks = floor.round()
        #expect(asks.map(\.command.verb) == [.preempt])
        // Another commit is told between the ask and its own.
        for case .offer(let offer) in floor.shop.tables.load(.offers(limit: Shop.everything)) {
            var newer = offer
            newer.version += 1
            floor.placing.take([.offer(newer)])
        }
        #expect(floor.round().isEmpty)
        for ask in asks { try floor.run(ask.command) }
        #expect(try floor.shop.job("job_1").awaited?.count == 1)
        #expect(floor.round().isEmpty)
    }

    @Test func `those behind many for whom nobody can make way ask all the same`() throws {
        var floor = try Self.floor()
        // Each asks for something else, and pays too little.
        for number in 100..<200 {
            try floor.run(
                floor.shop.submit(
                    .init(
                        job: "job_\(number)", budget: 1_000, cpus: 8, bid: Int64(number),
                        key: "\(number)")))
        }
        try floor.run(
            floor.shop.submit(.init(job: "job_last", budget: 1_000, cpus: 4, key: "last")))
        floor.pump()
        #expect(floor.placing.isDue(at: floor.shop.now), "it has not looked at all of them")
        floor.pump()
        #expect(Self.asked(floor) == [["job_new"]])
        #expect(floor.asked.map(\.task.job.text) == ["job_last"])
        floor.pump()
        #expect(!floor.placing.isDue(at: floor.shop.now))
    }

    @Test func `time is looked at again when an order with a deadline has to ask, and not before`()
        throws
    {
        var floor = try Self.floor()
        let latest = floor.shop.now.advanced(seconds: 400)
        let deadline = try Deadline(startBy: latest, finishBy: nil, expectedMilliseconds: nil)
        try floor.submit("job_1", .init(cpus: 4, deadline: deadline))
        floor.pump()
        for _ in 0..<7 {
            #expect(!floor.placing.isDue(at: floor.shop.now))
            floor.shop.pass(seconds: 50)
        }
        #expect(floor.placing.isDue(at: floor.shop.now), "20 s of notice, 30 s beside it")
        floor.pump()
        #expect(Self.asked(floor) == [["job_new"]])
    }

    @Test func `a job whose budget is in use asks nobody`() throws {
        var floor = try Floor()
        try floor.submit("job_spot", .init(cpus: 4, spot: Self.spot))
        try floor.start("job_spot")
        // Its first task's lease has all of it, one second.
        try floor.submit("job_1", .init(tasks: 2, parallel: 2, budget: 500, cpus: 4))
        #expect(floor.placed.count == 2 && floor.asked.isEmpty)
        #expect(try floor.shop.job("job_1").life == .active)
        floor.pump()
        #expect(floor.asked.isEmpty)
    }

    @Test func `it is foretold that spot makes way, and when`() throws {
        let floor = try Self.floor()
        let needs = try floor.shop.job("job_old").terms.needs
        let wanted = Needs(
            slice: needs.slice, devices: .none, regions: [], minimumTier: .new, bid: needs.bid)
        let now = floor.shop.now
        let start = floor.placing.expectedStart(of: wanted, as: nil, at: now)
        #expect(start?.latest == now.advanced(seconds: 20) && start?.takesWay == true)
        let spot = floor.placing.expectedStart(of: needs, as: nil, at: now)
        #expect(spot?.takesWay == false && (spot?.latest ?? now) > now.advanced(seconds: 20))
    }

    // MARK: Whatever happens

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `only spot makes way, never more than is needed, and no money is made or lost`(
        seed: UInt64
    ) throws {
        print("preemption seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var floor = try Floor()
        for number in 2...4 { try floor.addNode(number, ask: 1_800_000 * Int64(number)) }
        var seen = 0
        for turn in 0..<160 {
            floor.shop.pass(seconds: Int64.random(in: 0...20, using: &random))
            try Self.act(turn, &floor, &random)
            floor.pump()
            for number in seen..<floor.asked.count { Self.check(number, floor, seed) }
            seen = floor.asked.count
            if Int.random(in: 0..<20, using: &random) == 0 { floor.restart() }
            let read = Read.balances(limit: Shop.everything)
            let sum = floor.shop.tables.read([read])[read].reduce(Int64(0)) { sum, row in
                if case .balance(let balance) = row { sum + balance.amount.micro } else { sum }
            }
            #expect(sum == 0, "seed \(seed), turn \(turn)")
        }
        #expect(seen > 0, "seed \(seed): nobody was asked")
    }

    private static func act(
        _ turn: Int, _ floor: inout Floor, _ random: inout SeededGenerator
    ) throws {
        let live = floor.live
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4:
            let isSpot = Bool.random(using: &random)
            try floor.run(
                floor.shop.submit(
                    .init(
                        job: "job_\(turn)", budget: 20_000,
                        cpus: Int64.random(in: 1...8, using: &random),
                        spot: isSpot ? spot : nil, key: "job_\(turn)")))
        case 4..<7:
            let new = live.filter { $0.life.reading == nil }
            guard let lease = new.randomElement(using: &random) else { return }
            try floor.run(
                floor.shop.receipt(
                    lease.id, 1, seconds: 0, attempt: lease.attempt, node: lease.node))
        default:
            guard let lease = live.randomElement(using: &random) else { return }
            let isAsked = lease.standingNotice != nil
            try floor.end(lease, isAsked ? preempted : .exited(code: 0))
        }
    }

    /// By the leases alone: with all that are asked gone, it fits; with any of them there it does not,
    /// beside those who wait, too.
    private static func check(_ number: Int, _ floor: Floor, _ seed: UInt64) {
        let (preemption, (live, others)) = (floor.asked[number], floor.scenes[number])
        let needed = (try? floor.shop.job(preemption.task.job.text))?.terms.needs.slice.milliCPU
        let staying = live.filter {
            $0.node == preemption.node && $0.standingNotice == nil
                && !preemption.leases.contains($0.id)
        }
        let used = staying.reduce(needed ?? 0) { $0 + $1.slice.milliCPU }
        #expect(used <= 8_000, "seed \(seed): it does not help")
        // They may have what else is being freed there.
        let kept = others.reduce(0) { $0 + $1.milliCPU }
        for id in preemption.leases {
            let lease = live.first { $0.id == id }
            #expect(lease?.spot != nil, "seed \(seed): on demand")
            let with = used + (lease?.slice.milliCPU ?? 0)
            #expect(with + kept > 8_000, "seed \(seed): more than needed")
        }
    }
}
