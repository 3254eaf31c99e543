import Synchronization

/// A value that becomes known once; everybody who waits gets it.
final class Known<Value: Sendable>: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Value, Never>])
        case known(Value)
    }

    private let state = Mutex(State.waiting([]))

    /// The first value counts.
    func set(_ value: Value) {
        let waiting = state.withLock { state -> [CheckedContinuation<Value, Never>] in
            guard case .waiting(let list) = state else { return [] }
            state = .known(value)
            return list
        }
        for continuation in waiting { continuation.resume(returning: value) }
    }

    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let value = state.withLock { state -> Value? in
                    switch state {
                    case .known(let value): return value
                    case .waiting(let list):
                        state = .waiting(list + [continuation])
                        return nil
                    }
                }
                if let value { continuation.resume(returning: value) }
            }
        }
    }
}
