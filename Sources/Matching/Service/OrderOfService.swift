package import Domain

/// In which order those are served who wait: the first who came first, where all ask for one device.
///
/// An order for more is served as if it had come later, by one hour for each device beyond its first.
/// What it takes would serve that many others, so those who come within that time are served before it,
/// and nobody who comes later: the wait for a turn is in proportion to what is asked for, and age raises
/// every order to the first turn. The hour is the unit in which capacity is priced.
/// A turn holds up nobody: what the first cannot use goes to the next who can.
///
/// An order with a deadline has its turn at the last moment at which it can start (least laxity first),
/// so that it lets pass whoever has less time, but never a turn before its coming: a close deadline is
/// no way past those who have waited, and it is lost when its moment has passed.
///
/// Spot orders come after all others: whoever is on demand could take their places anyhow.
package enum OrderOfService {
    package static let millisecondsPerDevice: Int64 = 3_600_000

    /// Its turn comes before that of every order with a later one.
    package static func turn(of order: Order) -> Timestamp {
        if let latest = order.deadline?.latestStart { return max(latest, order.since) }
        let others = Int64(max(order.needs.devices.count - 1, 0))
        let (delay, isOver) = others.multipliedReportingOverflow(by: millisecondsPerDevice)
        return order.since.advanced(milliseconds: isOver ? Timestamp.limit : delay)
    }
}
