import Domain
import Testing

@testable import Hosting

struct ScheduleTests {
    private static let minute: Int64 = 60
    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400
    /// Monday, 2026-11-23, 00:00 UTC.
    private static let monday: Int64 = 1_795_392_000
    private static let utc = LocalTime { _ in 0 }

    // MARK: Reading

    @Test(arguments: [
        ("Mon-Fri 19:00-08:00 Asia/Taipei", [true, true, true, true, true, false, false]),
        ("mon,wed 00:00-24:00 UTC", [true, false, true, false, false, false, false]),
        ("Fri-Mon 08:00-09:00 UTC", [true, false, false, false, true, true, true]),
        ("daily 22:00-06:00 UTC", Array(repeating: true, count: 7)),
        ("Sun 22:00-06:00 UTC", [false, false, false, false, false, false, true]),
        ("Mon-Tue,Sat-Sun 1:0-2:0 UTC", nil),
        ("Sat-Sat 01:00-02:00 UTC", [false, false, false, false, false, true, false]),
    ])
    func `days are names, ranges that may go over the weekend, lists, or daily`(
        text: String, days: [Bool]?
    ) {
        #expect((try? Schedule(text))?.windows.first?.days == days)
    }

    @Test(arguments: [
        ("", ScheduleFault.notAWindow("")), ("Mon", .notAWindow("Mon")),
        ("Mon 19:00-08:00 Asia/Taipei x", .notAWindow("Mon 19:00-08:00 Asia/Taipei x")),
        ("Mon 19:00-08:00 UTC;", .notAWindow("")),
        ("Montag 19:00-08:00 UTC", .notDays("Montag")), ("Mon- 19:00-08:00 UTC", .notDays("Mon-")),
        ("Mon-Tue-Wed 19:00-08:00 UTC", .notDays("Mon-Tue-Wed")),
        (",Mon 19:00-08:00 UTC", .notDays(",Mon")),
        ("daily,Mon 1:00-2:00 UTC", .notDays("daily,Mon")),
        ("Mon 1:00-2:00 UTC", .notHours("1:00-2:00")),
        ("Mon 19-08 UTC", .notHours("19-08")), ("Mon 19:60-20:00 UTC", .notHours("19:60-20:00")),
        ("Mon 25:00-26:00 UTC", .notHours("25:00-26:00")),
        ("Mon 24:00-02:00 UTC", .notHours("24:00-02:00")),
        ("Mon 08:00-24:01 UTC", .notHours("08:00-24:01")),
        ("Mon 08:00-٠9:00 UTC", .notHours("08:00-٠9:00")),
        ("Mon 08:00-09:00", .zoneMissing),
        ("Mon 08:00-09:00 Asia/Taipei; Tue 08:00-09:00 UTC", .zonesDiffer("Asia/Taipei", "UTC")),
        ("always UTC", .notDays("always")), ("always; Mon 08:00-09:00 UTC", .notAWindow("always")),
        (String(repeating: "x", count: 513), .tooLong),
        (Array(repeating: "Mon 1:0-2:0", count: 33).joined(separator: ";"), .tooLong),
    ])
    func `what is no schedule is refused for what is wrong with it`(
        text: String, fault: ScheduleFault
    ) {
        #expect(throws: fault) { try Schedule(text) }
    }

    @Test func `one zone for all windows, named with any of them`() throws {
        let schedule = try Schedule("Mon 08:00-09:00 Asia/Taipei;Tue  10:00-11:00")
        #expect(schedule.zone == "Asia/Taipei" && schedule.windows.count == 2)
        #expect(try Schedule("always") == .always)
        #expect(try Schedule(" always ") == .always)
    }

    // MARK: Looking

    private static func isOpen(_ schedule: Schedule, _ second: Int64, _ zone: LocalTime) -> Bool {
        let sight = schedule.sight(at: Timestamp(milliseconds: second * 1000), in: zone)
        if case .open = sight { return true }
        return false
    }

    @Test func `a window over midnight belongs to the day it begins`() throws {
        let schedule = try Schedule("Mon-Fri 19:00-08:00 UTC")
        let table: [(Int64, Int64, Bool)] = [
            (0, 7, false), (0, 18, false), (0, 19, true), (1, 0, true), (1, 7, true),
            (1, 8, false), (4, 20, true), (5, 7, true), (5, 8, false), (5, 20, false),
            (6, 3, false), (7, 3, false), (7, 19, true),
        ]
        for (day, hour, isOpen) in table {
            let moment = Self.monday + day * Self.day + hour * Self.hour
            #expect(Self.isOpen(schedule, moment, Self.utc) == isOpen, "day \(day), \(hour) h")
        }
    }

    @Test func `it says to the second when it closes, and when it opens`() throws {
        let schedule = try Schedule("Mon-Fri 19:00-08:00 UTC")
        func sight(_ milliseconds: Int64) -> ScheduleSight {
            schedule.sight(
                at: Timestamp(milliseconds: Self.monday * 1000 + milliseconds), in: Self.utc)
        }
        let opens = Timestamp(milliseconds: (Self.monday + 19 * Self.hour) * 1000)
        let next = opens.advanced(seconds: Self.day)
        #expect(sight(0) == .closed(opensAt: opens))
        #expect(sight(19 * 3_600_000 - 1) == .closed(opensAt: opens))
        #expect(
            sight(19 * 3_600_000)
                == .open(closesIn: 13 * Self.hour * 1_000_000_000, opensAt: next))
        #expect(sight(32 * 3_600_000 - 250) == .open(closesIn: 250_000_000, opensAt: next))
        #expect(sight(32 * 3_600_000) == .closed(opensAt: next))
    }

    @Test func `windows that meet or overlap are one, and without an end there is none to tell`()
        throws
    {
        let schedule = try Schedule("Mon-Fri 19:00-08:00; Sat-Sun 00:00-24:00; Sat 07:00-09:00 UTC")
        let saturday = Timestamp(milliseconds: (Self.monday + 5 * Self.day) * 1000)
        // Friday 19:00 to the end of Sunday.
        #expect(
            schedule.sight(at: saturday, in: Self.utc)
                == .open(
                    closesIn: 2 * Self.day * 1_000_000_000,
                    opensAt: saturday.advanced(seconds: 2 * Self.day + 19 * Self.hour)))
        for text in ["daily 00:00-24:00 UTC", "daily 08:00-08:00 UTC", "always"] {
            #expect(
                try Schedule(text).sight(at: saturday, in: Self.utc)
                    == .open(closesIn: nil, opensAt: nil))
        }
        let once = try Schedule("Mon 08:00-09:00 UTC")
        let later = Timestamp(milliseconds: (Self.monday + 10 * Self.hour) * 1000)
        #expect(
            once.sight(at: later, in: Self.utc)
                == .closed(opensAt: later.advanced(seconds: 7 * Self.day - 2 * Self.hour)))
    }

    @Test func `before 1970 it is no different`() throws {
        let schedule = try Schedule("Thu 00:00-01:00 UTC")
        #expect(
            schedule.sight(at: Timestamp(milliseconds: -1), in: Self.utc)
                == .closed(opensAt: Timestamp(milliseconds: 0)))
    }

    /// A zone of tests: an hour ahead, and two from `start` to `end`.
    private static func zone(forward start: Int64, back end: Int64) -> LocalTime {
        LocalTime { $0 >= start && $0 < end ? 2 * hour : hour }
    }

    @Test func `what is left out when clocks go forward is then, what comes twice is the first`() {
        let (start, end) = (Self.monday + Self.hour, Self.monday + 60 * Self.day)
        let zone = Self.zone(forward: start, back: end)
        // 02:00 to 03:00 on Monday do not exist.
        for second in stride(from: 2 * Self.hour, to: 3 * Self.hour, by: 420) {
            #expect(zone.moment(of: Self.monday + second) == start)
        }
        #expect(zone.moment(of: Self.monday + 2 * Self.hour - 1) == start - 1)
        #expect(zone.moment(of: Self.monday + 3 * Self.hour) == start)
        #expect(zone.moment(of: Self.monday + 3 * Self.hour + 1) == start + 1)
        // The hour before the second change is shown twice.
        for second in stride(from: Int64(0), to: Self.hour, by: 420) {
            #expect(zone.moment(of: end + Self.hour + second) == end - Self.hour + second)
        }
        #expect(zone.moment(of: end + 2 * Self.hour) == end + Self.hour)
    }

    /// A look by walking: the wall's own words, minute by minute, where no clock is changed.
    @Test func `for any windows it is open when the wall says so, and the next change is the next`()
        throws
    {
        let seed = UInt64.random(in: 0..<UInt64.max)
        print("seed \(seed)")
        var generator = Seeded(state: seed)
        for _ in 0..<40 {
            let ahead = Int64.random(in: -12...14, using: &generator) * Self.hour
            let windows = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
                Self.window(using: &generator)
            }
            let schedule = try Schedule(windows.joined(separator: ";") + " UTC")
            let zone = LocalTime { _ in ahead }
            for _ in 0..<30 {
                let moment =
                    Self.monday + Int64.random(in: 0..<(7 * 1440), using: &generator) * Self.minute
                let sight = schedule.sight(at: Timestamp(milliseconds: moment * 1000), in: zone)
                let isOpen = schedule.isOpenByTheWall(zone.local(of: moment))
                let change = Self.nextChange(of: schedule, after: moment, in: zone)
                switch sight {
                case .open(let closesIn, _):
                    #expect(isOpen, "seed \(seed): \(windows)")
                    #expect(
                        closesIn == change.map { ($0 - moment) * 1_000_000_000 },
                        "seed \(seed): \(windows)")
                case .closed(let opensAt):
                    #expect(!isOpen, "seed \(seed): \(windows)")
                    #expect(
                        opensAt?.milliseconds == change.map { $0 * 1000 },
                        "seed \(seed): \(windows)")
                }
            }
        }
    }

    private static func window(using generator: inout Seeded) -> String {
        let names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        func pick() -> String { names[Int.random(in: 0..<7, using: &generator)] }
        func time(to hours: Int) -> String {
            let minutes = Int.random(in: 0..<(hours * 60), using: &generator)
            let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
            return (hour < 10 ? "0" : "") + "\(hour):" + (minute < 10 ? "0" : "") + "\(minute)"
        }
        let days = Bool.random(using: &generator) ? pick() : "\(pick())-\(pick())"
        return "\(days) \(time(to: 24))-\(time(to: 24))"
    }

    private static func nextChange(
        of schedule: Schedule, after moment: Int64, in zone: LocalTime
    ) -> Int64? {
        let isOpen = schedule.isOpenByTheWall(zone.local(of: moment))
        return (1...(8 * 1440)).lazy.map { moment + $0 * minute }.first {
            schedule.isOpenByTheWall(zone.local(of: $0)) != isOpen
        }
    }
}

extension Schedule {
    /// By weekday and minute alone.
    fileprivate func isOpenByTheWall(_ local: Int64) -> Bool {
        let (day, second) = LocalTime.split(local)
        let (minute, today) = (second / 60, LocalTime.weekday(ofDay: day))
        let yesterday = (today + 6) % 7
        return windows.contains { window in
            window.closes > window.opens
                ? window.days[today] && window.opens <= minute && minute < window.closes
                : (window.days[today] && minute >= window.opens)
                    || (window.days[yesterday] && minute < window.closes)
        }
    }
}
