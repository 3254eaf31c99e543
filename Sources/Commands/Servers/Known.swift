import Synchronization

/// A value that becomes known once; everybody who waits gets it.
final class Known<Value: Sendable>: Sendable {
    private enum State {
        case waiting([AsyncStream<Value>.Continuation])
        case known(Value)
    }

    private let state = Mutex(State.waiting([]))

    /// The first value counts.
    func set(_ value: Value) {
        let waiting = state.withLock { state -> [AsyncStream<Value>.Continuation] in
            guard case .waiting(let list) = state else { return [] }
            state = .known(value)
            return list
        }
        for continuation in waiting { continuation.yield(value) }
    }

    /// - Throws: `CancellationError` when the waiting task is cancelled first.
    var value: Value {
        get async throws {
            let (stream, continuation) = AsyncStream.makeStream(
                of: Value.self, bufferingPolicy: .bufferingNewest(1))
            state.withLock { state in
                switch state {
                case .known(let value): continuation.yield(value)
                case .waiting(let list): state = .waiting(list + [continuation])
                }
            }
            for await value in stream { return value }
            throw CancellationError()
        }
    }
}
