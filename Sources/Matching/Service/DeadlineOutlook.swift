package import Domain

/// Whether a job's tasks will be in time, by what is sure now: places that are free, or that become
/// free as leases end; of each offer only one.
package struct DeadlineOutlook: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case inTime
        /// What is sure comes too late; something sooner may turn up.
        case atRisk
        case unknown
    }

    /// Nil where no moment is given, so that none can be missed.
    package let verdict: Verdict?
    /// By when the last task has a place, at the latest; nil where nobody knows.
    package let lastStart: Timestamp?
    /// When all is done, if each task runs as long as its renter expects, without interruption.
    package let finish: Timestamp?

    /// - Parameters:
    ///   - tasks: how many there are, at least 1.
    ///   - places: how many of them run at once, at least 1.
    ///   - start: when the first of these places is there, at the latest; nil where nobody knows.
    ///   - ahead: orders that may take it first: then no start is sure, but one that is late already is.
    package init(
        _ deadline: Deadline, tasks: Int, places: Int, start: Timestamp?, ahead: Int
    ) {
        let rounds = (Int64(max(tasks, 1)) - 1) / Int64(max(places, 1))
        let expected = deadline.expectedMilliseconds
        // A task behind others waits for their end, of which only its renter knows something.
        let wait = rounds == 0 ? 0 : expected.map { Self.product($0, rounds) }
        var last = start.flatMap { start in wait.map { start.advanced(milliseconds: $0) } }
        let isLate = last.flatMap { last in deadline.latestStart.map { $0 < last } } ?? false
        if ahead > 0, !isLate { last = nil }
        lastStart = last
        finish = last.flatMap { last in expected.map { last.advanced(milliseconds: $0) } }
        verdict = deadline.latestStart.map { _ in
            isLate ? .atRisk : last == nil ? .unknown : .inTime
        }
    }

    private static func product(_ left: Int64, _ right: Int64) -> Int64 {
        let (product, isOver) = left.multipliedReportingOverflow(by: right)
        return isOver ? Timestamp.limit : product
    }
}
