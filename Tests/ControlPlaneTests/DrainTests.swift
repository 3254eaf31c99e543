import ControlPlane
import Crypto
import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Marketplace
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
        }
        #expect(try await again.availability(of: id) == .draining)
        try await again.store.perform(.changeAvailability(id, .resumed))
        #expect(try await again.availability(of: id) == .open)
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
            let asked: [(String, HTTPResponse.Status, Offer.Availability)] = [
                ("drain", .accepted, .draining), ("drain", .accepted, .draining),
                ("resume", .accepted, .open),
            ]
            for (verb, status, availability) in asked {
                let response = try await client.execute(
                    uri: "/v1/nodes/nod_own/\(verb)", method: .post,
                    headers: TestMarket.headers(market.keys[.provider]))
                #expect(response.status == status)
                let body = Array(response.body.readableBytesView)
                let node = try WireJSON.decode(NodeDTO.self, from: body)
                #expect(node.availability == availability)
                let foreign = try await client.execute(
                    uri: "/v1/nodes/nod_foreign/\(verb)", method: .post,
                    headers: TestMarket.headers(market.keys[.provider]))
                #expect(try TestMarket.problem(foreign).code == "node_not_found")
            }
        }
        #expect(try await services.availability(of: NodeID("nod_foreign")!) == .open)
    }
}

extension MarketServices {
    func availability(of node: NodeID) async throws -> Offer.Availability? {
        try await store.read([.offer(node)]).offer(node)?.availability
    }
}
