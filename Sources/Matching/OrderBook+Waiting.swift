package import Domain

// Orders for which there is no place now: what a place is freed for.
extension OrderBook {
    /// In the order of service, without those that are proposed and not answered yet.
    ///
    /// - Parameter task: those whose turn comes after its; all where it is not on the book.
    package func waiting(after task: TaskID?) -> some Sequence<Order> {
        let turn = task.flatMap { entries[$0] }.map { Turn($0.order) }
        let start = turn.map { turn in queue.firstSortedIndex { $0 > turn } } ?? 0
        return queue[start...].lazy.compactMap { turn in
            guard let entry = entries[turn.task], entry.standing == .live else { return nil }
            return entry.order
        }
    }

    /// Whether it is on the book, and not proposed.
    package func isWaiting(_ task: TaskID) -> Bool { entries[task]?.standing == .live }

    /// Whether there are offers that it may not have, whatever they have free.
    package func isRestricted(_ task: TaskID) -> Bool {
        entry(of: task)?.hasRefused ?? false
    }

    /// Orders that are kept a place there.
    package func kept(on node: NodeID) -> [TaskID] {
        offerBook.listing(of: node)?.kept.map(\.task) ?? []
    }

    /// Whether neither the market has refused that very pair, nor a sibling keeps it from there.
    package func mayHave(_ task: TaskID, on node: NodeID) -> Bool {
        guard let entry = entry(of: task), let listing = offerBook.listing(of: node) else {
            return false
        }
        return entry.mayHave(listing)
    }
}
