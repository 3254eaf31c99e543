package import Domain

/// Counts the unfrozen run time of one container from samples of its state, by the boot-time clock.
///
/// It never counts more than was seen: time runs only between two samples that both saw the
/// container running and lie at most `longestSpan` apart. A freeze shorter than the distance of
/// two samples can go unseen; a longer one is left out from the last sample before it to the first
/// sample after it. Two meters of one container can be merged; neither then counts a span twice.
package struct Meter: Hashable, Sendable, Codable {
    package enum Sight: String, Hashable, Sendable, Codable {
        case running, frozen
    }

    /// A span longer than this was watched by nobody and is not counted.
    package static let longestSpan: Int64 = 2_000_000_000

    package private(set) var countedNanoseconds: Int64
    package private(set) var lastSeen: BootTime
    package private(set) var sight: Sight

    /// A container that runs since `startedAt`.
    package init(startedAt: BootTime) {
        countedNanoseconds = 0
        lastSeen = startedAt
        sight = .running
    }

    /// A meter read back from where it was kept.
    package init(countedNanoseconds: Int64, lastSeen: BootTime, sight: Sight) {
        self.countedNanoseconds = max(0, countedNanoseconds)
        self.lastSeen = lastSeen
        self.sight = sight
    }

    /// Whole seconds counted so far, rounded down.
    package var seconds: Int64 { countedNanoseconds / 1_000_000_000 }

    /// A sample at `now` saw it running; nothing after `fence` counts.
    package mutating func seeRunning(at now: BootTime, fence: BootTime) {
        guard now >= lastSeen else { return }
        if sight == .running { count(to: min(now, fence), seenAt: now) }
        lastSeen = now
        sight = .running
    }

    /// A sample at `now` saw it frozen, or we froze it then: frozen since the last sample.
    package mutating func seeFrozen(at now: BootTime) {
        guard now >= lastSeen else { return }
        lastSeen = now
        sight = .frozen
    }

    /// It ended at `finish` by the runtime's word, which is believed between the last sample and
    /// `now` only.
    package mutating func end(at finish: BootTime, now: BootTime, fence: BootTime) {
        let clamped = max(lastSeen, min(finish, now))
        if sight == .running { count(to: min(clamped, fence), seenAt: clamped) }
        lastSeen = clamped
    }

    /// Takes over what another meter of the same container has seen.
    package mutating func merge(_ other: Meter) {
        countedNanoseconds = max(countedNanoseconds, other.countedNanoseconds)
        guard other.lastSeen > lastSeen else { return }
        lastSeen = other.lastSeen
        sight = other.sight
    }

    private mutating func count(to end: BootTime, seenAt now: BootTime) {
        guard end > lastSeen, now.nanosecondsSince(lastSeen) <= Self.longestSpan else { return }
        countedNanoseconds += end.nanosecondsSince(lastSeen)
    }
}
