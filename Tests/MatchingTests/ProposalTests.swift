import Domain
import Matching
import Testing

@Suite struct ProposalTests {
    private func book(_ offers: [Offer], _ orders: [Order]) -> OrderBook {
        var book = OrderBook()
        for offer in offers { book.put(offer) }
        for order in orders { book.add(order) }
        return book
    }

    private func nodes(_ proposals: [Proposal]) -> [String] { proposals.map(\.node.text) }

    @Test func `an empty book proposes nothing`() {
        #expect(OrderBook().proposed(10).isEmpty)
        #expect(book([Sample.offer()], []).proposed(10).isEmpty)
        #expect(book([], [Sample.order()]).proposed(10).isEmpty)
    }

    @Test func `a proposal says all that the market has to check`() {
        let gpus = [Sample.device("g0"), Sample.device("g1")]
        let needs = Sample.needs(devices: DeviceNeed(count: 1, models: ["L4"], vramBytes: 0))
        let offer = Sample.offer(7, version: 42, devices: gpus, freeDevices: [gpus[1].id])
        #expect(
            book([offer], [Sample.order(3, attempt: 2, needs: needs)]).proposed(1) == [
                Proposal(
                    task: Sample.task(3), attempt: 2, node: Sample.node(7), offerVersion: 42,
                    rate: Sample.rate(400_000), devices: [gpus[1].id])
            ])
    }

    @Test func `the oldest order is served first, and equal ages by task`() {
        let whole = Sample.needs(size: Sample.size(cpu: 8000))
        let orders = [(4, 20), (2, 10), (1, 20), (3, 10)].map { index, since in
            Sample.order(index, needs: whole, since: Int64(since))
        }
        let offers = (1...4).map { Sample.offer($0) }
        let served = book(offers, orders).proposed(9).map(\.task.index)
        #expect(served == [2, 3, 1, 4])
    }

    @Test func `the cheapest feasible offer gets the order`() {
        let offers = [
            Sample.offer(1, ask: 900_000), Sample.offer(2, ask: 700_000),
            Sample.offer(3, availability: .draining, ask: 100_000), Sample.offer(4, ask: 800_000),
        ]
        #expect(nodes(book(offers, [Sample.order()]).proposed(1)) == ["nod_2"])
    }

    @Test func `at equal rates the fuller node is filled up first`() {
        let half = Sample.size(cpu: 4000, memory: 16, disk: 100)
        let offers = [Sample.offer(1), Sample.offer(2, free: half), Sample.offer(3)]
        let orders = (1...6).map { Sample.order($0) }
        #expect(
            nodes(book(offers, orders).proposed(9)) == [
                "nod_2", "nod_2", "nod_2", "nod_2", "nod_1", "nod_1",
            ])
    }

    @Test func `at equal rates a CPU order leaves the node with devices free`() {
        let offers = [Sample.offer(1, devices: [Sample.device("g0")]), Sample.offer(2)]
        #expect(nodes(book(offers, [Sample.order()]).proposed(1)) == ["nod_2"])
    }

    @Test func `an order that fits nowhere does not hold up those behind it`() {
        let impossible = Sample.needs(size: Sample.size(cpu: 9000))
        let orders = [Sample.order(1, needs: impossible), Sample.order(2, since: 5)]
        let proposals = book([Sample.offer()], orders).proposed(1)
        #expect(proposals.map(\.task.index) == [2])
    }

    @Test(arguments: [-1, 0, 1, 3])
    func `there are at most as many proposals as asked for`(limit: Int) {
        let orders = (1...5).map { Sample.order($0) }
        #expect(book([Sample.offer()], orders).proposed(limit).count == max(0, limit))
    }

    @Test func `proposing changes nothing on the book`() {
        let orders = (1...5).map { Sample.order($0) }
        let filled = book([Sample.offer()], orders)
        let first = filled.proposed(5)
        #expect(first.count == 5)
        #expect(filled.proposed(5) == first)
        #expect(filled.offers == [Sample.offer()])
        #expect(filled.orderCount == 5)
    }

    @Test(arguments: UInt64(0)..<500)
    func `proposals are those of the plain restatement of the rules`(seed: UInt64) {
        var scenario = Scenario(seed: seed)
        let offers = scenario.offers()
        let orders = scenario.orders()
        let limit = scenario.pick([3, 12, 12])
        let filled = book(offers, orders)
        let expected = Oracle.proposals(offers: offers, orders: orders, limit: limit)
        #expect(filled.proposed(limit) == expected, "seed \(seed)")
    }

    @Test(arguments: UInt64(0)..<300)
    func `refused proposals are passed over as the rules say`(seed: UInt64) {
        var scenario = Scenario(seed: seed)
        let offers = scenario.offers()
        let orders = scenario.orders()
        var filled = book(offers, orders)
        var refused = Oracle.Refused()
        for _ in 0..<4 {
            let victim = filled.proposed(12).last {
                $0.offerVersion == filled.offer(of: $0.node)?.version
            }
            guard let victim else { break }
            switch scenario.count(0...2) {
            case 0:
                filled.markRefused(victim, stale: .offer)
                refused.offers.append(victim.node)
            case 1:
                filled.markRefused(victim, stale: .order)
                refused.orders.append(victim.task)
            default:
                filled.markRefused(victim, stale: .pair)
                refused.pairs.append((victim.task, victim.node))
            }
            let expected = Oracle.proposals(
                offers: offers, orders: orders, limit: 12, refused: refused)
            #expect(filled.proposed(12) == expected, "seed \(seed)")
        }
    }

    @Test func `a proposal stands until it is answered, and the next one is on what it leads to`() {
        var filled = book([Sample.offer(1, version: 5)], (1...8).map { Sample.order($0) })
        let first = filled.proposals(limit: 3)
        #expect(first.map(\.offerVersion) == [5, 6, 7])
        #expect(filled.proposals(limit: 2).map(\.offerVersion) == [8, 9])
        #expect(filled.offer(of: Sample.node(1))?.free.milliCPU == 3000)
        // The second was not taken: those behind it were on a version that never comes.
        filled.markRefused(first[1])
        filled.markRefused(first[2], stale: .offer)
        #expect(filled.offer(of: Sample.node(1))?.free.milliCPU == 5000)
        let again = filled.proposals(limit: 9)
        #expect(again.map(\.task.index) == [3, 6, 7, 8], "2 is refused here, 3 is not")
        // The commit of the first comes.
        var committed = Sample.offer(1, version: 6)
        committed.free = committed.free.subtracting(Sample.size())
        filled.put(committed)
        filled.removeOrder(Sample.task(1))
        #expect(filled.offer(of: Sample.node(1))?.free.milliCPU == 1000)
        #expect(filled.proposals(limit: 9).map(\.task.index) == [2])
    }

    @Test func `an order that is closed without taking anything leaves its offer to the others`() {
        var filled = book([Sample.offer(1, version: 5)], (1...3).map { Sample.order($0) })
        let round = filled.proposals(limit: 2)
        #expect(round.map(\.offerVersion) == [5, 6])
        // The first was closed: its offer is still at 5, so that the second was on what never came.
        filled.markRefused(round[1], stale: .offer)
        #expect(filled.proposals(limit: 9).isEmpty, "what became of the first is not known yet")
        filled.removeOrder(Sample.task(1))
        let again = filled.proposals(limit: 9)
        #expect(again.map(\.task.index) == [2, 3] && again.map(\.offerVersion) == [5, 6])
    }

    @Test func `rounds of which nothing is taken come to an end`() {
        var filled = book(
            (1...3).map { Sample.offer($0, version: 5) }, (1...20).map { Sample.order($0) })
        for round in 0..<100 {
            let proposals = filled.proposals(limit: 64)
            guard !proposals.isEmpty else { return }
            for proposal in proposals {
                round.isMultiple(of: 2)
                    ? filled.markRefused(proposal, stale: .offer) : filled.markRefused(proposal)
            }
        }
        Issue.record("an order is proposed again though nothing has changed")
    }

    @Test func `a proposal that is neither taken nor refused is given back with its order`() {
        var filled = book([Sample.offer(1, version: 5)], [Sample.order(1), Sample.order(2)])
        let proposals = filled.proposals(limit: 2)
        #expect(filled.offer(of: Sample.node(1))?.free.milliCPU == 6000)
        filled.removeOrder(Sample.task(1))
        #expect(filled.offer(of: Sample.node(1))?.free.milliCPU == 7000)
        filled.withdraw(proposals[1])
        #expect(filled.offer(of: Sample.node(1)) == Sample.offer(1, version: 5))
        #expect(filled.proposals(limit: 2).map(\.task.index) == [2])
    }

    @Test func `a thousand orders share a thousand offers without taking anything twice`() {
        var scenario = Scenario(seed: 7)
        let needs = (0..<20).map { _ in scenario.needs() }
        let offers = (0..<1000).map { scenario.offer($0) }
        let orders = (0..<1000).map { Sample.order($0, needs: needs[$0 % 20]) }
        let proposals = book(offers, orders).proposed(1000)
        #expect(proposals.count > 500)
        let devices = proposals.flatMap(\.devices)
        #expect(Set(devices).count == devices.count)
        #expect(Set(proposals.map(\.task)).count == proposals.count)
        for offer in offers {
            let mine = proposals.filter { $0.node == offer.node }
            let used = mine.reduce(Resources.zero) { sum, proposal in
                sum.adding(orders[proposal.task.index].needs.slice)
            }
            #expect(used.fits(in: offer.free))
            #expect(Set(mine.flatMap(\.devices)).isSubset(of: offer.freeDevices))
        }
    }

    @Test(arguments: UInt64(0)..<200)
    func `no capacity is exceeded and no device is given twice`(seed: UInt64) {
        var scenario = Scenario(seed: seed)
        let offers = scenario.offers()
        let orders = scenario.orders()
        let proposals = book(offers, orders).proposed(12)
        let devices = proposals.flatMap(\.devices)
        #expect(Set(devices).count == devices.count, "seed \(seed)")
        for offer in offers {
            let mine = proposals.filter { $0.node == offer.node }
            let served = mine.compactMap { proposal in orders.first { $0.task == proposal.task } }
            let used = served.reduce(Resources.zero) { $0.adding($1.needs.slice) }
            #expect(used.fits(in: offer.free), "seed \(seed)")
            #expect(served.map(\.needs.devices.count) == mine.map(\.devices.count))
            #expect(Set(mine.flatMap(\.devices)).isSubset(of: offer.freeDevices))
        }
    }
}
