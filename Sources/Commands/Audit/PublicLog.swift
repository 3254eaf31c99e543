import Domain
import Transparency
import Wire

/// The market's log as everybody can read it, without a key.
struct PublicLog {
    let market: MarketClient

    func keys() async throws -> LogKeysDTO { try await market.get("/v1/log/keys") }

    /// The head, signed by the key that the market tells.
    ///
    /// - Throws: `AuditFault.headRefused`.
    func head() async throws -> SignedHead {
        let note = try await market.getBytes("/v1/log/checkpoint")
        let keys = try await keys()
        let origin = String(decoding: note.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        do throws(NoteRefusal) {
            let verifier = try NoteVerifier(name: origin, publicKey: keys.log.bytes)
            return try SignedHead(verifying: note, with: verifier)
        } catch {
            throw AuditFault.headRefused(error.description)
        }
    }

    /// Hands the entries `first..<end` of a log of `end` entries to `take`, in order.
    func entries(
        from first: Int64, to end: Int64, _ take: (Int64, [UInt8]) throws -> Void
    ) async throws {
        guard first < end else { return }
        let from = first / Int64(TilePath.fullWidth) * Int64(TilePath.fullWidth)
        for path in TilePath.tiles(of: .entries, growingFrom: from, to: end) {
            let bundle = try EntryBundle(parsing: try await market.getBytes("/v1/log/\(path)"))
            guard bundle.entries.count == path.width else {
                throw AuditFault.fileMissing(path.description)
            }
            let start = path.index * Int64(TilePath.fullWidth)
            for (place, entry) in bundle.entries.enumerated() {
                let index = start + Int64(place)
                if index >= first { try take(index, entry) }
            }
        }
    }
}
