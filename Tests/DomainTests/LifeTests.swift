import Domain
import Testing

/// Every pair of state and event, each decided in one table.
struct LifeTests {
    private static let now = Timestamp(milliseconds: 1000)
    private static let later = Timestamp(milliseconds: 2000)
    private static let lease = LeaseID("lse_1")!
    private static let receipt = SignedReceipt(bytes: [1], signature: [2])
    private static let first = Reading(
        sequence: 1, seconds: 0, acceptedAt: now, receipt: receipt)
    private static let next = Reading(
        sequence: 2, seconds: 9, acceptedAt: later, receipt: receipt)
    private static let posted = Posted(
        charge: try! Money(micro: 7), commission: try! Money(micro: 1))

    @Test func `a lease moves only forward, and keeps what it knows`() throws {
        let reserved = LeaseLife.reserved(until: Self.later)
        let running = LeaseLife.running(since: Self.now, Self.first, posted: Self.posted)
        let ended = LeaseLife.ended(.killed, since: Self.now, Self.next, posted: Self.posted)
        let never = LeaseLife.ended(.nodeLost, since: Self.now, nil, posted: .nothing)
        let settled = LeaseLife.settled(.killed, seconds: 9, Self.posted, at: Self.later)
        let locking = LeaseLife.locking(until: Self.now)
        let lock = LeaseEvent.locked(until: Self.later)
        let metered = LeaseEvent.metered(Self.next, since: Self.later)
        let post = LeaseEvent.posted(.nothing)
        let end = LeaseEvent.ended(.stopped, at: Self.later)
        let settle = LeaseEvent.settled(Self.posted, at: Self.later)
        let table: [(LeaseLife, LeaseEvent, LeaseLife?)] = [
            (locking, lock, .reserved(until: Self.later)),
            (locking, metered, nil), (locking, post, nil), (locking, settle, nil),
            (locking, end, .ended(.stopped, since: Self.later, nil, posted: .nothing)),
            (reserved, lock, nil), (running, lock, nil), (ended, lock, nil), (settled, lock, nil),
            (reserved, metered, .running(since: Self.later, Self.next, posted: .nothing)),
            (reserved, post, nil),
            (reserved, end, .ended(.stopped, since: Self.later, nil, posted: .nothing)),
            (reserved, settle, nil),
            (running, metered, .running(since: Self.now, Self.next, posted: Self.posted)),
            (running, post, .running(since: Self.now, Self.first, posted: .nothing)),
            (running, end, .ended(.stopped, since: Self.now, Self.first, posted: Self.posted)),
            (running, settle, nil),
            (ended, metered, nil), (ended, post, nil), (ended, end, nil),
            (ended, settle, .settled(.killed, seconds: 9, Self.posted, at: Self.later)),
            (never, settle, .settled(.nodeLost, seconds: 0, Self.posted, at: Self.later)),
            (settled, metered, nil), (settled, post, nil), (settled, end, nil),
            (settled, settle, nil),
        ]
        for (state, event, expected) in table {
            #expect((try? state.after(event)) == expected, "\(state) \(event)")
        }
        #expect(
            locking.isLive && reserved.isLive && running.isLive && !ended.isLive && !settled.isLive)
        #expect(ended.reading == Self.next && reserved.reading == nil && settled.reading == nil)
    }

    @Test func `an offer's two facts change apart: whether its node answers, whether it drains`() {
        let table: [(Offer.Availability, Offer.Event, Offer.Availability)] = [
            (.open, .connected, .open), (.open, .disconnected, .down),
            (.open, .drained, .draining), (.open, .resumed, .open),
            (.draining, .connected, .draining), (.draining, .disconnected, .drainingDown),
            (.draining, .drained, .draining), (.draining, .resumed, .open),
            (.down, .connected, .open), (.down, .disconnected, .down),
            (.down, .drained, .drainingDown), (.down, .resumed, .down),
            (.drainingDown, .connected, .draining), (.drainingDown, .disconnected, .drainingDown),
            (.drainingDown, .drained, .drainingDown), (.drainingDown, .resumed, .down),
        ]
        for (state, event, expected) in table {
            #expect(state.after(event) == expected, "\(state) \(event)")
        }
        #expect(table.count == Offer.Availability.allCases.count * Offer.Event.allCases.count)
        let connected = Offer.Availability.allCases.filter(\.isConnected)
        #expect(connected == [.open, .draining])
    }

    @Test func `a task is queued, open, leased and finished, and may be retried`() {
        let open = TaskLife.open(since: Self.now)
        let leased = TaskLife.leased(Self.lease)
        let finished = TaskLife.finished(.killed)
        let opened = TaskEvent.opened(at: Self.later)
        let matched = TaskEvent.matched(Self.lease)
        let ended = TaskEvent.ended(.exited(code: 0))
        let table: [(TaskLife, TaskEvent, TaskLife?)] = [
            (.queued, opened, .open(since: Self.later)), (.queued, matched, nil),
            (.queued, ended, nil), (.queued, .cancelled(.stopped), .finished(.stopped)),
            (.queued, .retried, nil),
            (open, opened, nil), (open, matched, leased), (open, ended, nil),
            (open, .cancelled(.budgetExhausted), .finished(.budgetExhausted)),
            (open, .retried, nil),
            (leased, opened, nil), (leased, matched, nil),
            (leased, ended, .finished(.exited(code: 0))), (leased, .cancelled(.stopped), nil),
            (leased, .retried, nil), (leased, .yielded, .queued), (open, .yielded, nil),
            (.queued, .yielded, nil), (finished, .yielded, nil),
            (finished, opened, nil), (finished, matched, nil), (finished, ended, nil),
            (finished, .cancelled(.stopped), nil), (finished, .retried, .queued),
        ]
        for (state, event, expected) in table {
            #expect((try? state.after(event)) == expected, "\(state) \(event)")
        }
    }

    @Test func `a job closes, drains, and may be reopened`() {
        let closing = JobLife.closing(.failed)
        let closed = JobLife.closed(.failed, at: Self.now)
        let close = JobEvent.close(.stopped)
        let drained = JobEvent.drained(at: Self.later)
        let table: [(JobLife, JobEvent, JobLife?)] = [
            (.active, close, .closing(.stopped)), (.active, drained, nil),
            (.active, .reopened, nil),
            (closing, close, nil), (closing, drained, .closed(.failed, at: Self.later)),
            (closing, .reopened, nil),
            (closed, close, nil), (closed, drained, nil), (closed, .reopened, .active),
        ]
        for (state, event, expected) in table {
            #expect((try? state.after(event)) == expected, "\(state) \(event)")
        }
    }
}
