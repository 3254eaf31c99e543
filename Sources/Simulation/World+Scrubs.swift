import Domain
import Hosting

// Scrubs: the simulated runtime does them late, in vain, wrongly, or never says that it has; and a
// device is really clean only from when it was really wiped.
extension World {
    func scrub(_ place: Int, _ order: ScrubOrder) {
        let wait = random.scrubs.within(50...3000)
        guard mayFail, random.scrubs.happens(percent: 25) else {
            return finishLater(place, order, nil, after: wait)
        }
        switch random.scrubs.within(0...99) {
        case 0..<15:
            // It hangs: its node gives it up after a while.
            report.faults.count(.scrubHung)
        case 15..<30:
            // Its result comes when another scrub is under way.
            report.faults.count(.scrubLate)
            finishLater(place, order, nil, after: 300_000 + random.scrubs.within(0...30_000))
        default:
            report.faults.count(.scrubFailed)
            let faults: [ScrubFault] = [.contextsLeft, .memoryDirty, .cudaFailed, .noCUDA]
            finishLater(place, order, random.scrubs.pick(faults), after: wait)
        }
    }

    private func finishLater(
        _ place: Int, _ order: ScrubOrder, _ fault: ScrubFault?, after milliseconds: Int64
    ) {
        schedule(
            .scrubEnds(node: place, run: nodes[place].run, order, fault),
            at: now.after(milliseconds: milliseconds))
    }

    /// The child has died with the program that started it.
    func scrubEnds(_ place: Int, run: Int, _ order: ScrubOrder, _ fault: ScrubFault?) {
        guard nodes[place].run == run, nodes[place].isPowered else { return }
        if fault == nil, options.planted != .scrubUndone { auditor.wiped(order.device) }
        let words = ScrubEvidence.fewestWords
        let evidence = ScrubEvidence(
            method: .memory, totalBytes: words * 4, overwrittenBytes: words * 4,
            wordsSampled: words)
        report.reached.count(fault == nil ? .deviceScrubbed : .scrubRepeated)
        let result = ScrubResult(evidence: evidence, failure: fault)
        tell(place, .scrubbed(order.device, scrub: order.scrub, result))
        if case .quarantined? = nodes[place].host?.cleanliness(of: order.device) {
            schedule(
                .quarantineLifted(node: place, order.device),
                at: now.after(milliseconds: random.scrubs.within(5000...60_000)))
        }
    }

    /// What a node says that it offers, at the moment in which it says so.
    func auditOffer(_ frame: NodeFrame, on place: Int) {
        let terms: OfferTerms
        switch frame {
        case .hello(let said, _, _), .terms(let said, _): terms = said
        case .heartbeat, .receipt, .acknowledged, .drain, .scrubbed, .wished: return
        }
        if terms.withheld.contains(where: { $0.reason.hasPrefix("quarantined_") }) {
            report.reached.count(.deviceQuarantined)
        }
        for device in terms.devices {
            let isHeld = nodes[place].host?.leases.contains {
                $0.dispatch.devices.contains(device.id) && $0.phase.mayHaveContainer
            }
            if isHeld != true { auditor.offered(device.id, on: nodes[place].id) }
        }
    }

    /// Its owner looks at every device in quarantine.
    func liftQuarantines(_ place: Int) {
        for device in nodes[place].terms.devices {
            tell(place, .quarantineLifted(device.id))
            // Again when its program lives again.
            schedule(
                .quarantineLifted(node: place, device.id), at: now.after(milliseconds: 90_000))
        }
    }
}
