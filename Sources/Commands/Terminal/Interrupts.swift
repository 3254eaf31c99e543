import Dispatch
import Glibc

/// Signals as values: a signal no longer ends the process once somebody listens for it.
enum Interrupts {
    /// Every signal from now on that is one of `numbers`.
    static func all(_ numbers: [Int32] = [SIGINT, SIGTERM]) -> AsyncStream<Int> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Int.self, bufferingPolicy: .bufferingNewest(4))
        let sources = numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(Int(number)) }
            source.resume()
            return source
        }
        let held = Held(sources: sources)
        continuation.onTermination = { _ in held.cancel() }
        return stream
    }

    /// Waits for the next of `signals`, which the caller keeps.
    ///
    /// - Throws: `CancellationError`.
    static func next(of signals: AsyncStream<Int>) async throws -> Int {
        for await number in signals { return number }
        throw CancellationError()
    }

    // SAFETY: dispatch sources may be used from every thread; `cancel` is all that is called.
    private final class Held: @unchecked Sendable {
        private let sources: [any DispatchSourceSignal]

        init(sources: [any DispatchSourceSignal]) { self.sources = sources }

        func cancel() { for source in sources { source.cancel() } }
    }
}
