package import Domain

/// What the driver says of one device.
package enum DeviceSight: Hashable, Sendable {
    /// It answers, and may be offered.
    case well
    /// It answers and serves the lease that holds it, but is not to be offered; a stable code.
    case withheld(code: String)
    /// It does not answer.
    case silent
    /// It is of no use any more; a stable code: `gone`, `xid_79`.
    case lost(code: String)

    /// The code of a device that something else than a lease uses.
    package static let inUse = "in_use"
}

/// One device in one sample.
package struct DeviceReading: Hashable, Sendable {
    package let device: DeviceID
    package let sight: DeviceSight
    package let user: DeviceUser

    package init(device: DeviceID, sight: DeviceSight, user: DeviceUser = .nobodyElse) {
        self.device = device
        self.sight = sight
        self.user = user
    }
}

/// Who uses a device beside the leases of this node.
package enum DeviceUser: Hashable, Sendable {
    case nobodyElse
    /// A program of the machine's owner.
    case owner
}

/// What was seen of the owner's use of one device.
struct OwnersUse: Hashable, Sendable {
    /// In the newest sample, nil before the first; a single one is a glance, no use.
    var isSeen: Bool?
    var since: BootTime?
    var lastSeen = BootTime(nanoseconds: 0)

    mutating func see(_ user: DeviceUser, idle: Int64, at now: BootTime) {
        let (wasSeen, isNow) = (isSeen == true, user == .owner)
        isSeen = isNow
        if isNow, wasSeen || since != nil {
            since = since ?? now
            lastSeen = now
        } else if now.nanosecondsSince(lastSeen) >= idle {
            since = nil
        }
    }
}

/// What is known of one device.
struct KnownDevice: Hashable, Sendable {
    /// Since when it was wanted, or seen.
    let awaitedSince: BootTime
    /// When it last answered.
    var answeredAt: BootTime?
    /// It did not when it was last asked.
    var isSilent = false
    var lostCode: String?
    var withheldCode: String?
    var ownersUse = OwnersUse()
}

// Devices: a lease that holds some counts only time after which every one of them has answered, and
// ends when one of them is lost.
extension Host {
    /// A device that does not answer for longer is lost.
    package static let longestSilence: Int64 = 3_000_000_000

    /// Takes a sample of every device of this machine; one that is not among them is gone.
    ///
    /// - Parameter askedAt: before the first of them was asked: what answered did so later, and may
    ///   not have done so since.
    mutating func see(_ readings: [DeviceReading], askedAt: BootTime, at now: BootTime) {
        let askedAt = min(askedAt, now)
        for id in devices.keys where !readings.contains(where: { $0.device == id }) {
            devices[id]?.lostCode = "gone"
        }
        for reading in readings {
            var known = devices[reading.device] ?? KnownDevice(awaitedSince: now)
            (known.lostCode, known.withheldCode, known.isSilent) = (nil, nil, false)
            if owner.policy.yieldsTo.contains(.gpu) {
                known.ownersUse.see(reading.user, idle: owner.policy.idle, at: now)
            }
            switch reading.sight {
            case .well: known.answeredAt = max(known.answeredAt ?? askedAt, askedAt)
            case .withheld(let code):
                known.answeredAt = max(known.answeredAt ?? askedAt, askedAt)
                known.withheldCode = isOwn(code, on: reading.device) ? nil : code
            case .silent:
                known.isSilent = true
                interrupt(leasesWith: reading.device, at: now)
            case .lost(let code): known.lostCode = code
            }
            devices[reading.device] = known
        }
        endWithoutDevices(at: now)
        scrubWhatIsDue(at: now)
        yieldToOwner(at: now)
        offerAnew(at: now)
    }

    /// What uses a device that is being scrubbed is the scrub.
    private func isOwn(_ code: String, on device: DeviceID) -> Bool {
        guard case .scrubbing = cleanliness(of: device) else { return false }
        return code == DeviceSight.inUse
    }

    /// The time since the last sample in which it answered does not count.
    private mutating func interrupt(leasesWith device: DeviceID, at now: BootTime) {
        for var lease in leases where lease.dispatch.devices.contains(device) {
            switch lease.phase {
            case .running(var meter):
                meter.seeFrozen(at: now)
                lease.progress.phase = .running(meter)
            case .ending(let reason, let seconds, let askedAt, let tail?):
                let counted = max(seconds, lease.claimable(tail.meter.seconds))
                lease.progress.phase = .ending(reason, seconds: counted, askedAt: askedAt)
            case .preparing, .ready, .starting, .frozen, .ending, .saving, .ended: continue
            }
            table[lease.id] = lease
        }
    }

    /// Until when all devices of a lease are known to have answered; for ever where it has none.
    func devicesAnswered(_ lease: HostedLease) -> BootTime {
        let never = BootTime(nanoseconds: 0)
        return lease.dispatch.devices.map { devices[$0].flatMap(\.answeredAt) ?? never }.min()
            ?? BootTime(nanoseconds: .max)
    }

    /// Why a device is of no use now.
    private func loss(of device: DeviceID, at now: BootTime) -> String? {
        guard let known = devices[device] else { return nil }
        if let code = known.lostCode { return code }
        let silence = now.nanosecondsSince(known.answeredAt ?? known.awaitedSince)
        return silence > Self.longestSilence ? "silent" : nil
    }

    func deviceLoss(_ lease: HostedLease, at now: BootTime) -> String? {
        lease.dispatch.devices.lazy.compactMap { loss(of: $0, at: now) }.first
    }

    /// Whether it may start: each of its devices has answered in the last seconds, and is clean.
    func hasDevices(_ lease: HostedLease, at now: BootTime) -> Bool {
        lease.dispatch.devices.allSatisfy { hasAnswered($0, at: now) && isClean($0) }
    }

    private func hasAnswered(_ device: DeviceID, at now: BootTime) -> Bool {
        devices[device]?.answeredAt != nil && loss(of: device, at: now) == nil
    }

    /// Whether it answers, and nobody else is on it.
    func isThere(_ device: DeviceID, at now: BootTime) -> Bool {
        guard let known = devices[device], hasAnswered(device, at: now) else { return false }
        return !known.isSilent && known.withheldCode != DeviceSight.inUse
    }

    /// Also between samples: they may have stopped.
    mutating func endWithoutDevices(at now: BootTime) {
        for lease in leases where !lease.dispatch.devices.isEmpty {
            awaitDevices(of: lease, at: now)
            let isWaiting = lease.phase == .preparing || lease.phase == .ready
            guard
                let code = deviceLoss(lease, at: now) ?? (isWaiting ? quarantine(lease) : nil)
            else { continue }
            switch lease.phase {
            case .running(let meter) where lease.exit?.reason.isSuccess == true:
                // It was done before.
                save(lease.id, .exited(code: 0), seconds: meter.seconds, at: now)
            case .preparing, .ready, .starting, .running, .frozen:
                end(lease.id, .deviceLost(code: code), at: now)
            case .ending, .saving, .ended: break
            }
        }
    }

    /// The silence of a device that was never seen counts from the first time it was wanted.
    private mutating func awaitDevices(of lease: HostedLease, at now: BootTime) {
        for device in lease.dispatch.devices where devices[device] == nil {
            devices[device] = KnownDevice(awaitedSince: now)
        }
    }

    // MARK: The offer

    /// What the node declares, less what it does not offer now.
    package func offered(at now: BootTime) -> OfferTerms {
        let closing = ownerClosings(at: now).first
        var (offered, withheld) = ([Device](), [WithheldDevice]())
        for device in terms.devices.map(measured) {
            if let reason = withheldReason(of: device.id, closing, at: now) {
                withheld.append(WithheldDevice(device: device, reason: reason))
            } else {
                offered.append(device)
            }
        }
        return OfferTerms(
            capacity: terms.capacity, devices: offered, ask: terms.ask, region: terms.region,
            tier: terms.tier, withheld: withheld, network: terms.network,
            closed: closing.map { OfferClosing($0.code, until: $0.opensAt) }
                ?? (owner.sight?.hasRoom == false ? .diskFull : nil),
            roundTrips: roundTrips, spotAsk: terms.spotAsk, payee: terms.payee,
            serviceLevel: terms.serviceLevel)
    }

    /// With the speed that its last scrub has found.
    private func measured(_ device: Device) -> Device {
        Device(
            id: device.id, model: device.model, vramBytes: device.vramBytes,
            power: DevicePower(
                capability: device.power?.capability,
                gigaflops: care[device.id]?.gigaflops ?? device.power?.gigaflops))
    }

    /// What a device has of its own to say. That the owner uses all of them is said of the whole.
    private func withheldReason(
        of device: DeviceID, _ closing: OwnerClosing?, at now: BootTime
    ) -> String? {
        if let loss = loss(of: device, at: now) { return loss }
        let unclean = uncleanness(of: device)
        if case .quarantined = cleanliness(of: device) { return unclean }
        guard ownersUse(of: device, at: now) == nil else {
            return closing == nil ? OwnerCode.ownerGPU.rawValue : unclean
        }
        return devices[device]?.withheldCode ?? unclean
    }

    /// Tells the market when what is offered has changed.
    mutating func offerAnew(at now: BootTime) {
        guard case .up = session, !isWithdrawing else { return }
        let (terms, closing) = (offered(at: now), owner.closing(after: now))
        guard terms != saidTerms || hasMoved(saidClosing, to: closing) else { return }
        (saidTerms, saidClosing) = (terms, closing)
        actions.append(.send(.terms(terms, closesIn: closesIn(closing, now))))
    }

    private func hasMoved(_ said: BootTime?, to closing: BootTime?) -> Bool {
        guard let said, let closing else { return said != closing }
        return !said.isAbout(closing)
    }

    /// Whole milliseconds.
    func closesIn(_ closing: BootTime?, _ now: BootTime) -> Int64? {
        closing.map { max($0.nanosecondsSince(now), 0) / 1_000_000 }
    }

    /// The market hears that devices are not offered before it hears that their leases are over.
    mutating func withdraw(at now: BootTime) {
        guard isWithdrawing else { return }
        isWithdrawing = false
        let first = actions.firstIndex { if case .claim = $0 { true } else { false } }
        let claims = actions[(first ?? actions.endIndex)...]
        actions.removeLast(claims.count)
        offerAnew(at: now)
        actions += claims
    }
}
