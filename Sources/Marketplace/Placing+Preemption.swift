import Domain
import Matching

/// Who can make way for whom, as far as commits have told.
struct Preempting: Sendable {
    /// Live spot leases. Looked up, and walked only where the order does not matter.
    private(set) var leases: [NodeID: [Lease]] = [:]
    /// Nodes with devices that nobody has and that are not wiped yet.
    private(set) var wiping: Set<NodeID> = []
    /// Places that are being freed (`Job.awaited`).
    fileprivate var awaited: [JobID: [AwaitedPlace]] = [:]
    /// Where somebody is asked to leave for an order, until the commit of that is told: other commits
    /// may be told before it.
    fileprivate var asking: [TaskID: NodeID] = [:]
    /// Orders for whom the market asks nobody to leave: until there is news.
    fileprivate var refused: Set<TaskID> = []
    /// The last order that a place was looked for, where a walk over those who wait stopped there.
    fileprivate var lookedUpTo: TaskID?
    /// Whether anything has changed since it was last looked.
    private(set) var hasNews = true
    /// When an order with a deadline will have to ask.
    private var nextDue: Timestamp?

    mutating func noteNews() { (hasNews, refused) = (true, []) }

    func isDue(at now: Timestamp) -> Bool {
        !leases.isEmpty
            && (hasNews || lookedUpTo != nil || nextDue.map { $0 <= now } ?? false)
    }

    /// Begins a walk over those who wait, or goes on with one: news is for those before, too.
    ///
    /// - Returns: the order after which it goes on.
    fileprivate mutating func look() -> TaskID? {
        defer { lookedUpTo = nil }
        if lookedUpTo == nil { (hasNews, nextDue) = (false, nil) }
        return lookedUpTo
    }

    fileprivate mutating func note(due: Timestamp) { nextDue = min(nextDue ?? due, due) }

    /// That order waits no more.
    mutating func forget(_ task: TaskID) { asking[task] = nil }

    mutating func take(_ offer: Offer) {
        if offer.hygiene.tenants.isEmpty {
            wiping.remove(offer.node)
        } else {
            wiping.insert(offer.node)
        }
        noteNews()
    }

    /// A receipt is no news.
    mutating func take(_ lease: Lease) {
        guard lease.spot != nil else { return }
        var all = leases[lease.node] ?? []
        let known = all.firstIndex { $0.id == lease.id }
        switch (known, lease.life.isLive) {
        case (let place?, true):
            if all[place].standingNotice != lease.standingNotice { noteNews() }
            all[place] = lease
        case (nil, true):
            all.append(lease)
            noteNews()
        case (let place?, false):
            all.remove(at: place)
            noteNews()
        case (nil, false): return
        }
        leases[lease.node] = all.isEmpty ? nil : all
    }
}

/// Offers as they will be when who is asked to leave has left, and what they leave is wiped; without
/// what that is for.
private struct Vacancies {
    let nodes: [NodeID]
    var offers: [NodeID: Offer]
    /// Leases that are asked now.
    var asked: Set<LeaseID> = []

    mutating func vacate(_ leases: [Lease], on node: NodeID) {
        for lease in leases {
            asked.insert(lease.id)
            offers[node] = offers[node]?.returned(lease.slice, lease.devices.map(\.id))
        }
    }

    /// What an order is kept there is nobody else's, as far as it is free.
    mutating func hide(_ needs: Needs, on node: NodeID) {
        offers[node] = offers[node]?.hiding(needs.slice, needs.devices)
    }

    /// - Returns: whether it was there to take.
    @discardableResult
    mutating func take(_ needs: Needs, on node: NodeID, at now: Timestamp) -> Bool {
        guard var offer = offers[node], Feasibility.check(needs, offer, at: now) == nil
        else { return false }
        let devices = Feasibility.freeDevices(needs.devices, in: offer)
        offer.free = offer.free.subtracting(needs.slice)
        offer.freeDevices.removeAll(where: devices.contains)
        offers[node] = offer
        return true
    }
}

// An order on demand that finds no place takes that of leases which are spot: of those for which the
// least work is lost. It awaits that place, which is kept for it, and asks nobody else meanwhile.
extension Placing {
    /// Orders for which a place is looked for at a time.
    private static let mostLooked = 64
    /// Milliseconds beside the notice: for the node to hear of it, the container to die, its outputs to be
    /// saved and its devices to be wiped.
    private static let clearance: Int64 = 30_000

    mutating func preemptions(limit: Int, at now: Timestamp) -> [Step] {
        guard preempting.isDue(at: now) else { return [] }
        let before = preempting.look()
        var vacancies = vacancies()
        let served = keepAwaited(&vacancies, at: now)
        var steps: [Step] = []
        var hopeless: Set<Needs> = []
        var (looked, last) = (0, before)
        for order in book.waiting(after: before) {
            guard mayAsk(order, at: now), !served.contains(order.task),
                !hopeless.contains(order.needs)
            else { continue }
            guard steps.count < limit, looked < Self.mostLooked else {
                // Those behind have their look next, whatever comes to those before.
                preempting.lookedUpTo = last
                break
            }
            looked += 1
            last = order.task
            guard let room = room(for: order, in: vacancies, at: now) else {
                if order.deadline == nil, !book.isRestricted(order.task) {
                    hopeless.insert(order.needs)
                }
                continue
            }
            vacancies.vacate(room.leases, on: room.node)
            vacancies.take(order.needs, on: room.node, at: now)
            guard !room.leases.isEmpty else { continue }
            preempting.asking[order.task] = room.node
            let preemption = Preemption(
                task: order.task, attempt: order.attempt, node: room.node,
                leases: room.leases.map(\.id).sorted())
            steps.append(Step(command: .preempt(preemption), proposals: []))
        }
        return steps
    }

    /// What the market refused is not asked for again until there is news.
    mutating func refused(_ preemption: Preemption, _ refusal: Refusal) {
        preempting.asking[preemption.task] = nil
        preempting.refused.insert(preemption.task)
        switch refusal {
        case .budgetInUse: park(preemption.task)
        case .orderChanged: book.removeOrder(preemption.task)
        case .offerChanged: book.refuse(preemption.task, on: preemption.node)
        default: break
        }
    }

    /// One with a deadline waits for a free place as long as it can; one that is too late takes nothing
    /// from those who are not. A gang has as many places as members, and asks for none.
    private mutating func mayAsk(_ order: Order, at now: Timestamp) -> Bool {
        guard order.needs.spot == nil, order.formation?.gang == nil,
            preempting.asking[order.task] == nil, !preempting.refused.contains(order.task)
        else { return false }
        guard let latest = order.deadline?.latestStart else { return true }
        guard now <= latest else { return false }
        let due = latest.advanced(milliseconds: -SpotTerms.longestNotice - Self.clearance)
        if due > now { preempting.note(due: due) }
        return due <= now
    }

    // MARK: Places

    private func vacancies() -> Vacancies {
        let nodes = Set(preempting.leases.keys).union(preempting.wiping).sorted()
        var offers: [NodeID: Offer] = [:]
        for node in nodes {
            guard var offer = book.offer(of: node) else { continue }
            for lease in preempting.leases[node] ?? [] where lease.standingNotice != nil {
                offer = offer.returned(lease.slice, lease.devices.map(\.id))
            }
            offers[node] = offer.returned(.zero, offer.hygiene.tenants.map(\.device))
        }
        return Vacancies(nodes: nodes, offers: offers)
    }

    /// Takes what orders are kept out of what there will be. A place that will not be there, because
    /// its node has gone, is awaited no longer.
    ///
    /// - Returns: the orders whose place will be there.
    private mutating func keepAwaited(
        _ vacancies: inout Vacancies, at now: Timestamp
    ) -> Set<TaskID> {
        var served: Set<TaskID> = []
        for job in preempting.awaited.keys.sorted() {
            for place in preempting.awaited[job] ?? [] {
                let task = TaskID(job: job, index: place.task)
                guard let order = book.order(of: task) else { continue }
                guard book.isWaiting(task) else {
                    served.insert(task)
                    continue
                }
                if vacancies.offers[place.node] == nil {
                    vacancies.offers[place.node] = book.offer(of: place.node)
                }
                if vacancies.take(order.needs, on: place.node, at: now) {
                    served.insert(task)
                    if book.place(keptFor: task) != place.node { book.keep(place.node, for: task) }
                } else if isStillMade(place, for: order, vacancies, at: now) {
                    served.insert(task)
                } else if book.place(keptFor: task) == place.node {
                    book.unkeep(task)
                }
            }
        }
        for node in vacancies.nodes {
            for task in book.kept(on: node) where !served.contains(task) {
                if let order = book.order(of: task) { vacancies.hide(order.needs, on: node) }
            }
        }
        return served
    }

    /// Whether somebody is still asked there, and only the node does not answer: it may be back before the
    /// market calls its leases lost, and nobody else is asked until then.
    private func isStillMade(
        _ place: AwaitedPlace, for order: Order, _ vacancies: Vacancies, at now: Timestamp
    ) -> Bool {
        guard let offer = vacancies.offers[place.node],
            Feasibility.check(order.needs, offer, at: now) == .down
        else { return false }
        let leases = preempting.leases[place.node] ?? []
        return leases.contains { $0.notice?.makesWayFor == order.task }
    }

    /// Where the least work is lost, of equals the cheapest, then the earliest node; where a place is
    /// free, or being freed for nobody, without asking anybody.
    private mutating func room(
        for order: Order, in vacancies: Vacancies, at now: Timestamp
    ) -> (node: NodeID, leases: [Lease])? {
        var best: (lost: Int64, rate: Rate, node: NodeID, leases: [Lease])?
        for node in vacancies.nodes where book.mayHave(order.task, on: node) {
            guard let offer = vacancies.offers[node] else { continue }
            let willing = (preempting.leases[node] ?? []).filter {
                $0.standingNotice == nil && !vacancies.asked.contains($0.id)
                    && $0.isGone(by: order.deadline?.latestStart, askedAt: now)
            }
            // Whoever need not ask all of them need not ask any.
            guard mustAsk(order, willing, at: now) else { continue }
            guard
                let room = DeadlineRule.room(
                    for: order.needs, on: offer, among: willing.map { $0.tenure(at: now) }, at: now)
            else { continue }
            let leases = willing.filter { lease in room.leases.contains { $0.task == lease.task } }
            guard mustAsk(order, leases, at: now) else { continue }
            let rate = offer.terms.rate(of: order.needs)
            if leases.isEmpty { return (node, []) }
            if best.map({ (room.lost, rate, node) < ($0.lost, $0.rate, $0.node) }) ?? true {
                best = (room.lost, rate, node, leases)
            }
        }
        return best.map { ($0.node, $0.leases) }
    }

    /// Notes when it must, where that is later.
    private mutating func mustAsk(_ order: Order, _ leases: [Lease], at now: Timestamp) -> Bool {
        guard let latest = order.deadline?.latestStart, !leases.isEmpty else { return true }
        let notice = (leases.compactMap(\.spot?.noticeMilliseconds).max() ?? 0) + Self.clearance
        switch DeadlineRule.verdict(order.deadline, at: now, notice: notice) {
        case .mustStart: return true
        case .hopeless: return false
        case .waits:
            preempting.note(due: latest.advanced(milliseconds: -notice))
            return false
        }
    }

    // MARK: Commits

    /// Follows which places are being freed for a job's tasks.
    mutating func followAwaited(_ job: Job) {
        let before = preempting.awaited[job.id] ?? []
        let now = job.life == .active ? job.awaited ?? [] : []
        for place in now {
            let task = TaskID(job: job.id, index: place.task)
            if preempting.asking[task] == place.node { preempting.asking[task] = nil }
        }
        guard before != now else { return }
        preempting.awaited[job.id] = now.isEmpty ? nil : now
        for place in before where !now.contains(place) {
            let task = TaskID(job: job.id, index: place.task)
            if book.place(keptFor: task) == place.node { book.unkeep(task) }
        }
        for place in now { keepPlace(for: TaskID(job: job.id, index: place.task)) }
    }

    /// Keeps the place that is being freed for an order, where there is one.
    mutating func keepPlace(for task: TaskID) {
        let place = preempting.awaited[task.job]?.first { $0.task == task.index }
        guard let place, book.order(of: task) != nil else { return }
        book.keep(place.node, for: task)
    }
}

extension Lease {
    /// Whether its notice is over by then, if it is asked now: for a place that comes too late nobody
    /// makes way.
    func isGone(by latest: Timestamp?, askedAt now: Timestamp) -> Bool {
        guard let latest, let spot else { return true }
        return now.advanced(milliseconds: spot.noticeMilliseconds) <= latest
    }

    /// Whoever is spot makes way whatever its own deadline says: a deadline makes no place that nobody
    /// may take.
    fileprivate func tenure(at now: Timestamp) -> DeadlineRule.Tenure {
        let started = if case .running(let since, _, _) = life { since } else { now }
        return DeadlineRule.Tenure(
            task: task, slice: slice, devices: devices.map(\.id), started: started, deadline: nil)
    }
}
