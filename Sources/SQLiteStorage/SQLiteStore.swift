package import Domain
import GRDB
package import Marketplace

/// The market's store in one SQLite file: one writer, many readers, a real sync at each commit.
///
/// Concurrent `perform`s are serialised by the one writer; decisions run synchronously inside its
/// transaction, on its own thread. Readers see the last commit and never wait for the writer.
package final class SQLiteStore: Store {
    private let pool: DatabasePool
    private let market: Market
    private let sealer: Sealer
    private let clock: @Sendable () -> Timestamp
    private let reach: @Sendable (FaultPoint) -> Void
    private let committed: @Sendable (CommitNotice) -> Void

    /// Opens the file at `path`, or makes it, and brings it to this version's schema.
    ///
    /// - Parameters:
    ///   - sealKey: 32 secret bytes, kept outside the file and the same for its whole life.
    ///   - clock: the market's clock.
    ///   - reach: called at each fault point, on the writer's thread.
    ///   - committed: called after each commit that changed something, in commit order, outside
    ///     the transaction, on the writer's thread: it must be quick and must not wait for the
    ///     store.
    /// - Throws: `StoreFailure` when the file cannot be used or would not be synced.
    package init(
        path: String, market: Market, sealKey: [UInt8],
        clock: @escaping @Sendable () -> Timestamp,
        reach: @escaping @Sendable (FaultPoint) -> Void,
        committed: @escaping @Sendable (CommitNotice) -> Void
    ) throws {
        precondition(sealKey.count == Sealer.keyLength, "a seal key is 32 bytes")
        self.market = market
        self.clock = clock
        self.reach = reach
        self.committed = committed
        let sealer = Sealer(key: sealKey)
        self.sealer = sealer
        do {
            pool = try Self.open(path, sealer)
            try pool.write { try TableWriter.prepareTallies($0, sealer) }
        } catch {
            throw Self.failure("open the database \(path)", error)
        }
    }

    package func perform(_ commands: [Command]) async throws -> [Outcome] {
        guard !commands.isEmpty else { return [] }
        do {
            return try await pool.writeWithoutTransaction { [self] database in
                try performNow(commands, in: database)
            }
        } catch {
            let verbs = Self.distinctVerbs(commands).map(\.rawValue)
            throw Self.failure("perform \(verbs.joined(separator: ", "))", error)
        }
    }

    package func read(_ reads: [Read]) async throws -> Rows {
        do {
            return try await pool.read { database in
                var rows = Rows()
                for read in reads { rows.add(try database.load(read), for: read) }
                return rows
            }
        } catch {
            throw Self.failure("read", error)
        }
    }

    /// Ends all connections. Nothing may be asked of the store afterwards.
    package func close() throws {
        do { try pool.close() } catch { throw Self.failure("close the database", error) }
    }

    /// Every row that was changed, added or removed without the market.
    ///
    /// Blocks its thread for a walk over the whole database.
    ///
    /// - Throws: `StoreFailure` when the file cannot be read.
    package func audit() throws -> [BrokenRow] {
        do {
            return try pool.read { database in
                var audit = Audit(database, sealer)
                return try audit.run()
            }
        } catch {
            throw Self.failure("audit the database", error)
        }
    }
}

extension SQLiteStore {
    private static func open(_ path: String, _ sealer: Sealer) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "orban.store"
        let pool = try DatabasePool(path: path, configuration: configuration)
        // The pool lowers its writer to NORMAL while it opens: an acknowledged commit could be
        // lost with the power.
        try pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            guard try database.firstInteger("PRAGMA synchronous") == 2 else {
                throw StoreFailure(doing: "sync every commit", cause: "synchronous is not FULL")
            }
        }
        try Schema.migrator(sealer).migrate(pool)
        return pool
    }

    /// One write transaction for all commands. A refusal is thrown by `decide`, before the first
    /// write of its command, so there is nothing of that command to roll back.
    private func performNow(_ commands: [Command], in database: Database) throws -> [Outcome] {
        let verbs = Self.distinctVerbs(commands)
        var outcomes: [Outcome] = []
        var notice = CommitNotice()
        try database.inTransaction(.immediate) {
            let now = clock()
            var writer = TableWriter(database, sealer)
            for command in commands {
                let rows = try database.load(for: command)
                switch Self.decision(market, command, rows, now) {
                case .success(let decision):
                    notice.append(try writer.apply(decision))
                    outcomes.append(.success(decision.answer))
                case .failure(let refusal): outcomes.append(.failure(refusal))
                }
            }
            try writer.flush()
            for verb in verbs { reach(.beforeCommit(verb)) }
            return .commit
        }
        for verb in verbs { reach(.afterCommit(verb)) }
        if !notice.isEmpty { committed(notice) }
        return outcomes
    }

    private static func decision(
        _ market: Market, _ command: Command, _ rows: Rows, _ now: Timestamp
    ) -> Result<Decision, Refusal> {
        do throws(Refusal) {
            return .success(try market.decide(command, on: rows, at: now))
        } catch {
            return .failure(error)
        }
    }

    /// In the order of their first command.
    private static func distinctVerbs(_ commands: [Command]) -> [Command.Verb] {
        commands.reduce(into: []) { verbs, command in
            if !verbs.contains(command.verb) { verbs.append(command.verb) }
        }
    }

    /// A cancelled caller gets its `CancellationError`; everything else is the store's failure.
    private static func failure(_ doing: String, _ error: any Error) -> any Error {
        switch error {
        case is CancellationError: error
        case let failure as StoreFailure: failure
        default: StoreFailure(doing: doing, cause: "\(error)")
        }
    }
}

extension Database {
    /// Loads what `command` reads, until it names nothing new.
    fileprivate func load(for command: Command) throws -> Rows {
        var rows = Rows()
        while true {
            let missing = command.reads(given: rows).filter { !rows.has($0) }
            if missing.isEmpty { return rows }
            for read in missing { rows.add(try load(read), for: read) }
        }
    }

    /// The rows of one read, in its order.
    fileprivate func load(_ read: Read) throws -> [MarketRow] {
        let query = Query(read)
        var rows: [MarketRow] = []
        try forEachRow(query.sql, query.arguments) { values in
            do {
                let cells = try values.map { value in try Cell(value) }
                rows.append(try query.table.kind.init(cells: cells).row)
            } catch {
                throw StoreFailure(doing: "read \(query.table.rawValue)", cause: "\(error)")
            }
        }
        return rows
    }
}
