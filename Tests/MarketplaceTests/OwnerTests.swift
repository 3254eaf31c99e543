import Accounting
import Domain
import Marketplace
import Matching
import Testing

/// Owners at the market: their wishes, and what becomes of work that made way for them.
struct OwnerTests {
    private static let later = Shop.start.advanced(seconds: 3600)

    // MARK: Wishes

    @Test func `a wish stands through hellos and disconnects until another one is said`() throws {
        var shop = try Shop.open()
        try shop.run(.wish(Shop.node, .paused))
        try shop.ignores(.wish(Shop.node, .paused))
        #expect(try shop.offer().wish == NumberedWish(number: 1, wish: .paused))
        for _ in 1...2 {
            try shop.run(.changeAvailability(Shop.node, .disconnected))
            try shop.run(.advertise(Shop.node, shop.terms()))
            #expect(try shop.offer().availability == .draining)
            #expect(try shop.offer().closing == OfferClosing(.paused))
        }
        try shop.run(.wish(Shop.node, .drained(by: Self.later)))
        #expect(try shop.offer().wish.number == 2)
        try shop.run(.wish(Shop.node, .open))
        try shop.ignores(.wish(Shop.node, .open))
        #expect(try shop.offer().availability == .open && shop.offer().closing == nil)
        let nobody = NodeID("nod_none")!
        shop.refuses(.wish(nobody, .paused), .nodeUnknown(nobody))
    }

    @Test func `to take orders again is one thing, whoever asked for none`() throws {
        var shop = try Shop.open()
        try shop.run(.wish(Shop.node, .drained(by: nil)))
        try shop.run(.changeAvailability(Shop.node, .resumed))
        #expect(try shop.offer().wish == NumberedWish(number: 2, wish: .open))
        try shop.run(.changeAvailability(Shop.node, .drained))
        try shop.run(.wish(Shop.node, .open))
        #expect(try shop.offer().availability == .open)
        #expect(try shop.offer().wish.number == 2, "the node drained itself and knows")
    }

    @Test func `nothing is placed on a machine that is its owner's`() throws {
        let closings: [OfferClosing?] = [nil, OfferClosing(.schedule), OfferClosing(.ownerGPU)]
        for closing in closings {
            for wish in [OwnerWish<Timestamp>.open, .paused, .drained(by: nil)] {
                var shop = try Shop.open()
                try shop.run(try shop.advertised(closed: closing))
                try shop.run(.wish(Shop.node, wish))
                try shop.run(shop.submit())
                let clearing = try shop.clearing()
                var book = OrderBook()
                book.put(try shop.offer())
                book.add(
                    Order(
                        task: clearing.task, attempt: 1, needs: try shop.job().terms.needs,
                        since: shop.now))
                if closing == nil, wish == .open {
                    #expect(book.proposals(limit: 9, at: shop.now).count == 1)
                    try shop.run(.clear(clearing))
                } else {
                    #expect(book.proposals(limit: 9, at: shop.now).isEmpty)
                    shop.refuses(.clear(clearing), .offerChanged)
                }
            }
        }
    }

    // MARK: Work that made way

    @Test func `a task whose run made way is placed anew, no failure, and pays what it ran`() throws
    {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let first = try shop.begin()
        try shop.finish(first, after: 20, .yielded(code: "paused"))
        #expect(try shop.task().life == .open(since: shop.now))
        #expect(try shop.task().attempt == 2)
        #expect(try shop.job().life == .active)
        #expect(try shop.job().counts == TaskCounts(queued: 0, open: 1))
        #expect(try shop.hold().charged.micro == 20_000)
        let second = try shop.begin()
        try shop.finish(second, after: 5)
        #expect(try shop.job().life == .closed(.succeeded, at: shop.now))
        #expect(try shop.hold().charged.micro == 25_000)
        #expect(shop.balance(.held(Shop.ann)) == 0)
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth - 25_000)
        let read = Read.events(JobID("job_1")!, after: 0, limit: 99)
        let facts = shop.tables.read([read])[read].compactMap { row in
            if case .event(let event) = row { event.fact } else { nil }
        }
        #expect(facts.count { $0 == .requeued(RunMark(try! shop.lease(first))) } == 1)
    }

    @Test func `one that never started is placed anew, too, and costs nothing`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.place()
        try shop.run(shop.receipt(id, 1, seconds: 0, .ended(.yielded(code: "schedule"))))
        try shop.run(.verify(id))
        #expect(try shop.task().life == .open(since: shop.now) && shop.task().attempt == 2)
        #expect(try shop.hold().charged == .zero)
        try shop.ignores(.verify(id))
    }

    @Test func `it goes on before those that have waited, within what may run at once`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit(.init(tasks: 3, parallel: 2, cpus: 2)))
        let first = try shop.begin(1)
        _ = try shop.begin(2)
        try shop.finish(first, after: 1, .yielded(code: "owner_desktop"))
        #expect(try shop.task(1).life == .open(since: shop.now))
        #expect(try shop.task(3).life == .queued)
        #expect(try shop.job().counts == TaskCounts(queued: 1, open: 1, leased: 1))
    }

    @Test func `where the renter has stopped the job it is over`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        let id = try shop.begin()
        try shop.run(.stop(JobID("job_1")!))
        try shop.finish(id, after: 1, .yielded(code: "paused"))
        #expect(try shop.task().life == .finished(.yielded(code: "paused")))
        #expect(try shop.job().life == .closed(.stopped, at: shop.now))
    }

    @Test func `a node that takes work and yields it at once does not go on for ever`() throws {
        var shop = try Shop.open()
        try shop.run(shop.submit())
        var attempts = 0
        while case .open = try shop.task().life {
            attempts += 1
            let id = try shop.place()
            let attempt = try shop.lease(id).attempt
            try shop.run(
                shop.receipt(id, 1, seconds: 0, .ended(.yielded(code: "paused")), attempt: attempt))
            try shop.run(.verify(id))
        }
        #expect(attempts == Int(JobTask.mostAttempts))
        #expect(try shop.job().life == .closed(.failed, at: shop.now))
        #expect(shop.balance(.available(Shop.ann)) == Shop.wealth)
    }

    // MARK: Sessions

    /// What was said of wishes on a session since the last look, when a node that lives has passed
    /// so many seconds.
    private static func wishes(
        _ desk: inout Desk, after seconds: Int64 = 0, on number: Int = 1
    ) -> [MarketFrame] {
        desk.live(seconds: seconds, on: number)
        return desk.heard(number).filter { if case .wish = $0 { true } else { false } }
    }

    @Test func `a node hears what its owner wants on every session, until it knows`() throws {
        var desk = try Desk()
        desk.connect(1)
        #expect(Self.wishes(&desk, after: 5).isEmpty)
        try desk.run(.wish(Shop.node, .drained(by: desk.shop.now.advanced(seconds: 60))))
        #expect(Self.wishes(&desk) == [.wish(number: 1, .drained(by: 60_000))])
        #expect(Self.wishes(&desk, after: 2).isEmpty, "it is on its way")
        #expect(Self.wishes(&desk, after: 1) == [.wish(number: 1, .drained(by: 57_000))])
        desk.say(.wished(number: 1), on: 1)
        #expect(Self.wishes(&desk, after: 9).isEmpty)
        try desk.run(.wish(Shop.node, .paused))
        #expect(Self.wishes(&desk) == [.wish(number: 2, .paused)], "news does not wait")
        try desk.run(.wish(Shop.node, .open))
        #expect(Self.wishes(&desk) == [.wish(number: 3, .open)])
        desk.say(.wished(number: 2), on: 1)
        #expect(Self.wishes(&desk, after: 3) == [.wish(number: 3, .open)])

        desk.take(.closed(Shop.node, number: 1))
        desk.performAll()
        desk.take(.opened(desk.shop.machine(), number: 2))
        desk.say(.hello(terms: Desk.terms, leases: []), on: 2)
        desk.performAll()
        #expect(desk.heard(2) == [.welcome, .wish(number: 3, .open)])
    }

    @Test func `a market that starts anew knows what was wished`() throws {
        var desk = try Desk()
        try desk.shop.run(.wish(Shop.node, .drained(by: desk.shop.now.advanced(seconds: -5))))
        desk.take(.rebuilt(desk.shop.tables.read(Sessions.reads)))
        desk.connect(1)
        #expect(desk.heard(1).prefix(2) == [.welcome, .wish(number: 1, .drained(by: 0))])
    }
}
