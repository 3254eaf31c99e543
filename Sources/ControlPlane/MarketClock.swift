package import Domain
package import Foundation

/// The market's one clock: UTC at start, driven on by the monotonic clock, so it never goes back
/// while the program runs and a step of the system's clock moves no bill.
package struct MarketClock: Sendable {
    private let startedAt: Int64
    private let start: ContinuousClock.Instant

    package init() {
        startedAt = Int64(Date().timeIntervalSince1970 * 1000)
        start = ContinuousClock.now
    }

    package func now() -> Timestamp {
        let elapsed = (ContinuousClock.now - start).components
        let milliseconds = elapsed.seconds * 1000 + elapsed.attoseconds / 1_000_000_000_000_000
        return Timestamp(milliseconds: startedAt + milliseconds)
    }

    /// Waits; the only sleep of this program.
    ///
    /// - Throws: `CancellationError` when the task ends first.
    package static func pause(milliseconds: Int64) async throws {
        try await Task.sleep(for: .milliseconds(milliseconds))
    }

    /// The system's time, for certificates only.
    package static func certificateTime() -> Date { Date() }
}
