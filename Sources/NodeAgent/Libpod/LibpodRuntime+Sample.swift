import ContainerEngine
package import Domain
import Glibc
package import Hosting
import Logging
import Synchronization

// What is looked at and done four times a second: kernel files only, no engine.
extension LibpodRuntime {
    /// A little less than a second, so that each second has one of its own.
    private static let usageEveryNanoseconds: Int64 = 900_000_000

    package func sample(at now: BootTime) -> [Observation] {
        reapWatchers()
        let known = state.withLock { $0.live }
        return known.keys.sorted().compactMap { lease in
            known[lease].map { observe($0, lease, at: now) }
        }
    }

    private func observe(_ live: Live, _ lease: LeaseID, at now: BootTime) -> Observation {
        var usage = live.usage
        let standing: Observation.State
        if let exit = live.exit {
            standing = .exited(exit.reason, at: exit.at)
        } else if let watched = live.watched, watched.isAlive {
            standing = watched.state()
            if now.nanosecondsSince(live.usageAt) >= Self.usageEveryNanoseconds {
                let read = try? live.cgroup.usage()
                usage = read.map(Self.usage) ?? usage
                let fresh = usage
                state.withLock { state in
                    state.live[lease]?.usage = fresh
                    state.live[lease]?.usageAt = now
                    state.live[lease]?.load = read.map { Load($0, at: now) }
                }
            }
        } else {
            standing = .ending
            settle(lease)
        }
        return Observation(
            lease: lease, state: standing, watched: files(of: lease).readSeen(), usage: usage)
    }

    static func usage(of cgroup: Cgroup) -> Usage? {
        (try? cgroup.usage()).map(usage)
    }

    private static func usage(_ usage: Cgroup.Usage) -> Usage {
        Usage(
            cpuMilliseconds: Int64(clamping: usage.cpuNanoseconds / 1_000_000),
            peakMemoryBytes: Int64(clamping: usage.peakMemoryBytes ?? 0))
    }

    package func loads() -> [LeaseID: Load] {
        state.withLock { state in state.live.compactMapValues(\.load) }
    }

    /// A watcher that ended before its container is replaced, unless it found another at work.
    private func reapWatchers() {
        for (pid, lease) in state.withLock({ $0.watchers }) {
            guard let end = WatcherProcess.reap(pid) else { continue }
            let live = state.withLock { state in
                state.watchers[pid] = nil
                return state.live[lease]
            }
            guard end == .failed, let live, let watched = live.watched, watched.isAlive else {
                continue
            }
            watch(watched, lease, startedAt: live.startedAt)
        }
    }

    /// Has the engine asked, once, how the container ended.
    private func settle(_ lease: LeaseID) {
        let isFirst = state.withLock { state in
            guard let live = state.live[lease], !live.isSettling else { return false }
            state.live[lease]?.isSettling = true
            return true
        }
        if isFirst { jobQueue.yield(.settle(lease)) }
    }

    package func moveFence(of lease: LeaseID, to fence: BootTime) {
        do { try files(of: lease).fence.write([fence.nanoseconds]) } catch {
            warn("cannot move a fence", lease, error)
        }
    }

    package func freeze(_ lease: LeaseID) {
        do { try cgroup(of: lease).freeze() } catch { warn("cannot freeze", lease, error) }
    }

    package func thaw(_ lease: LeaseID) {
        do { try cgroup(of: lease).thaw() } catch { warn("cannot thaw", lease, error) }
    }

    package func notify(_ lease: LeaseID) {
        guard let watched = state.withLock({ $0.live[lease]?.watched }), watched.isAlive else {
            return
        }
        if Glibc.kill(watched.process, SIGTERM) != 0 {
            warn("cannot tell a program to leave", lease, FileFailure("signal", "its program"))
        }
    }

    /// Every process of the group gets `SIGKILL` while it is frozen, then it is thawed to die; also
    /// where the engine had paused it.
    package func kill(_ lease: LeaseID) {
        do {
            let group = try cgroup(of: lease)
            for _ in 0..<10 {
                let processes = try group.processes()
                if processes.isEmpty { break }
                for process in processes { Glibc.kill(process, SIGKILL) }
                if let live = state.withLock({ $0.live[lease] }) {
                    try? group.leaf(of: live.container).thaw()
                }
                try group.thaw()
                usleep(1_000)
            }
        } catch {
            warn("cannot kill", lease, error)
        }
    }
}

extension Load {
    fileprivate init(_ usage: Cgroup.Usage, at now: BootTime) {
        self.init(
            at: now, cpuNanoseconds: Int64(clamping: usage.cpuNanoseconds),
            memoryBytes: usage.memoryBytes.map { Int64(clamping: $0) })
    }
}
