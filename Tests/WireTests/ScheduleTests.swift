import Domain
import Testing

@testable import Wire

@Suite struct ScheduleTests {
    typealias Schedule = JobSpec.Schedule

    private static let now = TimeDTO("2026-11-27T03:30:00.250Z")!.timestamp
    /// Six in the evening in Taipei.
    private static let evening = TimeDTO("2026-11-27T10:00:00Z")!.timestamp

    private static let moment =
        "\"schedule.start_by\" must be a moment such as 2026-11-27T18:00:00+08:00, "
        + "or a time from the submit such as 6h, not "

    private static func spec(_ schedule: String) throws(SpecError) -> JobSpec {
        try JobSpec.parse(
            "{type: batch, image: a, run: x, limits: {max_duration: 3h}, schedule: {\(schedule)}}",
            file: "f")
    }

    @Test func `without a schedule there is no deadline, and the text is as it was`() throws {
        let none = try JobSpec.parse("{type: batch, image: a, run: x}", file: "f")
        #expect(none.schedule.isEmpty && !none.text.contains("schedule"))
        #expect(try none.deadline(at: Self.now) == nil && none.needs.stay == nil)
        #expect(try Self.spec("").schedule.isEmpty)
    }

    @Test(
        arguments: [
            ("start_by: 2026-11-27T18:00:00+08:00", Schedule(startBy: .at(evening))),
            ("start_by: \"2026-11-27T10:00:00Z\"", Schedule(startBy: .at(evening))),
            ("start_by: 2026-11-27T10:00Z", Schedule(startBy: .at(evening))),
            ("finish_by: 2026-11-27T05:00:00.000-05:00", Schedule(finishBy: .at(evening))),
            ("start_by: 6h", Schedule(startBy: .within(seconds: 21_600))),
            ("expect: 1h30m", Schedule(expected: 5400)),
            (
                "start_by: 30s, finish_by: 2026-11-27T10:00Z, expect: 3h",
                Schedule(startBy: .within(seconds: 30), finishBy: .at(evening), expected: 10_800)
            ),
            (
                "start_by: 1h, finish_by: 1h, expect: 1h",
                Schedule(
                    startBy: .within(seconds: 3600), finishBy: .within(seconds: 3600),
                    expected: 3600)
            ),
            ("finish_by: 366d", Schedule(finishBy: .within(seconds: 31_622_400))),
        ] as [(String, Schedule)])
    func `moments are of any zone or from the submit, and a spec's own text reads back as they are`(
        text: String, schedule: Schedule
    ) throws {
        let spec = try Self.spec(text)
        #expect(spec.schedule == schedule)
        let again = try JobSpec.parse(spec.text, file: "f")
        #expect(again == spec && again.text == spec.text)
    }

    @Test func `a time from the submit becomes a moment by the clock that is given`() throws {
        let spec = try Self.spec("start_by: 90m, finish_by: 2026-11-27T10:00Z, expect: 2h")
        let deadline = try #require(try spec.deadline(at: Self.now))
        #expect(deadline.startBy == Self.now.advanced(seconds: 5400))
        #expect(deadline.finishBy == Self.evening && deadline.expectedMilliseconds == 7_200_000)
        #expect(spec.needs.stay == 7_200_000)
        var job = spec
        job.budget = try Money(micro: 1)
        let image = ImageReference.archive(name: "a", digest: try Sample.digest("c"))
        #expect(try job.terms(image: image, inputs: [], at: Self.now).deadline == deadline)
    }

    @Test func `a moment and a time from the submit that contradict each other are told at submit`()
        throws
    {
        let spec = try Self.spec("start_by: 7h, finish_by: 2026-11-27T10:00Z")
        let error = #expect(throws: SpecError.self) { try spec.deadline(at: Self.now) }
        #expect(error?.code == "before" && error?.pointer == "/schedule/finish_by")
        #expect(
            error?.text(in: .english) == "\"schedule.finish_by\" is before \"schedule.start_by\"")
        #expect(try spec.deadline(at: Self.now.advanced(seconds: -7200)) != nil)
    }

    @Test(arguments: [
        (
            "start_by: tomorrow",
            moment + "\"tomorrow\""
        ),
        (
            "start_by: 2026-11-27T18:00:00",
            moment + "\"2026-11-27T18:00:00\""
        ),
        ("start_by: 0s", "\"schedule.start_by\" must be within 1s and 366d"),
        ("finish_by: 367d", "\"schedule.finish_by\" must be within 1s and 366d"),
        (
            "finish_by: 1969-12-31T23:59Z",
            "\"schedule.finish_by\" must be within 1970-01-01T00:00Z and 9999-12-31T23:59Z"
        ),
        ("start_by: [6h]", "not a list"), ("start_by: ~", "not nothing"),
        ("expect: 0s", "\"schedule.expect\" must be within 1s and 3h"),
        ("expect: 181m", "\"schedule.expect\" must be within 1s and 3h"),
        ("finish_by: 1h, expect: 61m", "\"schedule.expect\" must be within 1s and 1h"),
        ("expect: 2", "\"schedule.expect\" must be a duration such as 8s, 90m or 1h30m, not \"2\""),
        (
            "start_by: 2h, finish_by: 1h",
            "\"schedule.finish_by\" is before \"schedule.start_by\""
        ),
        (
            "start_by: 2026-11-27T10:01Z, finish_by: 2026-11-27T18:00+08:00",
            "\"schedule.finish_by\" is before \"schedule.start_by\""
        ),
        ("start: 6h", "unknown key \"start\""),
    ])
    func `what cannot be is refused where it is written`(text: String, told: String) {
        let error = #expect(throws: SpecError.self) { try Self.spec(text) }
        #expect(error?.text(in: .english).contains(told) == true, "\(error as Any)")
        #expect(error?.position?.line == 1)
    }

    @Test func `what is told of a deadline has every part of it, in both languages`() throws {
        let spec = try Self.spec("start_by: 90m, finish_by: 2026-11-27T10:00Z, expect: 2h")
        let told = DeadlineDTO(try #require(try spec.deadline(at: Self.now)))
        #expect(told.latestStart == told.startBy)
        #expect(
            told.text(in: .english)
                == "start by 2026-11-27T05:00:00.250Z · done by 2026-11-27T10:00:00.000Z"
                + " · expected to run 2h")
        #expect(told.text(in: .traditionalChinese).hasSuffix("預計執行 2h"))
        let reason = EndReason.deadlineMissed
        #expect(reason.text == "start_failed:deadline" && reason.exitCode == 125)
        #expect(!reason.isOfMachine)
        for language in Language.allCases {
            #expect(!reason.sentence(in: language).contains("deadline)"))
        }
        #expect(
            reason.sentence(in: .english).contains("it had no place in time for its schedule"))
    }
}
