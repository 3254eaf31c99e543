package import Domain

/// What a lease keeps of an offer, and until when at the latest.
package struct Occupation: Hashable, Sendable {
    package let node: NodeID
    package let slice: Resources
    package let devices: [DeviceID]
    package let until: Timestamp
    /// It gives its place to the order that asks.
    package let makesWay: Bool

    package init(
        node: NodeID, slice: Resources, devices: [DeviceID], until: Timestamp,
        makesWay: Bool = false
    ) {
        self.makesWay = makesWay
        self.node = node
        self.slice = slice
        self.devices = devices
        self.until = until
    }
}

/// When an order that fits nowhere now will have a place.
package struct ExpectedStart: Hashable, Sendable {
    /// About, at the latest: if what runs runs on as long as it may, and nobody comes first. Devices are
    /// wiped after that, which takes seconds.
    package let latest: Timestamp
    /// Orders whose turn comes before.
    package let ahead: Int
    /// Whether that takes a lease that makes way.
    package let takesWay: Bool

    /// Which of these offers has room first, and when, because leases on it must have ended.
    ///
    /// - Returns: nil where nothing that ends makes room: something else is against every offer.
    static func first(
        for needs: Needs, _ offers: some Sequence<Offer>, _ byNode: [NodeID: [Occupation]],
        at now: Timestamp
    ) -> (node: NodeID, moment: Timestamp, takesWay: Bool)? {
        var first: (node: NodeID, moment: Timestamp, takesWay: Bool)?
        for var offer in offers where Feasibility.check(needs, offer, at: now) == .busy {
            var left = (byNode[offer.node] ?? []).sorted { $0.until < $1.until }[...]
            var takesWay = false
            while let end = left.popFirst() {
                takesWay = takesWay || end.makesWay
                if let first, (first.moment, first.node) <= (end.until, offer.node) { break }
                // From the whole: a machine may offer less than runs on it.
                let used = left.reduce(Resources.zero) { $0.adding($1.slice) }
                offer.free = offer.terms.capacity.subtracting(used)
                offer.freeDevices += end.devices
                let then = max(end.until, now)
                guard Feasibility.check(needs, offer, at: then) == nil else { continue }
                first = (offer.node, end.until, takesWay)
                break
            }
        }
        return first
    }
}

extension OrderBook {
    /// - Parameter task: the order's, where it is on the book already: those behind it are not ahead.
    package func expectedStart(
        of needs: Needs, as task: TaskID?, _ occupied: [Occupation], at now: Timestamp
    ) -> ExpectedStart? {
        let byNode = Dictionary(grouping: occupied, by: \.node)
        guard let first = ExpectedStart.first(for: needs, offersNow, byNode, at: now)
        else { return nil }
        let ahead = task.flatMap { task in queue.firstIndex { $0.task == task } } ?? queue.count
        return ExpectedStart(latest: first.moment, ahead: ahead, takesWay: first.takesWay)
    }
}
