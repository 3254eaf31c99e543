import Accounting
import Domain
import Marketplace
import Matching

/// What the market's program holds in memory; a crash loses all of it.
struct MarketMemory {
    var sessions: Sessions
    var book = OrderBook()
    var jobs: [JobID: Job] = [:]
    /// Orders that wait until a lease of their job gives some of the hold back.
    var parked: [JobID: [Order]] = [:]
    var ticks = 0

    init(sessions: Sessions) { self.sessions = sessions }

    /// Follows a commit. Jobs first: a task's order needs its job's terms.
    mutating func take(_ rows: [Row]) {
        for case .job(let job) in rows {
            if case .closed = job.life { jobs[job.id] = nil } else { jobs[job.id] = job }
        }
        for row in rows {
            switch row {
            case .offer(let offer): book.put(offer)
            case .task(let task): take(task)
            case .hold(let hold): unpark(hold.job)
            default: break  // the sessions hear of commits themselves
            }
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
