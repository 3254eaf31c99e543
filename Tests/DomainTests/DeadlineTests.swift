import Domain
import Foundation
import Testing

@Suite struct DeadlineTests {
    private static func moment(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds)
    }

    private func deadline(
        _ start: Int64?, _ finish: Int64?, _ expected: Int64?
    ) throws(Deadline.Invalid) -> Deadline {
        try Deadline(
            startBy: start.map(Self.moment), finishBy: finish.map(Self.moment),
            expectedMilliseconds: expected)
    }

    @Test func `a deadline that says nothing is none`() {
        #expect(throws: Deadline.Invalid.empty) { try deadline(nil, nil, nil) }
    }

    @Test func `what must be done before it must start contradicts itself`() throws {
        #expect(throws: Deadline.Invalid.finishBeforeStart) { try deadline(2, 1, nil) }
        #expect(try deadline(2, 2, nil).latestStart == Self.moment(2))
    }

    @Test(arguments: [Int64.min, -1, Timestamp.limit, Int64.max])
    func `a moment before 1970 or after all time is refused`(moment: Int64) {
        let told = Self.moment(moment)
        #expect(throws: Deadline.Invalid.absurdMoment(told)) { try deadline(moment, nil, nil) }
        #expect(throws: Deadline.Invalid.absurdMoment(told)) { try deadline(nil, moment, 1) }
    }

    @Test(arguments: [Int64.min, -1, 0, Deadline.longestMilliseconds + 1, Int64.max])
    func `an expected time that no lease can take is refused`(time: Int64) {
        #expect(throws: Deadline.Invalid.absurdTime(milliseconds: time)) {
            try deadline(nil, nil, time)
        }
    }

    @Test func `the latest start is the earlier of its own and of what the end leaves`() throws {
        #expect(try deadline(nil, nil, 5).latestStart == nil)
        #expect(try deadline(7, nil, 5).latestStart == Self.moment(7))
        #expect(try deadline(nil, 20, nil).latestStart == Self.moment(20))
        #expect(try deadline(nil, 20, 5).latestStart == Self.moment(15))
        #expect(try deadline(7, 20, 5).latestStart == Self.moment(7))
        #expect(try deadline(18, 20, 5).latestStart == Self.moment(15))
        #expect(try deadline(nil, 2, 5).latestStart == Self.moment(-3))
    }

    @Test func `a stored deadline is read as it was, and a contradictory one is not`() throws {
        let known = try deadline(7, 20, 5)
        let row = try JSONEncoder().encode(known)
        #expect(try JSONDecoder().decode(Deadline.self, from: row) == known)
        let wrong = Data(#"{"startBy":2,"finishBy":1}"#.utf8)
        #expect(throws: (any Error).self) { try JSONDecoder().decode(Deadline.self, from: wrong) }
    }

    @Test func `an order without a deadline is stored as before, and read`() throws {
        let needs = Needs(
            slice: .zero, devices: .none, regions: [], minimumTier: .new,
            bid: try Rate(microPerHour: 1))
        let task = TaskID(job: try #require(JobID("job_A")), index: 1)
        let plain = Order(task: task, attempt: 1, needs: needs, since: Self.moment(3))
        let row = try JSONEncoder().encode(plain)
        #expect(!String(decoding: row, as: UTF8.self).contains("deadline"))
        #expect(try JSONDecoder().decode(Order.self, from: row) == plain)
        let timed = Order(
            task: task, attempt: 1, needs: needs, since: Self.moment(3),
            deadline: try deadline(nil, 20, 5))
        let timedRow = try JSONEncoder().encode(timed)
        #expect(try JSONDecoder().decode(Order.self, from: timedRow) == timed)
    }
}
