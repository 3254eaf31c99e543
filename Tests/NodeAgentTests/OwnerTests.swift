import ContainerEngine
import Crypto
import Domain
import Foundation
import Hosting
import Logging
import Synchronization
import Testing

@testable import NodeAgent

/// A whole node whose owner has hours and wishes; its containers run in the clock only, and the
/// clock on the wall is the test's.
@Suite struct OwnerTests {
    /// A clock on the wall that a test sets.
    private final class Wall: Sendable {
        private let time: Mutex<Timestamp>

        /// 2026-11-23 is a Monday.
        init(_ seconds: Int64) {
            time = Mutex(Timestamp(milliseconds: (1_795_392_000 + seconds) * 1000))
        }

        var now: Timestamp { time.withLock { $0 } }
        func set(forwardBy seconds: Int64) {
            time.withLock { $0 = $0.advanced(seconds: seconds) }
        }
    }

    private static let hour: Int64 = 3600

    @Test func `hours that are over take the machine back after the grace, and open it again`()
        async throws
    {
        let wall = Wall(20 * Self.hour)
        try await withNode(wall, graceSeconds: 1) { market in
            let dispatch = try Samples.dispatch("a", command: ["sleep", "60"])
            market.dispatch(dispatch)
            _ = try await market.receipt(.running, of: dispatch.lease)
            #expect(market.closings == [nil])
            // The wall shows 08:00 on Tuesday at once, as where somebody sets it.
            wall.set(forwardBy: 12 * Self.hour)
            let end = try await market.end(of: dispatch.lease)
            #expect(end.status == .ended(.yielded(code: "schedule")))
            #expect((1...4).contains(end.seconds))
            let opens = Timestamp(milliseconds: (1_795_392_000 + 43 * Self.hour) * 1000)
            #expect(market.closings == [nil, OfferClosing(.schedule, until: opens)])
            wall.set(forwardBy: 12 * Self.hour)
            try await market.wait(for: "the offer opens") { $0.closings.count == 3 ? () : nil }
            #expect(market.closings.last == OfferClosing?.none)
        }
    }

    @Test func `a closed machine says so in its first word`() async throws {
        try await withNode(Wall(12 * Self.hour), graceSeconds: 1) { market in
            try await market.wait(for: "a hello") { $0.closings.isEmpty ? nil : () }
            #expect(market.closings.first??.code == "schedule")
        }
    }

    @Test func `a pause is answered, and outlives the program and the market`() async throws {
        let folder = NSTemporaryDirectory() + "node-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await withNode(Wall(20 * Self.hour), graceSeconds: 60, in: folder) { market in
            try await market.wait(for: "a hello") { $0.closings.isEmpty ? nil : () }
            market.wish(number: 4, .paused)
            try await market.wait(for: "an answer") {
                $0.frames.contains(.wished(number: 4)) ? () : nil
            }
        }
        try await withNode(Wall(20 * Self.hour), graceSeconds: 60, in: folder) { market in
            try await market.wait(for: "a hello") { $0.closings.isEmpty ? nil : () }
            #expect(market.closings == [OfferClosing(.paused)])
        }
    }

    @Test func `hours are looked up again when the clock is set, and not between`() throws {
        let wall = Wall(20 * Self.hour)
        let looks = Mutex(0)
        let watch = try OwnerWatch(
            schedule: Schedule("Mon-Fri 19:00-08:00 UTC"), desktop: nil,
            wallTime: {
                looks.withLock { $0 += 1 }
                return wall.now
            })
        func closesIn() -> Int64? {
            if case .open(let closesIn, _) = watch.sight().schedule { closesIn } else { nil }
        }
        #expect(closesIn() == 12 * Self.hour * 1_000_000_000)
        wall.set(forwardBy: 59)
        #expect(closesIn() == (12 * Self.hour - 59) * 1_000_000_000)
        wall.set(forwardBy: -Self.hour)
        #expect(closesIn() == (13 * Self.hour - 59) * 1_000_000_000)
        wall.set(forwardBy: 13 * Self.hour - 60)
        #expect(closesIn() == 1_000_000_000)
        wall.set(forwardBy: 1)
        #expect(closesIn() == nil)
        wall.set(forwardBy: 11 * Self.hour)
        #expect(closesIn() != nil)
        #expect(looks.withLock { $0 } == 6)
    }

    private func withNode(
        _ wall: Wall, graceSeconds: Int64, in folder: String? = nil,
        _ body: @escaping @Sendable (TestMarket) async throws -> Void
    ) async throws {
        let own = folder ?? NSTemporaryDirectory() + "node-\(UUID().uuidString)"
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: own) } }
        let signer = try ReceiptKey.load(stateFolder: own)
        let market = TestMarket(key: signer.publicKey)
        let agent = try NodeAgent(try parts(own, signer, market, wall, graceSeconds))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await agent.run() }
            group.addTask { try await body(market) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func parts(
        _ folder: String, _ signer: Curve25519.Signing.PrivateKey, _ market: TestMarket,
        _ wall: Wall, _ graceSeconds: Int64
    ) throws -> NodeAgent.Parts {
        let capacity = Resources(milliCPU: 100, memoryBytes: 1 << 20, diskBytes: 1 << 20)
        var configuration = NodeConfiguration(
            node: try #require(NodeID("nod_sim")), name: "sim",
            terms: OfferTerms(
                capacity: capacity, devices: [], ask: try Rate(microPerHour: 3_600),
                region: "TW", tier: .new),
            statePath: folder, marketURL: "", engine: .socket(""), imagesPath: folder)
        configuration.runPath = folder + "/run"
        configuration.owner = OwnerPolicy(
            graceSeconds: graceSeconds, idleSeconds: 10, yieldsTo: [])
        let now: @Sendable () -> BootTime = { BootTime(nanoseconds: BootClock.now()) }
        return NodeAgent.Parts(
            configuration: configuration, runtime: SimulatedRuntime(now: now),
            connect: { try market.connect() }, signer: signer, bootID: "boot", now: now,
            clock: ContinuousClock(),
            logger: Logger(label: "node") { _ in SwiftLogNoOpLogHandler() },
            owner: try OwnerWatch(
                schedule: Schedule("Mon-Fri 19:00-08:00 UTC"), desktop: nil,
                wallTime: { wall.now }))
    }
}

extension TestMarket {
    /// Why the node was closed, in each word that it said of its offer.
    var closings: [OfferClosing?] {
        frames.compactMap { frame -> OfferClosing?? in
            switch frame {
            case .hello(let terms, _, _), .terms(let terms, _): .some(terms.closed)
            default: nil
            }
        }
    }
}
