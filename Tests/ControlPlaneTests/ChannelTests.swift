import ControlPlane
import Crypto
import Domain
import Foundation
import GRPCCore
import Logging
import Marketplace
import ServiceLifecycle
import Testing
import Wire

@Suite(.timeLimit(.minutes(1))) struct ChannelTests {
    static let terms = OfferTerms(
        capacity: Resources(milliCPU: 1_000, memoryBytes: 1 << 30, diskBytes: 1 << 30),
        devices: [], ask: try! Rate(microPerHour: 100_000), region: "TW", tier: .new)

    @Test func `frames travel both ways over mutual TLS, and the end of the stream is noticed`()
        async throws
    {
        let market = try await ChannelMarket()
        let identity = try market.identity(of: market.node.id)
        try await market.listening { port in
            try await PlainNode.connected(to: port, as: identity, trusting: market.authority.pem) {
                node in
                node.say(.hello(terms: Self.terms, leases: []))
                try await node.expect(.welcome)
                for number in 1...300 { node.say(.heartbeat(number: Int64(number))) }
                for number in 1...300 {
                    try await node.expect(.renewal(number: Int64(number), leases: []))
                }
                #expect(await market.services.sessions.connectedCount == 1)
            }
            try await Self.until { await market.services.sessions.connectedCount == 0 }
        }
    }

    @Test func `a receipt is answered for what it is`() async throws {
        let market = try await ChannelMarket()
        let identity = try market.identity(of: market.node.id)
        let receipt = Receipt(
            lease: LeaseID("lse_1")!, attempt: 1, node: market.node.id, sequence: 1, seconds: 5,
            status: .running, level: .live, cpuMilliseconds: 0, peakMemoryBytes: 0)
        let forged = try Curve25519.Signing.PrivateKey().signature(for: receipt.bytes)
        let good = try market.receiptKey.signature(for: receipt.bytes)
        try await market.listening { port in
            try await PlainNode.connected(to: port, as: identity, trusting: market.authority.pem) {
                node in
                node.say(.heartbeat(number: 1))
                try await node.expect(.renewal(number: 1, leases: []))
                node.say(.receipt(SignedReceipt(bytes: receipt.bytes, signature: Array(forged))))
                try await node.expect(Self.refused(receipt, "bad_signature"))
                node.say(.receipt(SignedReceipt(bytes: receipt.bytes, signature: Array(good))))
                try await node.expect(Self.refused(receipt, "lease_not_found"))
            }
        }
    }

    @Test func `of two sessions of one node the second is refused, and both are told`()
        async throws
    {
        let market = try await ChannelMarket()
        let identity = try market.identity(of: market.node.id)
        let pem = market.authority.pem
        try await market.listening { port in
            try await PlainNode.connected(to: port, as: identity, trusting: pem) { first in
                first.say(.heartbeat(number: 1))
                try await first.expect(.renewal(number: 1, leases: []))
                try await PlainNode.connected(to: port, as: identity, trusting: pem) { second in
                    try await second.expect(.goodbye(code: "second_session"))
                    try await second.expect(nil)
                }
                try await first.expect(.goodbye(code: "second_session_tried"))
                first.say(.heartbeat(number: 2))
                try await first.expect(.renewal(number: 2, leases: []))
            }
        }
    }

    @Test func `a message out of bounds ends the connection`() async throws {
        let market = try await ChannelMarket()
        let identity = try market.identity(of: market.node.id)
        try await market.listening { port in
            let error = await #expect(throws: RPCError.self) {
                try await PlainNode.connected(
                    to: port, as: identity, trusting: market.authority.pem
                ) { node in
                    node.say(.heartbeat(number: 0))
                    while try await node.hear() != nil {}
                }
            }
            #expect(error?.code == .invalidArgument && error?.message == "frame_malformed")
            try await Self.until { await market.services.sessions.connectedCount == 0 }
        }
    }

    @Test func `a listener that stops says goodbye`() async throws {
        let market = try await ChannelMarket()
        let identity = try market.identity(of: market.node.id)
        defer { try? FileManager.default.removeItem(atPath: market.folder) }
        let (ports, found) = AsyncStream<Int>.makeStream()
        let channel = ChannelServer(
            market: market.services, renewAfterMilliseconds: 60_000,
            listening: { found.yield($0) })
        let group = ServiceGroup(
            services: [market.services.sessions, channel], gracefulShutdownSignals: [],
            logger: market.services.log)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var port = ports.makeAsyncIterator()
            let found = await port.next() ?? 0
            try await PlainNode.connected(to: found, as: identity, trusting: market.authority.pem) {
                node in
                node.say(.hello(terms: Self.terms, leases: []))
                try await node.expect(.welcome)
                await group.triggerGracefulShutdown()
                try await node.expect(.goodbye(code: "market_stopping"))
                try await node.expect(nil)
            }
            try await tasks.waitForAll()
        }
    }

    @Test func `a certificate is renewed on the same port, and nodes come back`() async throws {
        let market = try await ChannelMarket()
        defer { try? FileManager.default.removeItem(atPath: market.folder) }
        let identity = try market.identity(of: market.node.id)
        let (ports, found) = AsyncStream<Int>.makeStream()
        let channel = ChannelServer(
            market: market.services, renewAfterMilliseconds: 700, listening: { found.yield($0) })
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await channel.run() }
            tasks.addTask { try await market.services.sessions.run() }
            defer { tasks.cancelAll() }
            var bound: Set<Int> = []
            for await port in ports.prefix(3) {
                bound.insert(port)
                try await PlainNode.connected(
                    to: port, as: identity, trusting: market.authority.pem
                ) { node in
                    node.say(.heartbeat(number: 1))
                    try await node.expect(.renewal(number: 1, leases: []))
                    try await node.expect(.goodbye(code: "market_restarting"))
                }
            }
            #expect(bound.count == 1)
        }
    }

    @Test func `a session that the market drops ends with goodbye`() async throws {
        let market = try await ChannelMarket()
        let identity = try market.identity(of: market.node.id)
        try await market.listening { port in
            try await PlainNode.connected(to: port, as: identity, trusting: market.authority.pem) {
                node in
                node.say(.heartbeat(number: 1))
                try await node.expect(.renewal(number: 1, leases: []))
                await market.services.sessions.drop(market.node.id)
                try await node.expect(.goodbye(code: "silent"))
                try await node.expect(nil)
            }
            try await Self.until { await market.services.sessions.connectedCount == 0 }
        }
    }

    private static func refused(_ receipt: Receipt, _ code: String) -> MarketFrame {
        .receiptRefused(receipt.lease, sequence: receipt.sequence, code: code)
    }

    /// The suite's time limit bounds it.
    static func until(_ condition: () async -> Bool) async throws {
        while await !condition() { try await MarketClock.pause(milliseconds: 5) }
    }
}
