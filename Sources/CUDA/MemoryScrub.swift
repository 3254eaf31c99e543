/// Overwrites the memory of a device and looks whether it is overwritten: takes all that is to be
/// had, fills it with a pattern, counts the words that did not take it, gives it back, takes it
/// again, fills it with zeros, counts again. The device counts every word; samples at random places
/// are read by the caller's machine, which does not believe the device alone.
package struct MemoryScrub {
    /// What was done and seen. Words are of 32 bits.
    package struct Report: Hashable, Sendable {
        package var freeBytes: Int64 = 0
        package var pattern: UInt32 = 0
        /// Took the pattern the first time.
        package var filledBytes = 0
        /// Did not, by the device's count.
        package var wordsUnfilled: UInt64 = 0
        /// Were taken again and overwritten with zeros.
        package var overwrittenBytes = 0
        package var chunks = 0
        /// Between the two fills: whether the driver clears memory within one context.
        package var found = Sampled()
        package var left = Sampled()
        /// By the device's count, after the zeros.
        package var wordsNotZero: UInt64 = 0
        /// That the zeros took to be written.
        package var nanoseconds: Int64 = 0

        /// Words that were read, and those that are not as written.
        package var wordsWrong: UInt64 {
            max(wordsUnfilled, wordsNotZero, UInt64(left.words - left.zeros))
        }
    }

    /// Words that were read at random places.
    package struct Sampled: Hashable, Sendable {
        package var words = 0
        /// Those that hold the pattern.
        package var hits = 0
        package var zeros = 0

        package init() {}
    }

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
    package init(
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

    /// - Parameter now: nanoseconds of any clock that never goes back.
    package mutating func run(now: () -> Int64) throws(CUDAFailure) -> Report {
        var report = Report()
        report.pattern = pattern
        report.freeBytes = try context.freeBytes()
        let filled = try takeAll()
        report.filledBytes = filled.map(\.bytes).reduce(0, +)
        try fill(filled, with: pattern)
        report.wordsUnfilled = try others(than: pattern, in: filled)
        for chunk in filled { try context.release(chunk) }
        let chunks = try takeAll()
        report.chunks = chunks.count
        report.overwrittenBytes = chunks.map(\.bytes).reduce(0, +)
        report.found = try sample(chunks)
        let start = now()
        try fill(chunks, with: 0)
        report.nanoseconds = now() - start
        report.left = try sample(chunks)
        report.wordsNotZero = try others(than: 0, in: chunks)
        return report
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

    private func fill(_ chunks: [DeviceMemory], with word: UInt32) throws(CUDAFailure) {
        for chunk in chunks { try context.fill(chunk, with: word) }
        try context.synchronize()
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

    /// Reads at random places of every chunk, by its share of the whole, and at its end.
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
                for word in stretch {
                    if word == pattern { sampled.hits += 1 }
                    if word == 0 { sampled.zeros += 1 }
                }
            }
        }
        return sampled
    }
}
