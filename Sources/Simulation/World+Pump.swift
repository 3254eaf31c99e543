import Crypto
import Domain
import Marketplace
import Matching
import Transparency

// What the passing of time asks of the market's program.
extension World {
    /// A lease that runs by its node's heartbeats but sends no receipt is given up after this.
    private static let quietMilliseconds: Int64 = 240_000

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
        try perform(.keepAlive)
        try endOverdue()
        try dropQuietSessions()
        try resend()
        if ticks % 10 == 1 { try publish() }
        if ticks % 120 == 119 { try closePeriods() }
    }

    // MARK: Leases

    private func endOverdue() throws(MarketCrash) {
        for place in nodes.indices {
            for lease in market?.live[place] ?? [] {
                if isLost(lease) {
                    report.reached.count(.leaseLost)
                    try perform(.endLease(lease.id, .nodeLost))
                } else {
                    try endIfOverdue(lease)
                }
            }
        }
    }

    private func isLost(_ lease: Lease) -> Bool {
        guard let liveness = market?.liveness else { return false }
        if options.planted == .lostWhenSuspect {
            return liveness.health(of: lease.node, at: now.timestamp) == .suspect
        }
        return liveness.isLost(lease, at: now.timestamp)
    }

    /// A node that answers may still start or run what is overdue: it is renewed no more, and ends
    /// when its fence has surely run out.
    private func endIfOverdue(_ lease: Lease) throws(MarketCrash) {
        guard let reason = overdue(lease) else {
            // It was heard of in the last moment: it is renewed again.
            market?.expiring[lease.id] = nil
            return
        }
        guard let since = market?.expiring[lease.id] else {
            market?.expiring[lease.id] = now
            if options.planted == .unstartedEndsAtOnce, case .startFailed = reason {
                try perform(.endLease(lease.id, reason))
            }
            return
        }
        guard now.millisecondsSince(since) > lease.fence * 1100 + 500 else { return }
        report.reached.count(reason == .nodeLost ? .leaseSilent : .leaseUnstarted)
        try perform(.endLease(lease.id, reason))
    }

    private func overdue(_ lease: Lease) -> EndReason? {
        switch lease.life {
        case .reserved(let until): until < now.timestamp ? .startFailed(code: "timeout") : nil
        case .running(_, let reading, _):
            now.timestamp.millisecondsSince(reading.acceptedAt) > Self.quietMilliseconds
                ? .nodeLost : nil
        case .ended, .settled: nil
        }
    }

    private func closePeriods() throws(MarketCrash) {
        for place in nodes.indices {
            for lease in market?.live[place] ?? [] {
                guard case .running = lease.life else { continue }
                report.reached.count(.periodClosed)
                try perform(.closePeriod(lease.id))
            }
        }
    }

    // MARK: Sessions

    private func dropQuietSessions() throws(MarketCrash) {
        for place in nodes.indices {
            guard let session = market?.sessions[place],
                now.millisecondsSince(session.lastFrameAt) > Self.keepAliveMilliseconds
            else { continue }
            closeFromMarket(place, session.connection)
            try forget(place, session.connection)
        }
    }

    /// A connection has ended: nothing new is placed on its node.
    func forget(_ place: Int, _ connection: Int) throws(MarketCrash) {
        guard market?.sessions[place]?.connection == connection else { return }
        market?.sessions[place] = nil
        market?.liveness.disconnect(nodes[place].id)
        try perform(.changeAvailability(nodes[place].id, .disconnected))
    }

    /// Effects that no node has acknowledged for a while are sent again.
    private func resend() throws(MarketCrash) {
        for case .outbox(let entry) in store.tables.load(.outbox(limit: 1_000_000)) {
            if let sentAt = market?.sentAt[entry.id], now.millisecondsSince(sentAt) < 3000 {
                continue
            }
            try deliver(entry)
        }
    }

    // MARK: Orders

    private func match() throws(MarketCrash) {
        for _ in 0..<20 {
            let proposals = market?.book.proposals(limit: 16) ?? []
            if proposals.isEmpty { return }
            for proposal in proposals { try clear(proposal) }
        }
    }

    private func clear(_ proposal: Proposal) throws(MarketCrash) {
        let clearing = Clearing(
            lease: LeaseID(bytes: random.identifiers.bytes(16)), task: proposal.task,
            attempt: proposal.attempt, node: proposal.node, offerVersion: proposal.offerVersion,
            devices: proposal.devices)
        if options.planted == .dispatchedBeforeCommit { try dispatchEarly(clearing) }
        switch try perform(.clear(clearing)) {
        case .success:
            market?.book.removeOrder(proposal.task)
            if !proposal.devices.isEmpty { report.reached.count(.deviceLeased) }
            if proposal.attempt > 1 { report.reached.count(.taskReplaced) }
        case .failure(let refusal):
            if refusal == .budgetInUse { report.reached.count(.budgetInUse) }
            market?.repair(proposal, refusal)
        }
    }

    /// The planted bug: the node hears of a lease that may never be committed.
    private func dispatchEarly(_ clearing: Clearing) throws(MarketCrash) {
        var guess = store
        _ = guess.perform(.clear(clearing), at: now.timestamp)
        guard let lease = guess.tables.read([.lease(clearing.lease)]).lease(clearing.lease),
            let job = market?.jobs[lease.task.job], let place = places[lease.node],
            market?.sessions[place]?.isGreeted == true
        else { return }
        sendDown(place, .dispatch(Effect.dispatch(lease.id).id, Dispatch(lease, of: job)))
        if random.crashes.happens(percent: 3) { throw MarketCrash() }
    }

    // MARK: Log

    private func publish() throws(MarketCrash) {
        try perform(.sequence(limit: 1000))
        let rows = store.tables.read([.tree, .head])
        if case .head(let head)? = rows[.head].first, head.size >= rows.tree.size { return }
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
