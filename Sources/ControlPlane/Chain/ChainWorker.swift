import AsyncHTTPClient
import Domain
import Ethereum
import Logging
import Marketplace
import ServiceLifecycle

/// The market's dealings with its chain, once a second: a chain that is away is tried again, and nothing of the
/// market waits for it. Stopped last, it has the last head anchored.
struct ChainWorker: Service {
    private static let periodTicks = 60
    private static let connectTicks = 5
    private static let guardTicks = 5
    /// Leases are closed sooner than vouchers are redeemed: a deposit is locked until then.
    private static let settleTicks = 60
    /// So long the stop waits for the last head to be final; what is left goes on at the next start.
    private static let farewell = Duration.seconds(30)

    let configuration: ChainConfiguration
    let commission: BasisPoints
    let store: any Store
    let clock: MarketClock
    let faults: Faults
    let log: Logger

    func run() async throws {
        let client = Endpoint.client()
        do {
            if let dealings = try await work(client) { await farewell(dealings) }
            try await client.shutdown()
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// - Returns: the dealings it ended with.
    private func work(_ client: HTTPClient) async throws -> ChainDealings? {
        try await cancelWhenGracefulShutdown {
            // Another chain than the one of the books is told at once.
            var dealings = try await connected(client)
            var (tick, nextRedeem, nextSettle) = (0, 0, 0)
            let redeemTicks = max(configuration.redeemSeconds, 1)
            var guarding = VaultGuard(store: store, limit: configuration.unsignedLimit)
            while !Task.isCancelled {
                tick += 1
                if dealings == nil, tick.isMultiple(of: Self.connectTicks) {
                    // A market that serves does not end because an endpoint has come back wrong.
                    do { dealings = try await connected(client) } catch let refusal as Chain.Refusal
                    {
                        _ = away(refusal)
                    }
                }
                if tick.isMultiple(of: Self.periodTicks * max(configuration.anchorPeriods, 1)) {
                    try await wish(.anchor(.regular))
                }
                if tick.isMultiple(of: Self.guardTicks) {
                    try await Delegate(configuration: configuration, store: store).sign()
                    try await guarding.stop(at: clock.now())
                }
                if let dealings {
                    await look(dealings)
                    // What the vault has paid is booked before more is wished for.
                    let isHeard = await hear(dealings)
                    if isHeard, tick >= nextRedeem {
                        try await wish(.redeem)
                        nextRedeem = tick + redeemTicks
                    }
                    if isHeard, tick >= nextSettle {
                        try await wish(.settleLocks)
                        nextSettle = tick + min(redeemTicks, Self.settleTicks)
                    }
                }
                do { try await MarketClock.pause(milliseconds: 1000) } catch { break }
            }
            return dealings
        }
    }

    /// Nil where the chain cannot be reached.
    ///
    /// - Throws: what no waiting mends: another chain, no contract, a damaged store.
    private func connected(_ client: HTTPClient) async throws -> ChainDealings? {
        do {
            let dealings = try await ChainDealings(
                configuration, over: client, store: store, clock: clock, faults: faults, log: log)
            try await dealings.check(commission)
            return dealings
        } catch let failure as Endpoint.Failure {
            return away(failure)
        } catch let disagreement as Quorum.Disagreement {
            return away(disagreement)
        } catch let refusal as RPCRefusal {
            return away(refusal)
        } catch let kind as RPCRefusal.Kind {
            return away(kind)
        } catch is CancellationError {
            return nil
        }
    }

    private func away(_ error: any Error) -> ChainDealings? {
        log.warning("the chain is away", metadata: ["cause": "\(error)"])
        return nil
    }

    /// For the newest head, or for vouchers; before any chain was seen there are no books to wish in.
    private func wish(_ command: Command) async throws {
        do {
            try await store.perform(command)
        } catch Refusal.noChain {
            return
        }
    }

    /// - Returns: whether the books know all that the vault has said for good.
    private func hear(_ dealings: ChainDealings) async -> Bool {
        do {
            try await dealings.hear()
            return true
        } catch is CancellationError {
            return false
        } catch {
            log.warning("the vault is not heard", metadata: ["cause": "\(error)"])
            return false
        }
    }

    @discardableResult
    private func look(_ dealings: ChainDealings) async -> Bool {
        do {
            return try await dealings.look()
        } catch is CancellationError {
            return false
        } catch {
            log.warning("the chain is away", metadata: ["cause": "\(error)"])
            return false
        }
    }

    private func farewell(_ dealings: ChainDealings) async {
        do {
            try await wish(.anchor(.now))
            let clock = ContinuousClock()
            let end = clock.now + Self.farewell
            while clock.now < end {
                if await look(dealings) { return }
                try await MarketClock.pause(milliseconds: 500)
            }
        } catch {
            log.error("the last head is not anchored", metadata: ["cause": "\(error)"])
        }
        log.warning("the last head is on its way; the next start goes on with it")
    }
}
