package import Domain

/// How many of a gang have a place now, and what is against one more.
package struct GangFit: Hashable, Sendable {
    /// What each of those pays, in the order in which they were placed.
    package let placed: [Rate]
    /// Of the order that comes after them, whether or not the gang has one.
    package let next: Explanation
}

/// Orders with siblings that were tried and have no place: until more can be had than then.
///
/// Else every round would place most of a gang, and give it back, and look for a place for each of the
/// tasks of a job that keeps them apart.
struct HomelessOrders: Hashable, Sendable {
    struct Shape: Hashable, Sendable {
        let needs: Needs
        let formation: Formation?
    }

    /// What could be had when they were tried (`OfferBook.growth`).
    private var growth: Int64 = 0
    private var shapes: Set<Shape> = []

    /// Of tasks that are kept apart one by one: they ask for the same, and what one is kept from all are.
    private var jobs: Set<JobID> = []

    func contains(_ shape: Shape, at growth: Int64) -> Bool {
        self.growth == growth && shapes.contains(shape)
    }

    mutating func insert(_ shape: Shape, at growth: Int64) {
        begin(at: growth)
        shapes.insert(shape)
    }

    /// Whether a sibling found no place for reasons that are this order's, too.
    func contains(siblingsOf entry: Entry, at growth: Int64) -> Bool {
        self.growth == growth && !jobs.isEmpty && entry.keptOn == nil
            && jobs.contains(entry.order.task.job)
    }

    /// It found no place. What the market has refused it alone says nothing of its siblings.
    mutating func note(_ entry: Entry, at growth: Int64) {
        guard entry.order.formation?.spread != nil, entry.order.formation?.gang == nil,
            entry.keptOn == nil, !entry.hasRefused
        else { return }
        begin(at: growth)
        jobs.insert(entry.order.task.job)
    }

    private mutating func begin(at growth: Int64) {
        if self.growth != growth { (self.growth, shapes, jobs) = (growth, [], []) }
    }
}

// Tasks of one job that are placed apart from one another.
extension OrderBook {
    /// A live lease of a job that keeps its tasks apart. Repeating it changes nothing.
    package mutating func occupy(
        _ node: NodeID, of provider: AccountID, by lease: LeaseID, of job: JobID
    ) {
        spreading.occupy(
            Spreading.Place(node: node, provider: provider), by: lease, of: job)
    }

    /// That lease lives no more; of any other nothing is known here.
    package mutating func vacate(_ lease: LeaseID, of job: JobID) {
        guard spreading.vacate(lease, of: job) else { return }
        offerBook.growth += 1
    }

    /// Where siblings keep such an order from.
    func closed(to job: JobID?, _ formation: Formation?) -> ClosedPlaces {
        guard let job, let spread = formation?.spread else { return .none }
        return spreading.closed(to: job, by: spread)
    }

    mutating func noteProposed(_ order: Order, on node: NodeID) {
        guard order.formation?.spread != nil, let offer = offerBook.listing(of: node)?.offer
        else { return }
        spreading.propose(
            order.task, at: Spreading.Place(node: node, provider: offer.provider))
    }
}

// Tasks that are placed together or not at all.
extension OrderBook {
    /// What a round does about an order that may be of a gang.
    enum GangTurn {
        /// It is placed by itself.
        case alone
        /// Its gang has its turn elsewhere, or is not all there.
        case passed
        /// The round has too few proposals left for it: its turn is at the next one's start.
        case postponed
        case taken([Proposal])
        case fitsNowhere
    }

    /// A gang has one turn, that of its first member: then each is placed where it costs least, one
    /// after another, and if one of them has no place, none has. As all of them ask for the same, that
    /// one way places the gang wherever there is one.
    ///
    /// - Parameters:
    ///   - room: how many proposals the round may still take; of `limit` where it has taken none.
    mutating func gangTurn(
        _ entry: Entry, room: Int, limit: Int, at now: Timestamp
    ) -> GangTurn {
        guard let count = entry.order.formation?.gang else { return .alone }
        guard entry.order.task.index == 1, count <= limit, count >= 1 else { return .passed }
        let job = entry.order.task.job
        let tasks = (1...count).map { TaskID(job: job, index: $0) }
        guard tasks.allSatisfy({ standing(of: $0) == .live }) else { return .passed }
        guard count <= room else { return .postponed }
        let shape = HomelessOrders.Shape(needs: entry.order.needs, formation: entry.order.formation)
        guard !homeless.contains(shape, at: offerBook.growth) else { return .fitsNowhere }
        let growth = offerBook.growth
        var proposals: [Proposal] = []
        for task in tasks {
            guard let proposal = propose(task, at: now) else {
                for proposal in proposals.reversed() { withdraw(proposal) }
                // All is as it was.
                offerBook.growth = growth
                // What one gang may not have, another one may.
                if !tasks.contains(where: isRestricted) { homeless.insert(shape, at: growth) }
                return .fitsNowhere
            }
            proposals.append(proposal)
        }
        return .taken(proposals)
    }

    /// The market refused the gang's leases because of one of them. None of the proposals was taken;
    /// what is stale is marked as by `markRefused` of that one.
    ///
    /// - Parameter gang: all of its proposals, in their order.
    package mutating func markRefused(
        _ gang: [Proposal], member: Int, stale: Proposal.Stale = .pair
    ) {
        guard gang.indices.contains(member) else { return }
        let version = offerBook.version(refusedBy: gang[member])
        for proposal in gang.reversed() { withdraw(proposal) }
        mark(gang[member], stale, version)
    }

    /// Tries what a gang of such orders would get now; the book is afterwards as it was.
    ///
    /// - Parameter spread: what its members do not share.
    package mutating func fit(
        _ needs: Needs, members: Int, _ spread: Formation.Spread?, at now: Timestamp
    ) -> GangFit {
        // No job has this name: IDs have 26 characters.
        guard let job = JobID("job_0") else { preconditionFailure("a name of the right form") }
        let figures = offerBook.figures(of: needs)
        let growth = offerBook.growth
        defer { offerBook.growth = growth }
        var (proposals, closed): ([Proposal], ClosedPlaces) = ([], .none)
        while proposals.count < members {
            let task = TaskID(job: job, index: proposals.count + 1)
            var entry = Entry(
                order: Order(
                    task: task, attempt: 1, needs: needs, since: Timestamp(milliseconds: 0)))
            entry.closed = closed
            guard let proposal = offerBook.propose(entry, figures, at: now) else { break }
            proposals.append(proposal)
            guard let spread, let offer = offerBook.listing(of: proposal.node)?.offer else {
                continue
            }
            closed.close(
                Spreading.Place(node: offer.node, provider: offer.provider), for: spread)
        }
        let next = Explanation(needs, of: offersNow, without: closed, at: now)
        for proposal in proposals.reversed() {
            offerBook.withdraw(proposal.task, on: proposal.node)
        }
        return GangFit(placed: proposals.map(\.rate), next: next)
    }
}
