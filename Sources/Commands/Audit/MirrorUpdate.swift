import Domain
import Transparency
import Wire

/// Brings a mirror up to the log's present head: fetches what is not there, verifies all of it, and
/// only then keeps the new head.
struct MirrorUpdate {
    struct Outcome: Hashable {
        let verdict: MirrorAudit.Verdict
        let earlierSize: Int64?
        let verifier: NoteVerifier
    }

    let folder: MirrorFolder

    /// - Throws: `AuditFault`, `MirrorAudit.Faults`, and what the market says.
    func run(from market: MarketClient) async throws -> Outcome {
        let keys: LogKeysDTO = try await market.get("/v1/log/keys")
        let note = try await market.getBytes("/v1/log/checkpoint")
        let verifier = try verifier(keys, note)
        let head = try Self.head(note, verifier)
        let earlier = try folder.head(by: verifier)
        let (size, known) = (head.head.size, earlier?.head.size)
        if let known, known > size { throw AuditFault.shrunk(size: size, known: known) }
        try folder.write(Array((verifier.description + "\n").utf8), to: "log.key")
        try await fetch(size, from: market)
        let outcome = try verify(head, earlier)
        try checkNodeKeys(keys, outcome.nodeKeys)
        try folder.write(try WireJSON.encode(keys), to: "keys.json")
        try folder.write(note, to: "checkpoint")
        if let known { try removePartials(of: known, now: size) }
        return Outcome(verdict: outcome.verdict, earlierSize: known, verifier: verifier)
    }

    /// Verifies what the folder holds, asking nobody.
    func check() throws -> Outcome {
        let (verifier, head) = try folder.standing()
        let outcome = try verify(head, nil)
        let told = try folder.toldKeys()
        guard told.log.bytes == verifier.publicKey else {
            throw AuditFault.fileDiffers("keys.json")
        }
        try checkNodeKeys(told, outcome.nodeKeys)
        return Outcome(verdict: outcome.verdict, earlierSize: nil, verifier: verifier)
    }

    private func verify(
        _ head: SignedHead, _ earlier: SignedHead?
    ) throws -> (verdict: MirrorAudit.Verdict, nodeKeys: [NodeID: [UInt8]]) {
        var audit = MirrorAudit(folder: folder, head: head, earlier: earlier)
        let verdict = try audit.verify()
        return (verdict, audit.nodeKeys)
    }

    /// The log's key under the name of its first line; the one believed before, if any.
    private func verifier(_ keys: LogKeysDTO, _ note: [UInt8]) throws -> NoteVerifier {
        let origin = String(decoding: note.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        let own: NoteVerifier
        do throws(NoteRefusal) {
            own = try NoteVerifier(name: origin, publicKey: keys.log.bytes)
        } catch {
            throw AuditFault.headRefused(error.description)
        }
        guard let pinned = try folder.pinnedKey(), pinned != own else { return own }
        throw AuditFault.logKeyChanged
    }

    private static func head(_ note: [UInt8], _ verifier: NoteVerifier) throws -> SignedHead {
        do throws(NoteRefusal) {
            return try SignedHead(verifying: note, with: verifier)
        } catch {
            throw AuditFault.headRefused(error.description)
        }
    }

    /// The keys that are told are those that the log binds.
    private func checkNodeKeys(_ keys: LogKeysDTO, _ logged: [NodeID: [UInt8]]) throws {
        for (node, key) in logged.sorted(by: { $0.key < $1.key }) {
            guard keys.nodes[node.text]?.bytes == key else { throw AuditFault.nodeKeyDiffers(node) }
        }
    }

    // MARK: Files

    private func fetch(_ size: Int64, from market: MarketClient) async throws {
        for kind in TilePath.kinds(forSize: size) {
            for path in TilePath.tiles(of: kind, growingFrom: 0, to: size)
            where !folder.has(path.description) {
                let bytes = try await market.getBytes("/v1/log/\(path)")
                try folder.write(bytes, to: path.description)
            }
        }
    }

    /// Partial tiles of the earlier head, which wider ones have replaced.
    private func removePartials(of earlier: Int64, now size: Int64) throws {
        for kind in TilePath.kinds(forSize: earlier) {
            for path in TilePath.tiles(of: kind, growingFrom: 0, to: earlier)
            where path.width < TilePath.fullWidth {
                let current = TilePath.tiles(of: kind, growingFrom: 0, to: size)
                    .first { $0.index == path.index }
                if current != path { try folder.remove(path.description) }
            }
        }
    }
}
