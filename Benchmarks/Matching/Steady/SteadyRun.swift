/// One policy on one world, event by event. The clock is simulated; the same world and policy give the
/// same figures on every machine.
///
/// A machine that leaves takes its leases with it: what they have done is lost and paid, and the jobs
/// wait again after a backoff of 10 s that doubles with each loss of the job up to 10 minutes. When no
/// more jobs arrive, the run goes on until all are done.
struct SteadyRun<Policy: Dispatcher> {
    private enum Event {
        case submit(Int)
        case end(job: Int, attempt: Int64)
        case leave(Int)
        case join(Int)
        case look
    }

    private enum Life {
        case away
        case waiting(since: Int64)
        case running(SteadyLease, since: Int64)
        case done
    }

    private let world: SteadyWorld
    private var policy: Policy
    private var events = EventQueue<Event>()
    private var lives: [Life]
    private var attempts: [Int64]
    private var losses: [Int]
    private var open: Int
    private(set) var tally: SteadyTally

    /// - Parameter looks: when the policy is asked though nothing has changed but the time.
    init(_ world: SteadyWorld, _ policy: Policy, looks: [Int64] = []) {
        self.world = world
        self.policy = policy
        lives = world.jobs.map { _ in .away }
        attempts = world.jobs.map { _ in 0 }
        losses = attempts.map { _ in 0 }
        open = world.jobs.count
        tally = SteadyTally(world)
        for (number, job) in world.jobs.enumerated() {
            events.add(.submit(number), at: job.submitted)
        }
        for moment in looks { events.add(.look, at: moment) }
        for (number, node) in world.nodes.enumerated() {
            for outage in node.outages {
                events.add(.leave(number), at: outage.lowerBound)
                events.add(.join(number), at: outage.upperBound)
            }
        }
    }

    /// Until every job is done, or for four times as long as jobs arrive.
    mutating func run() {
        while open > 0, let now = events.next, now < world.horizon * 4 {
            tally.advance(to: now)
            while events.next == now, let event = events.popFirst() { take(event, at: now) }
            for dispatch in policy.dispatch(at: now) { take(dispatch, at: now) }
        }
    }

    private mutating func take(_ event: Event, at now: Int64) {
        switch event {
        case .submit(let job):
            attempts[job] += 1
            lives[job] = .waiting(since: now)
            tally.waits(job)
            policy.submit(job, attempt: attempts[job])
        case .end(let job, let attempt):
            guard case .running(let lease, let since) = lives[job], attempts[job] == attempt
            else { return }
            policy.release(lease, ran: (now - since) / 1_000, isLost: false)
            tally.ends(lease, since: since, at: now, .finished)
            finish(job)
        case .leave(let node): leave(node, at: now)
        case .join(let node):
            policy.join(node)
            tally.joins(node)
        case .look: break
        }
    }

    private mutating func leave(_ node: Int, at now: Int64) {
        for job in tally.jobs(on: node) {
            guard case .running(let lease, let since) = lives[job] else { continue }
            policy.release(lease, ran: (now - since) / 1_000, isLost: true)
            tally.ends(lease, since: since, at: now, .lost)
            lives[job] = .away
            losses[job] += 1
            let backoff = min(Int64(10_000) << Int64(min(losses[job] - 1, 6)), 600_000)
            events.add(.submit(job), at: now + backoff)
            tally.backsOff(job, backoff)
        }
        policy.leave(node)
        tally.leaves(node)
    }

    private mutating func take(_ dispatch: Dispatch, at now: Int64) {
        switch dispatch {
        case .start(let lease):
            guard case .waiting(let since) = lives[lease.job] else { return }
            lives[lease.job] = .running(lease, since: now)
            tally.starts(lease, waited: now - since)
            events.add(
                .end(job: lease.job, attempt: attempts[lease.job]),
                at: now + world.jobs[lease.job].length)
        case .stop(let job):
            guard case .running(let lease, let since) = lives[job] else { return }
            tally.ends(lease, since: since, at: now, .lost)
            events.add(.submit(job), at: now)
            lives[job] = .away
        case .refuse(let job):
            guard case .waiting = lives[job] else { return }
            tally.refused(job)
            finish(job)
        }
    }

    private mutating func finish(_ job: Int) {
        lives[job] = .done
        open -= 1
    }
}
