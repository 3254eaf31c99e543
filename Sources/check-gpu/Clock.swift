import Domain
import Glibc

/// The clocks of this program: it measures, so it reads them where it stands.
enum Clock {
    /// The node's clock, which also runs while the machine sleeps.
    static func now() -> BootTime {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return BootTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    static func seconds(since start: BootTime) -> Double {
        Double(now().nanosecondsSince(start)) / 1e9
    }

    static func wait(milliseconds: Int64) {
        guard milliseconds > 0 else { return }
        var (rest, left) = (timespec(), timespec())
        rest.tv_sec = Int(milliseconds / 1000)
        rest.tv_nsec = Int(milliseconds % 1000) * 1_000_000
        while nanosleep(&rest, &left) != 0 && errno == EINTR { rest = left }
    }

    /// `2026-11-26T05:40:12Z`.
    static func date() -> String {
        var seconds = time(nil)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
