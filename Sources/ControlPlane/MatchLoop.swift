import Accounting
package import Domain
package import Logging
package import Marketplace
package import Matching
import ServiceLifecycle

/// Owns the resident order book: fed by commits, it proposes, and the market clears.
package actor MatchLoop: Service {
    /// Proposals cleared in one transaction.
    private static let batch = 64
    /// Rounds in a row in which nothing was taken, before news is looked at.
    private static let mostFruitless = 64
    /// Rows of one kind read when the book is rebuilt.
    private static let rebuildLimit = 1_000_000

    private let store: any Store
    private let feed: Feed
    private let newLease: @Sendable () -> LeaseID
    private let log: Logger
    private var book = OrderBook()
    private var jobs: [JobID: Job] = [:]
    /// Jobs that came or went since the book was told what to expect.
    private var changes = 0
    /// Whether the book has not been told yet.
    private var isNew = true
    /// Orders whose job's hold has nothing free until one of its leases ends.
    private var parked: [JobID: [Order]] = [:]

    package init(
        store: any Store, feed: Feed, newLease: @escaping @Sendable () -> LeaseID, log: Logger
    ) {
        self.store = store
        self.feed = feed
        self.newLease = newLease
        self.log = log
    }

    package func run() async throws {
        for await event in feed.follow().cancelOnGracefulShutdown() {
            switch event {
            case .rebuild: try await rebuild()
            case .commit(let commit): take(commit.rows)
            }
            expect()
            try await place()
        }
    }

    /// Tells the book what orders there will be: like those of the jobs that are open, as many of each
    /// as run at once, at most a batch. Anew when a quarter of the jobs has come or gone, for it
    /// weighs every offer again.
    private func expect() {
        guard changes > max(64, jobs.count / 4) || isNew else { return }
        (changes, isNew) = (0, false)
        let demand = Dictionary(grouping: jobs.values, by: \.terms.needs)
            .mapValues { jobs in
                jobs.reduce(0) { $0 + Int64(min($1.terms.tasks, $1.terms.parallel, Self.batch)) }
            }
        book.expect(demand.map { ($0.key, $0.value) })
    }

    /// Why the book's offers do or do not fit, right now.
    package func explain(_ needs: Needs) -> Explanation { book.explain(needs) }

    /// What such an order would pay now, where it would go.
    package func rate(of needs: Needs) -> Rate? { book.rate(of: needs) }

    /// When the book will have room for what it has none for now, as these leases end.
    package func expectedStart(
        of needs: Needs, as task: TaskID?, _ leases: [Lease]
    ) -> ExpectedStart? {
        let occupied = leases.filter(\.life.isLive).map { lease in
            Occupation(
                node: lease.node, slice: lease.slice, devices: lease.devices.map(\.id),
                until: lease.latestEnd)
        }
        return book.expectedStart(of: needs, as: task, occupied)
    }

    private func rebuild() async throws {
        let offers = Read.offers(limit: Self.rebuildLimit)
        let open = Read.openTasks(limit: Self.rebuildLimit)
        let openJobs = Read.openJobs(limit: Self.rebuildLimit)
        let rows = try await store.read([offers, open, openJobs])
        book = OrderBook()
        isNew = true
        jobs = [:]
        parked = [:]
        take(rows[openJobs] + rows[offers] + rows[open])
    }

    private func take(_ rows: [Row]) {
        // Jobs first: a task's order needs its job's terms.
        for case .job(let job) in rows {
            if case .closed = job.life {
                if jobs.removeValue(forKey: job.id) != nil { changes += 1 }
            } else if jobs.updateValue(job, forKey: job.id) == nil {
                changes += 1
            }
        }
        for row in rows {
            switch row {
            case .offer(let offer): book.put(offer)
            case .task(let task): take(task)
            case .hold(let hold): unpark(hold.job)
            default: break  // no other row is on the book
            }
        }
    }

    private func take(_ task: JobTask) {
        guard case .open(let since) = task.life, let job = jobs[task.id.job] else {
            book.removeOrder(task.id)
            return
        }
        book.add(
            Order(
                task: task.id, attempt: task.attempt, needs: job.terms.needs, since: since))
    }

    private func unpark(_ job: JobID) {
        for order in parked.removeValue(forKey: job) ?? [] { book.add(order) }
    }

    private func place() async throws {
        // Each refusal is noted on the book, so that rounds come to an end by themselves; the bound is for
        // a book that is wrong about that: news comes only between placings.
        var fruitless = 0
        while fruitless < Self.mostFruitless {
            let proposals = book.proposals(limit: Self.batch)
            guard !proposals.isEmpty else { return }
            let outcomes = try await store.perform(proposals.map(clearing))
            let isFruitless = outcomes.allSatisfy { if case .failure = $0 { true } else { false } }
            fruitless = isFruitless ? fruitless + 1 : 0
            for (proposal, outcome) in zip(proposals, outcomes) {
                switch outcome {
                case .success: break  // the commit's rows take the order off the book
                case .failure(let refusal): repair(proposal, refusal)
                }
            }
        }
    }

    private func clearing(_ proposal: Proposal) -> Command {
        .clear(
            Clearing(
                lease: newLease(), task: proposal.task, attempt: proposal.attempt,
                node: proposal.node, offerVersion: proposal.offerVersion,
                devices: proposal.devices))
    }

    /// The book believed something stale; it will not propose that again until a commit tells news.
    private func repair(_ proposal: Proposal, _ refusal: Refusal) {
        log.debug(
            "proposal refused",
            metadata: ["task.id": "\(proposal.task)", "code": "\(refusal.code)"])
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

extension Lease {
    /// When it will have used its escrow, if it is never silent nor asked to pause.
    fileprivate var latestEnd: Timestamp {
        let seconds = Bill.seconds(paidBy: escrow, rate: rate)
        switch life {
        case .reserved(let until): return until.advanced(seconds: seconds)
        case .running(let since, _, _):
            return since.advanced(seconds: seconds).advanced(milliseconds: silenceMilliseconds)
        case .ended(_, let since, _, _): return since
        case .settled(_, _, _, let moment): return moment
        }
    }
}
