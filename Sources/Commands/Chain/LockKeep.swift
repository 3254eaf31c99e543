import ControlPlane
import Domain
import Ethereum
import Foundation
import NodeAgent
import Wire

/// The newest that a market has shown a provider of each of its locked leases: what `orban escrow …` needs of them
/// when there is no market any more.
struct LockKeep: Sendable {
    /// After a lease's deadline it is closed by anybody.
    private static let keptAfterSeconds: Int64 = 30 * 86_400

    let path: String

    init(_ deployment: Deployment, payee: ChainAddress, _ settings: Settings) {
        let escrow = ChainAddress(deployment.escrow)
        path = "\(settings.statePath)/locks/\(deployment.chain.number)-\(escrow)-\(payee).json"
    }

    /// - Parameter now: seconds since 1970.
    /// - Throws: `WireError.fileUnusable` for a file that cannot be read: it is not written over.
    func keep(_ shown: LockFileDTO, at now: Int64) throws {
        var kept: [LockDTO] = []
        if let bytes = try StateFile.read(path) {
            do {
                kept = try WireJSON.decode(LockFileDTO.self, from: bytes).locks
            } catch {
                throw WireError.fileUnusable(path: path, .lockFileUnreadable, [:])
            }
        }
        let merged = Self.merged(kept, shown.locks, at: now)
        guard merged != kept else { return }
        try StateFile.makeFolder((path as NSString).deletingLastPathComponent)
        let file = LockFileDTO(
            chainID: shown.chainID, escrow: shown.escrow, token: shown.token, locks: merged)
        try StateFile.replace(path, with: try WireJSON.encode(file))
    }

    /// What a market leaves out, or shows less of, stays as it was.
    static func merged(_ kept: [LockDTO], _ shown: [LockDTO], at now: Int64) -> [LockDTO] {
        let first = Dictionary(kept.map { ($0.lease, $0) }) { first, _ in first }
        return first.merging(shown.map { ($0.lease, $0) }) { $1.isBehind($0) ? $0 : $1 }.values
            .filter { $0.deadline > now - keptAfterSeconds }.sorted { $0.lease < $1.lease }
    }
}

extension LockDTO {
    fileprivate func isBehind(_ other: LockDTO) -> Bool {
        let (own, known) = (progress.map(Self.reach), other.progress.map(Self.reach))
        guard let known else { return other.receipt != nil && receipt == nil }
        return own.map { $0 < known } ?? true || other.agreement != nil && agreement == nil
    }

    /// A last word goes farther than any other.
    private static func reach(_ progress: ProgressDTO) -> (Int, Int64) {
        (progress.elapsed > 0 ? 1 : 0, progress.seconds)
    }
}
