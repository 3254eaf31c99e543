import CUDA
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
            var scrub = try Scrub(context, on: place, seed: bench.options.seed)
            let problem = try scrub.run(&values)
            during = bench.sample()
            return problem
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

/// Fills, gives back, takes again, looks, overwrites, looks.
struct Scrub {
    private static let largestChunk = 1 << 30
    private static let smallestChunk = 1 << 20
    private static let mostChunks = 4096
    /// Words that are read one after the other at each random place.
    private static let stretch = 64
    private static let wordsSampled = 1 << 20

    private let context: CUDAContext
    private let countOthers: CUDAFunction
    private let counter: DeviceMemory
    private let pattern: UInt32
    /// Where memory of the machine stands in for that of the GPU, more could be allocated.
    private let mostBytes: Int64
    private var random: SplitMix64

    /// All that it needs itself is taken before the rest of the memory is.
    init(
        _ context: CUDAContext, on place: CUDADevice, seed: UInt64
    ) throws(CUDAFailure) {
        self.context = context
        mostBytes = place.totalBytes
        random = SplitMix64(seed: seed)
        pattern = UInt32(truncatingIfNeeded: random.next()) | 1
        countOthers = try context.function(
            "orban_count_others", in: try context.load(ptx: Kernels.ptx))
        counter = try context.allocate(bytes: 8)
    }

    /// What is wrong; nil when nothing is.
    mutating func run(_ values: inout [JSON.Field]) throws(CUDAFailure) -> String? {
        values.append(.init("free_bytes", .integer(try context.freeBytes())))
        let filled = try takeAll()
        let bytes = filled.map(\.bytes).reduce(0, +)
        try fill(filled, with: pattern)
        let unfilled = try others(than: pattern, in: filled)
        for chunk in filled { try context.release(chunk) }
        let chunks = try takeAll()
        let again = chunks.map(\.bytes).reduce(0, +)
        let found = try sample(chunks)
        let seconds = try fill(chunks, with: 0)
        let left = try sample(chunks)
        let others = try others(than: 0, in: chunks)
        values += [
            .init("pattern", .hex(UInt64(pattern))), .init("chunks", .count(chunks.count)),
            .init("filled_bytes", .count(bytes)), .init("overwritten_bytes", .count(again)),
            .init("seconds", .decimal(seconds)),
            .init("gb_per_second", .decimal(Double(again) / max(seconds, 1e-9) / 1e9)),
            .init("words_sampled", .count(left.words)),
            .init("pattern_before_percent", .decimal(found.percent)),
            .init("pattern_after", .count(left.hits)),
            .init("words_counted", .count(again / 4)),
            .init("words_not_zero", .integer(Int64(clamping: others))),
        ]
        if unfilled > 0 { return "\(unfilled) words did not take the pattern" }
        if again < bytes { return "\(bytes - again) bytes could not be taken again" }
        if left.hits > 0 || others > 0 { return "the pattern is left" }
        return left.words >= 1_000_000 || left.words == again / 4
            ? nil : "too few words were sampled"
    }

    /// All memory that is to be had, in ever smaller chunks.
    private func takeAll() throws(CUDAFailure) -> [DeviceMemory] {
        var chunks: [DeviceMemory] = []
        var (size, rest) = (Self.largestChunk, mostBytes)
        while size >= Self.smallestChunk && chunks.count < Self.mostChunks {
            do {
                guard size <= rest else {
                    size /= 2
                    continue
                }
                chunks.append(try context.allocate(bytes: size))
                rest -= Int64(size)
            } catch {
                guard error.isOutOfMemory else { throw error }
                size /= 2
            }
        }
        return chunks
    }

    /// How long it took.
    @discardableResult
    private func fill(_ chunks: [DeviceMemory], with word: UInt32) throws(CUDAFailure) -> Double {
        let start = Clock.now()
        for chunk in chunks { try context.fill(chunk, with: word) }
        try context.synchronize()
        return Clock.seconds(since: start)
    }

    /// How many words, of all, are not this one: the GPU counts.
    private func others(
        than word: UInt32, in chunks: [DeviceMemory]
    ) throws(CUDAFailure) -> UInt64 {
        try context.upload([UInt64(0)], to: counter)
        for chunk in chunks {
            try context.launch(
                countOthers, grid: CUDAExtent(x: 1024, y: 1), block: CUDAExtent(x: 256, y: 1),
                [
                    .address(chunk.address), .long(UInt64(chunk.words)), .word(word),
                    .address(counter.address),
                ])
        }
        try context.synchronize()
        var count: [UInt64] = [0]
        try context.download(&count, from: counter)
        return count[0]
    }

    private struct Sampled {
        var words = 0
        var hits = 0
        var percent: Double { words == 0 ? 0 : Double(hits) * 100 / Double(words) }
    }

    /// Reads at random places of every chunk, by its share of the whole, and at its end: does the
    /// pattern stand there?
    private mutating func sample(_ chunks: [DeviceMemory]) throws(CUDAFailure) -> Sampled {
        var sampled = Sampled()
        let words = chunks.map(\.words).reduce(0, +)
        var stretch = [UInt32](repeating: 0, count: Self.stretch)
        for chunk in chunks {
            let share = Double(Self.wordsSampled) * Double(chunk.words) / Double(max(words, 1))
            let last = chunk.words - Self.stretch
            for number in 0...(Int(share) / Self.stretch) {
                let place = number == 0 ? last : random.next(below: last + 1)
                try context.download(&stretch, from: chunk, offset: place * 4)
                sampled.words += stretch.count
                for word in stretch where word == pattern { sampled.hits += 1 }
            }
        }
        return sampled
    }
}
