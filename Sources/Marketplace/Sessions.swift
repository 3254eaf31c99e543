package import Domain

/// Every node's session with the market: who is connected, what is renewed, sent, metered, given up.
///
/// A pure machine: events in, actions out, time passed in; the program and the simulator pump the
/// same one. It holds nothing that cannot be lost: what is committed it hears from commits, and
/// every command that it asks for may come too late or twice. So it never waits: while a work is
/// with the store, other events come, and each is judged by what is known then.
/// Start reading at `handle`, then `Sessions+Frames`, `Sessions+Receipts`, `Sessions+Time`.
package struct Sessions: Sendable {
    struct Session: Hashable, Sendable {
        let number: Int
        let node: Node
        /// What its last hello said, until the store is asked to make it the node's offer.
        var saidTerms: OfferTerms?
        /// Its offer stands, so effects may be sent.
        var isGreeted = false
        var saidWish: SaidWish?
        /// The number of the owner's wish that the node has said it knows.
        var knownWish: Int64 = 0
    }

    /// An owner's wish on its way to the node.
    struct SaidWish: Hashable, Sendable {
        let number: Int64
        let at: Timestamp
    }

    /// Why a live lease is renewed no more.
    enum Unrenewed: Hashable, Sendable {
        /// Nothing has come of it in time; it ends when its fence and a tenth are over, so that what
        /// may still run there has stopped before anybody places the task again.
        case overdue(since: Timestamp)
        /// Its end is with the store.
        case ending
    }

    /// Sessions of a node that were refused because of another one, without a longer pause between.
    struct Refused: Hashable, Sendable {
        var since: Timestamp
        var last: Timestamp
    }

    private static let everything = 1_000_000

    /// What `.rebuilt` needs.
    package static let reads: [Read] = [
        .openJobs(limit: everything), .unsettledLeases(limit: everything),
        .outbox(limit: everything), .offers(limit: everything),
    ]

    /// Milliseconds after which a second session that was refused has given up.
    static let contestPause: Int64 = 60_000

    /// Seconds in which a running lease must have a receipt accepted.
    let quietSeconds: Int64
    let token: @Sendable (LeaseID, Int64) -> String
    var liveness: Liveness
    var sessions: [NodeID: Session] = [:]
    var view = CommittedView()
    var unrenewed: [LeaseID: Unrenewed] = [:]
    /// Nodes whose offer stands, as far as the store has answered.
    var advertised: Set<NodeID> = []
    /// Nodes of which an offer is with the store: one at a time, so that the last word is the last
    /// one committed.
    var offering: Set<NodeID> = []
    /// Nodes of which the store has lost an offer: it is asked again with the next tick, and not
    /// before, so that a store that keeps failing is not asked in a loop.
    var lostOffers: Set<NodeID> = []
    /// Nodes of which a silence is being booked.
    var booking: Set<NodeID> = []
    /// Nodes of which the store is asked to note who is asked to leave.
    var noticing: Set<NodeID> = []
    var refused: [NodeID: Refused] = [:]
    var receipts = ReceiptQueue()
    var isUpkeepWaiting = false
    var ticks = 0
    var lastPeriod = 0
    private var actions: [SessionAction] = []
    private var works: [SessionWork] = []

    /// - Parameters:
    ///   - quietSeconds: longer than a node may take to save outputs, in which it claims nothing.
    ///   - token: the bearer of a lease's bytes, for its attempt.
    package init(
        liveness: Liveness, quietSeconds: Int64 = 900,
        token: @escaping @Sendable (LeaseID, Int64) -> String
    ) {
        self.liveness = liveness
        self.quietSeconds = quietSeconds
        self.token = token
    }

    /// What must be committed before the first event: a sign of life; and nothing is placed on a
    /// node that has not connected to this run of the market.
    package static func atStart(offers: [Row]) -> [Command] {
        [.keepAlive]
            + offers.compactMap { row in
                guard case .offer(let offer) = row, offer.availability.isConnected else {
                    return nil
                }
                return .changeAvailability(offer.node, .disconnected)
            }
    }

    /// What to do after `event`, which happened at `now`.
    package mutating func handle(_ event: SessionEvent, at now: Timestamp) -> [SessionAction] {
        switch event {
        case .opened(let node, let number): open(node, number, at: now)
        case .closed(let node, let number): closed(node, number)
        case .frame(let frame, let node, let number): take(frame, node, number, at: now)
        case .rebuilt(let rows): rebuild(rows, at: now)
        case .committed(let rows, let effects, let done): follow(rows, effects, done, at: now)
        case .performed(let work, let outcomes): finish(work, outcomes, at: now)
        case .failed(let work): abandon(work)
        case .woke: flushAfterWake()
        case .tick: tick(at: now)
        case .hangUp(let node, let code): hangUp(node, code: code)
        case .stopping: for node in sessions.keys.sorted() { hangUp(node, code: "market_stopping") }
        }
        defer { (actions, works) = ([], []) }
        return actions + works.map(SessionAction.perform)
    }

    // MARK: Sayings of the other files

    mutating func send(_ frame: MarketFrame, on number: Int) {
        actions.append(.send(frame, on: number))
    }

    /// On the session of that number, if it is still the node's.
    mutating func answer(_ frame: MarketFrame, to node: NodeID, _ number: Int) {
        guard sessions[node]?.number == number else { return }
        send(frame, on: number)
    }

    mutating func close(_ number: Int) { actions.append(.close(number)) }

    mutating func wake(milliseconds: Int64) { actions.append(.wake(milliseconds: milliseconds)) }

    mutating func perform(_ commands: [Command], for purpose: SessionWork.Purpose) {
        works.append(SessionWork(commands: commands, purpose: purpose))
    }
}

// MARK: - What is asked about them

extension Sessions {
    package func health(of node: NodeID, at now: Timestamp) -> Liveness.Health {
        liveness.health(of: node, at: now)
    }

    /// Whether a live lease must be called lost now.
    package func isLost(_ lease: Lease, at now: Timestamp) -> Bool {
        liveness.isLost(lease, at: now)
    }

    /// Whether somebody else goes on trying to connect with the key of a node that is connected: for
    /// longer than one that had lost its own connection would have to.
    package func isContested(_ node: NodeID, at now: Timestamp) -> Bool {
        guard let refused = refused[node], sessions[node] != nil else { return false }
        return refused.last.millisecondsSince(refused.since) >= 10_000
            && now.millisecondsSince(refused.last) < Self.contestPause
    }

    package var connectedCount: Int { sessions.count }
    package var liveLeaseCount: Int { view.liveCount }

    /// In the order of their ids, as far as commits have told.
    package func liveLeases(on node: NodeID) -> [Lease] { view.live(on: node) }

    /// The session that stands for a node now.
    package func number(of node: NodeID) -> Int? { sessions[node]?.number }
}
