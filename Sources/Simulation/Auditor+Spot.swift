import Domain
import Marketplace

// Spot: only who agreed to it makes way, each with all of its notice.
extension Auditor {
    /// A node's clock may be a percent fast.
    private static let clockParts: Int64 = 98

    /// The market asks no lease that is on demand to leave, and whom it asks pays the spot price.
    mutating func checkSpot(_ lease: Lease, before: Lease?) {
        let terms = jobs[lease.task.job]?.terms.needs.spot
        require(
            lease.spot == terms, "a lease is as spot as its order",
            "\(lease.id): \(String(describing: lease.spot))")
        guard lease.notice?.makesWayFor != nil, before?.notice?.makesWayFor == nil else { return }
        require(terms != nil, "only spot leases make way", "\(lease.id)")
    }

    mutating func ranOnNode(_ lease: LeaseID) { ranOnNodes.insert(lease) }

    mutating func gaveNotice(_ lease: LeaseID, at now: Timestamp) {
        if noticeGiven[lease] == nil { noticeGiven[lease] = now }
    }

    /// Not before its notice is over, where it ran.
    mutating func killsPreempted(_ id: LeaseID, at now: Timestamp) {
        guard ranOnNodes.contains(id), let lease = leases[id] else { return }
        let notice = lease.spot?.noticeMilliseconds ?? .max
        let given = noticeGiven[id].map { now.millisecondsSince($0) } ?? -1
        require(
            given >= notice / 100 * Self.clockParts, "a spot lease has its notice",
            "\(id): \(given) of \(notice) ms")
    }

    /// Who is placed where others made way for it.
    func wasAwaited(_ clearing: Clearing) -> Bool {
        jobs[clearing.task.job]?.awaited?
            .contains(AwaitedPlace(task: clearing.task.index, node: clearing.node)) ?? false
    }
}
