import Domain
import NodeAgent
import Wire

/// A moment as people name it: `12:00` here, the next time that the wall shows it;
/// `2026-11-27T12:00+08:00` anywhere; `2h` from now.
enum MomentText: Hashable, Sendable {
    case clock(minutes: Int64)
    case at(Timestamp)
    case within(seconds: Int64)

    static let furthestSeconds: Int64 = 366 * 86_400

    init?(_ text: String) {
        if let seconds = SpecUnits.seconds(text) {
            self = .within(seconds: seconds)
        } else if let minutes = Self.minutes(Array(text.utf8)[...]) {
            self = .clock(minutes: minutes)
        } else if let moment = Self.moment(text) {
            self = .at(moment)
        } else {
            return nil
        }
    }

    /// Nil when it is over, or more than a year away.
    func moment(after now: Timestamp, in zone: LocalTime) -> Timestamp? {
        let moment =
            switch self {
            case .at(let moment): moment
            case .within(let seconds): now.advanced(seconds: seconds)
            case .clock(let minutes): Self.next(minutes, after: now, in: zone)
            }
        guard moment > now, moment <= now.advanced(seconds: Self.furthestSeconds) else {
            return nil
        }
        return moment
    }

    private static func next(
        _ minutes: Int64, after now: Timestamp, in zone: LocalTime
    ) -> Timestamp {
        let today = LocalTime.split(zone.local(of: now.milliseconds / 1000)).day
        let moments = (today...(today + 2)).map { day in
            zone.moment(of: day * LocalTime.daySeconds + minutes * 60)
        }
        let next = moments.first { $0 * 1000 > now.milliseconds } ?? moments[0]
        return Timestamp(milliseconds: next * 1000)
    }

    /// As it is read again, to the minute where it is a whole one, else to the second that begins
    /// no earlier: `2026-11-27T12:00+08:00`, `2026-11-27T12:00:15+08:00`.
    static func text(of moment: Timestamp, in zone: LocalTime) -> String {
        let seconds = (moment.milliseconds + 999) / 1000
        let offset = zone.offset(seconds) / 60
        let local = TimeDTO(Timestamp(milliseconds: (seconds + offset * 60) * 1000)).description
        let (hours, minutes) = abs(offset).quotientAndRemainder(dividingBy: 60)
        let sign = offset < 0 ? "-" : "+"
        return local.prefix(seconds % 60 == 0 ? 16 : 19) + sign + padded(hours) + ":"
            + padded(minutes)
    }

    // MARK: Reading

    /// `12:00`.
    private static func minutes(_ text: ArraySlice<UInt8>) -> Int64? {
        let text = Array(text)
        guard text.count == 5, text[2] == UInt8(ascii: ":"), let hour = number(text[0..<2]),
            let minute = number(text[3..<5]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    /// A date, a time to the minute or finer, and `Z` or how far the place is ahead of UTC.
    private static func moment(_ text: String) -> Timestamp? {
        if text.hasSuffix("Z") { return whole(text.dropLast(), aheadMinutes: 0) }
        guard text.utf8.count > 6, text.utf8.count <= 40 else { return nil }
        let sign = text.suffix(6).first
        guard sign == "+" || sign == "-", let ahead = minutes(Array(text.suffix(5).utf8)[...])
        else { return nil }
        return whole(text.dropLast(6), aheadMinutes: sign == "-" ? -ahead : ahead)
    }

    private static func whole(_ local: Substring, aheadMinutes: Int64) -> Timestamp? {
        let isToTheMinute = local.utf8.count == 16
        return TimeDTO(local + (isToTheMinute ? ":00Z" : "Z"))?.timestamp
            .advanced(seconds: -aheadMinutes * 60)
    }

    private static func padded(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

extension ClosedDTO {
    func text(in language: Language) -> String {
        closing.text(in: language) { MomentText.text(of: $0, in: .ofMachine) }
    }
}
