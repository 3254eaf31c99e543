/// That a lease was asked to leave, as its node says it.
///
/// The moment is a time of day at the market and the time that is left on the way, below zero once
/// it is over: no two clocks have to agree.
package struct LeaveCall<Moment: Hashable & Sendable & Codable>: Hashable, Sendable, Codable {
    package let lease: LeaseID
    /// A stable code, as `OwnerCode` has it; other programs' nodes may have others.
    package let code: String
    /// When it is to be gone.
    package let until: Moment

    package init(lease: LeaseID, code: String, until: Moment) {
        self.lease = lease
        self.code = code
        self.until = until
    }

    package func map<Other>(_ change: (Moment) -> Other) -> LeaveCall<Other> {
        LeaveCall<Other>(lease: lease, code: code, until: change(until))
    }
}

/// That a lease was asked to leave, as the market knows it.
package struct LeaseNotice: Hashable, Sendable, Codable {
    /// A node that changes its mind for ever is heard so often and no more.
    package static let mostChanges = 16
    /// What is left travels: a moment that moves by less has not moved.
    package static let leastMilliseconds: Int64 = 5_000

    package let code: String
    package let until: Timestamp
    /// Its owner needs the machine no more: it may stay.
    package let isTakenBack: Bool
    /// From 1.
    package let changes: Int
    /// The on-demand order that it makes way for, where the market itself has asked it to leave; that
    /// is never taken back. Rows of an older form have none.
    package let makesWayFor: TaskID?

    package init(
        code: String, until: Timestamp, isTakenBack: Bool, changes: Int,
        makesWayFor: TaskID? = nil
    ) {
        self.makesWayFor = makesWayFor
        self.code = code
        self.until = until
        self.isTakenBack = isTakenBack
        self.changes = changes
    }
}

extension Lease {
    /// Its notice after what its node says of it now, nil for nothing; nil where that is no news.
    package func notice(after call: LeaveCall<Timestamp>?) -> LeaseNotice? {
        guard case .running = life else { return nil }
        let changes = (notice?.changes ?? 0) + 1
        let makesWayFor = notice?.makesWayFor
        guard let call else {
            // The market's own stands, whether or not the node has heard of it yet.
            guard let notice, !notice.isTakenBack, makesWayFor == nil else { return nil }
            return LeaseNotice(
                code: notice.code, until: notice.until, isTakenBack: true, changes: changes)
        }
        // No node preempts.
        guard makesWayFor != nil || call.code != OwnerCode.preempted.rawValue else { return nil }
        guard changes <= LeaseNotice.mostChanges else { return nil }
        if let notice, !notice.isTakenBack, notice.code == call.code,
            abs(call.until.millisecondsSince(notice.until)) < LeaseNotice.leastMilliseconds
        {
            return nil
        }
        return LeaseNotice(
            code: call.code, until: call.until, isTakenBack: false, changes: changes,
            makesWayFor: makesWayFor)
    }

    /// That it is asked to leave now.
    package var standingNotice: LeaseNotice? {
        guard life.isLive, let notice, !notice.isTakenBack else { return nil }
        return notice
    }

    /// Its notice when the market asks a spot lease to make way; nil where it has been asked.
    package func notice(makingWayFor task: TaskID, at now: Timestamp) -> LeaseNotice? {
        guard life.isLive, let spot, notice?.makesWayFor == nil else { return nil }
        let until = now.advanced(milliseconds: spot.noticeMilliseconds)
        // Its owner may want it gone sooner.
        if let standing = standingNotice, standing.until < until {
            return LeaseNotice(
                code: standing.code, until: standing.until, isTakenBack: false,
                changes: standing.changes, makesWayFor: task)
        }
        return LeaseNotice(
            code: OwnerCode.preempted.rawValue, until: until, isTakenBack: false,
            changes: (notice?.changes ?? 0) + 1, makesWayFor: task)
    }
}
