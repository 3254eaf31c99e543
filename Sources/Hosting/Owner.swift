package import Domain

/// How an owner lets a machine: what they take it back for, and how soon.
package struct OwnerPolicy: Hashable, Sendable {
    /// What of the machine's own use comes first.
    package enum Use: String, Hashable, Sendable, CaseIterable {
        case gpu, desktop
    }

    package static let longestSeconds: Int64 = 86_400
    package static let standard = OwnerPolicy(graceSeconds: 60, idleSeconds: 600, yieldsTo: [])

    /// Nanoseconds between the notice and the end.
    package let grace: Int64
    /// Nanoseconds without such use after which the machine is let again.
    package let idle: Int64
    /// Only looked up.
    package let yieldsTo: Set<Use>

    package init(graceSeconds: Int64, idleSeconds: Int64, yieldsTo: Set<Use>) {
        grace = min(max(graceSeconds, 0), Self.longestSeconds) * 1_000_000_000
        idle = min(max(idleSeconds, 1), Self.longestSeconds) * 1_000_000_000
        self.yieldsTo = yieldsTo
    }
}

/// What the hours say: spans are nanoseconds from now on, moments are for people.
package enum ScheduleSight: Hashable, Sendable {
    case open(closesIn: Int64?, opensAt: Timestamp?)
    case closed(opensAt: Timestamp?)
}

/// What can be seen of the owner. GPUs are not in it: their use stands in the devices' samples.
package struct OwnerSight: Hashable, Sendable {
    package static let none = OwnerSight(
        schedule: .open(closesIn: nil, opensAt: nil), desktopIdle: nil)

    package let schedule: ScheduleSight
    /// Nanoseconds since somebody last used keyboard or pointer, `.max` while this run of the program
    /// has seen nobody do so; nil where nobody looks.
    package let desktopIdle: Int64?
    /// Whether another job's image finds room on the disk.
    package let hasRoom: Bool

    package init(schedule: ScheduleSight, desktopIdle: Int64?, hasRoom: Bool = true) {
        self.schedule = schedule
        self.desktopIdle = desktopIdle
        self.hasRoom = hasRoom
    }
}

/// Whether the machine is let.
package enum OwnerStanding: Hashable, Sendable {
    case open
    case closed(OwnerCode, since: BootTime)
}

/// That a lease was asked to leave. A signal cannot be unsaid: one that is taken back is remembered
/// until the grace that it named is over, for the program may still be on its way out.
package struct LeaveNotice: Hashable, Sendable, Codable {
    package let code: OwnerCode
    package internal(set) var until: BootTime
    package internal(set) var isTakenBack: Bool
}

/// The owner's wish as the node holds it, and writes it down.
package struct HeldWish: Hashable, Sendable, Codable {
    package static let none = HeldWish(number: 0, wish: .open)

    package let number: Int64
    package let wish: OwnerWish<BootTime>

    package init(number: Int64, wish: OwnerWish<BootTime>) {
        self.number = number
        self.wish = wish
    }

    /// In another boot its moment means nothing; the market says it anew.
    package var inAnotherBoot: HeldWish {
        guard case .drained = wish else { return self }
        return HeldWish(number: number, wish: .drained(by: nil))
    }

    /// Whether both ask for the same.
    func isSame(as other: HeldWish) -> Bool {
        switch (wish, other.wish) {
        case (.drained(let left?), .drained(let right?)): left.isAbout(right)
        case (.open, .open), (.paused, .paused), (.drained, .drained): true
        case (.open, _), (.paused, _), (.drained, _): false
        }
    }

    /// Whether this says when, which `other` does not say.
    func isClearer(than other: HeldWish) -> Bool {
        if case .drained(_?) = wish, case .drained(nil) = other.wish { true } else { false }
    }
}

extension BootTime {
    /// Nanoseconds: a moment is told as what is left until it, and so moves a little with each telling.
    private static let jitter: Int64 = 5_000_000_000

    func isAbout(_ other: BootTime) -> Bool {
        max(self, other).nanosecondsSince(min(self, other)) < Self.jitter
    }
}

/// One reason for which the machine, or a device of it, is its owner's now.
struct OwnerClosing: Hashable {
    let code: OwnerCode
    let since: BootTime
    /// When what runs is gone; nil while it may end by itself.
    let gone: BootTime?
    var opensAt: Timestamp?
}

/// What the node knows of its owner.
struct OwnerView: Hashable, Sendable {
    let policy: OwnerPolicy
    private(set) var sight: OwnerSight?
    /// By the last sight: when the hours are over.
    private var closesAt: BootTime?
    private var hoursOverSince: BootTime?
    private var desktopSince: BootTime?
    private(set) var wish = HeldWish.none
    private var wishedSince = BootTime(nanoseconds: 0)

    init(policy: OwnerPolicy) { self.policy = policy }

    mutating func see(_ sight: OwnerSight, at now: BootTime) {
        self.sight = sight
        switch sight.schedule {
        case .open(let closesIn, _):
            hoursOverSince = nil
            closesAt = closesIn.map { now.advanced(nanoseconds: Self.bounded($0)) }
        case .closed:
            closesAt = nil
            hoursOverSince = hoursOverSince ?? now
        }
        let isUsed = sight.desktopIdle.map { $0 < policy.idle } ?? false
        desktopSince =
            isUsed && policy.yieldsTo.contains(.desktop) ? desktopSince ?? now : nil
    }

    mutating func take(_ wish: HeldWish, at now: BootTime) {
        self.wish = wish
        wishedSince = now
    }

    /// Why the whole machine is closed, in the order in which they are told.
    func closings(at now: BootTime) -> [OwnerClosing] {
        [paused, schedule(at: now), desktop].compactMap { $0 }
    }

    private var paused: OwnerClosing? {
        guard case .paused = wish.wish else { return nil }
        return closing(.paused, since: wishedSince)
    }

    /// Last of all: what else closes it is sooner over.
    func drained(at now: BootTime) -> OwnerClosing? {
        guard case .drained(let by) = wish.wish else { return nil }
        let isDue = by.map { $0.nanosecondsSince(now) <= policy.grace } ?? false
        return OwnerClosing(code: .drained, since: wishedSince, gone: isDue ? by : nil)
    }

    /// From a grace before the hours are over, so that what runs is gone then.
    private func schedule(at now: BootTime) -> OwnerClosing? {
        switch sight?.schedule {
        case .closed(let opensAt):
            return closing(.schedule, since: hoursOverSince ?? now, opensAt)
        case .open(_, let opensAt):
            guard let closesAt, closesAt.nanosecondsSince(now) <= policy.grace else { return nil }
            return OwnerClosing(
                code: .schedule, since: closesAt.advanced(nanoseconds: -policy.grace),
                gone: closesAt, opensAt: opensAt)
        case nil: return nil
        }
    }

    /// When the hours close it next; nil where they do not, or have done so.
    func closing(after now: BootTime) -> BootTime? {
        guard let closing = closesAt?.advanced(nanoseconds: -policy.grace), closing > now else {
            return nil
        }
        return closing
    }

    private var desktop: OwnerClosing? {
        desktopSince.map { closing(.ownerDesktop, since: $0) }
    }

    func closing(_ code: OwnerCode, since: BootTime, _ opensAt: Timestamp? = nil) -> OwnerClosing {
        OwnerClosing(
            code: code, since: since, gone: since.advanced(nanoseconds: policy.grace),
            opensAt: opensAt)
    }

    /// So that adding it to any boot time cannot overflow.
    static func bounded(_ nanoseconds: Int64) -> Int64 {
        min(max(nanoseconds, 0), 31_622_400_000_000_000)
    }
}
