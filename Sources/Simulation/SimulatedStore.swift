import Accounting
import Domain
import Marketplace

/// The market's one truth, in memory: loads, decides, applies, as `Store.perform` promises.
struct SimulatedStore {
    /// What one command did.
    struct Commit {
        let outcome: Outcome
        /// Nil when it was refused.
        let decision: Decision?
    }

    private(set) var tables = MemoryTables()
    let market: Market
    let planted: PlantedBug?

    init(market: Market, planted: PlantedBug?) {
        self.market = market
        self.planted = planted
    }

    /// One transaction of one command. With a planted bug there may be a second, wrong one.
    mutating func perform(_ command: Command, at now: Timestamp) -> [Commit] {
        var rows = load(command, into: Rows())
        if planted == .payerForgotten {
            // What the market is made to decide reads another account.
            rows = load(Tampering(planted, command, rows).command, into: rows)
        }
        let first = commit(command, on: rows, at: now)
        guard planted == .settledTwice, case .verify = command, first.decision != nil else {
            return [first]
        }
        return [first, commit(command, on: stale(rows), at: now)]
    }

    private mutating func commit(_ command: Command, on rows: Rows, at now: Timestamp) -> Commit {
        let tampering = Tampering(planted, command, rows)
        do throws(Refusal) {
            var decision = try market.decide(
                tampering.command, on: tampering.rows, at: tampering.time(now))
            tampering.spoil(&decision)
            tables.apply(decision)
            return Commit(outcome: .success(decision.answer), decision: decision)
        } catch {
            return Commit(outcome: .failure(error), decision: nil)
        }
    }

    private func load(_ command: Command, into loaded: Rows) -> Rows {
        var rows = loaded
        while true {
            let missing = command.reads(given: rows).filter { !rows.has($0) }
            if missing.isEmpty { return rows }
            for read in missing { rows.add(tables.load(read), for: read) }
        }
    }

    /// What was read before a commit, with only the balances as they are after it.
    private func stale(_ before: Rows) -> Rows {
        var rows = before
        let read = Read.balances(limit: 1_000_000)
        for case .balance(let balance) in tables.load(read) {
            rows.add([.balance(balance)], for: .balance(balance.account))
        }
        return rows
    }
}
