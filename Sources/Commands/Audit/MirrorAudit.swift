import Domain
import Transparency
import Wire

/// Verifies a whole copy of a log: every file against the signed head (`MirrorTree`), then every
/// record by `EntryAudit`. Names causes, not what follows from them.
struct MirrorAudit {
    /// Faults that are named; of more, these.
    private static let mostFaults = 100

    /// What was found sound.
    struct Verdict: Hashable, Codable {
        let entries: Int64
        let records: Int
        let leases: Int
        let nodeKeys: Int
        let bytes: Int64
        let root: String

        private enum CodingKeys: String, CodingKey {
            case entries, records, leases, bytes, root
            case nodeKeys = "node_keys"
        }
    }

    let folder: MirrorFolder
    let head: Head
    /// The head seen before, which this one has to continue.
    let earlier: Head?

    private var audit = EntryAudit()
    private var bytes: Int64 = 0
    private var faults: [AuditFault] = []
    /// Whether an entry was not there to be believed: keys may be missing for that reason.
    private var hasGap = false

    init(folder: MirrorFolder, head: SignedHead, earlier: SignedHead?) {
        self.folder = folder
        self.head = head.head
        self.earlier = earlier?.head
    }

    /// - Throws: `Faults` when anything does not hold.
    mutating func verify() throws -> Verdict {
        if let earlier, earlier.size > head.size {
            throw Faults(all: [.shrunk(size: head.size, known: earlier.size)])
        }
        var tree = MirrorTree(folder: folder, head: head)
        try tree.check()
        faults = tree.faults
        if tree.isSound {
            if let earlier, let root = try tree.root(at: earlier.size), root != earlier.root {
                faults.append(.inconsistent(size: earlier.size))
            }
            for path in TilePath.tiles(of: .entries, growingFrom: 0, to: head.size) {
                try takeRecords(path, tree)
            }
        }
        guard faults.isEmpty else {
            throw Faults(all: Array(faults.prefix(Self.mostFaults)))
        }
        return Verdict(
            entries: head.size, records: audit.records, leases: audit.leases.count,
            nodeKeys: audit.keys.count, bytes: bytes, root: head.root.base64)
    }

    /// The keys that the log itself gives to nodes.
    var nodeKeys: [NodeID: [UInt8]] { audit.keys }

    /// Everything that does not hold: files first, then records in log order.
    struct Faults: Error, Hashable {
        let all: [AuditFault]
    }

    // MARK: Entries

    private mutating func takeRecords(_ path: TilePath, _ tree: MirrorTree) throws {
        let first = path.index * Int64(TilePath.fullWidth)
        let entries: [[UInt8]]
        do throws(AuditFault) { entries = try folder.entries(at: path) } catch {
            hasGap = true
            // Named already, unless it went only now.
            if !faults.contains(error) { note(error) }
            return
        }
        let matches = try tree.matches(path) ?? entries.indices.map(Match.same)
        for (place, match) in matches.enumerated() {
            let index = first + Int64(place)
            switch match {
            case .same(let number): take(entries[number], at: index)
            case .changed:
                hasGap = true
                note(.record(index: index, .changed))
            case .missing:
                hasGap = true
                note(.record(index: index, .missing))
            }
        }
        if entries.count > matches.count {
            note(.record(index: first + Int64(matches.count), .extra))
        }
    }

    private mutating func take(_ entry: [UInt8], at index: Int64) {
        bytes += Int64(entry.count)
        do throws(RecordFault) { try audit.take(entry) } catch {
            if hasGap, case .nodeKeyMissing = error { return }
            note(.record(index: index, error))
        }
    }

    private mutating func note(_ fault: AuditFault) {
        if faults.count < Self.mostFaults { faults.append(fault) }
    }

    enum Match: Hashable {
        case same(Int)
        case changed, missing
    }

    /// What became of each leaf among the entries that were found, in order: there, changed, or
    /// missing because the ones after it moved up.
    static func align(_ found: [LogHash], with leaves: [LogHash]) -> [Match] {
        var matches: [Match] = []
        var next = 0
        for (place, leaf) in leaves.enumerated() {
            if next < found.count, found[next] == leaf {
                matches.append(.same(next))
                next += 1
                continue
            }
            let lacking = (leaves.count - place) - (found.count - next)
            let movedUp = next < found.count && leaves[(place + 1)...].contains(found[next])
            if next >= found.count || (lacking > 0 && movedUp) {
                matches.append(.missing)
            } else {
                matches.append(.changed)
                next += 1
            }
        }
        return matches
    }
}
