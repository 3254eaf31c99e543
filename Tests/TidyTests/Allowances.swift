/// A file outside the core that may read the clock, draw randomness or sleep.
///
/// One per program where its clocks and generators are made and handed down, and what makes
/// certificates. Everything else gets them passed in.
struct Allowance: Hashable, Sendable {
    let path: String
    let reason: String

    static let list: [Allowance] = [
        Allowance(
            path: "Sources/ControlPlane/MarketClock.swift",
            reason: "the market's one clock, its one sleep, and the time of certificates")
    ]
}

/// A file that is longer than it may be, or has a function that is: its present size, which may
/// only shrink.
struct Exception: Hashable, Sendable {
    enum Measure: Hashable, Sendable { case file, longestFunction }

    let path: String
    let measure: Measure
    let lines: Int

    static let list: [Exception] = []

    static func lines(_ path: String, _ measure: Measure, in list: [Exception]) -> Int? {
        list.first { $0.path == path && $0.measure == measure }?.lines
    }
}
