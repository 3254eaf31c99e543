package import Domain

// The owner comes first. While the machine is closed nothing is offered and nothing starts; what
// runs is asked to leave, has its grace by the boot-time clock, and ends with it.
extension Host {
    /// Whether the machine as a whole is let now.
    package func ownerStanding(at now: BootTime) -> OwnerStanding {
        ownerClosings(at: now).first.map { .closed($0.code, since: $0.since) } ?? .open
    }

    func ownerClosings(at now: BootTime) -> [OwnerClosing] {
        let own = owner.closings(at: now)
        let gpus = gpusInOwnersUse(at: now).map { [$0] } ?? []
        return own + gpus + (owner.drained(at: now).map { [$0] } ?? [])
    }

    /// A machine whose owner uses all of its GPUs is in use as a whole, whatever else would fit:
    /// a program that draws needs the processor, too. With one left over only those are closed.
    private func gpusInOwnersUse(at now: BootTime) -> OwnerClosing? {
        let uses = terms.devices.compactMap { ownersUse(of: $0.id, at: now) }
        guard uses.count == terms.devices.count, let last = uses.max() else { return nil }
        return owner.closing(.ownerGPU, since: last)
    }

    /// Since when the owner's programs use a device; they still do until it was idle long enough.
    func ownersUse(of device: DeviceID, at now: BootTime) -> BootTime? {
        guard let use = devices[device]?.ownersUse, let since = use.since,
            now.nanosecondsSince(use.lastSeen) < owner.policy.idle
        else { return nil }
        return since
    }

    /// Whether the owner's programs are on it, or were lately: a scrub would take its memory from
    /// them, and find them there. It waits until they have gone.
    func isOwners(_ device: DeviceID, at now: BootTime) -> Bool {
        ownersUse(of: device, at: now) != nil || devices[device]?.ownersUse.isSeen == true
    }

    private func ownerClosings(of lease: HostedLease, at now: BootTime) -> [OwnerClosing] {
        ownerClosings(at: now)
            + lease.dispatch.devices.compactMap { device in
                ownersUse(of: device, at: now).map { owner.closing(.ownerGPU, since: $0) }
            } + (preemption(of: lease, at: now).map { [$0] } ?? [])
    }

    /// As if it were asked now: a notice that stands is not moved by that.
    private func preemption(of lease: HostedLease, at now: BootTime) -> OwnerClosing? {
        lease.progress.preemption.map { milliseconds in
            OwnerClosing(
                code: .preempted, since: now,
                gone: now.advanced(nanoseconds: milliseconds * 1_000_000))
        }
    }

    /// Why a lease may not start now.
    func ownerCode(against lease: HostedLease, at now: BootTime) -> String? {
        ownerClosings(of: lease, at: now).first?.code.rawValue
    }

    // MARK: What happens

    mutating func see(_ sight: OwnerSight, at now: BootTime) {
        owner.see(sight, at: now)
        yieldToOwner(at: now)
        offerAnew(at: now)
    }

    /// The first wish of a session is what the market holds, whatever it said before: it may have
    /// been restored from an older copy, and have given a number again. Within one they only grow.
    mutating func take(_ asked: OwnerWish<Int64>, number: Int64, at now: BootTime) {
        let wish = HeldWish(
            number: number,
            wish: asked.map { milliseconds in
                let span = min(max(milliseconds, 0), OwnerView.bounded(.max) / 1_000_000)
                return now.advanced(nanoseconds: span * 1_000_000)
            })
        let isFirst = !isWishHeard
        isWishHeard = true
        let isNews =
            number > owner.wish.number || (isFirst && number < owner.wish.number)
            || (isFirst && !wish.isSame(as: owner.wish))
            || (number == owner.wish.number && wish.isClearer(than: owner.wish))
        if isNews {
            owner.take(wish, at: now)
            actions.append(.record(.wished(wish)))
        }
        actions.append(.send(.wished(number: number)))
        yieldToOwner(at: now)
        offerAnew(at: now)
    }

    // MARK: Leases

    /// A spot lease makes way for an on-demand order. Its program has all of its notice from here on,
    /// however long this frame was under way. Idempotent.
    mutating func leave(
        _ effect: EffectID, _ id: LeaseID, noticeMilliseconds: Int64, at now: BootTime
    ) {
        guard var lease = table[id] else {
            // What is not known yet was dispatched before this, and comes again before this does.
            if finished.contains(id) { actions.append(.send(.acknowledged(effect))) }
            return
        }
        if lease.progress.preemption == nil {
            lease.progress.preemption = min(max(noticeMilliseconds, 0), SpotTerms.longestNotice)
            put(lease)
            yieldToOwner(at: now)
        }
        actions.append(.send(.acknowledged(effect)))
    }

    mutating func yieldToOwner(at now: BootTime) {
        for lease in leases {
            switch lease.phase {
            case .preparing, .ready, .starting:
                guard let code = ownerCode(against: lease, at: now) else { continue }
                end(lease.id, .yielded(code: code), at: now)
            // How it ended is known; its devices alone are still asked.
            case .running, .frozen: if lease.exit == nil { ask(lease, at: now) }
            case .ending, .saving, .ended: break
            }
        }
    }

    /// Gives, shortens, takes back or carries out the notice of a lease that runs.
    private mutating func ask(_ lease: HostedLease, at now: BootTime) {
        let due = ownerClosings(of: lease, at: now).filter { $0.gone != nil }
            .min { ($0.gone ?? now) < ($1.gone ?? now) }
        guard let standing = lease.progress.notice, !standing.isTakenBack else {
            if let due { return give(due, to: lease, at: now) }
            return forgetNotice(of: lease, at: now)
        }
        guard let due, let gone = due.gone else {
            if isOwnerKnown(standing.code) { takeBack(standing, of: lease) }
            return endIfOver(lease.id, at: now)
        }
        // Hours are read off a wall clock, which may be set; a grace once given stays what it is.
        let isSameHours = due.code == .schedule && standing.code == .schedule
        if gone < standing.until, !isSameHours {
            put(lease.noticed(LeaveNotice(code: due.code, until: gone, isTakenBack: false)))
        }
        endIfOver(lease.id, at: now)
    }

    /// A moment that is over cannot be kept any more: then the grace counts from now.
    private mutating func give(_ due: OwnerClosing, to lease: HostedLease, at now: BootTime) {
        let gone = due.gone ?? now
        let isKept = gone > now || due.code == .preempted
        let until = isKept ? gone : now.advanced(nanoseconds: owner.policy.grace)
        put(lease.noticed(LeaveNotice(code: due.code, until: until, isTakenBack: false)))
        actions.append(.notify(lease.id))
        endIfOver(lease.id, at: now)
    }

    private mutating func takeBack(_ notice: LeaveNotice, of lease: HostedLease) {
        var notice = notice
        notice.isTakenBack = true
        put(lease.noticed(notice))
    }

    private mutating func forgetNotice(of lease: HostedLease, at now: BootTime) {
        guard let notice = lease.progress.notice, now >= notice.until else { return }
        put(lease.noticed(nil))
    }

    /// Milliseconds beyond which no notice is told: a day. One from another boot may be far off.
    private static let farthest: Int64 = 86_400_000

    /// What a heartbeat says of them.
    func leaveCalls(at now: BootTime) -> [LeaveCall<Int64>] {
        leases.compactMap { lease in
            lease.progress.standingNotice.map { notice in
                let left = notice.until.nanosecondsSince(now) / 1_000_000
                return LeaveCall(
                    lease: lease.id, code: notice.code.rawValue,
                    until: min(max(left, -Self.farthest), Self.farthest))
            }
        }
    }

    private mutating func endIfOver(_ id: LeaseID, at now: BootTime) {
        guard let notice = table[id]?.progress.notice, !notice.isTakenBack, now >= notice.until
        else { return }
        end(id, .yielded(code: notice.code.rawValue), at: now)
    }

    /// Whether this run of the program can tell that such a closing is over. One that has just
    /// started has seen nobody come, and so nobody go: a notice of the run before stands until then.
    private func isOwnerKnown(_ code: OwnerCode) -> Bool {
        switch code {
        case .paused, .drained: true
        case .preempted: false
        case .schedule: owner.sight != nil
        case .ownerDesktop: owner.sight.map { $0.desktopIdle != .max } ?? false
        case .ownerGPU: terms.devices.allSatisfy { devices[$0.id]?.ownersUse.isSeen == false }
        }
    }
}

extension HostedLease {
    func noticed(_ notice: LeaveNotice?) -> HostedLease {
        var lease = self
        lease.progress.notice = notice
        return lease
    }

    /// How an end of the program is told. One that was asked to leave and leaves with 0 is done with
    /// its work; with any other code, such as 143, it has only done as it was told, and its task
    /// goes on elsewhere. What the kernel or others do to it has nothing to do with the owner.
    func reason(for exit: EndReason) -> EndReason {
        guard let notice = progress.notice, case .exited(let code) = exit, code != 0 else {
            return exit
        }
        return .yielded(code: notice.code.rawValue)
    }
}
