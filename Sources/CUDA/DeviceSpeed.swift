/// How fast a device is: fused multiply-adds of 32-bit floating-point numbers in registers, each of
/// which is two operations, as data sheets count them. Nothing waits for memory, so it is the most
/// that a program can have, at the clocks that the device runs at now: one that is throttled is slow.
package struct DeviceSpeed {
    /// `orban_speed`'s.
    private static let chains: Int64 = 8
    private static let steps: UInt32 = 8
    private static let operations: Int64 = 2
    /// Small ones, so that they share out over any number of multiprocessors: of 148, the most today, 14
    /// each, the last ones 13. With `chains` in each thread that is more than any of them can begin.
    private static let blocks: UInt32 = 2048
    private static let blockSize: UInt32 = 64
    /// Sums are exact below 2²⁴: each thread's total is `chains` times as many.
    private static let mostRounds: UInt32 = 1 << 20
    /// One run shorter than this is made longer: starts take some ten microseconds, clocks wake up.
    private static let enough: Int64 = 20_000_000
    private static let tries = 3

    private let context: CUDAContext
    private let function: CUDAFunction
    private let totals: DeviceMemory

    package init(_ context: CUDAContext) throws(CUDAFailure) {
        self.context = context
        function = try context.function("orban_speed", in: try context.load(ptx: Kernels.ptx))
        totals = try context.allocate(bytes: Int(Self.blocks * Self.blockSize) * 4)
    }

    /// Billions of operations a second: of three runs the best one's. Nil where the device has not done
    /// what it was asked for, or was done too soon to tell.
    ///
    /// Takes some tenths of a second on a GPU. Its memory, half a MiB of zeros then, goes with the
    /// context.
    ///
    /// - Parameter now: nanoseconds of any clock that never goes back.
    package func run(now: () -> Int64) throws(CUDAFailure) -> Int64? {
        var rounds = Self.steps
        var best = try nanoseconds(of: rounds, now)
        while best < Self.enough, rounds < Self.mostRounds {
            rounds *= 2
            best = try nanoseconds(of: rounds, now)
        }
        for _ in 1..<Self.tries { best = min(best, try nanoseconds(of: rounds, now)) }
        let isDone = try isDone(rounds)
        // Also what a device has not written that skips work.
        try context.fill(totals, with: 0)
        try context.synchronize()
        guard isDone, best > 0 else { return nil }
        let threads = Int64(Self.blocks) * Int64(Self.blockSize)
        return threads * Int64(rounds) * Self.chains * Self.operations / best
    }

    private func nanoseconds(of rounds: UInt32, _ now: () -> Int64) throws(CUDAFailure) -> Int64 {
        let start = now()
        try context.launch(
            function, grid: CUDAExtent(x: Self.blocks, y: 1),
            block: CUDAExtent(x: Self.blockSize, y: 1),
            [
                .address(totals.address), .word(Float(1).bitPattern), .word(Float(1).bitPattern),
                .word(rounds),
            ])
        try context.synchronize()
        return now() - start
    }

    /// Whether every thread has taken every step.
    private func isDone(_ rounds: UInt32) throws(CUDAFailure) -> Bool {
        var found = [Float](repeating: 0, count: totals.words)
        try context.download(&found, from: totals)
        let wanted = Float(Int64(rounds) * Self.chains)
        return found.allSatisfy { $0 == wanted }
    }
}
