import Accounting
import Domain
import Marketplace
import Matching
import Testing

/// A shop whose orders are placed by the market's own machine, pumped as the match loop does.
struct Floor {
    var shop: Shop
    var placing: Placing
    /// What was asked for and taken, in its order.
    private(set) var asked: [Preemption] = []
    /// What lived when each was asked, and what others on demand waited for.
    private(set) var scenes: [(live: [Lease], others: [Resources])] = []
    private(set) var placed: [Clearing] = []
    private var leases = 0

    init() throws {
        shop = try Shop.open()
        placing = Placing(rows: shop.tables.read(Placing.reads))
    }

    /// Another node like the first one.
    mutating func addNode(_ number: Int, cpus: Int64 = 8, ask: Int64 = 3_600_000) throws {
        let node = try #require(NodeID("nod_\(number)"))
        try run(.registerNode(shop.machine(node), token: nil))
        try run(.advertise(node, shop.terms(ask: ask, cpus: cpus, gpus: [])))
    }

    /// A commit, and placing hears of it.
    mutating func attempt(_ command: Command) -> Outcome {
        var rows = Rows()
        while true {
            let missing = command.reads(given: rows).filter { !rows.has($0) }
            if missing.isEmpty { break }
            for read in missing { rows.add(shop.tables.load(read), for: read) }
        }
        do throws(Refusal) {
            let decision = try shop.market.decide(command, on: rows, at: shop.now)
            shop.tables.apply(decision)
            placing.take(decision.rows)
            return .success(decision.answer)
        } catch {
            return .failure(error)
        }
    }

    mutating func run(_ command: Command) throws { _ = try attempt(command).get() }

    mutating func submit(_ job: String, _ wish: Shop.Wish) throws {
        var wish = wish
        (wish.job, wish.key) = (job, job)
        try run(shop.submit(wish))
        pump()
    }

    /// Rounds until there is nothing to do.
    mutating func pump() {
        for _ in 0..<1_000 {
            let steps = round()
            if steps.isEmpty { return }
            for step in steps { take(step) }
        }
        Issue.record("placing does not come to an end")
    }

    private mutating func take(_ step: Placing.Step) {
        let live = live
        let waiting = placing.book.waiting(after: nil).filter { $0.needs.spot == nil }
        switch attempt(step.command) {
        case .success:
            if case .preempt(let preemption) = step.command {
                asked.append(preemption)
                let others = waiting.filter { $0.task != preemption.task }.map(\.needs.slice)
                scenes.append((live, others))
            }
            if case .clear(let clearing) = step.command { placed.append(clearing) }
        case .failure(let refusal): placing.refused(step, refusal)
        }
    }

    /// One round, of which nothing is committed.
    mutating func round() -> [Placing.Step] {
        placing.round(at: shop.now) {
            leases += 1
            return LeaseID("lse_\(leases)")!
        }
    }

    /// The market's program starts anew on what is committed.
    mutating func restart() {
        placing = Placing(rows: shop.tables.read(Placing.reads))
        pump()
    }

    var live: [Lease] {
        let read = Read.unsettledLeases(limit: Shop.everything)
        return shop.tables.read([read]).leases(read).filter(\.life.isLive)
    }

    func lease(of job: String) -> Lease? { live.first { $0.task.job.text == job } }

    mutating func start(_ job: String) throws {
        let lease = try #require(self.lease(of: job))
        try run(
            shop.receipt(lease.id, 1, seconds: 0, attempt: lease.attempt, node: lease.node))
        pump()
    }

    mutating func end(_ job: String, _ reason: EndReason = .exited(code: 0)) throws {
        try end(try #require(lease(of: job)), reason)
        pump()
    }

    /// It ends, and is settled; nothing is placed meanwhile.
    mutating func end(_ lease: Lease, _ reason: EndReason) throws {
        let next = (lease.life.reading?.sequence ?? 0) + 1
        let seconds = lease.life.reading?.seconds ?? 0
        try run(
            shop.receipt(
                lease.id, next, seconds: seconds, .ended(reason), attempt: lease.attempt,
                node: lease.node))
        try run(.verify(lease.id))
    }
}
