package import Domain

/// When what is done to a device was begun, or may be: what only this run of the program knows.
struct ScrubTimes: Hashable, Sendable {
    var beganAt: BootTime?
    var notBefore: BootTime?
}

/// A receipt that is on its way to the market, and when it was last sent on this session.
struct UntoldScrub: Hashable, Sendable {
    let receipt: ScrubReceipt
    var saidAt: BootTime?
}

// Scrubs: no device goes from one lease to the next without one. That a lease has it is written down
// before the lease starts, so that no crash forgets it; what nothing is known of is not clean.
extension Host {
    /// A scrub that has not answered by then has failed.
    package static let scrubWithin: Int64 = 300_000_000_000

    /// Between a failure and the next try: 2, 10, 50 seconds.
    private static func distance(after failures: Int) -> Int64 {
        (1..<max(failures, 1)).reduce(2_000_000_000) { distance, _ in distance * 5 }
    }

    package func cleanliness(of device: DeviceID) -> Cleanliness {
        care[device]?.cleanliness ?? .unknown
    }

    func isClean(_ device: DeviceID) -> Bool {
        if case .clean = cleanliness(of: device) { true } else { false }
    }

    /// Changes what is known of a device, and writes it down.
    private mutating func take(
        _ event: Cleanliness.Event, _ device: DeviceID,
        _ change: (inout DeviceCare) -> Void = { _ in }
    ) {
        let before = care[device]
        var known = before ?? DeviceCare()
        known.cleanliness = known.cleanliness.after(event)
        change(&known)
        guard known != before else { return }
        care[device] = known
        actions.append(.record(.device(device, known)))
    }

    /// From here on the device may hold what the lease leaves on it.
    mutating func use(_ device: DeviceID, by lease: LeaseID) {
        take(.used, device) { $0.lease = lease }
        scrubTimes[device] = nil
        untold[device] = nil
    }

    /// The program may have died between a lease's end and its removal.
    mutating func removeLastTenants() {
        for device in care.keys.sorted() where !isClean(device) {
            guard let last = care[device]?.lease, table[last] == nil else { continue }
            remove(last)
        }
    }

    /// A lease that may run holds its devices, also where a journal of an earlier version says nothing
    /// of them.
    mutating func keepUse(by dispatch: Dispatch) {
        for device in dispatch.devices where care[device]?.lease != dispatch.lease {
            use(device, by: dispatch.lease)
        }
    }

    /// Its owner has looked at a device in quarantine; it is clean when a scrub says so.
    mutating func lift(_ device: DeviceID, at now: BootTime) {
        guard case .quarantined = cleanliness(of: device) else { return }
        take(.lifted, device)
        scrubTimes[device] = nil
        scrubWhatIsDue(at: now)
        offerAnew(at: now)
    }

    // MARK: Beginning

    /// Begins every scrub that is due, and gives up those that do not answer.
    mutating func scrubWhatIsDue(at now: BootTime) {
        for device in terms.devices.map(\.id) {
            switch cleanliness(of: device) {
            case .dirty: scrubIfDue(device, at: now)
            case .scrubbing:
                guard let beganAt = scrubTimes[device]?.beganAt,
                    now.nanosecondsSince(beganAt) >= Self.scrubWithin
                else { continue }
                ended(
                    device, ScrubResult(evidence: .init(method: .memory), failure: .timeout),
                    at: now)
            case .clean, .quarantined: break
            }
        }
    }

    private mutating func scrubIfDue(_ device: DeviceID, at now: BootTime) {
        guard isLeft(device), isThere(device, at: now), !isOwners(device, at: now),
            now >= scrubTimes[device]?.notBefore ?? now
        else { return }
        take(.scrubBegan, device) { $0.scrubs += 1 }
        scrubTimes[device] = ScrubTimes(beganAt: now)
        let order = ScrubOrder(device: device, scrub: care[device]?.scrubs ?? 0)
        actions.append(.scrub(order))
    }

    /// Whether no container can be on it: that of its last lease is taken off this machine, and none
    /// is nobody's.
    private func isLeft(_ device: DeviceID) -> Bool {
        guard let living, living.allSatisfy({ table[$0] != nil }) else { return false }
        guard let last = care[device]?.lease else { return true }
        guard !removing.contains(last) else { return false }
        // A lease whose start was not written down any more waits for this scrub itself.
        guard let phase = table[last]?.phase else { return true }
        return phase == .preparing || phase == .ready
    }

    // MARK: Ending

    /// Takes a scrub's result. That of an earlier one than the last that was begun changes nothing.
    mutating func scrubbed(
        _ device: DeviceID, _ scrub: Int64, _ result: ScrubResult, at now: BootTime
    ) {
        guard case .scrubbing = cleanliness(of: device), care[device]?.scrubs == scrub else {
            return
        }
        ended(device, result, at: now)
    }

    private mutating func ended(_ device: DeviceID, _ result: ScrubResult, at now: BootTime) {
        let receipt = ScrubReceipt(
            node: node, device: device, scrub: care[device]?.scrubs ?? 0,
            lease: lastTenant(of: device), result: result)
        take(.scrubEnded(receipt), device) {
            switch result.speed {
            case .notMeasured: break
            case .wrong: $0.gigaflops = nil
            case .gigaflops(let speed): $0.gigaflops = speed
            }
        }
        scrubTimes[device] = nil
        if case .dirty(let failures) = cleanliness(of: device) {
            scrubTimes[device] = ScrubTimes(
                notBefore: now.advanced(nanoseconds: Self.distance(after: failures)))
        }
        attest(receipt)
        tellScrubs(at: now)
        endWithoutDevices(at: now)
        offerAnew(at: now)
        for lease in leases where lease.dispatch.devices.contains(device) {
            startIfReady(lease.id, at: now)
        }
    }

    /// The lease that the scrub came after; nil where the device's lease waits for it, and has not run.
    private func lastTenant(of device: DeviceID) -> LeaseID? {
        guard let last = care[device]?.lease else { return nil }
        switch table[last]?.phase {
        case .preparing, .ready: return nil
        default: return last
        }
    }

    // MARK: What is said

    /// Kept here in any case, and told to the market when it is good news: before the offer.
    private mutating func attest(_ receipt: ScrubReceipt) {
        actions.append(.attest(receipt))
        if receipt.isClean { untold[receipt.device] = UntoldScrub(receipt: receipt) }
    }

    /// What the market has answered before it may have forgotten, or have heard too early to know
    /// which lease it was after.
    mutating func tellCleanAgain() {
        for device in care.keys.sorted() {
            guard case .clean(let receipt) = cleanliness(of: device) else { continue }
            untold[device] = UntoldScrub(receipt: receipt)
        }
        for device in untold.keys.sorted() { untold[device]?.saidAt = nil }
    }

    /// Once a second, as long as the market has not answered.
    mutating func tellScrubs(at now: BootTime) {
        guard case .up = session else { return }
        for device in untold.keys.sorted() {
            guard let one = untold[device] else { continue }
            if let saidAt = one.saidAt, now.nanosecondsSince(saidAt) < Self.resendEvery { continue }
            untold[device]?.saidAt = now
            actions.append(.tell(one.receipt))
        }
    }

    /// Why a device is not offered, though it may be well; nil also while a lease runs on it.
    func uncleanness(of device: DeviceID) -> String? {
        let isHeld = leases.contains {
            $0.dispatch.devices.contains(device) && $0.phase.isMeant
        }
        return isHeld ? nil : cleanliness(of: device).code
    }

    /// Why a lease that waits for its devices waits in vain.
    func quarantine(_ lease: HostedLease) -> String? {
        lease.dispatch.devices.lazy.compactMap { device in
            guard case .quarantined = cleanliness(of: device) else { return nil }
            return cleanliness(of: device).code
        }.first
    }

    // MARK: Restart

    /// A scrub of an earlier run of the program will not be heard of any more. A receipt is made
    /// again: it may not have left the program before it died.
    mutating func adopt(_ known: [DeviceID: DeviceCare]) {
        care = known
        for device in known.keys.sorted() {
            take(.scrubLost, device)
            if case .clean(let receipt) = cleanliness(of: device) { attest(receipt) }
        }
    }
}
