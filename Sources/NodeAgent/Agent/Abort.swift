import Synchronization

/// Breaks off work from outside its task, once and for all.
final class Abort: Sendable {
    private struct State {
        var isAborted = false
        var waiting: [Int: AsyncStream<Never>.Continuation] = [:]
        var next = 0
    }

    private let state = Mutex(State())

    func callAsFunction() {
        let waiting = state.withLock { state in
            state.isAborted = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for continuation in waiting { continuation.finish() }
    }

    /// Runs `work`, cancelled as soon as it is to be broken off; not at all after that.
    func guarding(_ work: @escaping @Sendable () async -> Void) async {
        // A stream of its own for each call: cancelling the wait for a stream ends the stream.
        let (aborted, continuation) = AsyncStream<Never>.makeStream()
        let number: Int? = state.withLock { state in
            guard !state.isAborted else { return nil }
            state.next += 1
            state.waiting[state.next] = continuation
            return state.next
        }
        guard let number else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in aborted {} }
            group.addTask { await work() }
            await group.next()
            group.cancelAll()
        }
        state.withLock { $0.waiting[number] = nil }
    }
}
