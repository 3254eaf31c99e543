package import Domain
package import Logging
package import Marketplace
import ServiceLifecycle
import Verification

/// One node's open channel, as the market writes to it.
package struct NodeChannel: Sendable {
    /// Queues a frame for the node.
    ///
    /// - Returns: false when the channel is closed or its queue is full.
    package let send: @Sendable (MarketFrame) -> Bool
    /// Ends the channel.
    package let close: @Sendable () -> Void

    package init(
        send: @escaping @Sendable (MarketFrame) -> Bool, close: @escaping @Sendable () -> Void
    ) {
        self.send = send
        self.close = close
    }
}

/// Every node's session: pumps frames between channels and the core.
package actor NodeSessions: Service {
    private struct Session {
        let number: Int
        let channel: NodeChannel
        let node: Node
        var greeted = false
    }

    private static let everything = 1_000_000

    private let store: any Store
    private let feed: Feed
    private let clock: MarketClock
    private let meter: MeterBatcher
    private let token: @Sendable (LeaseID, Int64) -> String
    private let faults: Faults
    private let log: Logger
    private var sessions: [NodeID: Session] = [:]
    private var sessionCount = 0
    private var liveness: Liveness
    /// Leases that are renewed no more, with the moment of that; they end when their fence is over,
    /// so that what may still run there has stopped before anybody places the task again.
    private var givenUp: [LeaseID: Timestamp] = [:]
    /// Live leases as committed, by node.
    private var live: [NodeID: [LeaseID: Lease]] = [:]

    package init(
        store: any Store, feed: Feed, clock: MarketClock, liveness: Liveness, meter: MeterBatcher,
        token: @escaping @Sendable (LeaseID, Int64) -> String, faults: Faults, log: Logger
    ) {
        self.store = store
        self.feed = feed
        self.clock = clock
        self.liveness = liveness
        self.meter = meter
        self.token = token
        self.faults = faults
        self.log = log
    }

    /// Follows commits: which leases live, and which effects go to nodes.
    package func run() async throws {
        for await event in feed.follow().cancelOnGracefulShutdown() {
            switch event {
            case .rebuild: try await rebuild()
            case .commit(let commit):
                note(commit.rows)
                for entry in commit.effects { try await deliver(entry) }
            }
        }
        for node in sessions.keys.sorted() { hangUp(node, code: "market_stopping") }
    }

    private func rebuild() async throws {
        let read = Read.unsettledLeases(limit: Self.everything)
        let rows = try await store.read([read])
        live = [:]
        note(rows[read])
        for node in sessions.keys.sorted() { try await deliverAll(to: node) }
    }

    private func note(_ rows: [Row]) {
        for case .lease(let lease) in rows {
            live[lease.node, default: [:]][lease.id] = lease.life.isLive ? lease : nil
            // News of a lease is a sign that it goes on, or its end.
            givenUp[lease.id] = nil
        }
    }

    // MARK: Sessions

    /// Opens a session for an authenticated node.
    ///
    /// - Returns: its number, or nil when another live session of this node stands.
    package func open(_ node: Node, _ channel: NodeChannel) -> Int? {
        guard liveness.connect(node.id, at: clock.now()) else {
            log.warning("second session refused", metadata: ["node.id": "\(node.id)"])
            _ = channel.send(.goodbye(code: "second_session"))
            _ = sessions[node.id]?.channel.send(.goodbye(code: MarketFrame.secondSessionTried))
            return nil
        }
        sessions[node.id]?.channel.close()
        sessionCount += 1
        sessions[node.id] = Session(number: sessionCount, channel: channel, node: node)
        log.info("node connected", metadata: ["node.id": "\(node.id)"])
        return sessionCount
    }

    /// The channel of session `number` ended.
    package func closed(_ node: NodeID, _ number: Int) async throws {
        guard sessions[node]?.number == number else { return }
        sessions[node] = nil
        try await markDown(node)
    }

    /// Ends the session of a node that says nothing; it may connect again.
    package func drop(_ node: NodeID) async throws {
        hangUp(node, code: "silent")
        try await markDown(node)
    }

    /// Nothing new is placed on a node without a session; what runs there has its fence.
    private func markDown(_ node: NodeID) async throws {
        liveness.disconnect(node)
        log.info("node disconnected", metadata: ["node.id": "\(node)"])
        do {
            try await store.perform(.changeAvailability(node, .disconnected))
        } catch is Refusal {
            // It never advertised: there is no offer to take back.
        }
    }

    private func hangUp(_ node: NodeID, code: String) {
        guard let session = sessions.removeValue(forKey: node) else { return }
        _ = session.channel.send(.goodbye(code: code))
        session.channel.close()
        liveness.disconnect(node)
    }

    package func health(of node: NodeID) -> Liveness.Health {
        liveness.health(of: node, at: clock.now())
    }

    package var connectedCount: Int { sessions.count }
    package var liveLeaseCount: Int { live.values.reduce(0) { $0 + $1.count } }
    package func liveLeases(on node: NodeID) -> Int { live[node]?.count ?? 0 }

    // MARK: Frames in

    /// - Throws: a failure of the store; refusals are answered to the node.
    package func take(_ frame: NodeFrame, from node: NodeID, session number: Int) async throws {
        guard let session = sessions[node], session.number == number else { return }
        switch frame {
        case .hello(let terms, let held): try await greet(session, terms, held)
        case .heartbeat(let beat): try await renew(session, beat)
        case .receipt(let signed): await accept(signed, from: session)
        case .acknowledged(let effect): try await store.perform(.effectDone(effect))
        case .drain:
            try await store.perform(.changeAvailability(node, .drained))
            _ = session.channel.send(.drained)
        }
    }

    private func greet(_ session: Session, _ terms: OfferTerms, _ held: [LeaseID]) async throws {
        let node = session.node.id
        do {
            try await store.perform(.advertise(node, terms))
        } catch let refusal as Refusal {
            log.warning(
                "offer refused", metadata: ["node.id": "\(node)", "code": "\(refusal.code)"])
            hangUp(node, code: refusal.code)
            return
        }
        guard sessions[node]?.number == session.number else { return }
        sessions[node]?.greeted = true
        _ = session.channel.send(.welcome)
        try await deliverAll(to: node)
    }

    /// Answers a heartbeat: every live lease of the node may run on for its fence.
    private func renew(_ session: Session, _ beat: Int64) async throws {
        let node = session.node.id
        if let back = liveness.heartbeat(node, at: clock.now()) {
            try await store.perform(.silence(node, milliseconds: back.silentMilliseconds))
        }
        let renewals = (live[node] ?? [:]).values.sorted { $0.id < $1.id }
            .filter { givenUp[$0.id] == nil }
            .map { Renewal(lease: $0.id, attempt: $0.attempt) }
        _ = session.channel.send(.renewal(number: beat, leases: renewals))
    }

    private func accept(_ signed: SignedReceipt, from session: Session) async {
        let arrivedAt = clock.now()
        do throws(Refusal) {
            let verified = try VerifiedReceipt(
                signed, from: session.node.id, key: session.node.receiptKey)
            await meter.add(verified, arrivedAt: arrivedAt) { outcome in
                let receipt = verified.receipt
                let frame: MarketFrame =
                    switch outcome {
                    case .success: .receiptAccepted(receipt.lease, sequence: receipt.sequence)
                    case .failure(let refusal):
                        .receiptRefused(
                            receipt.lease, sequence: receipt.sequence, code: refusal.code)
                    }
                _ = session.channel.send(frame)
            }
        } catch {
            log.warning(
                "receipt refused",
                metadata: ["node.id": "\(session.node.id)", "code": "\(error.code)"])
            guard let receipt = try? Receipt(bytes: signed.bytes) else { return }
            _ = session.channel.send(
                .receiptRefused(receipt.lease, sequence: receipt.sequence, code: error.code))
        }
    }

    // MARK: Effects out

    private func deliverAll(to node: NodeID) async throws {
        let read = Read.outbox(limit: Self.everything)
        let rows = try await store.read([read])
        for case .outbox(let entry) in rows[read] where entry.node == node {
            try await deliver(entry)
        }
    }

    /// Sends an effect to its node when it is connected; the node's acknowledgement marks it done,
    /// and every new session sends again what is not.
    private func deliver(_ entry: OutboxEntry) async throws {
        guard let session = sessions[entry.node], session.greeted else { return }
        switch entry.effect {
        case .dispatch(let lease):
            guard let dispatch = try await dispatch(lease) else { return }
            faults.reach(.beforeEffect(.dispatch))
            _ = session.channel.send(.dispatch(entry.id, dispatch))
            faults.reach(.afterEffect(.dispatch))
        case .stop(let lease, let reason):
            faults.reach(.beforeEffect(.stop))
            _ = session.channel.send(.stop(entry.id, lease, reason))
            faults.reach(.afterEffect(.stop))
        case .verify: break  // the outbox worker's
        }
    }

    private func dispatch(_ id: LeaseID) async throws -> Dispatch? {
        let first = try await store.read([.lease(id)])
        guard let lease = first.lease(id), lease.life.isLive else { return nil }
        let rows = try await store.read([.job(lease.task.job)])
        guard let job = rows.job(lease.task.job) else { return nil }
        return DispatchBuilder.dispatch(lease, of: job, token: token(lease.id, lease.attempt))
    }

    // MARK: Time

    /// Leases that must be called lost now, and nodes that do not answer.
    package func overdue() -> (lost: [LeaseID], silent: [NodeID]) {
        let now = clock.now()
        var lost: [LeaseID] = []
        var silent: [NodeID] = []
        for node in live.keys.sorted() {
            let leases = (live[node] ?? [:]).values.sorted { $0.id < $1.id }
            lost += leases.filter { liveness.isLost($0, at: now) }.map(\.id)
        }
        for node in sessions.keys.sorted() where liveness.health(of: node, at: now) == .silent {
            silent.append(node)
        }
        return (lost, silent)
    }

    /// Live leases, for the period's close.
    package var runningLeases: [LeaseID] {
        live.values.flatMap { $0.values }.filter { lease in
            if case .running = lease.life { true } else { false }
        }.map(\.id).sorted()
    }

    /// Seconds in which a running lease must have a receipt accepted; longer than a node may take to
    /// save outputs (600 s), in which it has nothing new to claim.
    private static let receiptSeconds: Int64 = 900

    /// Leases to end now: not started in time, or without any accepted receipt for too long, and
    /// unrenewed since for their fence and a tenth.
    package func abandoned() -> [(lease: LeaseID, reason: EndReason)] {
        let now = clock.now()
        var due: [(lease: LeaseID, reason: EndReason)] = []
        for lease in live.values.flatMap({ $0.values }).sorted(by: { $0.id < $1.id }) {
            guard let reason = Self.overdue(lease, at: now) else { continue }
            let since = givenUp[lease.id] ?? now
            givenUp[lease.id] = since
            guard now.millisecondsSince(since) > lease.fence * 1100 else { continue }
            due.append((lease.id, reason))
        }
        return due
    }

    private static func overdue(_ lease: Lease, at now: Timestamp) -> EndReason? {
        switch lease.life {
        case .reserved(let until): until < now ? .startFailed(code: "timeout") : nil
        case .running(_, let reading, _):
            reading.acceptedAt.advanced(seconds: receiptSeconds) < now ? .nodeLost : nil
        case .ended, .settled: nil
        }
    }
}
