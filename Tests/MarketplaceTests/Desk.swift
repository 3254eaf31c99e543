import Domain
import Marketplace
import Testing
import Verification

/// The market's sessions over a shop: each event is handed in, each action kept, each work performed
/// when the test says so.
struct Desk {
    static let terms = try! OfferTerms(
        capacity: Resources(milliCPU: 8000, memoryBytes: 8 << 30, diskBytes: 8 << 30), devices: [],
        ask: Rate(microPerHour: 3_600_000), region: "TW", tier: .tested)

    var shop: Shop
    var sessions: Sessions
    /// Works that the store has not performed.
    var works: [SessionWork] = []
    private(set) var sent: [Int: [MarketFrame]] = [:]
    private(set) var closed: [Int] = []
    private(set) var wakes: [Int64] = []

    init(quietSeconds: Int64 = 900) throws {
        shop = try Shop.open()
        sessions = Sessions(
            liveness: Liveness(startedAt: shop.now, lastAlive: nil), quietSeconds: quietSeconds,
            token: { "token of \($0) \($1)" })
        try shop.run(.changeAvailability(Shop.node, .disconnected))
        take(.rebuilt(shop.tables.read(Sessions.reads)))
    }

    mutating func pass(milliseconds: Int64) {
        shop.now = shop.now.advanced(milliseconds: milliseconds)
    }

    mutating func take(_ event: SessionEvent) {
        for action in sessions.handle(event, at: shop.now) {
            switch action {
            case .send(let frame, let number): sent[number, default: []].append(frame)
            case .close(let number): closed.append(number)
            case .wake(let milliseconds): wakes.append(milliseconds)
            case .perform(let work): works.append(work)
            }
        }
    }

    /// What was said on a session since the last look.
    mutating func heard(_ number: Int) -> [MarketFrame] { sent.removeValue(forKey: number) ?? [] }

    /// A command of somebody else; the sessions hear of its commit.
    mutating func run(_ command: Command) throws { _ = try tellCommit(command).get() }

    @discardableResult
    private mutating func tellCommit(_ command: Command) -> Outcome {
        let before = shop.tables
        let outcome = shop.attempt(command)
        guard case .success = outcome else { return outcome }
        let rows = shop.changedRows(since: before)
        let (old, new) = (Shop.outbox(before), Shop.outbox(shop.tables))
        take(
            .committed(
                rows: rows, effects: new.filter { !old.contains($0) },
                done: old.filter { !new.contains($0) }.map(\.id)))
        return outcome
    }

    /// Performs the oldest work, and those that follow from it.
    mutating func performNext() {
        let work = works.removeFirst()
        take(.performed(work, work.commands.map { tellCommit($0) }))
    }

    mutating func performAll() { while !works.isEmpty { performNext() } }

    /// What goes missing when the store fails under a work: all of it, or only the answer.
    enum Loss: CaseIterable { case commands, answer }

    /// The store fails under the oldest work.
    mutating func failNext(_ loss: Loss) {
        let work = works.removeFirst()
        if loss == .answer { for command in work.commands { tellCommit(command) } }
        take(.failed(work))
    }

    /// A tick of a store that works for the market's own upkeep, whatever else it fails.
    mutating func tickAndKeepUp() {
        take(.tick)
        performNext()
    }

    /// A session that has said hello and whose first heartbeat is answered.
    mutating func connect(_ number: Int) {
        take(.opened(shop.machine(), number: number))
        say(.hello(terms: Self.terms, leases: []), on: number)
        performAll()
        beat(1, on: number)
        performAll()
    }

    mutating func say(_ frame: NodeFrame, on number: Int) {
        take(.frame(frame, from: Shop.node, number: number))
    }

    mutating func beat(_ beat: Int64, on number: Int) { say(.heartbeat(number: beat), on: number) }

    /// Seconds pass; in each the node is heard and the machine ticks.
    mutating func live(seconds: Int64, on number: Int) {
        for beat in 0..<seconds {
            pass(milliseconds: 1000)
            self.beat(100 + beat, on: number)
            take(.tick)
            performAll()
        }
    }

    /// A job on the node, placed and dispatched; on one that is down, just before it went.
    mutating func place(_ wish: Shop.Wish = .init()) throws -> LeaseID {
        try run(shop.submit(wish))
        let isDown = try !shop.offer().availability.isConnected
        if isDown { try shop.run(.changeAvailability(Shop.node, .connected)) }
        let clearing = try shop.clearing(of: wish.job)
        try run(.clear(clearing))
        if isDown { try shop.run(.changeAvailability(Shop.node, .disconnected)) }
        return clearing.lease
    }
}

extension Shop {
    static func outbox(_ tables: MemoryTables) -> [OutboxEntry] {
        tables.load(.outbox(limit: everything)).compactMap { row in
            if case .outbox(let entry) = row { entry } else { nil }
        }
    }

    /// Jobs, leases and offers that are not as they were.
    func changedRows(since before: MemoryTables) -> [Row] {
        let jobs = tables.load(.jobs(of: Self.ann, before: nil, limit: Self.everything))
        let leases = jobs.flatMap { row -> [Row] in
            guard case .job(let job) = row else { return [] }
            return tables.load(.leases(job.id, limit: Self.everything))
        }
        return (jobs + leases + tables.load(.offers(limit: Self.everything))).filter { row in
            switch row {
            case .offer(let offer): before.load(.offer(offer.node)) != [row]
            case .job(let job): before.load(.job(job.id)) != [row]
            case .lease(let lease): before.load(.lease(lease.id)) != [row]
            default: false
            }
        }
    }
}
