/// Why a proof proves nothing. Safe to show.
package enum ProofRefusal: String, Error, Hashable, Sendable, CustomStringConvertible {
    /// The proof names a leaf outside the tree, or sizes that cannot be.
    case impossiblePosition
    /// The path has more or fewer hashes than the position requires.
    case wrongLength
    /// The path leads to another root than the given one.
    case rootMismatch
    /// The path leads to another root of the older tree than the given one.
    case oldRootMismatch

    package var description: String {
        switch self {
        case .impossiblePosition: "the proof names a position outside the tree"
        case .wrongLength: "the proof has the wrong number of hashes"
        case .rootMismatch: "the proof leads to another root"
        case .oldRootMismatch: "the proof leads to another root of the older tree"
        }
    }
}

/// Claim that a leaf is number `index` of the tree of `size` leaves. Proves nothing until
/// `verify` has accepted it; every value may come from outside.
package struct InclusionProof: Hashable, Sendable, Codable {
    package let index: Int64
    package let size: Int64
    /// Sibling hashes from the leaf up, at most 63.
    package let path: [LogHash]

    package init(index: Int64, size: Int64, path: [LogHash]) {
        self.index = index
        self.size = size
        self.path = path
    }

    /// Accepts the proof for this leaf and root (RFC 9162 §2.1.3.2), or says why not.
    package func verify(leaf: LogHash, root: LogHash) throws(ProofRefusal) {
        guard index >= 0, index < size else { throw .impossiblePosition }
        var edge = Edge(node: index, last: size - 1)
        var hash = leaf
        for sibling in path {
            switch edge.climb() {
            case .finished: throw .wrongLength
            case .siblingOnLeft: hash = .node(sibling, hash)
            case .siblingOnRight: hash = .node(hash, sibling)
            }
        }
        guard edge.isAtRoot else { throw .wrongLength }
        guard hash == root else { throw .rootMismatch }
    }
}

/// Claim that the tree of `to` leaves begins with the tree of `from` leaves. Proves nothing
/// until `verify` has accepted it; every value may come from outside.
package struct ConsistencyProof: Hashable, Sendable, Codable {
    package let from: Int64
    package let to: Int64
    package let path: [LogHash]

    package init(from: Int64, to: Int64, path: [LogHash]) {
        self.from = from
        self.to = to
        self.path = path
    }

    /// Accepts the proof between these roots (RFC 9162 §2.1.4.2), or says why not.
    ///
    /// Every tree begins with the empty one, and with itself; both take an empty path.
    package func verify(oldRoot: LogHash, newRoot: LogHash) throws(ProofRefusal) {
        guard from >= 0, from <= to else { throw .impossiblePosition }
        if from == 0 || from == to {
            guard path.isEmpty else { throw .wrongLength }
            if from == 0, oldRoot != .emptyTree { throw .oldRootMismatch }
            if from == to, oldRoot != newRoot { throw .rootMismatch }
            return
        }
        try verifyGrowth(oldRoot: oldRoot, newRoot: newRoot)
    }

    private func verifyGrowth(oldRoot: LogHash, newRoot: LogHash) throws(ProofRefusal) {
        // An old tree that is one complete subtree is its own first hash, and is not sent.
        let isComplete = from & (from - 1) == 0
        guard let start = isComplete ? oldRoot : path.first else { throw .wrongLength }
        var edge = Edge(node: from - 1, last: to - 1)
        edge.skipCompleteLevels()
        var (old, new) = (start, start)
        for sibling in isComplete ? path[...] : path.dropFirst() {
            switch edge.climb() {
            case .finished: throw .wrongLength
            case .siblingOnLeft:
                old = .node(sibling, old)
                new = .node(sibling, new)
            case .siblingOnRight: new = .node(new, sibling)
            }
        }
        guard edge.isAtRoot else { throw .wrongLength }
        guard old == oldRoot else { throw .oldRootMismatch }
        guard new == newRoot else { throw .rootMismatch }
    }
}

/// A node and the last node of its level, on their way up to the root: `fn` and `sn` of the RFC.
private struct Edge {
    enum Step { case finished, siblingOnLeft, siblingOnRight }

    var node: Int64
    var last: Int64

    var isAtRoot: Bool { last == 0 }

    /// Goes up past the next sibling and says on which side it stood.
    mutating func climb() -> Step {
        guard last != 0 else { return .finished }
        guard node & 1 == 1 || node == last else {
            up()
            return .siblingOnRight
        }
        // The last node of a level without a sibling is carried up unchanged.
        while node & 1 == 0, node != 0 { up() }
        up()
        return .siblingOnLeft
    }

    /// Goes up while the node is a right child: those levels are inside a complete subtree.
    mutating func skipCompleteLevels() {
        while node & 1 == 1 { up() }
    }

    private mutating func up() {
        node >>= 1
        last >>= 1
    }
}
