extension Cgroup {
    /// What is known about the memory limit after a container's end.
    package enum MemoryVerdict: Hashable, Sendable {
        /// The limit was never reached.
        case withinLimit
        /// The limit was reached and the kernel made room; no kill is on record. Ordinary for a
        /// job that reads big files, since cached pages count.
        case limitReached(times: UInt64)
        /// The kernel killed processes of the group because the limit was reached.
        case killed(times: UInt64)
    }

    /// Whether the memory limit ended processes of this group. libpod's `OOMKilled` is no evidence:
    /// podman 4.3 says false after a real kill.
    ///
    /// Version 2 counts kills in `memory.events`. Version 1 counts only failed charges here; the
    /// kills are read from `kernelLog` (`/dev/kmsg`), whose records name the group whose limit was
    /// reached, at most 10 in 5 seconds. Where it cannot be read, only `limitReached` is told.
    package func memoryVerdict(kernelLog: String = "/dev/kmsg") throws -> MemoryVerdict {
        let kills: UInt64
        let hits: UInt64
        switch tree.version {
        case .legacy:
            hits = try number("memory.failcnt", in: .memory)
            kills = hits == 0 ? 0 : killsOnRecord(in: kernelLog)
        case .unified:
            hits = try field("max", of: "memory.events", in: .memory)
            kills = try field("oom_kill", of: "memory.events", in: .memory)
        }
        if kills > 0 { return .killed(times: kills) }
        return hits > 0 ? .limitReached(times: hits) : .withinLimit
    }

    private func killsOnRecord(in kernelLog: String) -> UInt64 {
        guard let log = try? KernelLog.read(kernelLog) else { return 0 }
        return UInt64(
            log.split(separator: "\n").count { line in
                guard let start = line.firstRange(of: "oom_memcg=")?.upperBound else {
                    return false
                }
                let group = line[start...].prefix { $0 != "," && $0 != "\n" }
                return group == path || group.hasPrefix("\(path)/")
            })
    }
}
