import ControlPlane
import Crypto
import Domain
import Foundation
import GRPCCore
import SwiftASN1
import Testing
import X509

@Suite(.timeLimit(.minutes(1))) struct ChannelTrustTests {
    /// How a connection with that identity ends; nil when the market lets it in.
    private func refusal(
        of identity: ClientIdentity?, by market: ChannelMarket, trusting pem: String? = nil
    ) async throws -> RPCError? {
        try await market.listening { port in
            do {
                try await PlainNode.connected(
                    to: port, as: identity, trusting: pem ?? market.authority.pem
                ) { node in
                    node.say(.heartbeat(number: 1))
                    _ = try await node.hear()
                }
                return nil
            } catch let error as RPCError {
                return error
            }
        }
    }

    @Test func `a certificate of the market's own authority is let in`() async throws {
        let market = try await ChannelMarket()
        let identity = try market.identity(of: market.node.id)
        #expect(try await refusal(of: identity, by: market) == nil)
    }

    @Test func `a node without a certificate is refused`() async throws {
        let market = try await ChannelMarket()
        #expect(try await refusal(of: nil, by: market)?.code == .unavailable)
        #expect(await market.services.sessions.connectedCount == 0)
    }

    @Test func `a certificate of another authority is refused, whatever it names`() async throws {
        let market = try await ChannelMarket()
        let other = try CertificateAuthority(
            folder: market.folder + "/other", market: "test.orban/m")
        let forged = try Self.identity(other, market.node.id)
        #expect(try await refusal(of: forged, by: market)?.code == .unavailable)
        #expect(await market.services.sessions.connectedCount == 0)
    }

    @Test func `a market of another authority is refused by its node`() async throws {
        let market = try await ChannelMarket()
        let other = try CertificateAuthority(folder: market.folder + "/other", market: "m")
        let identity = try market.identity(of: market.node.id)
        let error = try await refusal(of: identity, by: market, trusting: other.pem)
        #expect(error?.code == .unavailable)
    }

    @Test func `an expired certificate is refused`() async throws {
        let market = try await ChannelMarket()
        let earlier = try CertificateAuthority(folder: market.folder + "/keys", market: "") {
            MarketClock.certificateTime().addingTimeInterval(-90_000)
        }
        #expect(earlier.fingerprint == market.authority.fingerprint)
        let expired = try Self.identity(earlier, market.node.id)
        #expect(try await refusal(of: expired, by: market)?.code == .unavailable)
    }

    @Test func `a listener's certificate opens no channel`() async throws {
        let market = try await ChannelMarket()
        let server = try market.authority.serverIdentity(hosts: ["127.0.0.1"])
        let identity = ClientIdentity(
            certificatePEM: server.certificatePEM, keyPEM: server.keyPEM)
        #expect(try await refusal(of: identity, by: market)?.code == .unavailable)
    }

    @Test func `a certified node that the market does not know is refused`() async throws {
        let market = try await ChannelMarket()
        let stranger = try market.identity(of: NodeID("nod_2")!)
        let error = try await refusal(of: stranger, by: market)
        #expect(error?.code == .permissionDenied && error?.message == "node_not_found")
    }

    private static func identity(
        _ authority: CertificateAuthority, _ node: NodeID
    ) throws -> ClientIdentity {
        let key = P256.Signing.PrivateKey()
        let certificate = try authority.certificate(for: node, key: key.publicKey)
        return ClientIdentity(
            certificatePEM: try certificate.serializeAsPEM().pemString,
            keyPEM: key.pemRepresentation)
    }
}
