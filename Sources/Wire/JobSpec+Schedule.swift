package import Domain

extension JobSpec {
    /// By when each task is to run or be done, as its renter writes it: a moment, or a time from the
    /// submit, which only the market's clock makes a moment of.
    package struct Schedule: Hashable, Sendable {
        package enum Moment: Hashable, Sendable {
            case at(Timestamp)
            case within(seconds: Int64)
        }

        package var startBy: Moment?
        package var finishBy: Moment?
        /// Seconds that a task is expected to run without interruption.
        package var expected: Int64?

        package init(startBy: Moment? = nil, finishBy: Moment? = nil, expected: Int64? = nil) {
            self.startBy = startBy
            self.finishBy = finishBy
            self.expected = expected
        }

        /// Whether nothing is said.
        package var isEmpty: Bool { self == Schedule() }
    }

    /// The same in moments of a job that is submitted now; nil where nothing is said.
    ///
    /// - Throws: `SpecError` without a place, where a moment and a time from now contradict each other.
    package func deadline(at now: Timestamp) throws(SpecError) -> Deadline? {
        guard !schedule.isEmpty else { return nil }
        do throws(Deadline.Invalid) {
            return try Deadline(
                startBy: schedule.startBy?.moment(after: now),
                finishBy: schedule.finishBy?.moment(after: now),
                expectedMilliseconds: schedule.expected.map { $0 * 1000 })
        } catch {
            // `parse` lets through nothing else that a deadline would not take.
            throw SpecError(
                .before("schedule.finish_by", other: "schedule.start_by"),
                pointer: "/schedule/finish_by", file: name)
        }
    }

    mutating func readSchedule(_ top: SpecReader) throws(SpecError) {
        guard let node = top["schedule"] else { return }
        let reader = try SpecReader(
            node, of: top.source, name: "schedule", keys: ["start_by", "finish_by", "expect"])
        schedule = Schedule(
            startBy: try reader.moment("start_by"), finishBy: try reader.moment("finish_by"),
            expected: try reader.seconds("expect", in: 1...maxDuration))
        switch (schedule.startBy, schedule.finishBy) {
        case (.within(let start)?, .within(let finish)?) where finish < start:
            throw reader.finishBeforeStart()
        case (.at(let start)?, .at(let finish)?) where finish < start:
            throw reader.finishBeforeStart()
        default: break  // what is of two kinds only the market's clock can compare
        }
        if case .within(let finish)? = schedule.finishBy {
            _ = try reader.seconds("expect", in: 1...finish)
        }
    }
}

extension JobSpec.Schedule.Moment {
    /// `6h`, `2026-11-27T18:00:00+08:00`, `2026-11-27T10:00Z`.
    init?(_ text: String) {
        if let seconds = SpecUnits.seconds(text) {
            self = .within(seconds: seconds)
        } else if let moment = SpecUnits.moment(text) {
            self = .at(moment)
        } else {
            return nil
        }
    }

    package func moment(after now: Timestamp) -> Timestamp {
        switch self {
        case .at(let moment): moment
        case .within(let seconds): now.advanced(seconds: seconds)
        }
    }

    fileprivate var json: JSONValue {
        switch self {
        case .at(let moment): .string(TimeDTO(moment).description)
        case .within(let seconds): .string(Quantity.duration(seconds: seconds))
        }
    }
}

extension JobSpec.Schedule {
    var json: JSONValue {
        var fields: [String: JSONValue] = [:]
        fields["start_by"] = startBy?.json
        fields["finish_by"] = finishBy?.json
        fields["expect"] = expected.map { .string(Quantity.duration(seconds: $0)) }
        return .object(fields)
    }
}

extension SpecReader {
    fileprivate func moment(_ key: String) throws(SpecError) -> JobSpec.Schedule.Moment? {
        guard let node = self[key] else { return nil }
        let moment = try value(of: node, named: path(key), .moment) {
            JobSpec.Schedule.Moment($0)
        }
        switch moment {
        case .within: _ = try seconds(key, in: 1...JobSpec.maximumDuration)
        case .at(let time):
            guard time.milliseconds >= 0 else {
                throw outOfRange(node, path(key), "1970-01-01T00:00Z", "9999-12-31T23:59Z")
            }
        }
        return moment
    }

    fileprivate func finishBeforeStart() -> SpecError {
        fault(
            .before(path("finish_by"), other: path("start_by")), at: self["finish_by"] ?? map)
    }
}

extension SpecUnits {
    /// A date, a time to the minute or finer, and `Z` or how far the place is ahead of UTC (RFC 3339).
    package static func moment(_ text: String) -> Timestamp? {
        if text.hasSuffix("Z") { return moment(text.dropLast(), aheadMinutes: 0) }
        guard text.utf8.count > 6, text.utf8.count <= 40, let sign = text.suffix(6).first,
            sign == "+" || sign == "-", let ahead = minutes(text.suffix(5))
        else { return nil }
        return moment(text.dropLast(6), aheadMinutes: sign == "-" ? -ahead : ahead)
    }

    /// Minutes since midnight of `12:00`.
    package static func minutes(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard text.utf8.count == 5, parts.count == 2, parts[0].utf8.count == 2,
            let hour = whole(parts[0]), let minute = whole(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func moment(_ local: Substring, aheadMinutes: Int64) -> Timestamp? {
        let isToTheMinute = local.utf8.count == 16
        return TimeDTO(local + (isToTheMinute ? ":00Z" : "Z"))?.timestamp
            .advanced(seconds: -aheadMinutes * 60)
    }
}
