import Domain
import Matching
import Testing

/// Where several orders want the same places, they are given together.
@Suite struct BatchTests {
    private static func order(
        _ index: Int, models: [String], bid: Int64 = 10_000_000, ago: Int64 = 0, gpus: Int = 1
    ) -> Order {
        let devices = DeviceNeed(count: gpus, models: models, vramBytes: 0)
        return Sample.order(
            index, needs: Sample.needs(size: Sample.size(cpu: 100), devices: devices, bid: bid),
            since: Sample.now.milliseconds - ago)
    }

    private static func offer(_ number: Int, _ model: String, ask: Int64) -> Offer {
        Sample.offer(number, devices: [Sample.device("d\(number)", model: model)], ask: ask)
    }

    private static func served(_ offers: [Offer], _ orders: [Order]) -> [String] {
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        for order in orders { book.add(order) }
        return book.proposals(limit: 64, at: Sample.now)
            .map { "\($0.task.index)@\($0.node.text.dropFirst(4))" }.sorted()
    }

    @Test func `who can go elsewhere makes room for who cannot`() {
        let offers = [Self.offer(1, "L4", ask: 500_000), Self.offer(2, "A10", ask: 600_000)]
        let orders = [Self.order(1, models: [], ago: 9), Self.order(2, models: ["L4"])]
        #expect(Self.served(offers, orders) == ["1@2", "2@1"])
    }

    @Test func `of two that want the same place the one that gains more has it, for a second`() {
        let offers = [Self.offer(1, "L4", ask: 500_000)]
        let rich = Self.order(2, models: ["L4"], bid: 2_000_000)
        for (ago, first) in [(9, "2@1"), (999, "2@1"), (1_000, "1@1"), (999_999, "1@1")] {
            let poor = Self.order(1, models: ["L4"], bid: 1_000_000, ago: Int64(ago))
            #expect(Self.served(offers, [poor, rich]) == [first], "\(ago) ms")
        }
    }

    @Test func `who has a time to keep or is spot takes no part`() throws {
        let offers = [Self.offer(1, "L4", ask: 500_000)]
        let poor = Self.order(1, models: ["L4"], bid: 1_000_000, ago: 9)
        let soon = try Deadline(
            startBy: Sample.now.advanced(milliseconds: 5), finishBy: nil,
            expectedMilliseconds: nil)
        let timed = Order(
            task: poor.task, attempt: 1, needs: poor.needs, since: poor.since, deadline: soon)
        let rich = Self.order(2, models: ["L4"], bid: 2_000_000, ago: -9)
        #expect(Self.served(offers, [timed, rich]) == ["1@1"])
        let spot = Sample.needs(
            size: rich.needs.slice, devices: rich.needs.devices, bid: 9_000_000, spot: SpotTerms())
        #expect(Self.served(offers, [poor, Sample.order(2, needs: spot)]) == ["1@1"])
    }

    @Test func `a spot order takes nothing that one on demand was to have`() {
        let devices = [
            Sample.device("a", model: "A100"), Sample.device("h", model: "H100"),
        ]
        let spot = Sample.needs(
            size: Sample.size(cpu: 100),
            devices: DeviceNeed(count: 1, models: [], vramBytes: 0), spot: SpotTerms())
        var book = OrderBook()
        book.put(Sample.offer(1, devices: devices))
        book.add(Self.order(1, models: ["A100"]))
        book.add(Self.order(2, models: ["T4"]))
        book.add(Sample.order(3, needs: spot, since: Sample.now.milliseconds - 9))
        let proposals = book.proposals(limit: 64, at: Sample.now)
        #expect(proposals.map(\.task.index) == [1, 3])
        #expect(proposals.map(\.devices) == [[devices[0].id], [devices[1].id]])
    }

    @Test func `where all have a place nothing is given anew, and no more is proposed than asked`()
    {
        let offers = (1...3).map { Self.offer($0, "L4", ask: 500_000) }
        let orders = (1...5).map { Self.order($0, models: ["L4"], bid: Int64($0) * 1_000_000) }
        #expect(Self.served(offers, Array(orders.prefix(3))) == ["1@1", "2@2", "3@3"])
        #expect(Set(Self.served(offers, orders).map { $0.first }) == ["3", "4", "5"])
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        for order in orders { book.add(order) }
        #expect(book.proposals(limit: 2, at: Sample.now).count == 2)
    }

    @Test(arguments: UInt64(1)...200)
    func `where one waits, the batch gains as much as any way to place it, and oversells nothing`(
        seed: UInt64
    ) {
        var random = SeededGenerator(seed: seed)
        let models = ["L4", "A10", "T4"]
        let offers = (1...Int.random(in: 1...4, using: &random)).map { number in
            Self.offer(
                number, models.randomElement(using: &random)!,
                ask: .random(in: 100_000...900_000, using: &random))
        }
        let orders = (1...Int.random(in: 1...5, using: &random)).map { index in
            Self.order(
                index, models: models.filter { _ in Bool.random(using: &random) },
                bid: .random(in: 100_000...2_000_000, using: &random))
        }
        var book = OrderBook(weights: .price)
        for offer in offers { book.put(offer) }
        for order in orders { book.add(order) }
        let proposals = book.proposals(limit: 64, at: Sample.now)
        #expect(Set(proposals.map(\.node)).count == proposals.count, "seed \(seed)")
        var gains: [[Int64?]] = []
        var free = OrderBook(weights: .price)
        for offer in offers { free.put(offer) }
        for order in orders {
            gains.append(
                offers.map { offer in
                    guard Feasibility.check(order.needs, offer, at: Sample.now) == nil,
                        let cost = free.cost(of: order.needs, on: offer.node)
                    else { return nil }
                    return max(order.needs.bid.microPerHour - cost / 1_024, 1)
                })
        }
        let gained = proposals.reduce(Int64(0)) { sum, proposal in
            let place = offers.firstIndex { $0.node == proposal.node }!
            let order = orders.firstIndex { $0.task == proposal.task }!
            return sum + gains[order][place]!
        }
        // Where all have a place, each has the best that those before it left.
        guard proposals.count < gains.count(where: { $0.contains { $0 != nil } }) else { return }
        let most = Self.most(gains[...], taken: [])
        // To a micro-unit an order: costs are in finer parts.
        #expect(gained >= most - Int64(orders.count), "seed \(seed)")
    }

    /// Tries all.
    private static func most(_ gains: ArraySlice<[Int64?]>, taken: Set<Int>) -> Int64 {
        guard let first = gains.first else { return 0 }
        var best = most(gains.dropFirst(), taken: taken)
        for (place, gain) in first.enumerated() where !taken.contains(place) {
            guard let gain else { continue }
            best = max(best, gain + most(gains.dropFirst(), taken: taken.union([place])))
        }
        return best
    }
}
