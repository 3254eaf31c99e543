import ContainerEngine
import Domain
import Glibc
import Hosting

/// One lease's watcher: a process of its own, started with the container, that keeps the fence when
/// the node's program is dead, and counts what ran meanwhile.
///
/// Every 250 ms it looks at the container and writes down what it has counted; from the fence on it
/// freezes the lease's group. It never thaws but its own mistake, and ends with the container.
package enum NodeWatch {
    static let lookEveryNanoseconds: Int64 = 250_000_000

    /// What `orban node watch` was told, in this order.
    struct Arguments {
        let container: WatchedContainer
        let files: WatchFiles
        let startedAt: BootTime

        init(container: WatchedContainer, files: WatchFiles, startedAt: BootTime) {
            self.container = container
            self.files = files
            self.startedAt = startedAt
        }

        /// cgroup root, group, container, process, its start, the container's start, folder, lease
        init?(_ words: [String]) {
            guard words.count == 8, let id = ContainerID(words[2]), let process = Int32(words[3]),
                let processStart = Int64(words[4]), let startedAt = Int64(words[5]),
                let lease = LeaseID(words[7]),
                let group = try? Cgroup(tree: CgroupTree(root: words[0]), path: words[1])
            else { return nil }
            container = WatchedContainer(
                cgroup: group, container: id, process: process, processStart: processStart)
            files = WatchFiles(folder: words[6], lease: lease)
            self.startedAt = BootTime(nanoseconds: startedAt)
        }

        static func words(
            _ container: WatchedContainer, startedAt: BootTime, folder: String, lease: LeaseID
        ) -> [String] {
            [
                container.cgroup.tree.root, container.cgroup.path, container.container.text,
                "\(container.process)", "\(container.processStart)",
                "\(startedAt.nanoseconds)", folder, lease.text,
            ]
        }
    }

    /// Watches until the container is gone.
    /// - Returns: the exit code: 0 done, or another watcher is there; 2 wrong arguments; 1 otherwise.
    package static func run(_ words: [String]) -> Int32 {
        guard let arguments = Arguments(words) else { return 2 }
        let lock = open(arguments.files.lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { return 1 }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return 0 }
        watch(arguments)
        return 0
    }

    private static func watch(_ arguments: Arguments) {
        var meter = arguments.files.readSeen() ?? Meter(startedAt: arguments.startedAt)
        var fence = BootTime(nanoseconds: Int64.max)
        while arguments.container.isAlive {
            // Between two looks the fence may run out and be moved again; what the agent froze in
            // between was not running, so only the earlier fence bounds this span.
            let before = fence
            fence = arguments.files.readFence() ?? fence
            let now = BootTime(nanoseconds: BootClock.now())
            let state = arguments.container.state()
            if state == .running {
                meter.seeRunning(at: now, fence: min(fence, before))
            } else {
                meter.seeFrozen(at: now)
            }
            if now >= fence, state != .frozenByUs {
                freeze(arguments)
                meter.seeFrozen(at: now)
            }
            note(meter, arguments)
            let left = fence.nanosecondsSince(BootTime(nanoseconds: BootClock.now()))
            let wait = left > 0 ? min(left, lookEveryNanoseconds) : lookEveryNanoseconds
            usleep(useconds_t(wait / 1_000 + 1))
        }
    }

    /// What cannot be written down is not claimed later; the fence is kept all the same.
    private static func note(_ meter: Meter, _ arguments: Arguments) {
        do { try arguments.files.writeSeen(meter) } catch { return }
    }

    /// Freezes, unless the fence was moved in the same moment.
    private static func freeze(_ arguments: Arguments) {
        do {
            try arguments.container.cgroup.freeze()
            if let fence = arguments.files.readFence(), BootClock.now() < fence.nanoseconds {
                try arguments.container.cgroup.thaw()
            }
        } catch {
            return  // the group is gone with the container, or the next look tries again
        }
    }
}
