/// By when an order must run or be done, and how long its renter expects it to run.
///
/// Within the market's own bounds: nothing in it contradicts itself, is negative or is absurd. Whether
/// it lies in the past only the market's clock can say.
package struct Deadline: Hashable, Sendable, Codable {
    /// 366 days, as long as a lease may last.
    package static let longestMilliseconds: Int64 = 366 * 86_400_000

    package enum Invalid: Error, Hashable, Sendable {
        /// Neither a moment nor a time is given.
        case empty
        /// A moment before 1970, or the last one that there is.
        case absurdMoment(Timestamp)
        /// An expected time that is not positive, or longer than a lease may last.
        case absurdTime(milliseconds: Int64)
        /// It would have to be done before it has to start.
        case finishBeforeStart
    }

    /// It must have started.
    package let startBy: Timestamp?
    /// It must be done.
    package let finishBy: Timestamp?
    /// From its start to its end, without interruption.
    package let expectedMilliseconds: Int64?

    package init(
        startBy: Timestamp?, finishBy: Timestamp?, expectedMilliseconds: Int64?
    ) throws(Invalid) {
        if startBy == nil, finishBy == nil, expectedMilliseconds == nil { throw .empty }
        for moment in [startBy, finishBy].compactMap(\.self)
        where !(0..<Timestamp.limit).contains(moment.milliseconds) {
            throw .absurdMoment(moment)
        }
        if let expectedMilliseconds, !(1...Self.longestMilliseconds).contains(expectedMilliseconds)
        {
            throw .absurdTime(milliseconds: expectedMilliseconds)
        }
        if let startBy, let finishBy, finishBy < startBy { throw .finishBeforeStart }
        self.startBy = startBy
        self.finishBy = finishBy
        self.expectedMilliseconds = expectedMilliseconds
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            startBy: try values.decodeIfPresent(Timestamp.self, forKey: .startBy),
            finishBy: try values.decodeIfPresent(Timestamp.self, forKey: .finishBy),
            expectedMilliseconds: try values.decodeIfPresent(
                Int64.self, forKey: .expectedMilliseconds))
    }

    private enum CodingKeys: String, CodingKey {
        case startBy, finishBy, expectedMilliseconds
    }

    /// The last moment at which a start is in time: an expected time ends by `finishBy`, and without one
    /// it must at least not be over. Nil where no moment is given.
    package var latestStart: Timestamp? {
        let latest = finishBy.map { $0.advanced(milliseconds: -(expectedMilliseconds ?? 0)) }
        guard let startBy else { return latest }
        return latest.map { min($0, startBy) } ?? startBy
    }

    /// Whether a start at that moment is too late.
    package func isMissed(at now: Timestamp) -> Bool { latestStart.map { $0 < now } ?? false }
}

extension EndReason {
    /// Its task waited until no start was in time any more; it was never placed.
    package static let deadlineMissed = EndReason.startFailed(code: "deadline")
}
