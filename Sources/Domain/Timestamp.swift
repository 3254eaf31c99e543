/// UTC by the market's clock, in whole milliseconds since 1970; always within ±10¹⁵.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
    package static let limit: Int64 = 1_000_000_000_000_000
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = min(max(milliseconds, -Self.limit), Self.limit)
    }

    package init(from decoder: any Decoder) throws {
        self.init(milliseconds: try decoder.singleValueContainer().decode(Int64.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    /// Milliseconds from `earlier` to this; negative when this is before it.
    package func millisecondsSince(_ earlier: Timestamp) -> Int64 {
        milliseconds - earlier.milliseconds
    }

    /// The moment `seconds` later; saturates at the type's range.
    package func advanced(seconds: Int64) -> Timestamp {
        let clamped = min(max(seconds, -Self.limit / 1000), Self.limit / 1000)
        return Timestamp(milliseconds: milliseconds + clamped * 1000)
    }

    package func advanced(milliseconds delta: Int64) -> Timestamp {
        Timestamp(milliseconds: milliseconds + min(max(delta, -Self.limit), Self.limit))
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

/// Nanoseconds of a node's boot-time clock (`CLOCK_BOOTTIME`): monotonic, runs through suspend,
/// meaningless outside one boot.
package struct BootTime: Hashable, Comparable, Sendable, Codable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package func nanosecondsSince(_ earlier: BootTime) -> Int64 {
        nanoseconds - earlier.nanoseconds
    }

    package func advanced(nanoseconds delta: Int64) -> BootTime {
        BootTime(nanoseconds: nanoseconds + delta)
    }

    package static func < (left: BootTime, right: BootTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
