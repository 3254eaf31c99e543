import Accounting
import Domain
import Marketplace

// Leases: legal lives, one device one lease, no second that was not run.
extension Auditor {
    mutating func take(_ lease: Lease, _ evidence: Evidence) {
        let before = leases[lease.id]
        if case .running? = before?.life, !lease.life.isLive { noteTenant(lease) }
        if let before {
            checkMove(from: before, to: lease)
        } else {
            begin(lease)
            checkInTime(lease, at: evidence.at)
        }
        checkSpot(lease, before: before)
        leases[lease.id] = lease
        switch evidence.command {
        case .meter(_, let arrivedAt):
            checkReading(lease, before: before, arrivedAt: arrivedAt, evidence)
        case .endLease: if before?.life.isLive == true { checkEnd(lease, at: evidence.at) }
        case .silence(_, _, let until, _): checkSilence(lease, until: until)
        default: break  // no receipt, and no end that the market decided
        }
        checkPaid(lease)
        checkCredit(lease, before: before)
        checkExcuse(lease, before: before, evidence.command)
        book(lease)
    }

    private mutating func begin(_ lease: Lease) {
        leaseOrder.append(lease.id)
        unsettled[lease.task.job, default: []].append(lease.id)
        liveOnNode[lease.node, default: []].append(lease.id)
        let last = lastAttempt[lease.task] ?? 0
        require(
            lease.attempt > last, "attempts strictly increase",
            "\(lease.task): \(lease.attempt) after \(last)")
        lastAttempt[lease.task] = lease.attempt
        checkDistance(lease)
        checkApart(lease)
        checkFloors(lease)
        checkPayee(lease)
        switch lease.life {
        case .locking, .reserved: break
        case .running, .ended, .settled: fail("a lease begins reserved", "\(lease.id)")
        }
        require(
            !drained.contains(lease.node), "a drained node takes nothing new",
            "\(lease.id) on \(lease.node)")
        for device in lease.devices {
            let holder = leaseOfDevice[device.id]
            require(
                holder == nil, "a device is leased once",
                "\(device.id): \(lease.id), \(holder?.text ?? "")")
            leaseOfDevice[device.id] = lease.id
            let tenant = unscrubbed[device.id]
            require(
                tenant == nil, "a device is leased after its scrub's receipt",
                "\(device.id): \(lease.id) after \(tenant?.text ?? "")")
        }
    }

    /// From the asking to the taking back, whatever becomes of sessions and programs between.
    mutating func noteDrains(_ command: Command) {
        switch command {
        case .changeAvailability(let node, .drained): drained.insert(node)
        case .changeAvailability(let node, .resumed), .wish(let node, .open):
            drained.remove(node)
        case .wish(let node, .paused), .wish(let node, .drained): drained.insert(node)
        default: break  // nothing else is about wishes
        }
    }

    private mutating func checkMove(from old: Lease, to new: Lease) {
        require(
            old.task == new.task && old.attempt == new.attempt && old.node == new.node
                && old.rate == new.rate && old.escrow == new.escrow && old.provider == new.provider
                && old.serviceLevel == new.serviceLevel,
            "a lease's terms never change", "\(old.id)")
        let isLegal =
            switch (old.life, new.life) {
            case (.locking, .locking), (.locking, .reserved), (.locking, .ended): true
            case (.reserved, .reserved), (.reserved, .running), (.reserved, .ended): true
            case (.running, .running), (.running, .ended): true
            case (.ended, .settled): true
            case (.ended, .ended), (.settled, .settled): old == new
            case (.locking, _), (.running, _), (.ended, _), (.settled, _), (.reserved, .settled),
                (.reserved, .locking):
                false
            }
        require(isLegal, "a lease's life is legal", "\(old.id): \(old.life) to \(new.life)")
    }

    private mutating func book(_ lease: Lease) {
        guard !lease.life.isLive else { return }
        for device in lease.devices where leaseOfDevice[device.id] == lease.id {
            leaseOfDevice[device.id] = nil
        }
        liveOnNode[lease.node]?.removeAll { $0 == lease.id }
        guard case .settled(_, let seconds, _, _) = lease.life else { return }
        unsettled[lease.task.job]?.removeAll { $0 == lease.id }
        let reading = lastReading[lease.id]
        require(
            seconds == reading?.seconds ?? 0, "billed is the last accepted receipt",
            "\(lease.id): \(seconds), receipt \(reading?.seconds ?? 0)")
        let records = finalRecords[lease.id] ?? 0
        require(
            records == (reading == nil ? 0 : 1), "one final record per lease that ran",
            "\(lease.id): \(records)")
    }

    // MARK: Receipts

    private mutating func checkReading(
        _ lease: Lease, before: Lease?, arrivedAt: Timestamp, _ evidence: Evidence
    ) {
        guard let reading = lease.life.reading,
            let receipt = try? Receipt(bytes: reading.receipt.bytes)
        else { return fail("a receipt is kept with its reading", "\(lease.id)") }
        require(
            receipt.attempt == lease.attempt && receipt.node == lease.node
                && receipt.lease == lease.id && receipt.seconds == reading.seconds
                && receipt.sequence == reading.sequence,
            "a receipt is of its lease, attempt and node", "\(lease.id): \(receipt)")
        if let last = lastReading[lease.id] {
            require(
                reading.sequence > last.sequence && reading.seconds >= last.seconds,
                "receipts only go forward", "\(lease.id): \(reading.seconds) after \(last.seconds)")
        } else {
            started[lease.id] = arrivedAt
            require(reading.seconds == 0, "the start frame claims nothing", "\(lease.id)")
        }
        lastReading[lease.id] = reading
        checkTime(lease, reading.seconds, arrivedAt)
        guard evidence.isHonest else { return }
        require(
            reading.seconds <= evidence.ranNanoseconds / 1_000_000_000,
            "no second is billed that was not run",
            "\(lease.id): \(reading.seconds) s, ran \(evidence.ranNanoseconds) ns")
    }

    /// Whoever claims: not more than the time since the start frame without long silences.
    private mutating func checkTime(_ lease: Lease, _ seconds: Int64, _ arrivedAt: Timestamp) {
        guard let start = started[lease.id] else { return }
        let booked = silence[lease.id] ?? 0
        let ongoing = silence(of: lease, until: arrivedAt)
        let possible = max(0, arrivedAt.millisecondsSince(start) - booked - ongoing)
        require(
            seconds <= (possible + 999) / 1000, "no claim is ahead of the market's clock",
            "\(lease.id): \(seconds) s in \(possible) ms")
    }

    // MARK: Capacity

    /// What live leases use and what offers say is free is what the nodes have.
    mutating func checkCapacity(_ tables: MemoryTables) {
        for case .offer(let offer) in tables.load(.offers(limit: 1_000_000)) {
            let live = (liveOnNode[offer.node] ?? []).compactMap { leases[$0] }
            let used = live.reduce(Resources.zero) { $0.adding($1.slice) }
            require(
                used.fits(in: offer.terms.capacity)
                    && offer.free == offer.terms.capacity.subtracting(used),
                "a node's capacity is leased once", "\(offer.node): free \(offer.free)")
            let taken = Set(live.flatMap { $0.devices.map(\.id) } + unscrubbed.keys)
            require(
                offer.freeDevices == offer.terms.devices.map(\.id).filter { !taken.contains($0) },
                "a free device is free", "\(offer.node): \(offer.freeDevices)")
        }
    }
}
