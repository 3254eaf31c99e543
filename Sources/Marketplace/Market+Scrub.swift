import Domain
import Verification

extension Market {
    /// Takes a node's signed word that a device of it is clean: the next lease may have it. Idempotent.
    ///
    /// The market holds a node to that for leases whose start it has accepted. Whether one of which it
    /// has heard nothing was started, only its node knows, which does not start on what is not clean.
    ///
    /// - Throws: `Refusal.nodeUnknown` for one without an offer.
    func scrubbed(_ verified: VerifiedScrub, _ rows: Rows) throws -> Decision {
        let receipt = verified.receipt
        guard var offer = rows.offer(receipt.node) else { throw Refusal.nodeUnknown(receipt.node) }
        let before = offer.hygiene
        guard offer.terms.allDevices.contains(where: { $0.id == receipt.device }) else {
            return Decision()
        }
        let live = rows.leases(.liveLeasesOfNode(offer.node, limit: Command.everyTask))
        offer.hygiene.scrub(
            receipt.device, after: predecessor(of: receipt, live, rows), verified.signed)
        guard offer.hygiene != before else { return Decision() }
        restate(&offer, under: live)
        offer.version += 1
        var decision = Decision()
        decision.rows = [.offer(offer)]
        return decision
    }

    /// A market that was restored from an older copy of its database hears of leases that it does not
    /// know; it is the node that has gone on.
    private func predecessor(
        of receipt: ScrubReceipt, _ live: [Lease], _ rows: Rows
    ) -> Hygiene.Predecessor {
        if let lease = receipt.lease.flatMap({ rows.lease($0) }) { return .lease(lease.id) }
        let running = live.first { lease in
            guard case .running = lease.life else { return false }
            return lease.devices.contains { $0.id == receipt.device }
        }
        return .unknown(running: running?.id)
    }
}
