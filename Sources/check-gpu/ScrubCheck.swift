import CUDA
import Domain
import NVML

/// Whether memory that one tenant filled can be taken and overwritten before the next one comes,
/// and nothing of this process is left on the GPU.
struct ScrubCheck {
    let bench: Bench
    let place: CUDADevice

    func verdict(_ library: CUDALibrary, _ values: inout [JSON.Field]) throws -> Verdict {
        let before = bench.sample()
        let context = try CUDAContext(library, on: place)
        var during: NVMLSample?
        let outcome = Result { () throws -> String? in
            let speed = try DeviceSpeed(context).run(now: { Clock.now().nanoseconds })
            values.append(.init("gigaflops", .optional(speed)))
            var scrub = try MemoryScrub(context, on: place, seed: bench.options.seed)
            let report = try scrub.run(now: { Clock.now().nanoseconds })
            values += Self.fields(of: report)
            during = bench.sample()
            return speed == nil ? "its sums are not what they must be" : Self.problem(in: report)
        }
        try context.destroy()
        let own = Self.pids(during).subtracting(Self.pids(before))
        let left = lingering(own)
        values += [
            .init("processes_told", .bool(during?.processes != nil)),
            .init("processes_seen", .count(own.count)), .init("processes_left", .count(left.count)),
            .init("used_bytes_before", .optional(before?.memoryUsedBytes)),
            .init("used_bytes_after", .optional(bench.sample()?.memoryUsedBytes)),
        ]
        if let problem = try outcome.get() { return .failed(problem) }
        return left.isEmpty ? .passed : .failed("a context is left")
    }

    private static func fields(of report: MemoryScrub.Report) -> [JSON.Field] {
        let (seconds, bytes) = (Double(report.nanoseconds) / 1e9, report.overwrittenBytes)
        let found = report.found
        return [
            .init("free_bytes", .integer(report.freeBytes)),
            .init("pattern", .hex(UInt64(report.pattern))), .init("chunks", .count(report.chunks)),
            .init("filled_bytes", .count(report.filledBytes)),
            .init("overwritten_bytes", .count(bytes)),
            .init("seconds", .decimal(seconds)),
            .init("gb_per_second", .decimal(Double(bytes) / max(seconds, 1e-9) / 1e9)),
            .init("words_sampled", .count(report.left.words)),
            .init(
                "pattern_before_percent",
                .decimal(found.words == 0 ? 0 : Double(found.hits) * 100 / Double(found.words))),
            .init("pattern_after", .count(report.left.hits)),
            .init("words_counted", .count(bytes / 4)),
            .init("words_not_zero", .integer(Int64(clamping: report.wordsNotZero))),
        ]
    }

    private static func problem(in report: MemoryScrub.Report) -> String? {
        let (filled, again) = (report.filledBytes, report.overwrittenBytes)
        if report.wordsUnfilled > 0 {
            return "\(report.wordsUnfilled) words did not take the pattern"
        }
        if again < filled { return "\(filled - again) bytes could not be taken again" }
        if report.left.hits > 0 || report.wordsNotZero > 0 { return "the pattern is left" }
        return report.left.words >= 1_000_000 || report.left.words == again / 4
            ? nil : "too few words were sampled"
    }

    private static func pids(_ sample: NVMLSample?) -> Set<Int32> {
        Set((sample?.processes ?? []).map(\.pid))
    }

    /// Those that NVML still shows after a while: it may be late.
    private func lingering(_ own: Set<Int32>) -> Set<Int32> {
        var left = own
        for _ in 0..<(bench.options.scale == .full ? 50 : 5) where !left.isEmpty {
            left = Self.pids(bench.sample()).intersection(own)
            if !left.isEmpty { Clock.wait(milliseconds: 100) }
        }
        return left
    }
}
