import Domain
import Marketplace
import Transparency

/// The market's program dies here.
struct MarketCrash: Error {}

// The market's program: every write goes through `perform`, every effect through a fault point.
extension World {
    /// Runs something of the market's program, if it lives, to its end or to its death.
    func inMarket(_ body: () throws(MarketCrash) -> Void) {
        guard market != nil else { return }
        do { try body() } catch { crashMarket(forMilliseconds: random.crashes.within(100...9000)) }
    }

    /// Commits a command.
    @discardableResult
    func perform(_ command: Command) throws(MarketCrash) -> Outcome {
        if mayFail, random.crashes.happens(perMillion: 500) {
            report.faults.count(.crashBeforeCommit)
            throw MarketCrash()
        }
        let commits = store.perform(command, at: now.timestamp)
        trace.note(command.verb.rawValue)
        for commit in commits {
            audit(command, commit)
            market?.take(commit.decision?.rows ?? [], place: { places[$0] })
            try noteEffects(commit.decision?.effects ?? [])
        }
        if mayFail, random.crashes.happens(perMillion: 500) {
            report.faults.count(.crashAfterCommit)
            throw MarketCrash()
        }
        return commits[0].outcome
    }

    func faultPoint() throws(MarketCrash) {
        guard mayFail, random.crashes.happens(perMillion: 1500) else { return }
        report.faults.count(.crashAroundEffect)
        throw MarketCrash()
    }

    // MARK: Life of the program

    func startMarket() {
        guard market == nil else { return }
        marketRun += 1
        if marketRun > 1 { report.reached.count(.marketRestarted) }
        let alive = store.tables.read([.alive])[.alive].first
        var lastAlive: Timestamp?
        if case .alive(let row) = alive { lastAlive = row.at }
        if let lastAlive {
            auditor.marketRestarted(
                aliveUntil: min(lastAlive.advanced(seconds: 1), now.timestamp),
                nodes: nodes.map(\.id))
        }
        let isHasty = options.planted == .noGraceAfterRestart
        let startedAt = isHasty ? Timestamp(milliseconds: 0) : now.timestamp
        market = MarketMemory(
            liveness: Liveness(startedAt: startedAt, lastAlive: lastAlive), nodes: nodes.count)
        rebuild()
        schedule(.marketTick(run: marketRun), at: now.after(milliseconds: 200))
    }

    private func rebuild() {
        let all = 1_000_000
        let jobs = Read.openJobs(limit: all)
        let offers = Read.offers(limit: all)
        let open = Read.openTasks(limit: all)
        let leases = Read.unsettledLeases(limit: all)
        let rows = store.tables.read([jobs, offers, open, leases])
        market?.take(
            rows[jobs] + rows[offers] + rows[open] + rows[leases], place: { places[$0] })
        for case .outbox(let entry) in store.tables.load(.outbox(limit: all)) {
            if case .verify(let lease) = entry.effect { verifyLater(lease) }
        }
    }

    func crashMarket(forMilliseconds down: Int64) {
        guard let memory = market else { return }
        report.marketCrashes += 1
        market = nil
        for place in nodes.indices {
            if let session = memory.sessions[place] { closeFromMarket(place, session.connection) }
        }
        schedule(.marketStarts, at: now.after(milliseconds: down))
    }

    // MARK: Effects

    private func noteEffects(_ effects: [OutboxEntry]) throws(MarketCrash) {
        for entry in effects {
            if case .verify(let lease) = entry.effect {
                verifyLater(lease)
            } else {
                try deliver(entry)
            }
        }
    }

    private func verifyLater(_ lease: LeaseID) {
        schedule(
            .verdictDue(lease, run: marketRun),
            at: now.after(milliseconds: random.runtime.within(1...200)))
    }

    func verify(_ lease: LeaseID, run: Int) {
        guard marketRun == run else { return }
        inMarket { () throws(MarketCrash) in
            try faultPoint()
            try perform(.verify(lease))
            try faultPoint()
        }
    }

    /// Sends an effect to its node when it is connected; it is done when the node says so.
    func deliver(_ entry: OutboxEntry) throws(MarketCrash) {
        guard let place = places[entry.node], market?.sessions[place]?.isGreeted == true,
            let frame = frame(of: entry)
        else { return }
        try faultPoint()
        market?.sentAt[entry.id] = now
        sendDown(place, frame)
        try faultPoint()
    }

    private func frame(of entry: OutboxEntry) -> MarketFrame? {
        switch entry.effect {
        case .dispatch(let id):
            let rows = store.tables.read([.lease(id)])
            guard let lease = rows.lease(id), lease.life.isLive,
                let job = market?.jobs[lease.task.job]
            else { return nil }
            return .dispatch(entry.id, Dispatch(lease, of: job))
        case .stop(let lease, let reason): return .stop(entry.id, lease, reason)
        case .verify: return nil
        }
    }

    func deliverAll(to place: Int) throws(MarketCrash) {
        let node = nodes[place].id
        for case .outbox(let entry) in store.tables.load(.outbox(limit: 1_000_000))
        where entry.node == node {
            try deliver(entry)
        }
    }
}
