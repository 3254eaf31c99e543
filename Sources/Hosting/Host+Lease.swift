import Domain

// The life of one lease on this node: dispatch → prepare → start → end → save → forget.
extension Host {
    mutating func accept(_ effect: EffectID, _ dispatch: Dispatch, at now: BootTime) {
        let isKnown = table[dispatch.lease] != nil || finished.contains(dispatch.lease)
        guard isKnown || leases.count < Self.mostLeases else { return }
        if !isKnown { host(dispatch, at: now) }
        actions.append(.send(.acknowledged(effect)))
    }

    private mutating func host(_ dispatch: Dispatch, at now: BootTime) {
        let siblings = leases.filter { $0.dispatch.task == dispatch.task }
        if siblings.contains(where: { $0.dispatch.attempt >= dispatch.attempt }) {
            remember(dispatch.lease)
            return
        }
        for elder in siblings { end(elder.id, .nodeLost, at: now) }
        // The market sent this after it had answered that heartbeat, so its own count of the
        // fence began no earlier.
        let fence = answeredHeartbeatSentAt?.advanced(nanoseconds: dispatch.fenceNanoseconds)
        table[dispatch.lease] = HostedLease(
            dispatch: dispatch, progress: Progress(), fence: fence ?? BootTime(nanoseconds: 0),
            now: now)
        actions.append(.record(.accepted(dispatch)))
        if let code = table[dispatch.lease].flatMap({ ownerCode(against: $0, at: now) }) {
            return finish(dispatch.lease, .yielded(code: code), seconds: 0, at: now)
        }
        if let fence { actions.append(.moveFence(dispatch.lease, fence)) }
        actions.append(.prepare(dispatch))
    }

    mutating func stop(
        _ effect: EffectID, _ lease: LeaseID, _ reason: EndReason, at now: BootTime
    ) {
        if table[lease] == nil {
            remember(lease)
            // The market thought that it ran, and asks for a scrub after it.
            tellCleanAgain()
            tellScrubs(at: now)
        } else {
            end(lease, reason, at: now)
        }
        actions.append(.send(.acknowledged(effect)))
    }

    mutating func prepared(_ id: LeaseID, at now: BootTime) {
        guard var lease = table[id], lease.phase == .preparing || lease.phase == .ready else {
            return
        }
        lease.progress.phase = .ready
        put(lease)
        startIfReady(id, at: now)
    }

    /// Starts only inside the fence, with every device there, and only once no older attempt can
    /// still be running here.
    mutating func startIfReady(_ id: LeaseID, at now: BootTime) {
        guard var lease = table[id], lease.phase == .ready, now < lease.fence,
            hasDevices(lease, at: now), ownerCode(against: lease, at: now) == nil
        else { return }
        let isElderAlive = leases.contains {
            $0.dispatch.task == lease.dispatch.task && $0.id != id && $0.phase.mayHaveContainer
        }
        guard !isElderAlive else { return }
        for device in lease.dispatch.devices { use(device, by: id) }
        lease.progress.phase = .starting
        put(lease)
        actions.append(.start(lease.dispatch))
    }

    mutating func started(_ id: LeaseID, since start: BootTime, at now: BootTime) {
        guard var lease = table[id] else {
            remove(id)
            return
        }
        switch lease.phase {
        case .starting:
            lease.progress.phase = .running(Meter(startedAt: min(start, now)))
            put(lease)
            claimIfChanged(id, at: now)
        case .ending: actions.append(.kill(id))
        case .saving, .ended: remove(id)
        case .preparing, .ready, .running, .frozen: break
        }
    }

    mutating func startFailed(_ id: LeaseID, code: String, at now: BootTime) {
        guard let lease = table[id] else { return }
        switch lease.phase {
        case .preparing, .ready, .starting:
            finish(id, .startFailed(code: code), seconds: 0, at: now)
        case .ending(let reason, let seconds, _, _):
            finish(id, reason, seconds: seconds, at: now)
        case .running, .frozen, .saving, .ended: break
        }
    }

    /// Ends it for `reason`, from wherever it stands; nothing after `now` is claimed.
    mutating func end(_ id: LeaseID, _ reason: EndReason, at now: BootTime) {
        guard var lease = table[id] else { return }
        switch lease.phase {
        case .preparing, .ready:
            finish(id, reason, seconds: 0, at: now)
        case .starting:
            lease.progress.phase = .ending(reason, seconds: 0, askedAt: now)
        case .running(let meter), .frozen(let meter):
            let seconds = lease.claimable(meter.seconds)
            lease.progress.phase = .ending(
                reason, seconds: seconds, askedAt: now, tail: tail(of: lease, meter, at: now))
        case .ending, .saving, .ended: return
        }
        guard case .ending = lease.phase else { return }
        put(lease)
        withdrawDevices(of: lease)
        actions.append(.kill(id))
    }

    /// Its devices have answered up to a second ago, and have not been asked since. Of a lost one
    /// there is nothing to wait for.
    private func tail(of lease: HostedLease, _ meter: Meter, at now: BootTime) -> Tail? {
        guard !lease.dispatch.devices.isEmpty, case .running = lease.phase,
            meter.sight == .running, now < lease.fence, deviceLoss(lease, at: now) == nil
        else { return nil }
        return Tail(meter: meter, until: now)
    }

    /// They are not offered any more.
    private mutating func withdrawDevices(of lease: HostedLease) {
        if !lease.dispatch.devices.isEmpty { isWithdrawing = true }
    }

    /// The container is gone for `reason`: what it left is saved, where it may be of use.
    mutating func save(_ id: LeaseID, _ reason: EndReason, seconds: Int64, at now: BootTime) {
        guard var lease = table[id] else { return }
        guard reason != .nodeLost else { return finish(id, reason, seconds: seconds, at: now) }
        lease.progress.phase = .saving(
            reason, seconds: lease.claimable(seconds),
            until: now.advanced(nanoseconds: Self.saveWithin))
        put(lease)
        withdrawDevices(of: lease)
        actions.append(.save(id))
    }

    /// A run that succeeded but whose result is lost did not succeed.
    mutating func saved(_ id: LeaseID, _ result: SaveResult, at now: BootTime) {
        guard let lease = table[id], case .saving(let reason, let seconds, _) = lease.phase else {
            return
        }
        let isLost = result == .outputsLost && reason.isSuccess
        finish(id, isLost ? .killed : reason, seconds: seconds, at: now)
    }

    /// Nothing but the final receipt is left to do.
    mutating func finish(_ id: LeaseID, _ reason: EndReason, seconds: Int64, at now: BootTime) {
        guard var lease = table[id] else { return }
        lease.progress.phase = .ended(reason, seconds: lease.claimable(seconds))
        put(lease)
        withdrawDevices(of: lease)
        claimIfChanged(id, at: now)
    }
}
