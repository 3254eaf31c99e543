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

    package init(code: String, until: Timestamp, isTakenBack: Bool, changes: Int) {
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
        guard let call else {
            guard let notice, !notice.isTakenBack else { return nil }
            return LeaseNotice(
                code: notice.code, until: notice.until, isTakenBack: true, changes: changes)
        }
        guard changes <= LeaseNotice.mostChanges else { return nil }
        if let notice, !notice.isTakenBack, notice.code == call.code,
            abs(call.until.millisecondsSince(notice.until)) < LeaseNotice.leastMilliseconds
        {
            return nil
        }
        return LeaseNotice(
            code: call.code, until: call.until, isTakenBack: false, changes: changes)
    }

    /// That it is asked to leave now.
    package var standingNotice: LeaseNotice? {
        guard case .running = life, let notice, !notice.isTakenBack else { return nil }
        return notice
    }
}
