import Domain

// What is committed, and the effects that carry it to the nodes.
extension Sessions {
    /// Sent and unacknowledged at once on one session; the rest waits, so that a channel with its
    /// bound of frames in flight is never filled by one long outbox.
    static let effectWindow = 256
    /// A node acknowledges what it has written down. One that had no room then is asked again.
    static let resendMilliseconds: Int64 = 3000

    mutating func rebuild(_ rows: Rows, at now: Timestamp) {
        var fresh = CommittedView()
        for case .job(let job) in Self.reads.flatMap({ rows[$0] }) { fresh.take(job) }
        for read in Self.reads {
            for row in rows[read] {
                if case .lease(let lease) = row { fresh.take(lease) }
                if case .offer(let offer) = row { fresh.take(offer) }
                if case .outbox(let entry) = row { fresh.add(entry) }
            }
        }
        view = fresh
        for node in sessions.keys.sorted() { deliver(to: node, at: now) }
    }

    mutating func follow(
        _ rows: [Row], _ effects: [OutboxEntry], _ done: [EffectID], at now: Timestamp
    ) {
        for case .job(let job) in rows { view.take(job) }
        for case .lease(let lease) in rows {
            view.take(lease)
            if !lease.life.isLive { unrenewed[lease.id] = nil }
        }
        // Room in a window is news for its node, as a new effect is.
        var news = done.compactMap { view.remove($0) }
        for entry in effects where view.add(entry) { news.append(entry.node) }
        for case .offer(let offer) in rows where view.take(offer) { news.append(offer.node) }
        var told: Set<NodeID> = []
        for node in news where told.insert(node).inserted { deliver(to: node, at: now) }
    }

    /// Sends what the node has not acknowledged, in commit order, as far as the window allows.
    mutating func deliver(to node: NodeID, at now: Timestamp) {
        guard let session = sessions[node], session.isGreeted else { return }
        sayWish(to: session, at: now)
        var sent = 0
        for (index, waiting) in view.effects(for: node).enumerated() {
            guard sent < Self.effectWindow else { return }
            guard let frame = frame(of: waiting.entry) else { continue }
            sent += 1
            if let sentAt = waiting.sentAt,
                now.millisecondsSince(sentAt) < Self.resendMilliseconds
            {
                continue
            }
            view.note(sent: index, for: node, at: now)
            send(frame, on: session.number)
        }
    }

    /// Says what the owner wants, before anything else, until the node knows it.
    private mutating func sayWish(to session: Session, at now: Timestamp) {
        let node = session.node.id
        let known = view.wish(of: node)
        guard known.number > session.knownWish else { return }
        if let said = session.saidWish, said.number == known.number,
            now.millisecondsSince(said.at) < Self.resendMilliseconds
        {
            return
        }
        sessions[node]?.saidWish = SaidWish(number: known.number, at: now)
        let wish = known.wish.map { max(0, $0.millisecondsSince(now)) }
        send(.wish(number: known.number, wish), on: session.number)
    }

    /// Nil while there is nothing to say: a lease that is over or renewed no more is not started.
    private func frame(of entry: OutboxEntry) -> MarketFrame? {
        switch entry.effect {
        case .dispatch(let id):
            guard let lease = view.lease(id, on: entry.node), unrenewed[id] == nil,
                let job = view.job(of: lease)
            else { return nil }
            let token = token(lease.id, lease.attempt)
            return .dispatch(entry.id, Dispatch(lease, of: job, token: token))
        case .stop(let lease, let reason): return .stop(entry.id, lease, reason)
        case .leave(let id):
            guard let lease = view.lease(id, on: entry.node), let spot = lease.spot else {
                return nil
            }
            return .leave(entry.id, id, noticeMilliseconds: spot.noticeMilliseconds)
        case .verify: return nil
        }
    }
}
