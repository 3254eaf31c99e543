import Glibc
package import Marketplace
import Synchronization

/// Ends this process at a named fault point, as a power cut would: for crash tests alone.
///
/// `ORBAN_FAULT` names the point (`FaultPoint.text`), `ORBAN_FAULT_AT` the how-manieth reach of it
/// is the last (1 without it). Nothing is flushed, closed or said: the process kills itself.
package enum FaultHook {
    package struct Unknown: Error, Hashable, CustomStringConvertible {
        package let variable: String
        package let value: String
        package var description: String { "cannot use \(variable)=\(value)" }
    }

    /// What a market calls at each fault point.
    ///
    /// - Throws: `Unknown` for a point or a number that is none: a crash test that never crashes
    ///   would pass.
    package static func reach(
        _ environment: [String: String]
    ) throws(Unknown) -> @Sendable (FaultPoint) -> Void {
        guard let name = environment["ORBAN_FAULT"], !name.isEmpty else { return { _ in } }
        guard let point = FaultPoint.all.first(where: { $0.text == name }) else {
            throw Unknown(variable: "ORBAN_FAULT", value: name)
        }
        let text = environment["ORBAN_FAULT_AT"] ?? "1"
        guard let last = Int(text), last > 0 else {
            throw Unknown(variable: "ORBAN_FAULT_AT", value: text)
        }
        let countdown = Countdown(last)
        return { reached in
            guard reached == point, countdown.isOver() else { return }
            // The signal is taken before this call returns; no thread goes on.
            while kill(getpid(), SIGKILL) == 0 {}
        }
    }

    private final class Countdown: Sendable {
        private let left: Mutex<Int>

        init(_ count: Int) { left = Mutex(count) }

        /// Whether this was the last of the counted calls.
        func isOver() -> Bool {
            left.withLock { left in
                left -= 1
                return left == 0
            }
        }
    }
}
