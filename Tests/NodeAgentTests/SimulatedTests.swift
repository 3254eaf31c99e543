import ContainerEngine
import Crypto
import Domain
import Foundation
import Hosting
import Logging
import Synchronization
import Testing

@testable import NodeAgent

/// A whole node whose containers run in the clock only.
@Suite struct SimulatedTests {
    @Test func `the command says how long it runs and how it ends`() {
        let script = SimulatedScript(["sh", "-c", "sleep 2.5; exit 3"])
        #expect(script.nanoseconds == 2_500_000_000)
        #expect(script.code == 3)
        #expect(SimulatedScript(["sleep", "7"]).nanoseconds == 7_000_000_000)
        #expect(SimulatedScript(["true"]).nanoseconds == 0)
        #expect(SimulatedScript(["exit", "999"]).code == 255)
    }

    @Test func `frozen time does not run, and the fence freezes without being asked`() async throws
    {
        let time = Mutex(BootTime(nanoseconds: 0))
        let runtime = SimulatedRuntime { time.withLock { $0 } }
        let dispatch = try Samples.dispatch("a", command: ["sh", "-c", "sleep 10; exit 1"])
        func at(_ seconds: Int64) {
            time.withLock { $0 = BootTime(nanoseconds: seconds * 1_000_000_000) }
        }
        func sample() throws -> Observation {
            try #require(runtime.sample(at: time.withLock { $0 }).first)
        }
        runtime.moveFence(of: dispatch.lease, to: BootTime(nanoseconds: 5_000_000_000))
        #expect(try await runtime.start(dispatch) == BootTime(nanoseconds: 0))
        at(3)
        #expect(try sample().state == .running)
        at(8)
        #expect(try sample().state == .frozenByUs)
        #expect(try sample().watched?.seconds == 5)
        runtime.moveFence(of: dispatch.lease, to: BootTime(nanoseconds: 90_000_000_000))
        runtime.thaw(dispatch.lease)
        at(12)
        #expect(try sample().watched?.seconds == 9)
        at(20)
        #expect(
            try sample().state
                == .exited(.exited(code: 1), at: BootTime(nanoseconds: 13_000_000_000)))
    }

    @Test func `a simulated node runs a lease from dispatch to its final receipt`() async throws {
        try await withNode { market in
            let dispatch = try Samples.dispatch("a", command: ["sh", "-c", "sleep 2; exit 9"])
            market.dispatch(dispatch)
            let end = try await market.end(of: dispatch.lease)
            #expect(end.status == .ended(.exited(code: 9)))
            #expect(end.seconds == 2)
        }
    }

    @Test func `a market that was away within the fence is not noticed`() async throws {
        try await withNode { market in
            let dispatch = try Samples.dispatch("a", command: ["sh", "-c", "sleep 3; exit 9"])
            market.dispatch(dispatch)
            _ = try await market.receipt(.running, of: dispatch.lease)
            market.goAway()
            #expect(throws: TestMarket.Unreachable.self) { try market.connect() }
            market.comeBack()
            let end = try await market.end(of: dispatch.lease)
            #expect(end.status == .ended(.exited(code: 9)))
            #expect(end.seconds == 3)
            let hellos = market.frames.count { if case .hello = $0 { true } else { false } }
            #expect(hellos == 2)
            #expect(!market.receipts.contains { $0.status == .frozen })
        }
    }

    @Test func `waiting for the market doubles to five seconds and starts anew`() {
        var backoff = Backoff()
        var generator = Seeded(state: 1)
        let first = backoff.next(using: &generator)
        #expect((.milliseconds(50))...(.milliseconds(100)) ~= first)
        var last = Duration.zero
        for _ in 0..<20 { last = backoff.next(using: &generator) }
        #expect((.milliseconds(2_500))...(.seconds(5)) ~= last)
        backoff.reset()
        #expect(backoff.next(using: &generator) <= .milliseconds(100))
    }

    private func withNode(
        _ body: @escaping @Sendable (TestMarket) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "node-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let signer = try ReceiptKey.load(stateFolder: folder)
        let market = TestMarket(key: signer.publicKey)
        let agent = try NodeAgent(try parts(folder, signer, market))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await agent.run() }
            group.addTask { try await body(market) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func parts(
        _ folder: String, _ signer: Curve25519.Signing.PrivateKey, _ market: TestMarket
    ) throws -> NodeAgent.Parts {
        let capacity = Resources(milliCPU: 100, memoryBytes: 1 << 20, diskBytes: 1 << 20)
        var configuration = NodeConfiguration(
            node: try #require(NodeID("nod_sim")), name: "sim",
            terms: OfferTerms(
                capacity: capacity, devices: [], ask: try Rate(microPerHour: 3_600),
                region: "TW", tier: .new),
            statePath: folder, marketURL: "", engine: .socket(""), imagesPath: folder)
        configuration.runPath = folder + "/run"
        let now: @Sendable () -> BootTime = { BootTime(nanoseconds: BootClock.now()) }
        return NodeAgent.Parts(
            configuration: configuration, runtime: SimulatedRuntime(now: now),
            connect: { try market.connect() }, signer: signer, bootID: "boot", now: now,
            clock: ContinuousClock(),
            logger: Logger(label: "node") { _ in SwiftLogNoOpLogHandler() })
    }
}
