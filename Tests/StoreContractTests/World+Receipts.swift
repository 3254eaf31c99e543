import Accounting
import Crypto
import Domain
import Marketplace
import Verification

// What nodes sign.
extension World {
    /// A signed receipt for some lease: mostly the next honest one, sometimes a lie.
    mutating func meter() throws -> Command? {
        let live = oracle.read([.unsettledLeases(limit: 50)]).leases(.unsettledLeases(limit: 50))
        guard let lease = random.pick(live) else { return nil }
        let (since, sequence, seconds) = progress(of: lease)
        let elapsed = max(now.millisecondsSince(since) / 1000, 0)
        var claim = since == now ? 0 : min(max(seconds, elapsed - Int64(random.below(3))), elapsed)
        claim = min(claim, Bill.seconds(paidBy: lease.escrow, rate: lease.rate))
        var number = sequence + 1
        var attempt = lease.attempt
        var machine = machines.first { $0.id == lease.node } ?? machines[0]
        switch random.below(14) {
        case 0: claim += 1 + Int64(random.below(1000))
        case 1: number = max(sequence, 1)
        case 2: attempt += 1
        case 3: machine = random.pick(machines) ?? machine
        default: break
        }
        let receipt = Receipt(
            lease: lease.id, attempt: attempt, node: machine.id, sequence: number, seconds: claim,
            status: status(), level: .live, cpuMilliseconds: 12, peakMemoryBytes: 1 << 20)
        let signed = SignedReceipt(
            bytes: receipt.bytes, signature: [UInt8](try machine.key.signature(for: receipt.bytes)))
        let verified = try VerifiedReceipt(
            signed, from: machine.id, key: [UInt8](machine.key.publicKey.rawRepresentation))
        return .meter(verified, arrivedAt: random.isOneIn(5) ? now.advanced(seconds: 9) : now)
    }

    private func progress(of lease: Lease) -> (since: Timestamp, sequence: Int64, seconds: Int64) {
        switch lease.life {
        case .running(let since, let reading, _): (since, reading.sequence, reading.seconds)
        case .ended(_, let since, let reading?, _): (since, reading.sequence, reading.seconds)
        case .locking, .reserved, .ended, .settled: (now, 0, 0)
        }
    }

    /// A receipt of a device that waits for it, or of any.
    mutating func scrub() throws -> Command? {
        let offers = oracle.read([.offers(limit: 10)])[.offers(limit: 10)].compactMap { row in
            if case .offer(let offer) = row { offer } else { nil }
        }
        let node = random.isOneIn(6) ? random.pick(machines)?.id : random.pick(offers)?.node
        guard let machine = machines.first(where: { $0.id == node }) else { return nil }
        let tenants = offers.first { $0.node == node }?.hygiene.tenants ?? []
        let tenant = random.pick(tenants)
        // Sometimes after a lease that only the node knows.
        let last = random.isOneIn(5) ? LeaseID("lse_none") : tenant?.lease ?? anyLease()
        let receipt = ScrubReceipt(
            node: machine.id, device: tenant?.device ?? random.pick(devices) ?? devices[0],
            scrub: Int64(1 + random.below(9)), lease: random.isOneIn(4) ? nil : last,
            result: ScrubResult(evidence: ScrubEvidence(method: .contextsOnly)))
        let signed = SignedReceipt(
            bytes: receipt.bytes, signature: [UInt8](try machine.key.signature(for: receipt.bytes)))
        return .scrubbed(
            try VerifiedScrub(
                signed, from: machine.id, key: [UInt8](machine.key.publicKey.rawRepresentation)))
    }

    private mutating func status() -> RunStatus {
        switch random.below(10) {
        case 0: .frozen
        case 1: .ended(.exited(code: 0))
        case 2:
            .ended(
                random.pick([
                    .outOfMemory, .killed, .exited(code: 3), .stopped, .yielded(code: "paused"),
                    .yielded(code: "schedule"),
                ]) ?? .killed)
        default: .running
        }
    }
}
