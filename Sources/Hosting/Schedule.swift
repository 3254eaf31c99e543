package import Domain

/// The hours in which an owner lets a machine, as they say them:
/// `Mon-Fri 19:00-08:00; Sat-Sun 00:00-24:00 Asia/Taipei`, or `always`.
///
/// A window belongs to the days on which it opens; one that closes no later in the day than it opens
/// closes on the day after. All times are of one zone, by the clock on the wall there. Where clocks
/// go forward over an opening or a closing, it is at that moment; where a time comes twice, it is
/// the first.
package struct Schedule: Hashable, Sendable {
    package struct Window: Hashable, Sendable {
        /// Seven of them, from Monday, on which it opens.
        package let days: [Bool]
        /// Minutes of the day; `closes` is on the day after unless it is later.
        package let opens: Int64
        package let closes: Int64
    }

    static let mostBytes = 512
    static let mostWindows = 32
    private static let dayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    /// None: always open.
    package let windows: [Window]
    /// An IANA name such as `Asia/Taipei`, which nothing here has looked up.
    package let zone: String

    package static let always = Schedule(windows: [], zone: "UTC")

    private init(windows: [Window], zone: String) {
        self.windows = windows
        self.zone = zone
    }

    /// - Throws: `ScheduleFault`.
    package init(_ text: String) throws(ScheduleFault) {
        guard text.utf8.count <= Self.mostBytes else { throw .tooLong }
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map {
            $0.split { $0 == " " || $0 == "\t" }.map(String.init)
        }
        if parts == [["always"]] {
            self = .always
            return
        }
        guard parts.count <= Self.mostWindows else { throw .tooLong }
        var (windows, zones) = ([Window](), [String]())
        for words in parts {
            guard (2...3).contains(words.count) else {
                throw .notAWindow(words.joined(separator: " "))
            }
            windows.append(try Self.window(words[0], words[1]))
            if words.count == 3, !zones.contains(words[2]) { zones.append(words[2]) }
        }
        guard let zone = zones.first else { throw .zoneMissing }
        guard zones.count == 1 else { throw .zonesDiffer(zones[0], zones[1]) }
        self.init(windows: windows, zone: zone)
    }
}

// MARK: - Reading

extension Schedule {
    private static func window(_ days: String, _ hours: String) throws(ScheduleFault) -> Window {
        let days = try self.days(days)
        let times = hours.split(separator: "-", omittingEmptySubsequences: false)
        guard times.count == 2, let opens = minutes(times[0]), let closes = minutes(times[1]),
            opens < 1440
        else { throw .notHours(hours) }
        return Window(days: days, opens: opens, closes: closes)
    }

    /// `00:00` to `24:00`.
    private static func minutes(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 2, parts[1].utf8.count == 2,
            text.utf8.allSatisfy({ (48...58).contains($0) }),
            let hour = Int64(parts[0]), let minute = Int64(parts[1]), minute < 60
        else { return nil }
        let total = hour * 60 + minute
        return total <= 1440 ? total : nil
    }

    /// `Mon`, `Mon,Wed`, `Sat-Sun`, `Fri-Mon`, `daily`.
    private static func days(_ text: String) throws(ScheduleFault) -> [Bool] {
        if text.lowercased() == "daily" { return [Bool](repeating: true, count: 7) }
        var days = [Bool](repeating: false, count: 7)
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
                .map { name in dayNames.firstIndex(of: name.lowercased()) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2
            else { throw .notDays(text) }
            var day = first
            days[day] = true
            while day != last {
                day = (day + 1) % 7
                days[day] = true
            }
        }
        return days
    }
}

// MARK: - Looking

extension Schedule {
    /// From one moment to before another one, in seconds of UTC since 1970.
    struct Span: Hashable {
        let from: Int64
        var to: Int64
    }

    /// What it says at `now`, by the clocks of its zone.
    package func sight(at now: Timestamp, in zone: LocalTime) -> ScheduleSight {
        guard !windows.isEmpty else { return .open(closesIn: nil, opensAt: nil) }
        // Whole milliseconds: what opens at a second is open from its beginning.
        let second = Self.floor(now.milliseconds, 1000)
        let spans = spans(around: second, in: zone)
        let horizon = second + 8 * LocalTime.daySeconds
        func opening(after moment: Int64) -> Timestamp? {
            spans.first { $0.from > moment }.map { Timestamp(milliseconds: $0.from * 1000) }
        }
        guard let span = spans.first(where: { $0.from <= second && second < $0.to }) else {
            return .closed(opensAt: opening(after: second))
        }
        // One that has no end in sight is none that anybody has to be told of.
        guard span.to < horizon else { return .open(closesIn: nil, opensAt: nil) }
        let milliseconds = span.to * 1000 - now.milliseconds
        return .open(closesIn: milliseconds * 1_000_000, opensAt: opening(after: span.to))
    }

    /// The hours that it is open, from some days before to some days after; joined where they meet.
    func spans(around moment: Int64, in zone: LocalTime) -> [Span] {
        let today = LocalTime.split(zone.local(of: moment)).day
        var all: [Span] = []
        for day in (today - 2)...(today + 17) {
            let weekday = LocalTime.weekday(ofDay: day)
            for window in windows where window.days[weekday] {
                let last = window.closes > window.opens ? day : day + 1
                let span = Span(
                    from: zone.moment(of: day * LocalTime.daySeconds + window.opens * 60),
                    to: zone.moment(of: last * LocalTime.daySeconds + window.closes * 60))
                // Where clocks go forward over all of it, there is none.
                if span.from < span.to { all.append(span) }
            }
        }
        return all.sorted { ($0.from, $0.to) < ($1.from, $1.to) }.reduce(into: []) { joined, span in
            if let last = joined.last, span.from <= last.to {
                joined[joined.count - 1].to = max(last.to, span.to)
            } else {
                joined.append(span)
            }
        }
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        value / divisor - (value % divisor < 0 ? 1 : 0)
    }
}

/// Why a text is no schedule.
package enum ScheduleFault: Error, Hashable, Sendable {
    case tooLong
    case notAWindow(String)
    case notDays(String)
    case notHours(String)
    case zoneMissing
    case zonesDiffer(String, String)
    /// This machine knows no zone of that name.
    case zoneUnknown(String)
}
