import Domain
import Matching
import Testing

@Suite struct OrderBookTests {
    @Test func `an older version never replaces a newer one`() {
        var book = OrderBook()
        book.put(Sample.offer(1, version: 5, ask: 500))
        book.put(Sample.offer(1, version: 4, ask: 400))
        #expect(book.offer(of: Sample.node(1))?.terms.ask == Sample.rate(500))
        book.put(Sample.offer(1, version: 6, ask: 600))
        #expect(book.offer(of: Sample.node(1))?.terms.ask == Sample.rate(600))
        #expect(book.offerCount == 1)
    }

    @Test func `offers lie in the order of their nodes, whatever the order of their coming`() {
        var book = OrderBook()
        for number in [3, 1, 4, 2] { book.put(Sample.offer(number)) }
        #expect(book.offers.map(\.node) == (1...4).map(Sample.node))
        book.removeOffer(Sample.node(3))
        book.removeOffer(Sample.node(9))
        #expect(book.offers.map(\.node) == [1, 2, 4].map(Sample.node))
        #expect(book.offer(of: Sample.node(3)) == nil)
    }

    @Test func `orders of one round and one millisecond go to like offers in turn`() {
        var book = OrderBook()
        for number in 1...3 { book.put(Sample.offer(number, ask: 64)) }
        // So small that what an offer has left tells none from another.
        let crumb = Sample.needs(size: Resources(milliCPU: 1, memoryBytes: 1, diskBytes: 0))
        for index in 1...12 { book.add(Sample.order(index, needs: crumb)) }
        let nodes = book.proposals(limit: 12).map(\.node)
        #expect(nodes.count == 12)
        for start in stride(from: 0, to: 12, by: 3) {
            #expect(Set(nodes[start..<start + 3]).count == 3, "\(nodes)")
        }
    }

    @Test func `an older attempt never replaces a newer one`() {
        var book = OrderBook()
        book.add(Sample.order(1, attempt: 2))
        book.add(Sample.order(1, attempt: 1, since: 9))
        #expect(book.order(of: Sample.task(1)) == Sample.order(1, attempt: 2))
        book.add(Sample.order(1, attempt: 3, since: 9))
        #expect(book.order(of: Sample.task(1)) == Sample.order(1, attempt: 3, since: 9))
        #expect(book.orderCount == 1)
    }

    @Test func `a removed order is gone, and removing it again is nothing`() {
        var book = OrderBook()
        book.put(Sample.offer())
        for index in 1...3 { book.add(Sample.order(index, since: 7)) }
        book.removeOrder(Sample.task(2))
        book.removeOrder(Sample.task(2))
        #expect(book.orderCount == 2)
        #expect(book.order(of: Sample.task(2)) == nil)
        #expect(book.proposed(9).map(\.task.index) == [1, 3])
    }

    /// Two offers and one order; the first proposal goes to node 1.
    private func refusable() throws -> (book: OrderBook, proposal: Proposal) {
        var book = OrderBook()
        book.put(Sample.offer(1, version: 1, ask: 100))
        book.put(Sample.offer(2, version: 1, ask: 200))
        book.add(Sample.order(1))
        let proposal = try #require(book.proposed(1).first)
        #expect(proposal.node == Sample.node(1))
        return (book, proposal)
    }

    @Test func `a stale offer is proposed to nobody until it changes`() throws {
        var (book, proposal) = try refusable()
        book.add(Sample.order(2))
        book.markRefused(proposal, stale: .offer)
        let two = Sample.node(2)
        #expect(book.proposed(9).map(\.node) == [two, two])
        book.put(Sample.offer(1, version: 1, ask: 100))
        #expect(book.proposed(9).map(\.node) == [two, two])
        book.put(Sample.offer(1, version: 2, ask: 100))
        #expect(book.proposed(9).map(\.node) == [Sample.node(1), Sample.node(1)])
    }

    @Test func `a stale order is proposed nowhere until it changes`() throws {
        var (book, proposal) = try refusable()
        book.markRefused(proposal, stale: .order)
        #expect(book.proposed(9).isEmpty)
        book.add(Sample.order(1))
        #expect(book.proposed(9).isEmpty)
        book.add(Sample.order(1, attempt: 2))
        #expect(book.proposed(9).map(\.attempt) == [2])
    }

    @Test func `a stale order that is removed and added again is live`() throws {
        var (book, proposal) = try refusable()
        book.markRefused(proposal, stale: .order)
        book.removeOrder(Sample.task(1))
        book.add(Sample.order(1))
        #expect(book.proposed(9) == [proposal])
    }

    @Test func `a refused pair stays apart until its offer or its order changes`() throws {
        var (book, proposal) = try refusable()
        book.markRefused(proposal)
        #expect(book.proposed(9).map(\.node) == [Sample.node(2)])
        book.add(Sample.order(2))
        #expect(book.proposed(9).map(\.node) == [Sample.node(2), Sample.node(1)])
        var renewed = book
        renewed.put(Sample.offer(1, version: 2, ask: 100))
        #expect(renewed.proposed(1).map(\.node) == [Sample.node(1)])
        book.add(Sample.order(1, attempt: 2))
        #expect(book.proposed(1).map(\.node) == [Sample.node(1)])
    }

    @Test(arguments: [Proposal.Stale.offer, .order, .pair])
    func `a refusal of what has already changed is nothing`(stale: Proposal.Stale) throws {
        var (book, proposal) = try refusable()
        book.put(Sample.offer(1, version: 2, ask: 100))
        book.add(Sample.order(1, attempt: 2))
        let before = book.proposed(9)
        book.markRefused(proposal, stale: stale)
        #expect(book.proposed(9) == before)
        book.removeOffer(Sample.node(1))
        book.removeOrder(Sample.task(1))
        book.markRefused(proposal, stale: stale)
        #expect(book.orderCount == 0)
    }
}
