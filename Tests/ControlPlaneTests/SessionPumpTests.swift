import ControlPlane
import Crypto
import Domain
import Foundation
import Marketplace
import Synchronization
import Testing

/// A store whose receipts wait at a gate; whoever is cancelled there has written nothing.
private struct GatedStore: Store {
    let base: any Store
    let arrived: AsyncStream<Void>.Continuation
    let opened: AsyncStream<Void>

    func perform(_ commands: [Command]) async throws -> [Outcome] {
        if commands.contains(where: { $0.verb == .meter }) {
            arrived.yield()
            for await _ in opened { break }
            try Task.checkCancellation()
        }
        return try await base.perform(commands)
    }

    func read(_ reads: [Read]) async throws -> Rows { try await base.read(reads) }
}

@Suite(.timeLimit(.minutes(1))) struct SessionPumpTests {
    @Test func `a receipt is written though the channel that brought it has ended`() async throws {
        let market = try await ChannelMarket()
        defer { try? FileManager.default.removeItem(atPath: market.folder) }
        let services = market.services
        let (arrivals, arrived) = AsyncStream<Void>.makeStream()
        let (opened, open) = AsyncStream<Void>.makeStream()
        let sessions = NodeSessions(
            Sessions(
                liveness: Liveness(startedAt: services.clock.now(), lastAlive: nil),
                token: { _, _ in "" }),
            store: GatedStore(base: services.store, arrived: arrived, opened: opened),
            feed: services.feed, clock: services.clock, faults: Faults(reach: { _ in }),
            log: services.log)
        let (frames, heard) = AsyncStream<MarketFrame>.makeStream()
        let channel = NodeChannel(
            send: { frame in
                heard.yield(frame)
                return true
            }, close: {})
        let lease = LeaseID("lse_1")!
        let signed = try signed(lease, market)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sessions.run() }
            defer { group.cancelAll() }
            let number = try #require(await sessions.open(market.node, channel))
            let bringer = Task {
                await sessions.take(.receipt(signed), from: market.node.id, session: number)
            }
            for await _ in arrivals { break }
            bringer.cancel()
            open.finish()
            await bringer.value
            var answers = frames.makeAsyncIterator()
            let answer = await answers.next()
            #expect(answer == .receiptRefused(lease, sequence: 1, code: "lease_not_found"))
        }
    }

    private func signed(_ lease: LeaseID, _ market: ChannelMarket) throws -> SignedReceipt {
        let receipt = Receipt(
            lease: lease, attempt: 1, node: market.node.id, sequence: 1, seconds: 0,
            status: .running, level: .live, cpuMilliseconds: 0, peakMemoryBytes: 0)
        return SignedReceipt(
            bytes: receipt.bytes,
            signature: Array(try market.receiptKey.signature(for: receipt.bytes)))
    }
}
