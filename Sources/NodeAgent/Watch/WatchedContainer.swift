import ContainerEngine
import Domain
import Hosting

/// A container as the kernel shows it: its first process and its control groups. No engine asked.
struct WatchedContainer: Hashable, Sendable {
    let cgroup: Cgroup
    let container: ContainerID
    let process: Int32
    /// Names the process together with its id, which the kernel uses again.
    let processStart: Int64

    var isAlive: Bool {
        guard let start = try? BootClock.startTime(ofProcess: process) else { return false }
        return start == processStart
    }

    /// Running, or by whom it is frozen. What cannot be told, counts as frozen by others: nobody
    /// is billed for it.
    func state() -> Observation.State {
        do {
            if try cgroup.freezerState() != .thawed { return .frozenByUs }
            return try cgroup.isFrozen(container: container) ? .frozenByOther : .running
        } catch {
            return .frozenByOther
        }
    }
}
