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
        /// Files that were not what this mirror had written, and are now what the log has.
        var replaced: [String] = []
    }

    let folder: MirrorFolder

    /// - Throws: `AuditFault`, `MirrorAudit.Faults`, and what the market says.
    func run(from market: MarketClient) async throws -> Outcome {
        // Said before anything is asked of the market.
        try folder.make()
        let keys: LogKeysDTO = try await market.get("/v1/log/keys")
        let note = try await market.getBytes("/v1/log/checkpoint")
        let verifier = try verifier(keys, note)
        let head = try Self.head(note, verifier)
        let earlier = try folder.head(by: verifier)
        let (size, known) = (head.head.size, earlier?.head.size)
        if let known, known > size { throw AuditFault.shrunk(size: size, known: known) }
        let key = Array((verifier.description + "\n").utf8)
        var replaced = try folder.replace("log.key", by: key) ? ["log.key"] : []
        try await fetch(size, from: market)
        let outcome = try verify(head, earlier)
        try checkNodeKeys(keys, outcome.nodeKeys)
        if isAltered(outcome.nodeKeys, verifier) { replaced.append("keys.json") }
        try folder.write(try WireJSON.encode(keys), to: "keys.json")
        try folder.write(note, to: "checkpoint")
        if let known { replaced += try replacePartials(of: known, by: size) }
        return Outcome(
            verdict: outcome.verdict, earlierSize: known, verifier: verifier, replaced: replaced)
    }

    /// Whether the keys that were kept are not some of those that the log binds: it grows, and never
    /// binds another one.
    private func isAltered(_ logged: [NodeID: [UInt8]], _ verifier: NoteVerifier) -> Bool {
        guard folder.has("keys.json") else { return false }
        let kept: LogKeysDTO
        do throws(AuditFault) { kept = try folder.toldKeys() } catch { return true }
        guard kept.log.bytes == verifier.publicKey else { return true }
        return kept.nodes.contains { name, key in
            NodeID(name).flatMap { logged[$0] }.map { $0 != key.bytes } ?? false
        }
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

    /// Removes partial tiles of the earlier head, which wider ones have replaced. A wider one begins
    /// with what the partial one held.
    ///
    /// - Returns: those that did not hold that any more.
    func replacePartials(of earlier: Int64, by size: Int64) throws -> [String] {
        var altered: [String] = []
        for kind in TilePath.kinds(forSize: earlier) {
            for path in TilePath.tiles(of: kind, growingFrom: 0, to: earlier)
            where path.width < TilePath.fullWidth {
                let current = TilePath.tiles(of: kind, growingFrom: 0, to: size)
                    .first { $0.index == path.index }
                guard let current, current != path, folder.has(path.description) else { continue }
                let wider = try folder.read(current.description)
                if !isStart(path, of: wider) { altered.append(path.description) }
                try folder.remove(path.description)
            }
        }
        return altered
    }

    /// Whether the file can be read, is whole, and is how the wider one begins.
    private func isStart(_ path: TilePath, of wider: [UInt8]) -> Bool {
        do throws(AuditFault) {
            let kept = try folder.read(path.description)
            return wider.starts(with: kept) && isWhole(kept, path)
        } catch { return false }
    }

    /// Whether it has as many elements as its name says.
    private func isWhole(_ bytes: [UInt8], _ path: TilePath) -> Bool {
        do throws(TileRefusal) {
            guard case .entries = path.kind else {
                _ = try HashTile(parsing: bytes, at: path)
                return true
            }
            return try EntryBundle(parsing: bytes).entries.count == path.width
        } catch { return false }
    }
}
