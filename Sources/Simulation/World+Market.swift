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
            guard let decision = commit.decision else { continue }
            market?.placing.take(decision.rows)
            for entry in decision.effects {
                if case .verify(let lease) = entry.effect { verifyLater(lease) }
            }
            try tellSessions(
                CommitNews(
                    rows: decision.rows, effects: decision.effects, done: decision.doneEffects))
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
            let promised = lastAlive.advanced(seconds: Liveness.promiseSeconds)
            auditor.marketRestarted(
                at: now.timestamp, alive: lastAlive, aliveUntil: min(promised, now.timestamp),
                nodes: nodes.map(\.id))
        }
        if options.planted == .answersUnpromised {
            lastAlive = lastAlive?.advanced(seconds: 1 - Liveness.promiseSeconds)
        }
        market = MarketMemory(
            sessions: Sessions(
                liveness: Liveness(startedAt: now.timestamp, lastAlive: lastAlive),
                quietSeconds: Self.quietSeconds, token: { _, _ in "" }))
        inMarket { () throws(MarketCrash) in try rebuild() }
        schedule(.marketTick(run: marketRun), at: now.after(milliseconds: 200))
        schedule(.vaultTick(run: marketRun), at: now.after(milliseconds: 1000))
    }

    private func rebuild() throws(MarketCrash) {
        let all = 1_000_000
        let offers = Read.offers(limit: all)
        for command in Sessions.atStart(offers: store.tables.load(offers)) { try perform(command) }
        market?.placing = Placing(rows: store.tables.read(Placing.reads))
        try tell(.rebuilt(store.tables.read(Sessions.reads)))
        for case .outbox(let entry) in store.tables.load(.outbox(limit: all)) {
            if case .verify(let lease) = entry.effect { verifyLater(lease) }
        }
    }

    func crashMarket(forMilliseconds down: Int64) {
        guard let memory = market else { return }
        report.marketCrashes += 1
        market = nil
        pendingSilences = []
        auditor.marketCrashed()
        for node in nodes {
            guard let number = memory.sessions.number(of: node.id) else { continue }
            auditor.sessionEnded(node.id, number)
            closeFromMarket(number)
        }
        schedule(.marketStarts, at: now.after(milliseconds: down))
    }

    // MARK: Verdicts

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
}
