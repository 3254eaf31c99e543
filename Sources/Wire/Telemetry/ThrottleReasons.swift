/// Why a GPU's clocks are below their most; on the wire as words. What a newer driver adds is left
/// out.
package struct ThrottleReasons: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The bits of `nvmlClocksEventReasons`.
    package init(nvml bits: UInt64) {
        self.init(rawValue: UInt16(truncatingIfNeeded: bits) & Self.known.rawValue)
    }

    /// Bits as `nvml.h` has them (`nvmlClocksEventReason…`).
    private static let table: [(bit: UInt16, word: String)] = [
        (0x1, "idle"), (0x2, "application_clocks"), (0x4, "power_cap"), (0x8, "hardware"),
        (0x10, "sync_boost"), (0x20, "heat"), (0x40, "hardware_heat"),
        (0x80, "hardware_power_brake"), (0x100, "display_clocks"),
    ]
    package static let known = ThrottleReasons(rawValue: table.reduce(0) { $0 | $1.bit })

    package var words: [String] { Self.table.filter { rawValue & $0.bit != 0 }.map(\.word) }

    package init(words: [String]) {
        self.init(
            rawValue: Self.table.filter { words.contains($0.word) }.reduce(0) { $0 | $1.bit })
    }
}

extension ThrottleReasons: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(words: try decoder.singleValueContainer().decode([String].self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(words)
    }
}
