import Ethereum
import NodeAgent
import Wire

/// The transactions of one account on one chain that this machine has signed and that are not final yet:
/// on disk before anything is sent, so that a program that died sends the same bytes again, and no nonce
/// twice. One command at a time holds it.
final class SendJournal: Sendable {
    private struct Stored: Codable {
        let effect: String
        let nonce: UInt64
        /// Signed transactions, the newest last.
        let raw: [String]
    }

    private let path: String
    private let lock: FileLock

    /// - Throws: `WireError.chainWrong` while another command holds it.
    init(folder: String, chain: ChainID, account: Address) throws {
        try StateFile.makeFolder(folder)
        path = "\(folder)/\(chain)-\(account).json"
        guard let lock = try FileLock(path + ".lock") else {
            throw WireError.chainWrong(.chainAccountBusy, ["account": "\(account)"])
        }
        self.lock = lock
    }

    func entries() throws -> [OutgoingEntry] {
        guard let bytes = try StateFile.read(path) else { return [] }
        return try WireJSON.decode([Stored].self, from: bytes).map { stored in
            let attempts = try stored.raw.map { text -> SignedTransaction in
                guard let raw = Hex.bytes(of: text) else { throw damaged }
                return try SignedTransaction(decoding: raw)
            }
            guard let effect = Hash256(stored.effect), !attempts.isEmpty else { throw damaged }
            return OutgoingEntry(
                effect: effect, nonce: stored.nonce, attempts: attempts, fate: .open)
        }
    }

    private var damaged: WireError { .fileUnusable(path: path, .fileFails, ["reason": "JSON"]) }

    /// Puts the entry in place of the one with its nonce; one whose fate is known is let go.
    func store(_ entry: OutgoingEntry) throws {
        var all = try entries().filter { $0.nonce != entry.nonce }
        if entry.fate == .open { all.append(entry) }
        let stored = all.sorted { $0.nonce < $1.nonce }.map { entry in
            Stored(
                effect: entry.effect.description, nonce: entry.nonce,
                raw: entry.attempts.map { Hex.text(of: $0.raw) })
        }
        try StateFile.replace(path, with: Array(try WireJSON.text(stored).utf8))
    }
}
