import Accounting
package import Domain
package import Matching

/// The market's placing as a machine over values: commits in, commands out.
///
/// The match loop and the simulator pump it, and add nothing to it.
package struct Placing: Sendable {
    /// What goes into one transaction, and what it comes from.
    package struct Step: Hashable, Sendable {
        package let command: Command
        package let proposals: [Proposal]
    }

    /// Proposals of one round.
    package static let batch = 64
    /// Rounds in a row in which nothing was taken, before news is looked at: each refusal is noted on
    /// the book, so that rounds come to an end by themselves; the bound is for a book that is wrong.
    package static let mostFruitless = 64
    /// Leases beyond which no start is foretold: it would take too long, and placing waits for it.
    private static let mostLookedAt = 20_000
    /// Rows of one kind read when the book is rebuilt.
    private static let everything = 1_000_000

    package static let reads: [Read] = [
        .openJobs(limit: everything), .offers(limit: everything), .openTasks(limit: everything),
        .unsettledLeases(limit: everything),
    ]
    /// Between looks for places to keep.
    private static let reservingEvery: Int64 = 10_000

    package internal(set) var book = OrderBook()
    /// Looked up, and walked only where the order does not matter.
    package private(set) var jobs: [JobID: Job] = [:]
    /// Orders whose job's hold has nothing free until one of its leases ends.
    private var parked: [JobID: [Order]] = [:]
    /// Live ones; looked up, and walked only where the order does not matter.
    package private(set) var leases: [LeaseID: Lease] = [:]
    private var reservedAt = Timestamp(milliseconds: 0)
    private var agenda = Agenda()
    /// Who can make way for whom.
    var preempting = Preempting()
    /// Jobs that came or went since the book was told what to expect.
    private var changes = 0
    /// Whether the book has not been told yet.
    private var isNew = true

    package init() {}

    /// From the rows of `reads`.
    package init(rows: Rows) {
        for read in Self.reads { take(rows[read]) }
    }

    // MARK: Commits

    /// Follows a commit. Jobs first: a task's order needs its job's terms.
    package mutating func take(_ rows: [Row]) {
        for case .job(let job) in rows {
            agenda.follow(job)
            if case .closed = job.life {
                if jobs.removeValue(forKey: job.id) != nil { changes += 1 }
            } else if jobs.updateValue(job, forKey: job.id) == nil {
                changes += 1
            }
            followAwaited(job)
        }
        for row in rows {
            switch row {
            case .offer(let offer):
                book.put(offer)
                preempting.take(offer)
            case .task(let task): take(task)
            case .lease(let lease): take(lease)
            case .hold(let hold): unpark(hold.job)
            default: break  // no other row is on the book
            }
        }
    }

    private mutating func take(_ task: JobTask) {
        guard case .open(let since) = task.life, let job = jobs[task.id.job] else {
            parked[task.id.job]?.removeAll { $0.task == task.id }
            preempting.forget(task.id)
            return book.removeOrder(task.id)
        }
        book.add(
            Order(
                task: task.id, attempt: task.attempt, needs: job.terms.needs, since: since,
                deadline: job.terms.deadline, formation: job.terms.formation))
        preempting.noteNews()
        keepPlace(for: task.id)
    }

    /// Of jobs that keep their tasks apart the book has to know where they run.
    private mutating func take(_ lease: Lease) {
        leases[lease.id] = lease.life.isLive ? lease : nil
        preempting.take(lease)
        let job = lease.task.job
        if lease.life.isLive, jobs[job]?.terms.formation?.spread != nil {
            book.occupy(lease.node, of: lease.provider, by: lease.id, of: job)
        } else {
            book.vacate(lease.id, of: job)
        }
    }

    private mutating func unpark(_ job: JobID) {
        for order in parked.removeValue(forKey: job) ?? [] {
            book.add(order)
            preempting.noteNews()
            keepPlace(for: order.task)
        }
    }

    // MARK: Rounds

    /// What the book would do now; empty where it has nothing to do until there is news.
    ///
    /// - Parameter newLease: an ID that no lease has.
    package mutating func round(
        limit: Int = batch, at now: Timestamp, newLease: () -> LeaseID
    ) -> [Step] {
        expect()
        reserve(at: now)
        var steps = expirations(limit: limit, at: now)
        var left = book.proposals(limit: limit, at: now)[...]
        while let first = left.first {
            let members = jobs[first.task.job]?.terms.formation?.gang
            let proposals = Array(left.prefix(members ?? 1))
            left = left.dropFirst(proposals.count)
            let clearings = proposals.map { proposal in
                Clearing(
                    lease: newLease(), task: proposal.task, attempt: proposal.attempt,
                    node: proposal.node, offerVersion: proposal.offerVersion,
                    devices: proposal.devices)
            }
            let command = members == nil ? Command.clear(clearings[0]) : .clearGang(clearings)
            steps.append(Step(command: command, proposals: proposals))
        }
        return steps.isEmpty ? preemptions(limit: limit, at: now) : steps
    }

    /// What waits and can no longer start in time.
    private mutating func expirations(limit: Int, at now: Timestamp) -> [Step] {
        agenda.takeLate(at: now, limit: limit).map { Step(command: .expire($0), proposals: []) }
    }

    /// Whether time alone has brought something to do.
    package func isDue(at now: Timestamp) -> Bool {
        agenda.isLate(at: now) || preempting.isDue(at: now)
    }

    /// The market refused what the book believed; it is not proposed again until a commit tells news.
    /// What it took, its commit has told.
    package mutating func refused(_ step: Step, _ refusal: Refusal) {
        if case .preempt(let preemption) = step.command { refused(preemption, refusal) }
        guard case .ofMember(let place, let refusal) = refusal else {
            for proposal in step.proposals { repair(proposal, refusal) }
            return
        }
        // The others were not in the way, and may be proposed again.
        switch refusal {
        case .orderChanged:
            for proposal in step.proposals { book.withdraw(proposal) }
            book.removeOrder(step.proposals[place].task)
        // As of one order: see `repair`.
        case .offerChanged where book.order(of: step.proposals[place].task)?.needs.stay == nil:
            book.markRefused(step.proposals, member: place, stale: .offer)
        default: book.markRefused(step.proposals, member: place)
        }
    }

    private mutating func repair(_ proposal: Proposal, _ refusal: Refusal) {
        switch refusal {
        case .budgetInUse: park(proposal.task)
        case .orderChanged: book.removeOrder(proposal.task)
        // Its hours may have become too short between the round and the transaction; then nothing about
        // the offer is stale.
        case .offerChanged where book.order(of: proposal.task)?.needs.stay != nil:
            book.markRefused(proposal)
        case .offerChanged: book.markRefused(proposal, stale: .offer)
        default: book.markRefused(proposal)
        }
    }

    /// Its job's hold has nothing free until one of its leases ends.
    mutating func park(_ task: TaskID) {
        guard let order = book.order(of: task) else { return }
        book.removeOrder(task)
        parked[task.job, default: []].append(order)
    }

    /// Tells the book what orders there will be: like those of the jobs that are open, as many of each
    /// as run at once, at most a batch. Anew when a quarter of the jobs has come or gone, for it
    /// weighs every offer again.
    private mutating func expect() {
        guard changes > max(64, jobs.count / 4) || isNew else { return }
        (changes, isNew) = (0, false)
        let demand = Dictionary(grouping: jobs.values, by: \.terms.needs)
            .mapValues { jobs in
                jobs.reduce(0) { $0 + Int64(min($1.terms.tasks, $1.terms.parallel, Self.batch)) }
            }
        book.expect(demand.map { ($0.key, $0.value) })
    }

    /// Keeps places for who has waited long after its turn.
    private mutating func reserve(at now: Timestamp) {
        guard now.millisecondsSince(reservedAt) >= Self.reservingEvery else { return }
        reservedAt = now
        let since = now.advanced(milliseconds: -OrderBook.reservedAfterMilliseconds)
        guard book.mayReserve(overdueSince: since) else { return }
        book.reserve(overdueSince: since, leases.values.map(\.occupation), at: now)
    }

    // MARK: Questions

    /// Why the book's offers do or do not fit, right now.
    ///
    /// - Parameter job: whose order it is, if it has one already.
    package func explain(
        _ needs: Needs, of job: Job? = nil, at now: Timestamp
    ) -> Explanation {
        book.explain(needs, of: job?.id, job?.terms.formation, at: now)
    }

    /// How many of a gang have a place now; nil for orders that start one by one.
    package mutating func fit(
        _ needs: Needs, _ formation: Formation?, at now: Timestamp
    ) -> GangFit? {
        formation?.gang.map { book.fit(needs, members: $0, formation?.spread, at: now) }
    }

    /// What such an order would pay now, where it would go.
    package mutating func rate(of needs: Needs, at now: Timestamp) -> Rate? {
        book.rate(of: needs, at: now)
    }

    /// When the book will have room for what it has none for now, as leases end: spot leases as soon as
    /// they can be asked to make way for it.
    package func expectedStart(
        of needs: Needs, as task: TaskID?, at now: Timestamp
    ) -> ExpectedStart? {
        guard leases.count <= Self.mostLookedAt else { return nil }
        let asking = needs.spot == nil ? now : nil
        return book.expectedStart(
            of: needs, as: task, leases.values.map { $0.occupation(askedAt: asking) }, at: now)
    }
}

extension Lease {
    fileprivate var occupation: Occupation { occupation(askedAt: nil) }

    /// - Parameter now: when it is asked to make way, if it can be.
    fileprivate func occupation(askedAt now: Timestamp?) -> Occupation {
        Occupation(
            node: node, slice: slice, devices: devices.map(\.id), until: gone(askedAt: now),
            makesWay: now != nil && spot != nil)
    }

    private func gone(askedAt now: Timestamp?) -> Timestamp {
        if let notice = standingNotice { return min(latestEnd, notice.until) }
        guard let now, let spot else { return latestEnd }
        return min(latestEnd, now.advanced(milliseconds: spot.noticeMilliseconds))
    }

    /// When it will have used its escrow, if it is never silent nor asked to pause.
    private var latestEnd: Timestamp {
        let seconds = Bill.seconds(paidBy: escrow, rate: rate)
        switch life {
        case .locking(let until), .reserved(let until): return until.advanced(seconds: seconds)
        case .running(let since, _, _):
            return since.advanced(seconds: seconds).advanced(milliseconds: silenceMilliseconds)
        case .ended(_, let since, _, _): return since
        case .settled(_, _, _, let moment): return moment
        }
    }
}
