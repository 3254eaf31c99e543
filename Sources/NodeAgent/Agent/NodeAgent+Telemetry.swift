import Domain
import Hosting
import Logging

extension NodeAgent {
    /// Each look at the leases is also one for those who watch them.
    func tell() {
        telemetry.look(
            at: leases, offer: offered, loads: parts.runtime.loads(), heartbeat: answeredHeartbeat,
            now: parts.now())
    }

    /// Brings samples to the market until it is cancelled; never ends by itself.
    func shipSamples() async throws {
        guard let shipper else {
            let (forever, ending) = AsyncStream<Never>.makeStream()
            for await _ in forever {}
            return withExtendedLifetime(ending) {}
        }
        try await shipper.run()
    }

    /// A lease is about to end, and its token with it: what waits is sent now, or never.
    nonisolated func sendLast(of lease: LeaseID) async {
        do { try await shipper?.send(lease) } catch {
            log("last samples not sent", lease, ["error": "\(error)"])
        }
    }

    nonisolated private var shipper: SampleShipper? {
        parts.market.map {
            SampleShipper(
                telemetry: telemetry, market: $0, node: parts.configuration.node,
                advisories: parts.advisories, signer: parts.signer, now: parts.now,
                clock: parts.clock, logger: parts.logger)
        }
    }
}
