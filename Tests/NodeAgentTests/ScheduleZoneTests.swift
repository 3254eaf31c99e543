import Domain
import Foundation
import Hosting
import Testing
import Wire

@testable import NodeAgent

/// Hours in zones whose clocks are changed, against dates of 2026 and 2027 that people can check.
struct ScheduleZoneTests {
    struct Night: Sendable {
        let schedule: String
        /// The window that is open at or after it: from, and to, in UTC.
        let after: String
        let from: String
        let to: String
        let note: String
    }

    static let nights: [Night] = [
        Night(
            schedule: "daily 19:00-08:00 Asia/Taipei", after: "2026-11-27T11:00:00Z",
            from: "2026-11-27T11:00:00Z", to: "2026-11-28T00:00:00Z", note: "no change, 13 h"),
        // Berlin: back on 2026-10-25 at 01:00 UTC, forward on 2027-03-28 at 01:00 UTC.
        Night(
            schedule: "daily 19:00-08:00 Europe/Berlin", after: "2026-10-24T17:00:00Z",
            from: "2026-10-24T17:00:00Z", to: "2026-10-25T07:00:00Z", note: "back: 14 h"),
        Night(
            schedule: "daily 19:00-08:00 Europe/Berlin", after: "2027-03-27T18:00:00Z",
            from: "2027-03-27T18:00:00Z", to: "2027-03-28T06:00:00Z", note: "forward: 12 h"),
        Night(
            schedule: "Sun 02:30-04:00 Europe/Berlin", after: "2027-03-28T00:00:00Z",
            from: "2027-03-28T01:00:00Z", to: "2027-03-28T02:00:00Z",
            note: "02:30 is left out: it opens at 03:00"),
        Night(
            schedule: "Sat 20:00-02:30 Europe/Berlin", after: "2027-03-27T19:00:00Z",
            from: "2027-03-27T19:00:00Z", to: "2027-03-28T01:00:00Z",
            note: "02:30 is left out: it closes at 03:00"),
        Night(
            schedule: "Sun 02:00-03:00 Europe/Berlin", after: "2027-03-28T00:00:00Z",
            from: "2027-04-04T00:00:00Z", to: "2027-04-04T01:00:00Z",
            note: "all of it is left out: a week later"),
        Night(
            schedule: "Sun 02:15-02:45 Europe/Berlin", after: "2026-10-24T22:00:00Z",
            from: "2026-10-25T00:15:00Z", to: "2026-10-25T00:45:00Z",
            note: "it comes twice: the first time only"),
        // New York: back on 2026-11-01 at 06:00 UTC, forward on 2027-03-14 at 07:00 UTC.
        Night(
            schedule: "daily 22:00-06:00 America/New_York", after: "2026-11-01T02:00:00Z",
            from: "2026-11-01T02:00:00Z", to: "2026-11-01T11:00:00Z", note: "back: 9 h"),
        Night(
            schedule: "daily 22:00-06:00 America/New_York", after: "2027-03-14T03:00:00Z",
            from: "2027-03-14T03:00:00Z", to: "2027-03-14T10:00:00Z", note: "forward: 7 h"),
        Night(
            schedule: "Sun 01:30-02:30 America/New_York", after: "2026-11-01T04:00:00Z",
            from: "2026-11-01T05:30:00Z", to: "2026-11-01T07:30:00Z",
            note: "it opens the first time, and closes after the second: 2 h"),
        Night(
            schedule: "Sun 01:30-02:30 America/New_York", after: "2027-03-14T04:00:00Z",
            from: "2027-03-14T06:30:00Z", to: "2027-03-14T07:00:00Z",
            note: "02:30 is left out: it closes at 03:00, half an hour later"),
    ]

    private static func time(_ text: String) throws -> Timestamp {
        try #require(TimeDTO(text)).timestamp
    }

    @Test(arguments: nights)
    func `hours follow the wall through changes of its clock`(_ night: Night) throws {
        let schedule = try Schedule(night.schedule)
        let zone = try #require(LocalTime(zone: schedule.zone))
        let (after, from) = (try Self.time(night.after), try Self.time(night.from))
        let to = try Self.time(night.to)
        print("\(night.schedule): \(TimeDTO(from)) to \(TimeDTO(to)) (\(night.note))")
        if from > after {
            #expect(schedule.sight(at: after, in: zone) == .closed(opensAt: from))
            let before = from.advanced(milliseconds: -1)
            #expect(schedule.sight(at: before, in: zone) == .closed(opensAt: from))
        }
        guard case .open(let closesIn?, _) = schedule.sight(at: from, in: zone) else {
            Issue.record("closed at \(TimeDTO(from))")
            return
        }
        #expect(closesIn == to.millisecondsSince(from) * 1_000_000)
        guard case .open = schedule.sight(at: to.advanced(milliseconds: -1), in: zone) else {
            Issue.record("closed before \(TimeDTO(to))")
            return
        }
        guard case .closed = schedule.sight(at: to, in: zone) else {
            Issue.record("open at \(TimeDTO(to))")
            return
        }
    }

    @Test(arguments: ["Asia/Atlantis", "CST", "", "+08:00", "../etc/passwd", "Asia/"])
    func `a zone that nobody knows is refused`(name: String) {
        #expect(LocalTime(zone: name) == nil)
    }

    @Test func `a zone that the machine does not know is named`() throws {
        let schedule = try Schedule("Mon 08:00-09:00 Asia/Atlantis")
        #expect(throws: ScheduleFault.zoneUnknown("Asia/Atlantis")) {
            try OwnerWatch(
                schedule: schedule, desktop: nil, wallTime: { Timestamp(milliseconds: 0) })
        }
    }
}
