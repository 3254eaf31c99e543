import Domain

// Desired is what was dispatched and renewed; observed is every container with our label.
extension Host {
    /// Compares the leases with the containers and asks for what brings them together. A container
    /// that no lease wants goes; a lease whose container is missing ends as killed.
    mutating func reconcile(_ observed: [Observation], at now: BootTime) {
        let sorted = observed.sorted { $0.lease < $1.lease }
        living = sorted.filter(\.isAlive).map(\.lease)
        for observation in sorted {
            if table[observation.lease] == nil {
                remove(observation.lease)
            } else {
                observe(observation, at: now)
            }
        }
        for lease in leases where lease.phase.mayHaveContainer {
            if !Self.contains(lease.id, in: sorted) { missing(lease.id, at: now) }
        }
    }

    private static func contains(_ id: LeaseID, in sorted: [Observation]) -> Bool {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle].lease < id { low = middle + 1 } else { high = middle }
        }
        return low < sorted.count && sorted[low].lease == id
    }

    private mutating func observe(_ observation: Observation, at now: BootTime) {
        table[observation.lease]?.usage = observation.usage
        guard let lease = table[observation.lease] else { return }
        switch lease.phase {
        case .running(let meter): sample(lease, meter, observation, at: now)
        case .frozen(let meter): sampleFrozen(lease, meter, observation, at: now)
        case .ending(let reason, let seconds, _, let tail):
            guard case .exited(let why, let finish) = observation.state else { return }
            guard let tail else { return save(lease.id, reason, seconds: seconds, at: now) }
            // Killed by somebody else before we asked, it may have been frozen before that, unseen.
            let isOurs = why != .killed || finish >= tail.until
            settle(lease, tail, isOurs ? min(finish, tail.until) : tail.meter.lastSeen, at: now)
        case .preparing, .ready, .starting, .saving, .ended: break
        }
    }

    /// The meter takes the sample, then the bound and the fence are looked at, in this order.
    private mutating func sample(
        _ lease: HostedLease, _ meter: Meter, _ observation: Observation, at now: BootTime
    ) {
        var lease = lease
        var meter = meter
        let answered = devicesAnswered(lease)
        // A second observer of the container has not asked for its devices.
        if lease.dispatch.devices.isEmpty, let watched = observation.watched {
            meter.merge(watched)
        }
        switch observation.state {
        case .running where meter.sight == .frozen:
            // It counts again from now on, if its devices have answered since it was seen frozen.
            if answered >= meter.lastSeen { meter.seeRunning(at: now, fence: lease.fence) }
        case .running: meter.seeRunning(at: min(now, answered), fence: lease.fence)
        case .frozenByOther: meter.seeFrozen(at: now)
        case .frozenByUs:
            meter.seeFrozen(at: now)
            if now < lease.fence { actions.append(.thaw(lease.id)) }
        case .ending: return
        case .exited(let reason, let finish):
            let exit =
                lease.exit
                ?? ContainerExit(reason: lease.reason(for: reason), at: min(finish, now))
            lease.exit = exit
            // The devices' next sample tells whether they were there until then.
            guard answered >= exit.at || now.nanosecondsSince(exit.at) > Self.longestSilence else {
                meter.seeRunning(at: min(answered, exit.at), fence: lease.fence)
                lease.progress.phase = .running(meter)
                table[lease.id] = lease
                return
            }
            // Whoever killed it may have frozen it before, unseen: nothing after the last sample.
            if exit.reason != .killed {
                meter.end(at: min(exit.at, answered), now: now, fence: lease.fence)
            }
            return save(lease.id, exit.reason, seconds: meter.seconds, at: now)
        }
        lease.progress.phase = .running(meter)
        table[lease.id] = lease
        if meter.seconds >= lease.mostSeconds {
            end(lease.id, lease.reasonAtMost, at: now)
        } else {
            freezeIfUnrenewed(lease.id, at: now)
        }
    }

    /// It was asked to die and has. What it ran until it was asked counts once its devices have
    /// answered after that, as for one that ends by itself.
    private mutating func settle(
        _ lease: HostedLease, _ tail: Tail, _ end: BootTime, at now: BootTime
    ) {
        guard case .ending(let reason, let seconds, let askedAt, _) = lease.phase else { return }
        var (lease, tail) = (lease, tail)
        let answered = devicesAnswered(lease)
        let isLost = deviceLoss(lease, at: now) != nil
        if answered < end, !isLost, now.nanosecondsSince(tail.until) <= Self.longestSilence {
            tail.meter.seeRunning(at: min(answered, end), fence: lease.fence)
            lease.progress.phase = .ending(reason, seconds: seconds, askedAt: askedAt, tail: tail)
            table[lease.id] = lease
            return
        }
        tail.meter.end(at: min(end, answered), now: now, fence: lease.fence)
        save(lease.id, reason, seconds: max(seconds, tail.meter.seconds), at: now)
    }

    private mutating func sampleFrozen(
        _ lease: HostedLease, _ meter: Meter, _ observation: Observation, at now: BootTime
    ) {
        var lease = lease
        var meter = meter
        if lease.dispatch.devices.isEmpty, let watched = observation.watched {
            meter.merge(watched)
        }
        meter.seeFrozen(at: now)
        switch observation.state {
        case .running, .frozenByOther: actions.append(.freeze(lease.id))
        case .frozenByUs, .ending: break
        case .exited(let reason, _):
            return save(lease.id, lease.reason(for: reason), seconds: meter.seconds, at: now)
        }
        lease.progress.phase = .frozen(meter)
        table[lease.id] = lease
    }

    private mutating func missing(_ id: LeaseID, at now: BootTime) {
        guard let lease = table[id] else { return }
        switch lease.phase {
        case .running(let meter), .frozen(let meter):
            save(id, .killed, seconds: meter.seconds, at: now)
        case .ending(let reason, let seconds, _, _):
            save(id, reason, seconds: seconds, at: now)
        case .preparing, .ready, .starting, .saving, .ended: break
        }
    }
}

// MARK: - Time

extension Host {
    mutating func runTimers(at now: BootTime) {
        beat(at: now)
        askDrain(at: now)
        endWithoutDevices(at: now)
        scrubWhatIsDue(at: now)
        tellScrubs(at: now)
        yieldToOwner(at: now)
        offerAnew(at: now)
        for id in leases.map(\.id) {
            freezeIfUnrenewed(id, at: now)
            startIfReady(id, at: now)
            killAgainIfDue(id, at: now)
            giveUpSavingIfLate(id, at: now)
            claimIfDue(id, at: now)
            resendClaim(id, at: now)
        }
    }

    /// The fence: from `fence` on it must not run, and nothing counts.
    private mutating func freezeIfUnrenewed(_ id: LeaseID, at now: BootTime) {
        guard var lease = table[id], case .running(var meter) = lease.phase, now >= lease.fence
        else { return }
        meter.seeFrozen(at: now)
        lease.progress.phase = .frozen(meter)
        put(lease)
        actions.append(.freeze(id))
    }

    private mutating func killAgainIfDue(_ id: LeaseID, at now: BootTime) {
        guard var lease = table[id],
            case .ending(let reason, let seconds, let askedAt, let tail) = lease.phase,
            now.nanosecondsSince(askedAt) >= Self.resendEvery
        else { return }
        lease.progress.phase = .ending(reason, seconds: seconds, askedAt: now, tail: tail)
        table[id] = lease
        actions.append(.kill(id))
    }

    private mutating func giveUpSavingIfLate(_ id: LeaseID, at now: BootTime) {
        guard let lease = table[id], case .saving(_, _, let until) = lease.phase, now >= until
        else { return }
        let isWorkLost = !lease.dispatch.workload.outputs.isEmpty
        saved(id, isWorkLost ? .outputsLost : .logsLost, at: now)
    }
}
