import Domain
import Marketplace
import Verification

// What the sessions ask of the store, and what became of it.
extension World {
    /// The store may take its time; other events come meanwhile.
    func begin(_ work: SessionWork) throws(MarketCrash) {
        for case .silence(let node, _, _, _) in work.commands { pendingSilences.insert(node) }
        if let node = work.offer { auditor.offerAsked(node) }
        if mayFail, isStoreFailing() { return try failSoon(work) }
        guard mayFail, random.crashes.happens(percent: 20) else { return try finish(work) }
        report.faults.count(.storeSlow)
        let isVerySlow = random.crashes.happens(percent: 5)
        schedule(
            .storeAnswers(work, run: marketRun),
            at: now.after(milliseconds: random.crashes.within(isVerySlow ? 200...12_000 : 1...80)))
    }

    func storeAnswers(_ work: SessionWork, run: Int) {
        guard marketRun == run else { return }
        inMarket { () throws(MarketCrash) in try finish(work) }
    }

    private func finish(_ work: SessionWork) throws(MarketCrash) {
        let outcomes = try perform(work)
        if let node = work.offer { auditor.offerAnswered(node, at: now.timestamp) }
        try tell(.performed(work, outcomes))
    }

    // MARK: Failures

    /// A store that breaks stays broken for a while.
    private func isStoreFailing() -> Bool {
        if storeFailsUntil > now { return true }
        guard random.store.happens(perMillion: 4000) else { return false }
        let isLong = random.store.happens(percent: 50)
        storeFailsUntil = now.after(milliseconds: random.store.within(isLong ? 500...8000 : 1...50))
        return true
    }

    /// It says so at once, or when it has waited in vain.
    private func failSoon(_ work: SessionWork) throws(MarketCrash) {
        guard random.store.happens(percent: 50) else { return try fail(work) }
        schedule(
            .storeFails(work, run: marketRun),
            at: now.after(milliseconds: random.store.within(1...5000)))
    }

    func storeFails(_ work: SessionWork, run: Int) {
        guard marketRun == run else { return }
        inMarket { () throws(MarketCrash) in try fail(work) }
    }

    /// All that was asked for has become true, or nothing of it; the sessions cannot know.
    private func fail(_ work: SessionWork) throws(MarketCrash) {
        if random.store.happens(percent: 40) {
            report.faults.count(.storeFailedAfterCommit)
            _ = try perform(work)
        } else {
            report.faults.count(.storeFailed)
            for case .silence(let node, _, _, _) in work.commands { pendingSilences.remove(node) }
        }
        trace.note(UInt64(work.commands.count))
        guard let node = work.offer else { return try tell(.failed(work)) }
        auditor.offerFailed(node, at: now.timestamp)
        if isUnheard(work) { return }
        try tell(.failed(work))
        try askAgainWrongly(work)
    }

    private func perform(_ work: SessionWork) throws(MarketCrash) -> [Outcome] {
        var outcomes: [Outcome] = []
        for command in work.commands {
            note(command)
            let outcome = try perform(command)
            note(outcome, of: command)
            outcomes.append(outcome)
        }
        for case .silence(let node, _, _, _) in work.commands { pendingSilences.remove(node) }
        try faultPoint()
        return outcomes
    }

    /// Commits are told in their order, a moment after they are true.
    func tellSessions(_ news: CommitNews) throws(MarketCrash) {
        guard mayFail || lastNewsAt >= now else {
            return try tell(.committed(rows: news.rows, effects: news.effects, done: news.done))
        }
        let lag = random.crashes.happens(percent: 30) ? random.crashes.within(0...40) : 0
        lastNewsAt = max(lastNewsAt, now.after(milliseconds: lag))
        schedule(.commitHeard(news, run: marketRun), at: lastNewsAt)
    }

    private func note(_ command: Command) {
        switch command {
        case .endLease(let id, let reason):
            guard let lease = store.tables.read([.lease(id)]).lease(id), lease.life.isLive else {
                return
            }
            let isLost = market?.sessions.isLost(lease, at: now.timestamp) ?? false
            if isLost {
                report.reached.count(.leaseLost)
            } else {
                report.reached.count(reason == .nodeLost ? .leaseSilent : .leaseUnstarted)
            }
        case .closePeriod: report.reached.count(.periodClosed)
        case .silence: report.reached.count(.silenceBooked)
        default: break  // nothing interesting
        }
    }

    private func note(_ outcome: Outcome, of command: Command) {
        guard case .meter(let verified, let arrivedAt) = command else { return }
        switch outcome {
        case .success:
            report.receiptsAccepted += 1
            if auditor.lastReading[verified.receipt.lease]?.acceptedAt != arrivedAt {
                report.reached.count(.receiptRepeated)
            }
        case .failure(let refusal): note(refusal)
        }
    }

    private func note(_ refusal: Refusal) {
        switch refusal {
        case .receiptAheadOfTime: report.reached.count(.aheadOfTimeRefused)
        case .receiptNotNewer: report.reached.count(.notNewerRefused)
        case .receiptOverBudget: report.reached.count(.overBudgetRefused)
        case .wrongAttempt: report.reached.count(.wrongAttemptRefused)
        case .leaseOver: report.reached.count(.leaseOverRefused)
        default: break  // not a refusal of receipts
        }
    }
}

extension SessionWork {
    /// The node whose offer this makes or takes down.
    var offer: NodeID? {
        switch commands.first {
        case .advertise(let node, _), .changeAvailability(let node, .disconnected): node
        default: nil
        }
    }
}
