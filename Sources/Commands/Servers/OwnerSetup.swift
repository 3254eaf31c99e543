import ControlPlane
import Domain
import Hosting
import NodeAgent
import Wire

/// What `orban up` and `orban node run` are told about the owner of the machine.
struct OwnerSetup: Sendable {
    static let options: [OptionForm] = [
        Option<String>.schedule.form, Option<OwnerPolicy.Uses>.yield.form,
        Option<Int64>.grace.form, Option<Int64>.idle.form,
    ]

    let policy: OwnerPolicy
    let watch: OwnerWatch

    /// - Throws: `UsageFault`, also where somebody is to be yielded to whom nobody here can see.
    ///
    /// - Parameter disks: where a node keeps images and leases; empty where it keeps none.
    init(_ arguments: Arguments, hasGPU: Bool, disks: [String]) throws(UsageFault) {
        let uses = try arguments.value(Option<OwnerPolicy.Uses>.yield)?.uses ?? []
        let standard = OwnerPolicy.standard
        policy = OwnerPolicy(
            graceSeconds: try arguments.value(Option<Int64>.grace)
                ?? standard.grace / 1_000_000_000,
            idleSeconds: try arguments.value(Option<Int64>.idle) ?? standard.idle / 1_000_000_000,
            yieldsTo: uses)
        if uses.contains(.gpu), !hasGPU { throw .yieldsToNoGPU }
        let text = try arguments.value(Option<String>.schedule) ?? "always"
        let desktop = try Self.desktop(uses)
        do throws(ScheduleFault) {
            watch = try OwnerWatch(
                schedule: Schedule(text), desktop: desktop, wallTime: { MarketClock().now() },
                hasRoom: Self.room(on: disks))
        } catch {
            throw .schedule(error)
        }
    }

    private static func room(on disks: [String]) -> (@Sendable () -> Bool)? {
        guard !disks.isEmpty else { return nil }
        return { disks.allSatisfy { Machine.hasRoom(at: $0) } }
    }

    private static func desktop(_ uses: Set<OwnerPolicy.Use>) throws(UsageFault) -> DesktopWatch? {
        guard uses.contains(.desktop) else { return nil }
        do throws(DesktopWatch.Unavailable) {
            return try DesktopWatch(at: .ofMachine, now: { BootTime.now() })
        } catch {
            throw .yieldsToNoDesktop(error)
        }
    }
}

extension OwnerPolicy {
    /// What `--yield` names.
    struct Uses: Hashable, Sendable {
        let uses: Set<Use>

        /// `gpu`, `desktop`, both with a comma, or `never`.
        init?(_ text: String) {
            if text == "never" {
                uses = []
                return
            }
            let names = text.split(separator: ",", omittingEmptySubsequences: false)
            let known = names.compactMap { Use(rawValue: String($0)) }
            guard known.count == names.count, Set(known).count == known.count else { return nil }
            uses = Set(known)
        }
    }
}

extension Option where Value == OwnerPolicy.Uses {
    static let yield = Option(
        "yield", "gpu,desktop|never", .optionYield,
        ValueForm(.expectUses) { OwnerPolicy.Uses($0) })
}

extension Option where Value == Int64 {
    static let grace = Option(
        "grace", "60s", .optionGrace, .duration(0...OwnerPolicy.longestSeconds))
    static let idle = Option(
        "idle", "10m", .optionIdle, .duration(10...OwnerPolicy.longestSeconds))
}

extension DesktopWatch.Unavailable {
    func text(in language: Language) -> String {
        switch self {
        case .absent(let folder): Message.desktopNone.text(in: language, ["path": folder])
        case .unreadable(let path, let code):
            Message.desktopUnreadable.text(
                in: language, ["path": path, "why": Message.systemFault(code, in: language)])
        }
    }
}

extension ScheduleFault {
    func text(in language: Language) -> String {
        switch self {
        case .tooLong: Message.scheduleTooLong.text(in: language)
        case .notAWindow(let text): Message.scheduleWindow.text(in: language, ["what": text])
        case .notDays(let text): Message.scheduleDays.text(in: language, ["what": text])
        case .notHours(let text): Message.scheduleHours.text(in: language, ["what": text])
        case .zoneMissing: Message.scheduleZoneMissing.text(in: language)
        case .zonesDiffer(let first, let second):
            Message.scheduleZonesDiffer.text(in: language, ["what": first, "other": second])
        case .zoneUnknown(let name):
            Message.scheduleZoneUnknown.text(in: language, ["what": name])
        }
    }
}
