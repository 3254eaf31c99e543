import Domain
import Foundation
import GRDB
import Staging
import Testing
import Wire

extension EndToEnd {
    /// Somebody with root changes the market's file while the market is down.
    struct TamperTests {
        struct Change: Sendable, CustomTestStringConvertible {
            let table: String
            /// The column whose stored value gets one other byte.
            let column: String
            /// Which row of the table.
            let order: String
            var testDescription: String { "\(table).\(column)" }
        }

        static let changes = [
            Change(table: "transfers", column: "reason", order: "sequence"),
            Change(table: "entries", column: "bytes", order: "idx DESC"),
            Change(table: "leases", column: "body", order: "id"),
            Change(table: "balances", column: "seal", order: "account"),
            Change(table: "jobs", column: "body", order: "id"),
        ]

        @Test(arguments: changes)
        func `one byte changed in the market's file is named by its record`(
            _ change: Change
        ) async throws {
            try await Self.withClosedMarket { site in
                let sound = try await site.stage.run(
                    ["market", "audit", "--data-dir", site.dataFolder])
                #expect(sound.status == 0, "\(sound)")
                let key = try Self.flip(change, in: site.dataFolder + "/market.db")
                let broken = try await site.stage.run(
                    ["market", "audit", "--data-dir", site.dataFolder])
                #expect(broken.status == 8, "\(broken)")
                #expect(broken.out.contains("✗ \(change.table) \(key):"), "\(broken)")
            }
        }

        @Test
        func `an entry of the log changed in the market's file is found by a stranger's mirror`()
            async throws
        {
            try await Self.withClosedMarket { site in
                let change = Change(table: "entries", column: "bytes", order: "idx DESC")
                let key = try Self.flip(change, in: site.dataFolder + "/market.db")
                try site.restart()
                try await site.ready()
                let mirror = try await site.stage.run(
                    ["audit", "mirror", site.stage.folder + "/mirror"],
                    with: ["ORBAN_API_URL": site.url])
                #expect(mirror.status == 8, "\(mirror)")
                #expect(mirror.err.contains("record \(key)"), "\(mirror)")
            }
        }

        /// A market that had one billed job, ended, all of it in one file.
        private static func withClosedMarket(_ body: (Site) async throws -> Void) async throws {
            try await Stage.run { stage in
                let site = try await Site.up(stage, node: Site.simulated)
                var job = JobText("job", "sleep 1.2; exit 0")
                job.image = Site.simulatedImage
                let run = try await site.run(job)
                #expect(run.status == 0, "\(run)")
                try await site.checkBill()
                try await eventually("the bill is in the log") {
                    let log = try await site.run(.renter, ["audit", "log"])
                    return log.out.contains("usage_final") ? () : nil
                }
                try await site.market.killNow()
                let database = try DatabaseQueue(path: site.dataFolder + "/market.db")
                try await database.writeWithoutTransaction { database in
                    // No copies of what was deleted: the changed byte has to count.
                    try database.execute(sql: "VACUUM")
                    _ = try database.checkpoint(.truncate)
                }
                try database.close()
                try await body(site)
            }
        }

        /// Changes one byte of the file where the value stands, past every rule of the database.
        ///
        /// - Returns: the key of the record.
        private static func flip(_ change: Change, in path: String) throws -> String {
            let database = try DatabaseQueue(path: path)
            let row = try #require(
                try database.read { database in
                    try Row.fetchOne(
                        database,
                        sql: """
                            SELECT CAST(\(change.column) AS BLOB) AS value, * FROM \(change.table)
                            ORDER BY \(change.order) LIMIT 1
                            """)
                })
            try database.close()
            let value: Data = try #require(row["value"])
            let name = try #require(row.columnNames.dropFirst().first)
            let key: DatabaseValue = row[name]
            var file = try Data(contentsOf: URL(fileURLWithPath: path))
            let place = try #require(file.range(of: value))
            #expect(file[place.upperBound...].range(of: value) == nil, "it stands there twice")
            file[place.lowerBound + value.count / 2] ^= 0x01
            try file.write(to: URL(fileURLWithPath: path))
            return "\(key)".trimmingCharacters(in: ["\""])
        }
    }
}
