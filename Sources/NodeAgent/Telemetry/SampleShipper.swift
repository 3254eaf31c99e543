import Crypto
import Domain
import Logging
import Wire

/// Brings samples to the market in batches, as long as the node runs. What it does not take now it
/// is offered again a little later; nothing waits for it.
struct SampleShipper: Sendable {
    private static let every = Duration.seconds(5)

    let telemetry: Telemetry
    let market: MarketBytes
    let node: NodeID
    let advisories: [String]
    let signer: Curve25519.Signing.PrivateKey
    let now: @Sendable () -> BootTime
    let clock: any Clock<Duration>
    let logger: Logger

    func run() async throws {
        var generator = SystemRandomNumberGenerator()
        // Nodes that were started together do not speak together.
        try await clock.sleep(for: .milliseconds(Int64.random(in: 0...2_000, using: &generator)))
        var wasReached = true
        while !Task.isCancelled {
            do {
                try await sendAll()
                wasReached = true
            } catch is CancellationError {
                return
            } catch {
                if wasReached {
                    logger.warning(
                        "the market takes no samples now", metadata: ["error": "\(error)"])
                }
                wasReached = false
            }
            try await clock.sleep(for: Self.every)
        }
    }

    private func sendAll() async throws {
        for lease in telemetry.waiting() { try await send(lease) }
        try await report()
    }

    /// - Throws: when the market is not reached; what it refuses is thrown away.
    func send(_ lease: LeaseID) async throws {
        while let outgoing = telemetry.next(of: lease, at: now()) {
            do {
                try await market.postSamples(
                    outgoing.batch, of: outgoing.lease, token: outgoing.token)
            } catch let refused as MarketBytes.Refused {
                logger.debug(
                    "samples refused", metadata: ["lease.id": "\(lease)", "error": "\(refused)"])
            }
            telemetry.remove(outgoing)
        }
    }

    private func report() async throws {
        while let report = telemetry.report(advisories: advisories, at: now()) {
            let bytes = try WireJSON.encode(report)
            let signature = try signer.signature(
                for: SignedReportDTO.signedBytes(bytes, of: node))
            do {
                try await market.postReport(
                    SignedReportDTO(
                        report: Base64Bytes(bytes), signature: Base64Bytes(Array(signature))),
                    of: node)
            } catch let refused as MarketBytes.Refused {
                logger.debug("report refused", metadata: ["error": "\(refused)"])
            }
            telemetry.remove(report)
            if report.batch.samples.count < SampleQueue.mostAtOnce { return }
        }
    }
}
