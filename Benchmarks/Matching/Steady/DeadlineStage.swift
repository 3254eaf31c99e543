import Domain
import Matching

/// Who runs where, and who of them could make way.
struct DeadlineStage {
    private struct Running {
        let lease: SteadyLease
        let since: Int64
    }

    private let world: SteadyWorld
    /// By node, in the order of their starts.
    private var running: [[Running]]

    init(_ world: SteadyWorld) {
        self.world = world
        running = world.nodes.map { _ in [] }
    }

    mutating func add(_ lease: SteadyLease, since: Int64) {
        running[lease.node].append(Running(lease: lease, since: since))
    }

    mutating func remove(_ lease: SteadyLease) {
        running[lease.node].removeAll { $0.lease.job == lease.job }
    }

    /// The leases with later deadlines on one node that make room, where the least work is lost; of equal
    /// losses the first node's.
    func later(than job: Int, at now: Int64, _ cluster: SteadyCluster) -> [SteadyLease]? {
        var best: (lost: Int64, leases: [SteadyLease])?
        for node in running.indices {
            guard let leases = later(than: job, on: node, cluster) else { continue }
            let lost = leases.reduce(0) { $0 + self.lost($1, now, cluster) }
            if best.map({ lost < $0.lost }) ?? true { best = (lost, leases.map(\.lease)) }
        }
        return best?.leases
    }

    private func lost(_ running: Running, _ now: Int64, _ cluster: SteadyCluster) -> Int64 {
        let count = cluster.shapes[world.jobs[running.lease.job].kind].count
        return (now - running.since) * Int64(max(count, 1))
    }

    private func later(than job: Int, on node: Int, _ cluster: SteadyCluster) -> [Running]? {
        let kind = world.jobs[job].kind
        let shape = cluster.shapes[kind]
        let accepted = cluster.accepted[kind][node]
        guard cluster.isThere[node], accepted.nonzeroBitCount >= shape.count else { return nil }
        let deadline = world.jobs[job].deadline
        let later = running[node].filter { world.jobs[$0.lease.job].deadline > deadline }
            .sorted { world.jobs[$0.lease.job].deadline > world.jobs[$1.lease.job].deadline }
        var (cpu, memory) = (cluster.cpu[node], cluster.memory[node])
        var free = cluster.free[node]
        var chosen: [Running] = []
        for running in later {
            let given = cluster.shapes[world.jobs[running.lease.job].kind]
            cpu += given.milliCPU
            memory += given.memory
            free |= running.lease.devices
            chosen.append(running)
            if cpu >= shape.milliCPU, memory >= shape.memory,
                (free & accepted).nonzeroBitCount >= shape.count
            {
                return chosen
            }
        }
        return nil
    }

    /// By the market's rule: where the least work is lost; of equal losses the first node's.
    func redoable(for job: Int, at now: Int64, _ cluster: SteadyCluster) -> [SteadyLease]? {
        let kind = world.jobs[job].kind
        let moment = Timestamp(milliseconds: now)
        var best: (node: Int, room: DeadlineRule.Room)?
        for node in running.indices where cluster.isThere[node] {
            guard cluster.accepted[kind][node].nonzeroBitCount >= cluster.shapes[kind].count,
                let room = DeadlineRule.room(
                    for: world.kinds[kind].needs, on: offer(node, cluster),
                    among: running[node].map { tenure($0) }, at: moment)
            else { continue }
            if best.map({ room.lost < $0.room.lost }) ?? true { best = (node, room) }
        }
        guard let best, !best.room.leases.isEmpty else { return nil }
        let jobs = Set(best.room.leases.map { $0.task.index - 1 })
        return running[best.node].map(\.lease).filter { jobs.contains($0.job) }
    }

    private func offer(_ node: Int, _ cluster: SteadyCluster) -> Offer {
        var offer = world.nodes[node].offer
        offer.free = Resources(
            milliCPU: cluster.cpu[node], memoryBytes: cluster.memory[node],
            diskBytes: offer.terms.capacity.diskBytes)
        offer.freeDevices = devices(node, cluster.free[node])
        return offer
    }

    private func devices(_ node: Int, _ bits: UInt64) -> [DeviceID] {
        world.nodes[node].offer.terms.devices.enumerated()
            .filter { bits >> UInt64($0.offset) & 1 == 1 }.map(\.element.id)
    }

    private func tenure(_ running: Running) -> DeadlineRule.Tenure {
        let job = world.jobs[running.lease.job]
        return DeadlineRule.Tenure(
            task: BookDispatcher.task(running.lease.job),
            slice: world.kinds[job.kind].needs.slice,
            devices: devices(running.lease.node, running.lease.devices),
            started: Timestamp(milliseconds: running.since), deadline: job.promise)
    }
}
