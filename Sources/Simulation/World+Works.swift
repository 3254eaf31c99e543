import Domain
import Marketplace
import Verification

// What the sessions ask of the store, and what became of it.
extension World {
    /// The store may take its time; other events come meanwhile.
    func begin(_ work: SessionWork) throws(MarketCrash) {
        for case .silence(let node, _) in work.commands { pendingSilences.insert(node) }
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
        var outcomes: [Outcome] = []
        for command in work.commands {
            note(command)
            let outcome = try perform(command)
            note(outcome, of: command)
            outcomes.append(outcome)
        }
        for case .silence(let node, _) in work.commands { pendingSilences.remove(node) }
        try faultPoint()
        try tell(.performed(work, outcomes))
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
