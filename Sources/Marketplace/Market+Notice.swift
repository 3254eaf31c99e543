import Domain

extension Market {
    /// Notes which leases of a node are asked to leave for its owner, and by when; one that was and
    /// is not named any more may stay. What brings no news changes nothing, so it is idempotent.
    func notice(
        _ calls: [LeaveCall<Timestamp>], from node: NodeID, _ rows: Rows, _ now: Timestamp
    ) -> Decision {
        var decision = Decision()
        let named = Dictionary(calls.map { ($0.lease, $0) }) { first, _ in first }
        for var lease in rows.leases(.liveLeasesOfNode(node, limit: Command.everyTask)) {
            guard let notice = lease.notice(after: named[lease.id]) else { continue }
            lease.notice = notice
            decision.rows.append(.lease(lease))
            let fact: JobFact =
                notice.isTakenBack
                ? .staying(RunMark(lease))
                : .leaving(RunMark(lease), code: notice.code, until: notice.until)
            decision.tell(fact, of: lease.task.job, at: now)
        }
        return decision
    }
}
