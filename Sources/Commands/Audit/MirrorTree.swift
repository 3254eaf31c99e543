import Domain
import Transparency

/// Which files of a copy are not the log's, found by hashes alone.
///
/// Entries, the hashes of entries, and the hashes of full tiles one level up each say what the log
/// is; the signed head decides who is right. Holds two hashes per 256 entries.
struct MirrorTree {
    /// One bundle of entries as its two files tell it.
    struct Bundle {
        let path: TilePath
        /// Leaf hashes of the entries found; nil where the file is missing or cut.
        let found: [LogHash]?
        /// The tile of level 0; nil where the file is missing or cut.
        let told: [LogHash]?

        /// What the leaves may be.
        var candidates: [[LogHash]] {
            [told, found?.count == path.width ? found : nil].compactMap { $0 }
        }
    }

    private static let width = Int64(TilePath.fullWidth)

    let folder: MirrorFolder
    let head: Head

    private(set) var faults: [AuditFault] = []
    /// Whether the leaves that are believed lead to the head's root.
    private(set) var isSound = false
    /// Roots of the full bundles, as they are believed, and as level 1 tells them.
    private var roots: [LogHash] = []
    private var above: [LogHash?] = []
    /// Bundles whose entries and hashes differ.
    private var doubtful: Set<Int64> = []
    /// The leaves of the last bundle if that is not full.
    private var edge: [LogHash] = []
    private var levelOne: (path: TilePath, hashes: [LogHash]?)?

    init(folder: MirrorFolder, head: Head) {
        self.folder = folder
        self.head = head
    }

    /// - Throws: `MirrorAudit.Faults` where neither the entries nor the hashes of a bundle are there.
    mutating func check() throws {
        var edges: [[LogHash]] = [[]]
        for path in TilePath.tiles(of: .entries, growingFrom: 0, to: head.size) {
            let bundle = try read(path) { faults.append($0) }
            let candidates = bundle.candidates
            guard let first = candidates.first else { throw MirrorAudit.Faults(all: faults) }
            if bundle.found != bundle.told { doubtful.insert(path.index) }
            if path.width == TilePath.fullWidth {
                let told = try upperHash(path.index)
                let believed = candidates.map(MerkleLog.root).first { $0 == told }
                roots.append(believed ?? MerkleLog.root(ofLeaves: first))
                above.append(told)
            } else {
                edges = candidates
            }
        }
        try conclude(edges)
    }

    /// What became of each entry of a bundle; all are the same where its files agree.
    func matches(_ path: TilePath) throws -> [MirrorAudit.Match]? {
        guard doubtful.contains(path.index) else { return nil }
        let bundle = try read(path) { _ in }
        return MirrorAudit.align(bundle.found ?? [], with: believed(bundle))
    }

    /// The root that the log had when it was `size` long; only of a sound copy.
    func root(at size: Int64) throws -> LogHash? {
        let full = Int(size / Self.width)
        guard size > 0, size <= head.size, full <= roots.count else { return nil }
        var leaves = edge
        if full < roots.count {
            let path = try TilePath(.entries, index: Int64(full), width: TilePath.fullWidth)
            leaves = believed(try read(path) { _ in })
        }
        return Self.root(roots.prefix(full), leaves.prefix(Int(size % Self.width)))
    }

    // MARK: Reading

    private func read(_ path: TilePath, note: (AuditFault) -> Void) throws -> Bundle {
        let tile = try TilePath(.hashes(level: 0), index: path.index, width: path.width)
        func noting<Value>(_ body: () throws(AuditFault) -> Value) -> Value? {
            do throws(AuditFault) { return try body() } catch {
                note(error)
                return nil
            }
        }
        return Bundle(
            path: path,
            found: noting { () throws(AuditFault) in
                try folder.entries(at: path).map(LogHash.leaf)
            },
            told: noting { () throws(AuditFault) in try folder.hashes(at: tile) })
    }

    private func believed(_ bundle: Bundle) -> [LogHash] {
        guard bundle.path.width == TilePath.fullWidth else { return edge }
        let root = roots[Int(bundle.path.index)]
        return bundle.candidates.first { MerkleLog.root(ofLeaves: $0) == root } ?? []
    }

    private mutating func upperHash(_ bundle: Int64) throws -> LogHash? {
        let index = bundle / Self.width
        let width = min(Self.width, head.size / Self.width - index * Self.width)
        let path = try TilePath(.hashes(level: 1), index: index, width: Int(width))
        if levelOne?.path != path { levelOne = (path, try? folder.hashes(at: path)) }
        return levelOne?.hashes?[Int(bundle % Self.width)]
    }

    // MARK: Who is right

    private mutating func conclude(_ edges: [[LogHash]]) throws {
        if let edge = edges.first(where: { Self.root(roots[...], $0[...]) == head.root }) {
            self.edge = edge
            isSound = true
            try nameTiles()
            return
        }
        let told = above.compactMap { $0 }
        let isToldRight = edges.contains { edge in
            told.count == roots.count && Self.root(told[...], edge[...]) == head.root
        }
        let wrong = isToldRight ? roots.indices.filter { roots[$0] != told[$0] } : []
        for index in isToldRight ? wrong.map(Int64.init) : doubtful.sorted() {
            try nameBundle(index)
        }
        if !isToldRight { faults.append(.rootDiffers(size: head.size)) }
    }

    /// Every tile that is not over the believed leaves.
    private mutating func nameTiles() throws {
        for index in doubtful.sorted() {
            let bundle = try read(try Self.path(.entries, index, head.size)) { _ in }
            guard let told = bundle.told, told != believed(bundle) else { continue }
            let tile = try Self.path(.hashes(level: 0), index, head.size)
            faults.append(.fileDiffers(tile.description))
        }
        var hashes = roots
        for case .hashes(let level) in TilePath.kinds(forSize: head.size) where level > 0 {
            for path in TilePath.tiles(of: .hashes(level: level), growingFrom: 0, to: head.size) {
                let first = Int(path.index * Self.width)
                do throws(AuditFault) {
                    let stored = try folder.hashes(at: path)
                    if stored != Array(hashes[first..<first + path.width]) {
                        faults.append(.fileDiffers(path.description))
                    }
                } catch {
                    faults.append(error)
                }
            }
            let full = hashes.count / TilePath.fullWidth
            hashes = (0..<full).map { place in
                MerkleLog.root(
                    ofLeaves: Array(
                        hashes[place * TilePath.fullWidth..<(place + 1) * TilePath.fullWidth]))
            }
        }
    }

    private mutating func nameBundle(_ index: Int64) throws {
        for kind in [TilePath.Kind.entries, .hashes(level: 0)] {
            faults.append(.fileDiffers(try Self.path(kind, index, head.size).description))
        }
    }

    private static func path(
        _ kind: TilePath.Kind, _ index: Int64, _ size: Int64
    ) throws -> TilePath {
        try TilePath(kind, index: index, width: Int(min(width, size - index * width)))
    }

    /// The root over full bundles and the leaves after them.
    private static func root(_ bundles: ArraySlice<LogHash>, _ leaves: ArraySlice<LogHash>)
        -> LogHash?
    {
        var (full, edge) = (Frontier(), Frontier())
        for root in bundles { full.add(root) }
        for leaf in leaves { edge.add(leaf) }
        return Frontier(size: full.size * width + edge.size, peaks: full.peaks + edge.peaks)?.root
    }
}
