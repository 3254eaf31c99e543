import Domain
import Foundation
import NodeAgent
import Wire

/// What a node of this machine has kept of its leases that are over: better than what a market shows of them.
struct KeptReceipts: Sendable {
    private let last: [LeaseID: Receipt]

    /// Of the folder that `--state-dir` names, or of the usual one; nil: there is none.
    ///
    /// - Throws: `WireError.fileUnusable` for a line that is whole and no receipt: nothing is agreed on a guess.
    init?(_ session: Session) throws {
        let folder = try session.nodeFolder()
        let isNamed = try session.arguments.value(Option<String>.stateFolder) != nil
        guard isNamed || FileManager.default.fileExists(atPath: folder) else { return nil }
        let file = SignedFile.receipts(stateFolder: folder)
        var last: [LeaseID: Receipt] = [:]
        for signed in try file.read() {
            do {
                let receipt = try Receipt(bytes: signed.bytes)
                let known = last[receipt.lease]
                if receipt.seconds >= known?.seconds ?? 0 { last[receipt.lease] = receipt }
            } catch {
                throw WireError.fileUnusable(path: file.path, .receiptsUnreadable, [:])
            }
        }
        self.last = last
    }

    subscript(_ lease: LeaseID) -> Receipt? { last[lease] }
}
