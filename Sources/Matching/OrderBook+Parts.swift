import Domain

/// Whether the market has refused what the book believes of an offer or an order.
enum Standing: Hashable, Sendable {
    case live
    /// Nothing is proposed with it until it changes.
    case stale
}

/// A node's offer as it lies on the book.
struct Listing: Hashable, Sendable {
    var offer: Offer
    var standing: Standing
}

/// An order's place in the queue.
struct Turn: Hashable, Comparable, Sendable {
    let since: Timestamp
    let task: TaskID

    static func < (left: Turn, right: Turn) -> Bool {
        (left.since, left.task) < (right.since, right.task)
    }
}

/// An order as it lies on the book.
struct Entry: Hashable, Sendable {
    /// A version of an offer that this order may not have.
    struct RefusedOffer: Hashable, Sendable {
        let node: NodeID
        let version: Int64
    }

    let order: Order
    var standing = Standing.live
    /// At most one per node.
    private(set) var refused: [RefusedOffer] = []

    init(order: Order) { self.order = order }

    /// Whether there is an offer that it may not have.
    var hasRefused: Bool { !refused.isEmpty }

    func mayHave(_ offer: Offer) -> Bool {
        refused.isEmpty
            || !refused.contains(RefusedOffer(node: offer.node, version: offer.version))
    }

    mutating func refuse(_ proposal: Proposal) {
        refused.removeAll { $0.node == proposal.node }
        refused.append(RefusedOffer(node: proposal.node, version: proposal.offerVersion))
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first index whose element is on the far side of `isAtOrAfter`, which must be false for
    /// a leading part of the collection and true for the rest; the end index when it is never true.
    func firstSortedIndex(where isAtOrAfter: (Element) -> Bool) -> Int {
        var low = startIndex
        var high = endIndex
        while low < high {
            let middle = low + (high - low) / 2
            if isAtOrAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
