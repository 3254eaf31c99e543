import Dispatch
import Glibc

/// Signals as values: `SIGINT` and `SIGTERM` no longer end the process once somebody listens.
enum Interrupts {
    /// Every signal from now on.
    static func all() -> AsyncStream<Int> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Int.self, bufferingPolicy: .bufferingNewest(4))
        let sources = [SIGINT, SIGTERM].map { number in
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
