import ControlPlane
import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Marketplace
import NIOCore
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct DrainTests {
    @Test func `a drain holds through reconnect and restart of the market, until it is taken back`()
        async throws
    {
        let market = try await ChannelMarket()
        defer { try? FileManager.default.removeItem(atPath: market.folder) }
        let id = market.node.id
        let services = market.services
        try await ChannelMarket.pumping(services) {
            let channel = try await InProcessChannel(to: services, as: id)
            try await channel.send(.hello(terms: ChannelTests.terms, leases: []))
            try await channel.send(.drain)
            var heard: [MarketFrame] = []
            for await frame in channel.frames {
                heard.append(frame)
                if frame == .drained { break }
            }
            #expect(heard == [.welcome, .drained])
            #expect(try await services.availability(of: id) == .draining)

            await services.sessions.drop(id)
            #expect(try await services.availability(of: id) == .drainingDown)
            let second = try await InProcessChannel(to: services, as: id)
            try await second.send(.hello(terms: ChannelTests.terms, leases: []))
            #expect(try await services.availability(of: id) == .draining)
        }
        let again = try await ChannelMarket.server(in: market.folder).services
        #expect(try await again.availability(of: id) == .drainingDown)
        try await ChannelMarket.pumping(again) {
            let third = try await InProcessChannel(to: again, as: id)
            try await third.send(.hello(terms: ChannelTests.terms, leases: []))
            // As long as it stands: the end of its channel takes the offer down.
            #expect(try await again.availability(of: id) == .draining)
            try await again.store.perform(.changeAvailability(id, .resumed))
            #expect(try await again.availability(of: id) == .open)
            withExtendedLifetime(third) {}
        }
    }

    @Test func `an owner drains a node and takes it back; others do not know it`() async throws {
        let market = try await TestMarket()
        let services = market.server.services
        let key = Curve25519.Signing.PrivateKey().publicKey.rawRepresentation
        for (name, owner) in [("own", TestMarket.provider), ("foreign", TestMarket.boss)] {
            let id = NodeID("nod_\(name)")!
            try await services.store.perform(
                .registerNode(
                    Node(id: id, provider: owner, name: name, receiptKey: Array(key)), token: nil))
            try await services.store.perform(.advertise(id, ChannelTests.terms))
        }
        try await market.call { client in
            let asked: [(String, HTTPResponse.Status, Offer.Availability, String?)] = [
                ("drain", .accepted, .draining, "drained"),
                ("drain", .accepted, .draining, "drained"),
                ("pause", .accepted, .draining, "paused"), ("resume", .accepted, .open, nil),
            ]
            for (verb, status, availability, closed) in asked {
                let response = try await client.execute(
                    uri: "/v1/nodes/nod_own/\(verb)", method: .post,
                    headers: TestMarket.headers(market.keys[.provider]))
                #expect(response.status == status)
                let body = Array(response.body.readableBytesView)
                let node = try WireJSON.decode(NodeDTO.self, from: body)
                #expect(node.availability == availability && node.closed?.code == closed)
                let foreign = try await client.execute(
                    uri: "/v1/nodes/nod_foreign/\(verb)", method: .post,
                    headers: TestMarket.headers(market.keys[.provider]))
                #expect(try TestMarket.problem(foreign).code == "node_not_found")
            }
        }
        #expect(try await services.availability(of: NodeID("nod_foreign")!) == .open)
    }
}

extension DrainTests {
    @Test func `a drain names a moment to come, and the node's owner and all renters see it`()
        async throws
    {
        let market = try await TestMarket()
        let services = market.server.services
        let id = NodeID("nod_own")!
        let key = Curve25519.Signing.PrivateKey().publicKey.rawRepresentation
        try await services.store.perform(
            .registerNode(
                Node(
                    id: id, provider: TestMarket.provider, name: "own", receiptKey: Array(key)),
                token: nil))
        try await services.store.perform(.advertise(id, ChannelTests.terms))
        let now = services.clock.now()
        let by = Timestamp(milliseconds: now.advanced(seconds: 7200).milliseconds / 1000 * 1000)
        let year = now.advanced(seconds: 367 * 86_400)
        func body(_ moment: Timestamp) -> String { "{\"by\":\"\(TimeDTO(moment))\"}" }
        let bodies: [(String, String?)] = [
            (body(by), nil), (body(now), "parameter_invalid"), (body(year), "parameter_invalid"),
            ("{\"by\":\"noon\"}", "body_malformed"), ("{", "body_malformed"),
        ]
        try await market.call { client in
            for (body, code) in bodies {
                let response = try await client.execute(
                    uri: "/v1/nodes/nod_own/drain", method: .post,
                    headers: TestMarket.headers(market.keys[.provider]),
                    body: ByteBuffer(string: body))
                if let code {
                    #expect(try TestMarket.problem(response).code == code, "\(body)")
                } else {
                    #expect(response.status == .accepted, "\(body)")
                }
            }
            let offers = try await client.execute(uri: "/v1/offers", method: .get)
            let list = try WireJSON.decode(
                ListDTO<OfferDTO>.self, from: Array(offers.body.readableBytesView))
            #expect(list.data.first?.closed == ClosedDTO(OfferClosing(.drained, until: by)))
        }
        let offer = try await services.store.read([.offer(id)]).offer(id)
        #expect(offer?.wish == NumberedWish(number: 1, wish: .drained(by: by)))
    }
}

extension MarketServices {
    func availability(of node: NodeID) async throws -> Offer.Availability? {
        try await store.read([.offer(node)]).offer(node)?.availability
    }
}
