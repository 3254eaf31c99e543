import Crypto
import Domain
import Marketplace
import Matching
import Transparency

// What the passing of time asks of the market's program.
extension World {
    func marketTick(run: Int) {
        guard marketRun == run, market != nil else { return }
        schedule(.marketTick(run: run), at: now.after(milliseconds: 500))
        market?.ticks += 1
        let ticks = market?.ticks ?? 0
        inMarket { () throws(MarketCrash) in
            if ticks % 2 == 1 { try everyMarketSecond(ticks) }
            try match()
        }
    }

    private func everyMarketSecond(_ ticks: Int) throws(MarketCrash) {
        auditor.offersMayBeAskedAgain()
        try tell(.tick)
        try endWrongly()
        if ticks % 10 == 1 { try publish() }
    }

    // MARK: Orders

    private func match() throws(MarketCrash) {
        for _ in 0..<20 {
            let steps =
                market?.placing.round(limit: 16, at: now.timestamp) {
                    LeaseID(bytes: random.identifiers.bytes(16))
                } ?? []
            if steps.isEmpty { return }
            for step in steps { try take(step) }
        }
    }

    private func take(_ step: Placing.Step) throws(MarketCrash) {
        if options.planted == .dispatchedBeforeCommit, case .clear(let clearing) = step.command {
            try dispatchEarly(clearing)
        }
        let isAwaited = isAwaited(step)
        switch try perform(step.command) {
        case .success:
            if isAwaited { report.reached.count(.placeTaken) }
            // The commit's rows take the orders off the book, as in the match loop.
            if case .clearGang = step.command { report.reached.count(.gangPlaced) }
            if case .clear(let clearing) = step.command { noteSpot(clearing.lease) }
            for proposal in step.proposals {
                if !proposal.devices.isEmpty { report.reached.count(.deviceLeased) }
                if proposal.attempt > 1 { report.reached.count(.taskReplaced) }
            }
        case .failure(let refusal):
            if refusal == .budgetInUse { report.reached.count(.budgetInUse) }
            market?.placing.refused(step, refusal)
        }
    }

    private func isAwaited(_ step: Placing.Step) -> Bool {
        if case .clear(let clearing) = step.command { auditor.wasAwaited(clearing) } else { false }
    }

    /// The planted bug: the node hears of a lease that may never be committed.
    private func dispatchEarly(_ clearing: Clearing) throws(MarketCrash) {
        var guess = store
        _ = guess.perform(.clear(clearing), at: now.timestamp)
        guard let lease = guess.tables.read([.lease(clearing.lease)]).lease(clearing.lease),
            let job = market?.placing.jobs[lease.task.job],
            let connection = market?.sessions.number(of: lease.node)
        else { return }
        let dispatch = Dispatch(lease, of: job, token: "")
        sendDown(.dispatch(Effect.dispatch(lease.id).id, dispatch), on: connection)
        if random.crashes.happens(percent: 3) { throw MarketCrash() }
    }

    // MARK: Log

    private func publish() throws(MarketCrash) {
        try perform(.sequence(limit: 1000))
        let rows = store.tables.read([.tree, .head])
        if let head = rows.head, head.size >= rows.tree.size { return }
        guard rows.tree.size > 0, let published = signedHead(of: rows.tree) else { return }
        try faultPoint()
        try perform(.publishHead(published))
        try faultPoint()
        report.reached.count(.headPublished)
        auditor.published(published, tables: store.tables)
    }

    private func signedHead(of tree: LogTree) -> PublishedHead? {
        guard let root = tree.root,
            let head = try? Head(origin: logSigner.name, size: tree.size, root: root),
            let signed = try? SignedHead(signing: head, by: logSigner)
        else { return nil }
        return PublishedHead(size: tree.size, root: root, note: signed.bytes)
    }
}
