import Domain
import Matching
import Testing

@Suite struct DeadlineOutlookTests {
    private static func moment(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds)
    }

    /// One that has to start by 1,000.
    private func outlook(
        tasks: Int = 1, places: Int = 1, start: Int64?, ahead: Int = 0, expected: Int64? = 100
    ) throws -> DeadlineOutlook {
        let deadline = try Deadline(
            startBy: Self.moment(1_000), finishBy: nil, expectedMilliseconds: expected)
        return DeadlineOutlook(
            deadline, tasks: tasks, places: places, start: start.map(Self.moment), ahead: ahead)
    }

    @Test func `a place by the last moment is in time, a later one a risk, none nobody knows`()
        throws
    {
        #expect(try outlook(start: 1_000).verdict == .inTime)
        #expect(try outlook(start: 1_001).verdict == .atRisk)
        let unknown = try outlook(start: nil)
        #expect(unknown.verdict == .unknown)
        #expect(unknown.lastStart == nil && unknown.finish == nil)
    }

    @Test func `the last of many tasks starts when those before it have run as long as expected`()
        throws
    {
        let all = try outlook(tasks: 7, places: 2, start: 700)
        #expect(all.lastStart == Self.moment(1_000) && all.finish == Self.moment(1_100))
        #expect(all.verdict == .inTime)
        #expect(try outlook(tasks: 8, places: 2, start: 700).verdict == .inTime)
        #expect(try outlook(tasks: 9, places: 2, start: 700).verdict == .atRisk)
        let dark = try outlook(tasks: 3, places: 2, start: 0, expected: nil)
        #expect(dark.verdict == .unknown && dark.lastStart == nil)
        #expect(try outlook(tasks: 2, places: 2, start: 0, expected: nil).verdict == .inTime)
    }

    @Test func `nothing is sure of a place that others may take first, unless it is late already`()
        throws
    {
        let contested = try outlook(start: 900, ahead: 1)
        #expect(contested.verdict == .unknown && contested.finish == nil)
        #expect(try outlook(start: 1_001, ahead: 1).verdict == .atRisk)
    }

    @Test func `an expected time alone misses nothing, and says when all is done`() throws {
        let deadline = try Deadline(startBy: nil, finishBy: nil, expectedMilliseconds: 50)
        let outlook = DeadlineOutlook(
            deadline, tasks: 3, places: 1, start: Self.moment(7), ahead: 0)
        #expect(outlook.verdict == nil && outlook.finish == Self.moment(157))
    }

    @Test func `no number of tasks and no time is too much`() throws {
        let longest = Deadline.longestMilliseconds
        let many = try outlook(tasks: .max, places: 0, start: 0, expected: longest)
        #expect(many.verdict == .atRisk && many.finish == Self.moment(Timestamp.limit))
        #expect(try outlook(tasks: .min, places: .min, start: 0).verdict == .inTime)
    }
}
