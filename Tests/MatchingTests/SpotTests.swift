import Domain
import Matching
import Testing

/// Spot orders pay the spot ask, and nothing else of them is any different.
@Suite struct SpotTests {
    private static let spot = SpotTerms()

    @Test func `a spot order pays its share of the spot ask, another one that of the ask`() {
        let offer = Sample.offer(ask: 800_000, spotAsk: 200_000)
        let size = Sample.size(cpu: 2_000)
        #expect(offer.terms.rate(of: Sample.needs(size: size)).microPerHour == 200_000)
        let needs = Sample.needs(size: size, spot: Self.spot)
        #expect(offer.terms.rate(of: needs).microPerHour == 50_000)
        let dear = Sample.offer(ask: 800_000)
        #expect(dear.terms.rate(of: needs) == dear.terms.rate(of: Sample.needs(size: size)))
    }

    @Test func `a spot ask above the ask is the ask`() {
        #expect(Sample.offer(ask: 800, spotAsk: 900).terms.spotAsk?.microPerHour == 800)
    }

    @Test(arguments: [nil, spot])
    func `a bid between both is enough for spot alone, and the book knows`(_ terms: SpotTerms?)
        throws
    {
        let needs = Sample.needs(size: Sample.size(cpu: 8_000), bid: 300_000, spot: terms)
        var book = OrderBook()
        book.put(Sample.offer(ask: 800_000, spotAsk: 200_000))
        book.add(Sample.order(needs: needs))
        let explanation = book.explain(needs)
        let proposals = book.proposals(limit: 1)
        #expect(proposals.map(\.rate.microPerHour) == (terms == nil ? [] : [200_000]))
        #expect(explanation.rejected.map(\.reason) == (terms == nil ? [.price(needs.bid)] : []))
    }

    @Test func `what is cheapest on demand need not be cheapest for spot`() {
        var book = OrderBook()
        book.put(Sample.offer(1, ask: 700_000))
        book.put(Sample.offer(2, ask: 800_000, spotAsk: 100_000))
        book.add(Sample.order(1))
        book.add(Sample.order(2, needs: Sample.needs(spot: Self.spot), since: 1))
        #expect(book.proposals(limit: 2).map(\.node) == [Sample.node(1), Sample.node(2)])
    }

    @Test func `a spot ask that changes is what the next spot order pays`() {
        var book = OrderBook()
        let needs = Sample.needs(size: Sample.size(cpu: 8_000), spot: Self.spot)
        for (version, ask) in [(1, 300_000), (2, 100_000), (3, 200_000)] as [(Int64, Int64)] {
            book.put(Sample.offer(version: version, ask: 800_000, spotAsk: ask))
            #expect(book.rate(of: needs, at: Sample.now)?.microPerHour == ask)
        }
    }

    @Test func `a relaxed spot order is still spot`() {
        let needs = Sample.needs(bid: 1, spot: Self.spot)
        #expect(needs.relaxed(.price(Sample.rate(9))).spot == Self.spot)
        let offers = [Sample.offer(size: Sample.size(), ask: 800_000, spotAsk: 100_000)]
        let relaxation = Explanation(needs, of: offers, at: Sample.now).relaxations.first
        #expect(relaxation?.instead == .price(Sample.rate(100_000)))
    }
}
