package import Domain

/// What the book would lease: a task's attempt on a version of a node's offer.
package struct Proposal: Hashable, Sendable {
    package let task: TaskID
    package let attempt: Int64
    package let node: NodeID
    package let offerVersion: Int64
    /// Price per hour of the slice, at most the order's bid.
    package let rate: Rate
    /// As many as the order asks for, in the offer's order.
    package let devices: [DeviceID]

    package init(
        task: TaskID, attempt: Int64, node: NodeID, offerVersion: Int64, rate: Rate,
        devices: [DeviceID]
    ) {
        self.task = task
        self.attempt = attempt
        self.node = node
        self.offerVersion = offerVersion
        self.rate = rate
        self.devices = devices
    }

    /// Which side of a refused proposal no longer stands as the book believes.
    package enum Stale: Hashable, Sendable {
        /// The offer has moved on: no order is proposed to this version of it.
        case offer
        /// The order has moved on: this attempt is proposed to no offer.
        case order
        /// Both stand, but not together: only this pair is not proposed again.
        case pair
    }
}
