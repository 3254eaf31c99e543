import Domain
import Transparency
import Wire

/// Verifies a whole copy of a log, tile by tile, in bounded memory: the root from the leaves, every
/// entry against its leaf, every upper tile against the one below, every record by `EntryAudit`.
struct MirrorAudit {
    /// Faults that are named before the rest is only counted.
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

    private var frontier = Frontier()
    private var audit = EntryAudit()
    private var bytes: Int64 = 0
    private var faults: [AuditFault] = []

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
        for kind in TilePath.kinds(forSize: head.size) where kind == .entries {
            for path in TilePath.tiles(of: kind, growingFrom: 0, to: head.size) {
                try check(path)
            }
        }
        try checkUpperTiles()
        checkRoots()
        guard faults.isEmpty else { throw Faults(all: faults) }
        return Verdict(
            entries: head.size, records: audit.records, leases: audit.leases.count,
            nodeKeys: audit.keys.count, bytes: bytes, root: head.root.base64)
    }

    /// The keys that the log itself gives to nodes.
    var nodeKeys: [NodeID: [UInt8]] { audit.keys }

    /// Everything that does not hold, in log order.
    struct Faults: Error, Hashable {
        let all: [AuditFault]
    }

    // MARK: Entries

    private mutating func check(_ path: TilePath) throws {
        let first = path.index * Int64(TilePath.fullWidth)
        let tile = try TilePath(.hashes(level: 0), index: path.index, width: path.width)
        let leaves = try folder.hashes(at: tile)
        let entries = try folder.entries(at: path)
        for leaf in leaves {
            frontier.add(leaf)
            noteRoot()
        }
        let matched = Self.align(entries.map(LogHash.leaf), with: leaves)
        for (place, entry) in matched.enumerated() {
            let index = first + Int64(place)
            switch entry {
            case .same(let number):
                bytes += Int64(entries[number].count)
                do throws(RecordFault) { try audit.take(entries[number]) } catch {
                    note(.record(index: index, error))
                }
            case .changed: note(.record(index: index, .changed))
            case .missing: note(.record(index: index, .missing))
            }
        }
        if entries.count > leaves.count {
            note(.record(index: first + Int64(leaves.count), .extra))
        }
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

    private mutating func note(_ fault: AuditFault) {
        if faults.count < Self.mostFaults { faults.append(fault) }
    }

    // MARK: Roots

    private mutating func noteRoot() {
        guard let earlier, frontier.size == earlier.size, frontier.root != earlier.root else {
            return
        }
        note(.inconsistent(size: earlier.size))
    }

    /// The leaves must lead to the signed root, or the tiles themselves are false.
    private mutating func checkRoots() {
        guard frontier.size != head.size || frontier.root != head.root else { return }
        note(.headRefused("\(frontier.size): \(frontier.root)"))
    }

    /// Each hash of an upper tile is the root of the full tile below it.
    private mutating func checkUpperTiles() throws {
        for case .hashes(let level) in TilePath.kinds(forSize: head.size) where level > 0 {
            for path in TilePath.tiles(of: .hashes(level: level), growingFrom: 0, to: head.size) {
                let hashes = try folder.hashes(at: path)
                for (place, hash) in hashes.enumerated() {
                    let below = try TilePath(
                        .hashes(level: level - 1),
                        index: path.index * Int64(TilePath.fullWidth) + Int64(place),
                        width: TilePath.fullWidth)
                    guard MerkleLog.root(ofLeaves: try folder.hashes(at: below)) != hash else {
                        continue
                    }
                    note(.fileMissing(path.description))
                }
            }
        }
    }
}
