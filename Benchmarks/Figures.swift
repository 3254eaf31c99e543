import Foundation
import Glibc

/// One measure's line.
protocol Figure: Encodable {
    /// The measure's name on the command line and in the line.
    var measure: String { get }
}

extension Figure {
    func line() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// Samples of one duration in milliseconds, in the order in which they were taken.
struct Samples: Encodable {
    private(set) var milliseconds: [Double] = []

    mutating func add(_ duration: Duration) { milliseconds.append(duration.milliseconds) }
    mutating func add(milliseconds value: Double) { milliseconds.append(rounded(value)) }

    /// By nearest rank: the smallest sample that at least `part` of all do not exceed.
    func percentile(_ part: Double) -> Double {
        guard !milliseconds.isEmpty else { return .nan }
        let rank = Int((part * Double(milliseconds.count)).rounded(.up))
        return milliseconds.sorted()[min(max(rank, 1), milliseconds.count) - 1]
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

extension Duration {
    var seconds: Double { self / .seconds(1) }
    var milliseconds: Double { rounded(self / .milliseconds(1)) }
}

/// To a thousandth: no figure here is finer.
func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

/// Nanoseconds since 1970 by the machine's clock, which containers read too.
func wallNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// How long `body` took.
func timing(_ body: () async throws -> Void) async rethrows -> Duration {
    let clock = ContinuousClock()
    let start = clock.now
    try await body()
    return clock.now - start
}

/// What the kernel counts of a process.
struct ProcessUse {
    let residentKiB: Int
    let peakResidentKiB: Int
    let privateKiB: Int
    let threads: Int
    let cpuSeconds: Double

    /// - Throws: when the process is gone.
    init(of pid: Int32) throws {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        residentKiB = try Self.number("VmRSS", in: status)
        peakResidentKiB = try Self.number("VmHWM", in: status)
        privateKiB = try Self.number("RssAnon", in: status)
        threads = try Self.number("Threads", in: status)
        let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        // After the name in parentheses: state is field 3, user and system time are 14 and 15.
        let fields = stat[stat.lastIndex(of: ")")!...].split(separator: " ")
        let ticks = [12, 13].compactMap { Double(fields[$0]) }.reduce(0, +)
        cpuSeconds = ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    var mebibytes: Double { Self.mebibytes(residentKiB) }
    var peakMebibytes: Double { Self.mebibytes(peakResidentKiB) }
    var privateMebibytes: Double { Self.mebibytes(privateKiB) }

    private static func mebibytes(_ kibibytes: Int) -> Double { rounded(Double(kibibytes) / 1024) }

    private static func number(_ name: String, in text: String) throws -> Int {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
        return try required(
            line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) } ?? nil, name)
    }
}
