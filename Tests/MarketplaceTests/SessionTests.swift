import Domain
import Marketplace
import Testing

/// The sessions' machine: who is let in, greeted, renewed and told what, and in which order.
struct SessionTests {
    @Test func `a node is welcome when its offer stands, and not before`() throws {
        var desk = try Desk()
        desk.take(.opened(desk.shop.machine(), number: 1))
        #expect(desk.works.isEmpty && desk.heard(1).isEmpty)
        desk.say(.hello(terms: Desk.terms, leases: []), on: 1)
        #expect(desk.heard(1).isEmpty)
        #expect(desk.works.map(\.commands) == [[.advertise(Shop.node, Desk.terms)]])
        desk.performAll()
        #expect(desk.heard(1) == [.welcome])
        #expect(try desk.shop.offer().availability == .open)
    }

    @Test func `a refused offer ends the session and takes the old offer down`() throws {
        var desk = try Desk()
        desk.connect(1)
        _ = desk.heard(1)
        let device = Device(id: Shop.gpus[0], model: "H200", vramBytes: 1)
        let twice = OfferTerms(
            capacity: Desk.terms.capacity, devices: [device, device], ask: Desk.terms.ask,
            region: "TW", tier: .tested)
        desk.say(.hello(terms: twice, leases: []), on: 1)
        desk.performAll()
        let code = Refusal.termsImpossible("each device once").code
        #expect(desk.heard(1) == [.goodbye(code: code)])
        #expect(desk.closed == [1])
        #expect(try desk.shop.offer().availability == .down)
    }

    @Test func `of two live sessions the second is refused, and both are told`() throws {
        var desk = try Desk()
        desk.connect(1)
        _ = desk.heard(1)
        desk.pass(milliseconds: 2999)
        desk.take(.opened(desk.shop.machine(), number: 2))
        #expect(desk.heard(2) == [.goodbye(code: "second_session")])
        #expect(desk.heard(1) == [.goodbye(code: "second_session_tried")])
        #expect(desk.closed == [2])
        desk.beat(2, on: 2)
        #expect(desk.heard(2).isEmpty)
        desk.beat(2, on: 1)
        #expect(desk.heard(1) == [.renewal(number: 2, leases: [])])
    }

    @Test func `a key on two machines shows while both try, a node that reconnects does not`()
        throws
    {
        var desk = try Desk()
        func isContested() -> Bool { desk.sessions.isContested(Shop.node, at: desk.shop.now) }
        desk.connect(1)
        for number in 2...12 {
            #expect(!isContested(), "for \(number - 2) s")
            desk.take(.opened(desk.shop.machine(), number: number))
            desk.beat(Int64(number), on: 1)
            desk.pass(milliseconds: 1_000)
        }
        #expect(isContested())
        desk.pass(milliseconds: 59_000)
        #expect(!isContested(), "the other one has given up")
        desk.take(.opened(desk.shop.machine(), number: 13))
        #expect(!isContested(), "one more try says nothing yet")
        desk.take(.closed(Shop.node, number: 1))
        desk.performAll()
        desk.connect(14)
        #expect(!isContested())
    }

    @Test func `a session that says nothing for a while gives way to the next one`() throws {
        var desk = try Desk()
        desk.connect(1)
        desk.pass(milliseconds: 3000)
        desk.take(.opened(desk.shop.machine(), number: 2))
        #expect(desk.closed == [1])
        desk.take(.closed(Shop.node, number: 1))
        #expect(desk.works.isEmpty, "the end of the old one is not the end of the node")
        #expect(desk.sessions.number(of: Shop.node) == 2)
    }

    @Test func `a session that ends takes the offer down, a silent one is ended`() throws {
        var desk = try Desk()
        desk.connect(1)
        desk.take(.closed(Shop.node, number: 1))
        desk.performAll()
        #expect(try desk.shop.offer().availability == .down)

        desk.connect(2)
        #expect(try desk.shop.offer().availability == .open)
        _ = desk.heard(2)
        desk.pass(milliseconds: 8999)
        desk.take(.tick)
        desk.performAll()
        #expect(desk.heard(2).isEmpty)
        desk.pass(milliseconds: 1)
        desk.take(.tick)
        desk.performAll()
        #expect(desk.heard(2) == [.goodbye(code: "silent")])
        #expect(desk.closed == [2])
        #expect(try desk.shop.offer().availability == .down)
    }

    @Test func `a hello while the old offer is being taken down has the last word`() throws {
        var desk = try Desk()
        desk.connect(1)
        desk.take(.closed(Shop.node, number: 1))
        desk.take(.opened(desk.shop.machine(), number: 2))
        desk.say(.hello(terms: Desk.terms, leases: []), on: 2)
        #expect(desk.works.count == 1, "one at a time")
        desk.performAll()
        #expect(try desk.shop.offer().availability == .open)
        #expect(desk.heard(2) == [.welcome])
    }

    @Test func `an end while the offer is being made has the last word`() throws {
        var desk = try Desk()
        desk.take(.opened(desk.shop.machine(), number: 1))
        desk.say(.hello(terms: Desk.terms, leases: []), on: 1)
        desk.take(.closed(Shop.node, number: 1))
        desk.performAll()
        #expect(try desk.shop.offer().availability == .down)
        #expect(desk.heard(1).isEmpty)
    }

    @Test func `a failed store ends the session, and the offer is taken down in the end`() throws {
        var desk = try Desk()
        desk.connect(1)
        desk.take(.closed(Shop.node, number: 1))
        desk.take(.failed(desk.works.removeFirst()))
        #expect(desk.works.isEmpty)
        desk.take(.tick)
        desk.performAll()
        #expect(try desk.shop.offer().availability == .down)
        desk.take(.opened(desk.shop.machine(), number: 2))
        desk.say(.hello(terms: Desk.terms, leases: []), on: 2)
        desk.take(.failed(desk.works.removeFirst()))
        #expect(desk.heard(2) == [.goodbye(code: "unavailable")] && desk.closed == [2])
    }

    @Test func `a drain is answered when it is committed, and not without an offer`() throws {
        var desk = try Desk()
        desk.connect(1)
        _ = desk.heard(1)
        desk.say(.drain, on: 1)
        #expect(desk.heard(1).isEmpty)
        desk.performAll()
        #expect(desk.heard(1) == [.drained])
        #expect(try desk.shop.offer().availability == .draining)

        let stranger = Node(
            id: NodeID("nod_2")!, provider: Shop.pete, name: "n", receiptKey: [])
        desk.take(.opened(stranger, number: 2))
        desk.take(.frame(.drain, from: stranger.id, number: 2))
        desk.performAll()
        #expect(desk.heard(2).isEmpty)
    }

    @Test func `what a session of another number says is not heard`() throws {
        var desk = try Desk()
        desk.connect(1)
        _ = desk.heard(1)
        for frame in [
            NodeFrame.hello(terms: Desk.terms, leases: []), .heartbeat(number: 9), .drain,
            .acknowledged(EffectID("dispatch:x")),
        ] {
            desk.say(frame, on: 7)
        }
        desk.take(.closed(Shop.node, number: 7))
        #expect(desk.works.isEmpty && desk.heard(7).isEmpty && desk.heard(1).isEmpty)
        #expect(desk.sessions.number(of: Shop.node) == 1)
    }

    @Test func `a market that stops says goodbye to all`() throws {
        var desk = try Desk()
        desk.connect(1)
        _ = desk.heard(1)
        desk.take(.stopping)
        #expect(desk.heard(1) == [.goodbye(code: "market_stopping")])
        #expect(desk.closed == [1] && desk.sessions.connectedCount == 0)
    }

    @Test
    func `at its start the market gives a sign of life and takes down every offer that stood`()
        throws
    {
        var shop = try Shop.open()
        let read = Read.offers(limit: 9)
        let down = Command.changeAvailability(Shop.node, .disconnected)
        #expect(Sessions.atStart(offers: shop.tables.load(read)) == [.keepAlive, down])
        try shop.run(.changeAvailability(Shop.node, .drained))
        #expect(Sessions.atStart(offers: shop.tables.load(read)) == [.keepAlive, down])
        try shop.run(down)
        #expect(Sessions.atStart(offers: shop.tables.load(read)) == [.keepAlive])
    }
}
