import Dispatch

/// Where calls that wait for the disk run: threads of their own, never the cooperative ones.
package enum Blocking {
    private static let queue = DispatchQueue(label: "blocking", attributes: .concurrent)

    package static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
