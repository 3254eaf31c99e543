import Domain
package import Transparency

extension Market {
    /// Gives the waiting entries their numbers and grows the tree. The one sequencer calls this.
    func sequence(limit: Int, _ rows: Rows) throws -> Decision {
        let tree = rows.tree
        guard var frontier = Frontier(size: tree.size, peaks: tree.peaks) else {
            throw StoreFailure(doing: "grow the log", cause: "its peaks do not make up its size")
        }
        var decision = Decision()
        for entry in rows.pending(.pending(limit: limit)) {
            let index = frontier.size
            decision.logNodes += frontier.append(.leaf(entry.bytes))
            decision.numbered.append(
                LogEntry(index: index, key: entry.key, lease: entry.lease, bytes: entry.bytes))
        }
        guard !decision.numbered.isEmpty else { return decision }
        decision.rows = [.tree(LogTree(size: frontier.size, peaks: frontier.peaks))]
        return decision
    }

    /// Keeps a signed head, unless one of the same or a larger size is published already.
    func publish(_ head: PublishedHead, _ rows: Rows) -> Decision {
        var decision = Decision()
        if let known = rows.head, known.size >= head.size { return decision }
        guard head.size <= rows.tree.size else { return decision }
        decision.rows = [.head(head)]
        return decision
    }
}

extension LogTree {
    /// The root of the tree, or nil when its peaks do not make up its size.
    package var root: LogHash? { Frontier(size: size, peaks: peaks)?.root }
}
