import Domain

// What the passing of time asks for.
extension Sessions {
    /// Between two periods of a lease, in which it is logged and settled so far.
    private static let periodTicks = 60

    mutating func tick(at now: Timestamp) {
        ticks += 1
        keepUp(at: now)
        for node in sessions.keys.sorted() {
            if liveness.health(of: node, at: now) == .silent {
                hangUp(node, code: "silent")
            } else {
                deliver(to: node, at: now)
            }
        }
        let lost = lostOffers.sorted()
        lostOffers = []
        for node in lost { settleOffer(of: node) }
    }

    /// The market's own sign of life, leases that end now, and from time to time their periods.
    /// One such work at a time: a slow store is not asked twice for the same.
    private mutating func keepUp(at now: Timestamp) {
        guard !isUpkeepWaiting else { return }
        isUpkeepWaiting = true
        let isPeriodOver = ticks - lastPeriod >= Self.periodTicks
        if isPeriodOver { lastPeriod = ticks }
        var commands: [Command] = [.keepAlive]
        for node in view.nodes {
            for lease in view.live(on: node) {
                if let reason = dueEnd(of: lease, at: now) {
                    // Not renewed from here on, though the end is not committed yet: the node's
                    // fence, as it last knew it, is over by now.
                    unrenewed[lease.id] = .ending
                    commands.append(.endLease(lease.id, reason))
                } else if isPeriodOver, case .running = lease.life {
                    commands.append(.closePeriod(lease.id))
                }
            }
        }
        perform(commands, for: .upkeep(at: now))
    }

    /// The next tick asks again for what is due then: ends, and periods that were to be closed.
    mutating func loseUpkeep(_ work: SessionWork) {
        isUpkeepWaiting = false
        let hadPeriods = work.commands.contains { command in
            if case .closePeriod = command { true } else { false }
        }
        if hadPeriods { lastPeriod = ticks - Self.periodTicks }
    }

    /// Why a live lease ends now: its node is lost, or it is overdue and was not renewed for its
    /// fence and a tenth.
    private mutating func dueEnd(of lease: Lease, at now: Timestamp) -> EndReason? {
        if liveness.isLost(lease, at: now) { return .nodeLost }
        guard let reason = overdue(lease, at: now) else {
            // It was heard of in the last moment: it is renewed again, unless its end is under way.
            if case .overdue? = unrenewed[lease.id] { unrenewed[lease.id] = nil }
            return unrenewed[lease.id] == nil ? nil : .nodeLost
        }
        switch unrenewed[lease.id] {
        case .overdue(let since):
            return now.millisecondsSince(since) > lease.fence * 1100 ? reason : nil
        case .ending: return reason
        case nil:
            unrenewed[lease.id] = .overdue(since: now)
            return nil
        }
    }

    /// A node that answers may still start or run what is overdue.
    private func overdue(_ lease: Lease, at now: Timestamp) -> EndReason? {
        switch lease.life {
        case .locking(let until):
            // A job that has ended meanwhile has told no node of it.
            view.job(of: lease)?.life != .active
                ? .stopped : until < now ? .startFailed(code: EndReason.notLocked) : nil
        case .reserved(let until): until < now ? .startFailed(code: "timeout") : nil
        case .running(_, let reading, _):
            reading.acceptedAt.advanced(seconds: quietSeconds) < now ? .nodeLost : nil
        case .ended, .settled: nil
        }
    }
}
