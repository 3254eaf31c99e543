import Domain
import Hosting
import Logging

// Scrubs: each in a child process, beside all else that the node does.
extension NodeAgent {
    /// Runs what is ordered until it is cancelled.
    func runScrubs() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for await order in scrubs {
                let abort = Abort()
                scrubbing.updateValue(abort, forKey: order.device)?()
                group.addTask {
                    await abort.guarding {
                        let result = await self.scrub(order)
                        await self.finish(order, result)
                    }
                }
            }
        }
    }

    private nonisolated func scrub(_ order: ScrubOrder) async -> ScrubResult {
        guard let scrubber = parts.scrubber else {
            return ScrubResult(evidence: ScrubEvidence(method: .memory), failure: .noCUDA)
        }
        return await scrubber.scrub(order)
    }

    private func finish(_ order: ScrubOrder, _ result: ScrubResult) {
        guard !Task.isCancelled else { return }
        do { try take(.scrubbed(order.device, scrub: order.scrub, result)) } catch {
            parts.logger.error(
                "cannot go on with a scrub",
                metadata: ["device": "\(order.device)", "error": "\(error)"])
        }
    }

    func log(_ order: ScrubOrder) {
        parts.logger.debug(
            "scrub began", metadata: ["device": "\(order.device)", "scrub": "\(order.scrub)"])
    }

    private static func message(of method: ScrubMethod) -> Logger.Message {
        switch method {
        case .memory, .memoryOnly: "device scrubbed"
        case .contextsOnly:
            "device looked at: a double has no memory, only processes were looked for"
        }
    }

    func log(_ receipt: ScrubReceipt) {
        let evidence = receipt.evidence
        let metadata: Logger.Metadata = [
            "device": "\(receipt.device)", "scrub": "\(receipt.scrub)",
            "outcome": "\(receipt.fault?.rawValue ?? "clean")",
            "method": "\(evidence.method.rawValue)", "bytes": "\(evidence.overwrittenBytes)",
            "ms": "\(evidence.milliseconds)", "seed": "\(evidence.seed)",
        ]
        guard case .quarantined = cleanliness(of: receipt.device) else {
            return parts.logger.log(
                level: receipt.isClean ? .info : .warning, Self.message(of: evidence.method),
                metadata: metadata)
        }
        parts.logger.error(
            "device in quarantine: look at it, then start once with --clear-quarantine",
            metadata: metadata)
    }
}
