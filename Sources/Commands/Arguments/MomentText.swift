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
        } else if let minutes = SpecUnits.minutes(text[...]) {
            self = .clock(minutes: minutes)
        } else if let moment = SpecUnits.moment(text) {
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

    private static func padded(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

extension ClosedDTO {
    func text(in language: Language) -> String {
        closing.text(in: language) { MomentText.text(of: $0, in: .ofMachine) }
    }
}

extension Session {
    /// What an option names: a moment to come.
    ///
    /// - Throws: `UsageFault`.
    func moment(_ option: Option<String>) throws -> Timestamp? {
        guard let text = try arguments.value(option) else { return nil }
        guard let moment = MomentText(text) else {
            throw UsageFault.moment(option: option.form.name, text)
        }
        guard let named = moment.moment(after: now, in: .ofMachine) else {
            throw UsageFault.momentOver(option: option.form.name, text)
        }
        return named
    }
}
