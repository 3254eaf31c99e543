import Domain
import Marketplace
import Testing
import Transparency

/// What the market wishes for on its chain, and what becomes of it.
struct AnchorTests {
    private static let address = ChainAddress(bytes: [UInt8](repeating: 9, count: 20))!
    private static func identity(chain: Int64 = 1) -> ChainIdentity {
        ChainIdentity(
            chain: chain, genesis: [1], anchor: address, vault: address, escrow: address,
            sender: address)
    }

    /// A shop with books of a chain and a published head of that size.
    private func shop(head size: Int64) throws -> Shop {
        var shop = try Shop.open()
        try shop.run(.openBooks(Self.identity()))
        try grow(&shop, to: size)
        return shop
    }

    private func grow(_ shop: inout Shop, to size: Int64) throws {
        while shop.tables.read([.tree]).tree.size < size {
            let known = shop.tables.read([.pending(limit: 99)])[.pending(limit: 99)].count
            let next = shop.tables.read([.tree]).tree.size + Int64(known) + 1
            if known == 0 {
                try shop.run(.registerNode(shop.machine(NodeID("nod_\(next)")!), token: nil))
            }
            try shop.run(.sequence(limit: 1))
        }
        let root = try #require(shop.tables.read([.tree]).tree.root)
        try shop.run(.publishHead(PublishedHead(size: size, root: root, note: [1])))
    }

    private func open(_ shop: Shop) -> [ChainDeed] {
        let read = Read.openDeeds(limit: ChainDeed.mostOpen)
        return shop.tables.read([read]).openDeeds
    }

    private func sending(_ deed: Int64, nonce: Int64 = 0, attempts: Int = 1) -> Command {
        .keepSending(
            KeptSending(
                deed: deed,
                sending: Sending(nonce: nonce, attempts: (0..<attempts).map { [UInt8($0)] }),
                nextNonce: nonce + 1, spending: [UInt8(attempts)]))
    }

    private func done(_ deed: Int64) -> Command {
        .endDeed(deed, .done(ChainPlace(transaction: [7], block: 3)))
    }

    @Test
    func `a market without a chain anchors nothing, and one goes on with its own chain alone`()
        throws
    {
        var shop = try Shop.open()
        shop.refuses(.anchor(.now), .noChain)
        try shop.run(.openBooks(Self.identity()))
        try shop.ignores(.openBooks(Self.identity()))
        shop.refuses(.openBooks(Self.identity(chain: 2)), .otherChain)
        try shop.ignores(.anchor(.now))
    }

    @Test func `a head is wished for once, and a larger one waits for it unless it is the last`()
        throws
    {
        var shop = try shop(head: 2)
        try shop.run(.anchor(.regular))
        #expect(open(shop).map(\.head?.size) == [2])
        try shop.ignores(.anchor(.regular))
        try shop.ignores(.anchor(.now))
        try grow(&shop, to: 3)
        try shop.ignores(.anchor(.regular))
        try shop.run(.anchor(.now))
        #expect(open(shop).map(\.head?.size) == [2, 3])
    }

    @Test
    func `what is signed is kept before it is sent, and a replacement keeps what came before`()
        throws
    {
        var shop = try shop(head: 1)
        try shop.run(.anchor(.now))
        shop.refuses(sending(5), .noChain)
        try shop.run(sending(1))
        try shop.ignores(sending(1))
        try shop.run(sending(1, attempts: 2))
        let books = try #require(shop.tables.read([.books]).books)
        #expect(books.nextNonce == 1 && books.spending == [2])
        // Another nonce, or fewer attempts: what somebody may have seen would be forgotten.
        for wrong in [sending(1, nonce: 1), sending(1)] {
            guard case .failure = shop.attempt(wrong) else {
                Issue.record("\(wrong) was kept")
                continue
            }
        }
    }

    @Test func `what is final stays so, and the largest head that is anchored is known`() throws {
        var shop = try shop(head: 1)
        try shop.run(.anchor(.now))
        try shop.run(sending(1))
        try grow(&shop, to: 2)
        try shop.run(.anchor(.now))
        try shop.run(sending(2, nonce: 1))
        try shop.run(done(2))
        #expect(shop.tables.read([.books]).books?.anchored == 2)
        try shop.run(done(1))
        #expect(shop.tables.read([.books]).books?.anchored == 2)
        try shop.ignores(.endDeed(2, .failed("late")))
        #expect(open(shop).isEmpty)
        try shop.ignores(.anchor(.now))
    }

    @Test func `a head whose deed failed is wished for again`() throws {
        var shop = try shop(head: 1)
        try shop.run(.anchor(.now))
        try shop.run(.endDeed(1, .failed("size must grow")))
        try shop.run(.anchor(.regular))
        #expect(open(shop).map(\.number) == [2])
    }

    @Test func `a deed's life has these moves and no others`() {
        let (one, two) = (
            Sending(nonce: 4, attempts: [[1]]), Sending(nonce: 4, attempts: [[1], [2]])
        )
        let place = ChainPlace(transaction: [1], block: 1)
        let lives: [ChainDeed.Life] = [.due, .sent(one), .done(place), .failed("x")]
        let events: [ChainDeed.Event] = [.sent(one), .sent(two), .done(place), .failed("y")]
        let table: [[ChainDeed.Life?]] = [
            [.sent(one), .sent(two), nil, .failed("y")],
            [.sent(one), .sent(two), .done(place), .failed("y")],
            [nil, nil, nil, nil],
            [nil, nil, nil, nil],
        ]
        for (life, row) in zip(lives, table) {
            for (event, expected) in zip(events, row) {
                #expect((try? life.after(event)) == expected, "\(life) \(event)")
            }
        }
    }
}
