import Domain
import Glibc

/// This machine's boot-time clock.
enum NodeClock {
    /// `CLOCK_BOOTTIME`: runs through suspend, starts again with each boot.
    static func now() -> BootTime {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return BootTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// What the clock on the wall shows; somebody may set it.
    static func wallTime() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(
            milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Another text after each boot.
    static func bootID() throws -> String {
        let file = try LocalFile(reading: "/proc/sys/kernel/random/boot_id")
        let text = String(decoding: try file.read(64, at: 0), as: UTF8.self)
        return String(text.prefix { !$0.isWhitespace })
    }
}
