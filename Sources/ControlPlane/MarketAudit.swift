import Domain
import Foundation
import Marketplace
import SQLiteStorage

/// The operator's check of the market's own records: every table, the ledger's sums, the log's
/// hashes. Nothing is changed, and the market may run meanwhile.
package enum MarketAudit {
    /// The folder holds no market.
    package struct Absent: Error, Hashable, CustomStringConvertible {
        package let path: String
        package var description: String { "no market in \(path)" }
    }

    /// Each record that is not as the market wrote it, as `<table> <key>: <why>`, in a fixed order.
    ///
    /// Blocks its thread for a walk over the whole database.
    ///
    /// - Throws: `Absent`, `SecretFile.Exposed`, or what keeps the file from being read.
    package static func brokenRecords(in folder: String) throws -> [String] {
        let path = folder + "/market.db"
        let sealPath = folder + "/keys/seal.key"
        for needed in [path, sealPath] where !FileManager.default.fileExists(atPath: needed) {
            throw Absent(path: folder)
        }
        guard let commission = BasisPoints(0) else { preconditionFailure("0 are basis points") }
        let clock = MarketClock()
        let store = try SQLiteStore(
            path: path, market: Market(commission: commission),
            sealKey: try MarketSecrets(folder: folder + "/keys").sealKey,
            clock: { clock.now() }, reach: { _ in }, committed: { _ in })
        let broken = try store.audit().map(\.description)
        try store.close()
        return broken
    }
}
