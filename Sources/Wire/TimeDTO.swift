package import Domain

/// A moment as RFC 3339 text in UTC with milliseconds: `2026-11-22T10:20:30.250Z`.
package struct TimeDTO: Hashable, Sendable, CustomStringConvertible {
    package let timestamp: Timestamp

    package init(_ timestamp: Timestamp) { self.timestamp = timestamp }

    /// Reads UTC with 0…9 digits of fraction; what is finer than a millisecond is cut off.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
        let marks: [(Int, Character)] = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")]
        guard marks.allSatisfy({ bytes[$0.0] == $0.1.asciiValue }) else { return nil }
        let spans = [0..<4, 5..<7, 8..<10, 11..<13, 14..<16, 17..<19]
        let parts = spans.compactMap { Self.number(bytes[$0]) }
        guard parts.count == spans.count,
            let fraction = Self.milliseconds(bytes[19..<bytes.count - 1])
        else { return nil }
        guard (1...12).contains(parts[1]), parts[3] < 24, parts[4] < 60, parts[5] < 60 else {
            return nil
        }
        let day = Self.days(year: parts[0], month: parts[1], day: parts[2])
        guard Self.date(days: day) == (parts[0], parts[1], parts[2]) else { return nil }
        let seconds = day * 86_400 + parts[3] * 3600 + parts[4] * 60 + parts[5]
        timestamp = Timestamp(milliseconds: seconds * 1000 + fraction)
    }

    package var description: String {
        let milliseconds = timestamp.milliseconds
        let days = Self.floor(milliseconds, 86_400_000)
        let rest = milliseconds - days * 86_400_000
        let (year, month, day) = Self.date(days: days)
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let hour = Self.padded(rest / 3_600_000, 2)
        let minute = Self.padded(rest / 60_000 % 60, 2)
        let second = Self.padded(rest / 1000 % 60, 2)
        return "\(date)T\(hour):\(minute):\(second).\(Self.padded(rest % 1000, 3))Z"
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    /// The fraction after the seconds, with its point; empty is zero.
    private static func milliseconds(_ text: ArraySlice<UInt8>) -> Int64? {
        guard let point = text.first else { return 0 }
        let digits = text.dropFirst()
        guard point == UInt8(ascii: "."), (1...9).contains(digits.count) else { return nil }
        let padded = Array(digits) + [48, 48]
        return number(digits) == nil ? nil : number(padded[0..<3])
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
        value / divisor - (value % divisor < 0 ? 1 : 0)
    }

    /// Days since 1970-01-01 of a date of the proleptic Gregorian calendar.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year  // the year starts in March: leap days come last
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        let leaps = floor(shifted, 4) - floor(shifted, 100) + floor(shifted, 400)
        return shifted * 365 + leaps + dayOfYear - 719_468
    }

    private static func date(days: Int64) -> (Int64, Int64, Int64) {
        let fromMarch = days + 719_468
        let era = floor(fromMarch, 146_097)
        let dayOfEra = fromMarch - era * 146_097
        let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension TimeDTO: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let time = TimeDTO(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "a time is RFC 3339 text in UTC")
        }
        self = time
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
