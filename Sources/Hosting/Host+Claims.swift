import Domain

// Receipts: which is made when, and how long it is repeated.
extension Host {
    /// Makes the next receipt if the lease now stands otherwise than its last one says.
    ///
    /// Before the market has accepted the first receipt, which starts its own clock for the lease,
    /// no later one is made: it would claim seconds that the market cannot have seen pass.
    mutating func claimIfChanged(_ id: LeaseID, at now: BootTime) {
        guard let lease = table[id], let standing = lease.standing else { return }
        if let last = lease.progress.lastClaim {
            if last.sequence == 1 && lease.progress.isClaimPending { return }
            guard last.status != standing.status else { return }
        }
        makeClaim(id, at: now)
    }

    private mutating func makeClaim(_ id: LeaseID, at now: BootTime) {
        guard var lease = table[id], let standing = lease.standing else { return }
        let sequence = (lease.progress.lastClaim?.sequence ?? 0) + 1
        lease.progress.lastClaim = Claim(
            sequence: sequence, seconds: standing.seconds, status: standing.status,
            usage: lease.usage)
        lease.progress.isClaimPending = true
        lease.claimMadeAt = now
        lease.claimSentAt = nil
        put(lease)
        resendClaim(id, at: now)
    }

    /// Sends the pending receipt unless that was done less than a second ago.
    mutating func resendClaim(_ id: LeaseID, at now: BootTime) {
        guard case .up = session, var lease = table[id], lease.progress.isClaimPending,
            let claim = lease.progress.lastClaim
        else { return }
        if let sentAt = lease.claimSentAt, now.nanosecondsSince(sentAt) < Self.resendEvery {
            return
        }
        lease.claimSentAt = now
        table[id] = lease
        actions.append(.claim(receipt(claim, of: lease)))
    }

    private func receipt(_ claim: Claim, of lease: HostedLease) -> Receipt {
        Receipt(
            lease: lease.id, attempt: lease.dispatch.attempt, node: node,
            sequence: claim.sequence, seconds: claim.seconds, status: claim.status, level: .live,
            cpuMilliseconds: claim.usage.cpuMilliseconds,
            peakMemoryBytes: claim.usage.peakMemoryBytes)
    }

    /// Every 5 s while it runs; a receipt that still waits is repeated instead.
    mutating func claimIfDue(_ id: LeaseID, at now: BootTime) {
        guard let lease = table[id] else { return }
        claimIfChanged(id, at: now)
        switch lease.phase {
        case .running, .frozen:
            guard !lease.progress.isClaimPending,
                now.nanosecondsSince(lease.claimMadeAt) >= Self.claimEvery
            else { return }
            makeClaim(id, at: now)
        case .preparing, .ready, .starting, .ending, .saving, .ended: break
        }
    }

    mutating func accepted(_ id: LeaseID, _ sequence: Int64, at now: BootTime) {
        guard var lease = table[id], let claim = lease.progress.lastClaim,
            claim.sequence == sequence, lease.progress.isClaimPending
        else { return }
        lease.progress.isClaimPending = false
        if case .ended = claim.status { return forget(id) }
        put(lease)
        claimIfChanged(id, at: now)
    }

    /// A refused claim stands and is repeated, unless the market has no such claim to expect.
    mutating func refused(_ id: LeaseID, _ sequence: Int64, code: String, at now: BootTime) {
        guard let lease = table[id], let claim = lease.progress.lastClaim else { return }
        switch code {
        case "lease_over", "lease_not_found", "wrong_attempt", "wrong_node":
            forget(id)
        case "receipt_not_newer" where claim.sequence == sequence && lease.progress.isClaimPending:
            // The market has another receipt of that number, from a journal that was lost.
            makeClaim(id, at: now)
        default: break
        }
    }
}
