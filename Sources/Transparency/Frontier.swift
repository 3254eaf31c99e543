/// The right edge of a growing tree: all that is needed to append to it and to know its root.
///
/// It holds one hash per set bit of the size, so at most 63. The appender stores the nodes that
/// each append returns, and loads the frontier back from them.
package struct Frontier: Hashable, Sendable {
    /// How many leaves the tree has.
    package private(set) var size: Int64
    /// Roots of the complete subtrees, largest first: one per set bit of the size.
    package private(set) var peaks: [LogHash]

    /// The frontier of the empty tree.
    package init() {
        size = 0
        peaks = []
    }

    /// The frontier of the tree of the first `size` leaves, from at most 63 stored nodes.
    ///
    /// - Throws: `LogRangeError.negativeSize`, or what `lookup` throws.
    package init(size: Int64, lookup: MerkleLog.Lookup) throws {
        guard size >= 0 else { throw LogRangeError.negativeSize(size) }
        self.size = size
        peaks = try MerkleLog.peaks(from: 0, to: size, lookup: lookup)
    }

    /// The frontier with these peaks, largest first; nil unless there is one per set bit of
    /// `size`, so that a lost peak can never pass for a smaller tree.
    package init?(size: Int64, peaks: [LogHash]) {
        guard size >= 0, peaks.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.peaks = peaks
    }

    /// The root of the tree as it is now.
    package var root: LogHash { MerkleLog.folded(peaks) }

    /// Appends one leaf as number `size`.
    ///
    /// - Returns: every node that became complete, the leaf first; two on average.
    package mutating func append(_ leaf: LogHash) -> [LogNode] {
        var nodes: [LogNode] = []
        grow(leaf) { nodes.append($0) }
        return nodes
    }

    /// Appends leaves in order and returns every node that became complete.
    package mutating func append(contentsOf leaves: some Sequence<LogHash>) -> [LogNode] {
        var nodes: [LogNode] = []
        for leaf in leaves { grow(leaf) { nodes.append($0) } }
        return nodes
    }

    /// Appends one leaf for a caller that wants only the root.
    package mutating func add(_ leaf: LogHash) {
        grow(leaf) { _ in }
    }

    private mutating func grow(_ leaf: LogHash, completed: (LogNode) -> Void) {
        precondition(size < .max, "the log holds more leaves than can be numbered")
        var (level, index, hash) = (0, size, leaf)
        completed(LogNode(level: level, index: index, hash: hash))
        while index & 1 == 1 {
            hash = .node(peaks.removeLast(), hash)
            level += 1
            index >>= 1
            completed(LogNode(level: level, index: index, hash: hash))
        }
        peaks.append(hash)
        size += 1
    }
}
