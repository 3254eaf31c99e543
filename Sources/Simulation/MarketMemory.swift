import Accounting
import Domain
import Marketplace
import Matching

/// What the market's program holds in memory; a crash loses all of it.
struct MarketMemory {
    struct Session {
        let connection: Int
        var isGreeted = false
        var lastFrameAt: Moment
    }

    var liveness: Liveness
    var book = OrderBook()
    var jobs: [JobID: Job] = [:]
    /// Orders that wait until a lease of their job gives some of the hold back.
    var parked: [JobID: [Order]] = [:]
    /// By place of the node.
    var sessions: [Session?]
    /// Live leases by place of their node, in the order of their ids.
    var live: [[Lease]]
    /// Leases that are renewed no more, since then: they end when their fence has surely run out.
    var expiring: [LeaseID: Moment] = [:]
    /// When an effect was last sent in this run.
    var sentAt: [EffectID: Moment] = [:]
    /// Receipts that wait for company, with when they arrived.
    var meters: [(place: Int, frame: SignedReceipt, arrivedAt: Timestamp)] = []
    var ticks = 0

    init(liveness: Liveness, nodes: Int) {
        self.liveness = liveness
        sessions = Array(repeating: nil, count: nodes)
        live = Array(repeating: [], count: nodes)
    }

    /// Follows a commit. Jobs first: a task's order needs its job's terms.
    mutating func take(_ rows: [Row], place: (NodeID) -> Int?) {
        for case .job(let job) in rows {
            if case .closed = job.life { jobs[job.id] = nil } else { jobs[job.id] = job }
        }
        for row in rows {
            switch row {
            case .offer(let offer): book.put(offer)
            case .task(let task): take(task)
            case .hold(let hold): unpark(hold.job)
            case .lease(let lease): if let place = place(lease.node) { take(lease, place) }
            default: break  // nothing else is kept in memory
            }
        }
    }

    private mutating func take(_ lease: Lease, _ place: Int) {
        let position = live[place].firstIndex { $0.id >= lease.id } ?? live[place].count
        let isKnown = position < live[place].count && live[place][position].id == lease.id
        switch (lease.life.isLive, isKnown) {
        case (true, true): live[place][position] = lease
        case (true, false): live[place].insert(lease, at: position)
        case (false, true):
            live[place].remove(at: position)
            expiring[lease.id] = nil
        case (false, false): break
        }
    }

    private mutating func take(_ task: JobTask) {
        guard case .open(let since) = task.life, let job = jobs[task.id.job] else {
            return book.removeOrder(task.id)
        }
        book.add(
            Order(task: task.id, attempt: task.attempt, needs: job.terms.needs, since: since))
    }

    private mutating func unpark(_ job: JobID) {
        for order in parked.removeValue(forKey: job) ?? [] { book.add(order) }
    }

    /// Keeps a refused proposal from being made again until there is news.
    mutating func repair(_ proposal: Proposal, _ refusal: Refusal) {
        switch refusal {
        case .budgetInUse:
            guard let order = book.order(of: proposal.task) else { return }
            book.removeOrder(proposal.task)
            parked[proposal.task.job, default: []].append(order)
        case .orderChanged: book.removeOrder(proposal.task)
        case .offerChanged: book.markRefused(proposal, stale: .offer)
        default: book.markRefused(proposal)
        }
    }
}
