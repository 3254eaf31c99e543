import GRDB

/// The schema's history. A migration that was ever released is never edited; a change is a new one.
enum Schema {
    /// - Parameter sealer: seals the rows that a migration writes.
    static func migrator(_ sealer: Sealer) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { database in
            try database.execute(sql: people + market + money + files + log)
        }
        migrator.registerMigration("v2") { try ownership($0, sealer) }
        migrator.registerMigration("v3") { database in
            try database.execute(sql: eventTables)
            try addTally(Tally(), of: .events, database, sealer)
        }
        migrator.registerMigration("v4") { database in
            try database.execute(sql: chainTables)
            for table in [Table.chainBooks, .deeds] {
                try addTally(Tally(), of: table, database, sealer)
            }
        }
        migrator.registerMigration("v5") { database in
            try database.execute(sql: vaultTables)
            for table in [Table.vaultUsers, .pairs] {
                try addTally(Tally(), of: table, database, sealer)
            }
        }
        migrator.registerMigration("v6") { database in
            try database.execute(sql: lockTables)
            try addTally(Tally(), of: .locks, database, sealer)
        }
        migrator.registerMigration("v7") { try $0.execute(sql: unopenedLocks) }
        return migrator
    }

    private static let people = """
        CREATE TABLE tallies (
            name TEXT PRIMARY KEY, row_count INTEGER NOT NULL, sum BLOB NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE TABLE accounts (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE TABLE keys (
            hash TEXT PRIMARY KEY, account TEXT NOT NULL, role TEXT NOT NULL, label TEXT NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE TABLE nodes (
            id TEXT PRIMARY KEY, provider TEXT NOT NULL, name TEXT NOT NULL,
            receipt_key BLOB NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE INDEX nodes_by_provider ON nodes (provider, id);
        CREATE TABLE join_tokens (
            id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL, provider TEXT NOT NULL,
            expires_at INTEGER NOT NULL, uses_left INTEGER NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE replays (
            account TEXT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL,
            answer TEXT NOT NULL, seal BLOB NOT NULL, PRIMARY KEY (account, key)) STRICT;

        """

    private static let market = """
        CREATE TABLE offers (
            node TEXT PRIMARY KEY, body TEXT NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE devices (
            device TEXT PRIMARY KEY, node TEXT NOT NULL, lease TEXT, seal BLOB NOT NULL) STRICT;
        CREATE TABLE jobs (
            id TEXT PRIMARY KEY, renter TEXT NOT NULL, name TEXT NOT NULL,
            submitted_at INTEGER NOT NULL, closed INTEGER NOT NULL, body TEXT NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE INDEX jobs_by_renter ON jobs (renter, submitted_at, id);
        CREATE INDEX jobs_by_name ON jobs (renter, name, submitted_at, id);
        CREATE INDEX jobs_open ON jobs (id) WHERE closed = 0;
        CREATE TABLE tasks (
            job TEXT NOT NULL, idx INTEGER NOT NULL, attempt INTEGER NOT NULL,
            state TEXT NOT NULL, open_since INTEGER, lease TEXT, reason TEXT,
            seal BLOB NOT NULL, PRIMARY KEY (job, idx)) STRICT;
        CREATE INDEX tasks_by_state ON tasks (job, state, idx);
        CREATE INDEX tasks_waiting ON tasks (job, idx) WHERE state IN ('queued', 'open');
        CREATE INDEX tasks_open ON tasks (open_since, job, idx) WHERE state = 'open';
        CREATE TABLE holds (
            job TEXT PRIMARY KEY, renter TEXT NOT NULL, body TEXT NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE TABLE leases (
            id TEXT PRIMARY KEY, job TEXT NOT NULL, node TEXT NOT NULL, state TEXT NOT NULL,
            body TEXT NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE INDEX leases_by_job ON leases (job, id);
        CREATE INDEX leases_live_by_job ON leases (job, id)
            WHERE state IN ('reserved', 'running');
        CREATE INDEX leases_live_by_node ON leases (node, id)
            WHERE state IN ('reserved', 'running');
        CREATE INDEX leases_unsettled ON leases (id)
            WHERE state IN ('reserved', 'running', 'ended');
        CREATE INDEX leases_settled ON leases (id) WHERE state = 'settled';

        """

    private static let money = """
        CREATE TABLE balances (
            account TEXT PRIMARY KEY, micro INTEGER NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE transfers (
            sequence INTEGER PRIMARY KEY, kind TEXT NOT NULL, source TEXT NOT NULL,
            target TEXT NOT NULL, micro INTEGER NOT NULL, job TEXT, lease TEXT,
            reason TEXT NOT NULL, at INTEGER NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE INDEX transfers_by_job ON transfers (job, sequence);

        """

    private static let files = """
        CREATE TABLE images (
            name TEXT PRIMARY KEY, digest TEXT NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE blobs (
            digest TEXT PRIMARY KEY, size INTEGER NOT NULL, owner TEXT NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE TABLE outputs (
            lease TEXT NOT NULL, path TEXT NOT NULL, job TEXT NOT NULL, idx INTEGER NOT NULL,
            digest TEXT NOT NULL, size INTEGER NOT NULL, seal BLOB NOT NULL,
            PRIMARY KEY (lease, path)) STRICT;
        CREATE INDEX outputs_by_job ON outputs (job, idx, lease, path);

        """

    private static let log = """
        CREATE TABLE outbox (
            position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
            lease TEXT NOT NULL, reason TEXT, node TEXT NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE pending (
            position INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, lease TEXT,
            bytes BLOB NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE entries (
            idx INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, lease TEXT, bytes BLOB NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE INDEX entries_by_lease ON entries (lease, idx);
        CREATE TABLE log_nodes (
            level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,
            seal BLOB NOT NULL, PRIMARY KEY (level, idx)) STRICT;
        CREATE TABLE tree (
            only INTEGER PRIMARY KEY, size INTEGER NOT NULL, peaks TEXT NOT NULL,
            seal BLOB NOT NULL) STRICT;
        CREATE TABLE head (
            only INTEGER PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL,
            note BLOB NOT NULL, seal BLOB NOT NULL) STRICT;
        CREATE TABLE alive (
            only INTEGER PRIMARY KEY, at INTEGER NOT NULL, seal BLOB NOT NULL) STRICT;
        """
}
