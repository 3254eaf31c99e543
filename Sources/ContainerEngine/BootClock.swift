import Glibc

/// The machine's boot-time clock: nanoseconds since boot, suspension included, never set back.
package enum BootClock {
    /// Nanoseconds since boot (`CLOCK_BOOTTIME`).
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The identity of this boot, new at every start of the machine (`random/boot_id`).
    package static func bootID() throws -> String {
        try HostFile.read("/proc/sys/kernel/random/boot_id").trimmingWhitespace()
    }

    /// When the process `pid` started, in nanoseconds on this clock, with the resolution of a
    /// clock tick (10 ms). Together with the pid it names one process of this boot.
    package static func startTime(ofProcess pid: Int32) throws -> Int64 {
        let path = "/proc/\(pid)/stat"
        guard
            let start = nanoseconds(
                inStat: try HostFile.read(path), ticksPerSecond: Int64(sysconf(Int32(_SC_CLK_TCK))))
        else { throw SystemFailure(operation: "parse", path: path, code: EINVAL) }
        return start
    }

    /// Field 22 of a `/proc/<pid>/stat` line (proc(5)) in nanoseconds. The command in field 2 may
    /// hold spaces and parentheses, so fields are counted from the last `)`.
    static func nanoseconds(inStat line: String, ticksPerSecond: Int64) -> Int64? {
        guard ticksPerSecond > 0, let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(whereSeparator: \.isWhitespace)
        guard fields.count > 19, let ticks = Int64(fields[19]), ticks >= 0 else { return nil }
        let (nanoseconds, overflow) = ticks.multipliedReportingOverflow(
            by: 1_000_000_000 / ticksPerSecond)
        return overflow ? nil : nanoseconds
    }
}

extension String {
    /// The text without white space at its start and end.
    func trimmingWhitespace() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
