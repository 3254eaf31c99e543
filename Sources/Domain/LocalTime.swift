/// The time on the wall of one place, told by how far it is ahead of UTC at any moment.
///
/// All in seconds: of UTC since 1970, and of the wall's date and time as if they were UTC's. Between
/// two changes of the clocks there are at least two days.
package struct LocalTime: Sendable {
    package static let daySeconds: Int64 = 86_400

    /// Seconds ahead of UTC at a moment; within a day of it.
    package let offset: @Sendable (Int64) -> Int64

    package init(offset: @escaping @Sendable (Int64) -> Int64) { self.offset = offset }

    /// What the wall shows at `moment`.
    package func local(of moment: Int64) -> Int64 { moment + offset(moment) }

    /// The first moment at which the wall shows `local` or more. A time that is left out when clocks
    /// go forward is the moment at which they do; of a time that comes twice, the first.
    package func moment(of local: Int64) -> Int64 {
        let before = local - offset(local - Self.daySeconds)
        let after = local - offset(local + Self.daySeconds)
        guard before != after else { return before }
        // Clocks go back: both are right, or only one, and the earlier one shows it first.
        let shown = [before, after].sorted().first { self.local(of: $0) == local }
        return shown ?? change(between: after, and: before)
    }

    /// When the offset becomes another one than it is at `low`: later than that, not after `high`.
    private func change(between low: Int64, and high: Int64) -> Int64 {
        let first = offset(low)
        var (low, high) = (low, high)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(middle) == first { low = middle } else { high = middle }
        }
        return high
    }

    /// The number of a date, and the seconds of the day, of what the wall shows.
    package static func split(_ local: Int64) -> (day: Int64, second: Int64) {
        let second = (local % daySeconds + daySeconds) % daySeconds
        return ((local - second) / daySeconds, second)
    }

    /// From 0, Monday, to 6.
    package static func weekday(ofDay day: Int64) -> Int { Int(((day + 3) % 7 + 7) % 7) }
}
