/// A baseline: one order of service, one rule for the place. Whoever waits is tried again whenever
/// anything has become free, oldest first, and nobody holds up those behind him; that is more than a
/// scheduler gives that lets pods back off.
struct BaselineDispatcher: Dispatcher {
    private struct Turn: Comparable {
        let key: Int64
        let job: Int

        static func < (left: Turn, right: Turn) -> Bool {
            (left.key, left.job) < (right.key, right.job)
        }
    }

    /// Who is served first: who came first, or whose deadline comes first.
    enum Service { case age, deadline }

    private let world: SteadyWorld
    private let service: Service
    private var cluster: SteadyCluster
    private var rule: SteadyRule
    private var queue: [Turn] = []
    /// Kinds that fit nowhere until something becomes free.
    private var isHopeless: [Bool]

    init(_ world: SteadyWorld, _ rule: SteadyRule.Name, _ service: Service) {
        self.world = world
        self.service = service
        cluster = SteadyCluster(world)
        self.rule = SteadyRule(rule, world)
        isHopeless = world.kinds.map { _ in false }
    }

    mutating func submit(_ job: Int, attempt: Int64) {
        let turn = turn(job)
        queue.insert(turn, at: queue.firstSortedIndex { $0 >= turn })
    }

    mutating func withdraw(_ job: Int) {
        let place = queue.firstSortedIndex { $0 >= turn(job) }
        if place < queue.count, queue[place].job == job { queue.remove(at: place) }
    }

    private func turn(_ job: Int) -> Turn {
        let facts = world.jobs[job]
        return Turn(key: service == .age ? facts.submitted : facts.deadline, job: job)
    }

    mutating func release(_ lease: SteadyLease, ran: Int64, isLost: Bool) {
        cluster.give(world.jobs[lease.job].kind, lease.node, lease.devices)
        hope()
    }

    mutating func leave(_ node: Int) { cluster.set(node, isThere: false) }

    mutating func join(_ node: Int) {
        cluster.set(node, isThere: true)
        hope()
    }

    private mutating func hope() {
        for kind in isHopeless.indices { isHopeless[kind] = false }
    }

    mutating func dispatch(at now: Int64) -> [Dispatch] {
        var done: [Dispatch] = []
        var waiting: [Turn] = []
        for turn in queue {
            let kind = world.jobs[turn.job].kind
            guard !isHopeless[kind], let node = rule.node(for: kind, in: cluster) else {
                isHopeless[kind] = true
                waiting.append(turn)
                continue
            }
            let devices = cluster.devices(kind, node)
            cluster.take(kind, node, devices)
            done.append(
                .start(
                    SteadyLease(
                        job: turn.job, node: node, devices: devices,
                        rate: cluster.rates[kind][node])))
        }
        if !done.isEmpty { queue = waiting }
        return done
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first index whose element is on the far side of a sorted collection; the end index when none
    /// is.
    func firstSortedIndex(where isAtOrAfter: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if isAtOrAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
