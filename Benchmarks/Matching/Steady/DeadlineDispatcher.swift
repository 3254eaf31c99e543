import Domain
import Matching

/// Any policy in a world of deadlines, where all have the same rights: nobody waits who can no more be in
/// time, and a lease may be stopped for another job, which loses its work and waits again.
struct DeadlineDispatcher<Base: Dispatcher>: Dispatcher {
    /// Who makes way for whom.
    enum Preemption {
        case none
        /// Whose deadline is later makes way for whose is earlier, the latest first.
        case laterDeadline
        /// The market's (`DeadlineRule`).
        case redoable
    }

    /// Of those who wait, how many may look for somebody who makes way at once: the first by deadline.
    private static var looking: Int { 8 }

    private let world: SteadyWorld
    private let preemption: Preemption
    private var base: Base
    private var cluster: SteadyCluster
    private var stage: DeadlineStage
    /// Who waits.
    private var waiting: Set<Int> = []

    init(_ world: SteadyWorld, _ base: Base, _ preemption: Preemption) {
        self.world = world
        self.base = base
        self.preemption = preemption
        cluster = SteadyCluster(world)
        stage = DeadlineStage(world)
    }

    mutating func submit(_ job: Int, attempt: Int64) {
        waiting.insert(job)
        base.submit(job, attempt: attempt)
    }

    mutating func withdraw(_ job: Int) {
        waiting.remove(job)
        base.withdraw(job)
    }

    mutating func release(_ lease: SteadyLease, ran: Int64, isLost: Bool) {
        base.release(lease, ran: ran, isLost: isLost)
        cluster.give(world.jobs[lease.job].kind, lease.node, lease.devices)
        stage.remove(lease)
    }

    mutating func leave(_ node: Int) {
        base.leave(node)
        cluster.set(node, isThere: false)
    }

    mutating func join(_ node: Int) {
        base.join(node)
        cluster.set(node, isThere: true)
    }

    mutating func dispatch(at now: Int64) -> [Dispatch] {
        var done: [Dispatch] = []
        for job in waiting.sorted() where world.jobs[job].latestStart < now {
            withdraw(job)
            done.append(.refuse(job))
        }
        start(at: now, &done)
        while let leases = whoMakesWay(at: now) {
            for lease in leases {
                release(lease, ran: 0, isLost: false)
                done.append(.stop(lease.job))
            }
            start(at: now, &done)
        }
        return done
    }

    private mutating func start(at now: Int64, _ done: inout [Dispatch]) {
        for dispatch in base.dispatch(at: now) {
            done.append(dispatch)
            guard case .start(let lease) = dispatch else { continue }
            waiting.remove(lease.job)
            cluster.take(world.jobs[lease.job].kind, lease.node, lease.devices)
            stage.add(lease, since: now)
        }
    }

    private func whoMakesWay(at now: Int64) -> [SteadyLease]? {
        let jobs = world.jobs
        switch preemption {
        case .none: return nil
        case .laterDeadline:
            let first = waiting.sorted { (jobs[$0].deadline, $0) < (jobs[$1].deadline, $1) }
            for job in first.prefix(Self.looking) {
                if let leases = stage.later(than: job, at: now, cluster) { return leases }
            }
        case .redoable:
            for job in waiting.sorted() where jobs[job].latestStart <= now {
                if let leases = stage.redoable(for: job, at: now, cluster) { return leases }
            }
        }
        return nil
    }
}
