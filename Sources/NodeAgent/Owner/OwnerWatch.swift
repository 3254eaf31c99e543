package import Domain
package import Hosting
import Synchronization

/// Looks whether the machine is let or its owner's: at the clock on the wall, and at keyboard and
/// pointer. GPUs are looked at with the rest of them (`DeviceWatch`).
package final class OwnerWatch: Sendable {
    private struct Hours: Sendable {
        let schedule: Schedule
        let zone: LocalTime
        let wallTime: @Sendable () -> Timestamp
        let cache = Cache()
    }

    /// Offsets of a zone are dear; between two changes of the hours none of them is asked for.
    private final class Cache: Sendable {
        struct Look: Hashable {
            let at: Timestamp
            let sight: ScheduleSight
        }

        let last = Mutex<Look?>(nil)
    }

    private let hours: Hours?
    private let desktop: DesktopWatch?
    private let hasRoom: (@Sendable () -> Bool)?

    /// Looks at nothing: always let.
    package init() {
        hours = nil
        desktop = nil
        hasRoom = nil
    }

    /// - Parameters:
    ///   - wallTime: the clock on the wall, which may be set at any time.
    ///   - desktop: nil where nobody asked to look at it.
    ///   - hasRoom: whether the disk has room for another image; nil where none is kept.
    /// - Throws: `ScheduleFault.zoneUnknown`.
    package init(
        schedule: Schedule, desktop: DesktopWatch?, wallTime: @escaping @Sendable () -> Timestamp,
        hasRoom: (@Sendable () -> Bool)? = nil
    ) throws(ScheduleFault) {
        self.desktop = desktop
        self.hasRoom = hasRoom
        guard schedule != .always else {
            hours = nil
            return
        }
        guard let zone = LocalTime(zone: schedule.zone) else { throw .zoneUnknown(schedule.zone) }
        hours = Hours(schedule: schedule, zone: zone, wallTime: wallTime)
    }

    /// Whether there is anything to look at again and again.
    package var isLooking: Bool { hours != nil || desktop != nil || hasRoom != nil }

    package func sight() -> OwnerSight {
        OwnerSight(
            schedule: hours.map(scheduleSight) ?? OwnerSight.none.schedule,
            desktopIdle: desktop?.idle(), hasRoom: hasRoom?() ?? true)
    }

    private func scheduleSight(_ hours: Hours) -> ScheduleSight {
        let now = hours.wallTime()
        return hours.cache.last.withLock { last in
            if let last, let sight = last.sight.still(at: now, since: last.at) { return sight }
            let sight = hours.schedule.sight(at: now, in: hours.zone)
            last = Cache.Look(at: now, sight: sight)
            return sight
        }
    }
}

extension ScheduleSight {
    private static let longestMilliseconds: Int64 = 60_000

    /// What it still is at `now`; nil where it has to be looked up again: the clock was set back, too
    /// much time is over, or the hours have changed.
    fileprivate func still(at now: Timestamp, since then: Timestamp) -> ScheduleSight? {
        let milliseconds = now.millisecondsSince(then)
        guard (0..<Self.longestMilliseconds).contains(milliseconds) else { return nil }
        switch self {
        case .open(nil, _): return self
        case .open(let closesIn?, let opensAt):
            let left = closesIn - milliseconds * 1_000_000
            return left > 0 ? .open(closesIn: left, opensAt: opensAt) : nil
        case .closed(let opensAt): return opensAt.map { now < $0 } ?? true ? self : nil
        }
    }
}
