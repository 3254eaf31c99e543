// Transparency: the public, append-only Merkle log of the market.
//
// Decides what the tree, its signed head, its proofs and its published files are, and whether
// those of somebody else are true. Pure: it never stores, fetches, waits or tells the time, and
// never looks inside an entry (here an entry is bytes). The server and `orban audit` use the
// same functions from opposite sides.
//
// Start with `LogHash`, then `Frontier` (growing), this file (asking), `InclusionProof` and
// `ConsistencyProof` (checking), `SignedHead` (signing), `TilePath` (publishing) and `LogMirror`
// (auditing it all).

/// The hash of a complete subtree: `2^level` leaves from leaf `index * 2^level` on.
///
/// Once it exists it never changes, so a store only ever inserts nodes.
package struct LogNode: Hashable, Sendable, Codable {
    package let level: Int
    package let index: Int64
    package let hash: LogHash

    package init(level: Int, index: Int64, hash: LogHash) {
        self.level = level
        self.index = index
        self.hash = hash
    }
}

/// The caller named leaves or sizes that cannot be.
package enum LogRangeError: Error, Hashable, Sendable {
    /// A size below zero.
    case negativeSize(Int64)
    /// No such leaf in a tree of that size.
    case indexOutsideTree(index: Int64, size: Int64)
    /// The older tree would be larger than the newer.
    case sizesNotAscending(from: Int64, to: Int64)
}

/// Questions to a tree whose complete subtrees the caller stores (RFC 9162 §2.1).
///
/// `lookup` is asked for nodes `(level, index)` that lie wholly inside the tree of the given
/// size, at most `2 * 63` of them for one question; what it throws is passed on.
package enum MerkleLog {
    package typealias Lookup = (_ level: Int, _ index: Int64) throws -> LogHash

    /// The root of the tree of the first `size` leaves (RFC 9162 §2.1.1).
    ///
    /// - Throws: `LogRangeError`, or what `lookup` throws.
    package static func root(size: Int64, lookup: Lookup) throws -> LogHash {
        guard size >= 0 else { throw LogRangeError.negativeSize(size) }
        return folded(try peaks(from: 0, to: size, lookup: lookup))
    }

    /// The root of a tree with exactly these leaves, all in memory.
    package static func root(ofLeaves leaves: some Sequence<LogHash>) -> LogHash {
        var frontier = Frontier()
        for leaf in leaves { frontier.add(leaf) }
        return frontier.root
    }

    /// Proof that leaf `index` is in the tree of the first `size` leaves (RFC 9162 §2.1.3.1).
    ///
    /// - Throws: `LogRangeError`, or what `lookup` throws.
    package static func inclusionProof(
        index: Int64, size: Int64, lookup: Lookup
    ) throws -> InclusionProof {
        guard index >= 0, index < size else {
            throw LogRangeError.indexOutsideTree(index: index, size: size)
        }
        var path: [LogHash] = []
        var (start, end) = (Int64(0), size)
        while end - start > 1 {
            let middle = split(start, end)
            if index < middle {
                path.append(try subtree(from: middle, to: end, lookup: lookup))
                end = middle
            } else {
                path.append(try subtree(from: start, to: middle, lookup: lookup))
                start = middle
            }
        }
        return InclusionProof(index: index, size: size, path: path.reversed())
    }

    /// Proof that the tree of `to` leaves begins with the tree of `from` leaves
    /// (RFC 9162 §2.1.4.1). From zero, and between equal sizes, the path is empty.
    ///
    /// - Throws: `LogRangeError`, or what `lookup` throws.
    package static func consistencyProof(
        from: Int64, to: Int64, lookup: Lookup
    ) throws -> ConsistencyProof {
        guard from >= 0 else { throw LogRangeError.negativeSize(from) }
        guard from <= to else { throw LogRangeError.sizesNotAscending(from: from, to: to) }
        guard from > 0 else { return ConsistencyProof(from: from, to: to, path: []) }
        var path: [LogHash] = []
        var (start, end) = (Int64(0), to)
        while end > from {
            let middle = split(start, end)
            if from <= middle {
                path.append(try subtree(from: middle, to: end, lookup: lookup))
                end = middle
            } else {
                path.append(try subtree(from: start, to: middle, lookup: lookup))
                start = middle
            }
        }
        // The verifier already holds the whole old tree; it needs a smaller part of it.
        if start > 0 { path.append(try subtree(from: start, to: end, lookup: lookup)) }
        return ConsistencyProof(from: from, to: to, path: path.reversed())
    }
}

extension MerkleLog {
    /// The roots of the complete subtrees that make up `start..<end`, largest first.
    ///
    /// `start` is a multiple of a power of two that is not below `end - start`.
    static func peaks(from start: Int64, to end: Int64, lookup: Lookup) throws -> [LogHash] {
        var peaks: [LogHash] = []
        var start = start
        while start < end {
            let level = Int64.bitWidth - 1 - (end - start).leadingZeroBitCount
            peaks.append(try lookup(level, start >> Int64(level)))
            start += 1 << Int64(level)
        }
        return peaks
    }

    /// The root over complete subtrees, largest first.
    static func folded(_ peaks: [LogHash]) -> LogHash {
        guard var root = peaks.last else { return .emptyTree }
        for peak in peaks.dropLast().reversed() { root = .node(peak, root) }
        return root
    }

    private static func subtree(
        from start: Int64, to end: Int64, lookup: Lookup
    ) throws -> LogHash {
        folded(try peaks(from: start, to: end, lookup: lookup))
    }

    /// Where a subtree of two leaves or more divides: after the largest power of two of leaves
    /// that is smaller than it.
    private static func split(_ start: Int64, _ end: Int64) -> Int64 {
        start + (1 << Int64(Int64.bitWidth - 1 - (end - start - 1).leadingZeroBitCount))
    }
}
