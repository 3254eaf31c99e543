import Domain

/// An order's place in the queue.
struct Turn: Hashable, Comparable, Sendable {
    /// Whoever is on demand could take its place the moment that it had one.
    let isSpot: Bool
    let moment: Timestamp
    let task: TaskID

    init(_ order: Order) {
        isSpot = order.needs.spot != nil
        moment = OrderOfService.turn(of: order)
        task = order.task
    }

    static func < (left: Turn, right: Turn) -> Bool {
        guard left.isSpot == right.isSpot else { return right.isSpot }
        return (left.moment, left.task) < (right.moment, right.task)
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
    /// Where its siblings are: told anew whenever the entry is looked up.
    var closed = ClosedPlaces.none
    /// Where it is proposed, and not answered yet.
    private(set) var proposedOn: NodeID?
    /// Where its place is kept for it.
    var keptOn: NodeID?
    /// At most one per node.
    private(set) var refused: [RefusedOffer] = []

    init(order: Order) { self.order = order }

    /// Whether there is an offer that it may not have.
    var hasRefused: Bool { !refused.isEmpty || !closed.isEmpty }

    func mayHave(_ listing: Listing) -> Bool {
        guard closed.isEmpty || !closed.has(listing.offer) else { return false }
        return refused.isEmpty
            || !refused.contains(
                RefusedOffer(node: listing.offer.node, version: listing.committedVersion))
    }

    mutating func propose(on node: NodeID) {
        standing = .proposed
        proposedOn = node
    }

    mutating func withdraw(from node: NodeID) {
        guard proposedOn == node else { return }
        proposedOn = nil
        if standing == .proposed { standing = .live }
    }

    mutating func refuse(_ node: NodeID, version: Int64) {
        refused.removeAll { $0.node == node }
        refused.append(RefusedOffer(node: node, version: version))
    }
}

extension Needs {
    /// Whether an offer's figures do not tell all of it: they say nothing of distances, of what devices
    /// can do, and of hours.
    var isBeyondFigures: Bool {
        latency != nil || stay != nil || settlement != nil
            || (devices.power != nil && devices.count > 0)
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
