import Domain

/// Where the node stands with its market.
enum Session: Hashable, Sendable {
    case down
    /// Hello is said, the welcome is due.
    case greeting
    case up(Heartbeats)
}

/// Heartbeats that were sent and not yet answered, oldest first, and when the next is due.
struct Heartbeats: Hashable, Sendable {
    struct Sent: Hashable, Sendable {
        let number: Int64
        let at: BootTime
    }

    static let every: Int64 = 1_000_000_000
    /// Older unanswered ones can renew nothing more.
    static let mostUnanswered = 60

    private(set) var unanswered: [Sent] = []

    func isDue(at now: BootTime) -> Bool {
        guard let last = unanswered.last else { return true }
        return now.nanosecondsSince(last.at) >= Self.every
    }

    mutating func send(_ number: Int64, at now: BootTime) {
        unanswered.append(Sent(number: number, at: now))
        if unanswered.count > Self.mostUnanswered { unanswered.removeFirst() }
    }

    /// When heartbeat `number` was sent; it stays the last one sent, the older ones are dropped.
    mutating func answer(_ number: Int64) -> BootTime? {
        guard let place = unanswered.firstIndex(where: { $0.number == number }) else { return nil }
        let sent = unanswered[place]
        unanswered.removeFirst(place)
        return sent.at
    }
}

extension Host {
    mutating func greet(at now: BootTime) {
        session = .greeting
        answeredHeartbeatSentAt = nil
        drainSaidAt = nil
        isWishHeard = false
        let offered = offered(at: now)
        saidTerms = offered
        saidClosing = owner.closing(after: now)
        actions.append(
            .send(
                .hello(
                    terms: offered, leases: leases.map(\.id), closesIn: closesIn(saidClosing, now))
            ))
    }

    mutating func hangUp() {
        session = .down
        answeredHeartbeatSentAt = nil
        drainSaidAt = nil
    }

    mutating func take(_ frame: MarketFrame, at now: BootTime) {
        switch frame {
        case .welcome: welcomed(at: now)
        case .renewal(let number, let renewals): renew(number, renewals, at: now)
        case .dispatch(let effect, let dispatch): accept(effect, dispatch, at: now)
        case .stop(let effect, let lease, let reason): stop(effect, lease, reason, at: now)
        case .leave(let effect, let lease, let notice):
            leave(effect, lease, noticeMilliseconds: notice, at: now)
        case .receiptAccepted(let lease, let sequence): accepted(lease, sequence, at: now)
        case .receiptRefused(let lease, let sequence, let code):
            refused(lease, sequence, code: code, at: now)
        case .drained: isDrainUnanswered = false
        case .scrubAnswered(let device, let scrub, _):
            if untold[device]?.receipt.scrub == scrub { untold[device] = nil }
        case .wish(let number, let wish): take(wish, number: number, at: now)
        case .goodbye(MarketFrame.secondSessionTried): break
        case .goodbye:
            hangUp()
            actions.append(.reconnect)
        }
    }

    /// From here on frames may be sent: the first heartbeat, and every receipt that waits.
    private mutating func welcomed(at now: BootTime) {
        guard case .greeting = session else { return }
        session = .up(Heartbeats())
        for lease in leases {
            table[lease.id]?.claimSentAt = nil
        }
        beat(at: now)
        askDrain(at: now)
        tellCleanAgain()
        tellScrubs(at: now)
        offerAnew(at: now)
        for lease in leases { resendClaim(lease.id, at: now) }
    }

    /// Once a second, as long as the market has not answered.
    mutating func askDrain(at now: BootTime) {
        guard case .up = session, isDrainUnanswered else { return }
        if let saidAt = drainSaidAt, now.nanosecondsSince(saidAt) < Self.resendEvery { return }
        drainSaidAt = now
        actions.append(.send(.drain))
    }

    mutating func beat(at now: BootTime) {
        guard case .up(var heartbeats) = session, isNoticeNews || heartbeats.isDue(at: now) else {
            return
        }
        heartbeatNumber += 1
        heartbeats.send(heartbeatNumber, at: now)
        session = .up(heartbeats)
        isNoticeNews = false
        actions.append(
            .send(.heartbeat(number: heartbeatNumber, leaving: leaveCalls(at: now))))
    }

    /// Moves the fence of every lease that is listed, counted from when the heartbeat was *sent*.
    private mutating func renew(_ number: Int64, _ renewals: [Renewal], at now: BootTime) {
        guard case .up(var heartbeats) = session, let sentAt = heartbeats.answer(number) else {
            return
        }
        session = .up(heartbeats)
        answeredHeartbeatSentAt = max(sentAt, answeredHeartbeatSentAt ?? sentAt)
        for renewal in renewals {
            guard let lease = table[renewal.lease] else { continue }
            if renewal.attempt > lease.dispatch.attempt {
                end(lease.id, .nodeLost, at: now)
            } else if renewal.attempt == lease.dispatch.attempt {
                moveFence(of: lease.id, countedFrom: sentAt, at: now)
            }
        }
    }

    /// Never backwards; thaws what only the fence had frozen.
    private mutating func moveFence(
        of id: LeaseID, countedFrom sentAt: BootTime, at now: BootTime
    ) {
        guard var lease = table[id] else { return }
        let fence = sentAt.advanced(nanoseconds: lease.dispatch.fenceNanoseconds)
        guard fence > lease.fence else { return }
        lease.fence = fence
        actions.append(.moveFence(id, fence))
        if case .frozen(let meter) = lease.phase, now < fence {
            lease.progress.phase = .running(meter)
            put(lease)
            actions.append(.thaw(id))
        } else {
            put(lease)
        }
        startIfReady(id, at: now)
    }
}

extension Dispatch {
    /// Bounded, so that adding it to any boot time cannot overflow.
    var fenceNanoseconds: Int64 { min(max(fence, 0), 31_622_400) * 1_000_000_000 }
}
