package import Domain
package import Marketplace
package import Verification

/// Gathers receipts that arrive within 200 ms into one transaction.
package actor MeterBatcher {
    package typealias Reply = @Sendable (Outcome) -> Void

    private static let windowMilliseconds: Int64 = 200
    /// More than this are written at once, before the window is over.
    private static let mostWaiting = 1000

    private let store: any Store
    private let failed: @Sendable (any Error) -> Void
    private var waiting: [(command: Command, reply: Reply)] = []
    private var isScheduled = false

    package init(store: any Store, failed: @escaping @Sendable (any Error) -> Void) {
        self.store = store
        self.failed = failed
    }

    package func add(
        _ receipt: VerifiedReceipt, arrivedAt: Timestamp, reply: @escaping Reply
    ) async {
        waiting.append((.meter(receipt, arrivedAt: arrivedAt), reply))
        // A start or an end is what somebody waits for; it does not wait for company.
        if case .ended = receipt.receipt.status { return await flush() }
        if receipt.receipt.sequence == 1 || waiting.count >= Self.mostWaiting {
            return await flush()
        }
        guard !isScheduled else { return }
        isScheduled = true
        Task { [weak self] in
            try? await MarketClock.pause(milliseconds: Self.windowMilliseconds)
            await self?.flush()
        }
    }

    private func flush() async {
        isScheduled = false
        let batch = waiting
        waiting = []
        guard !batch.isEmpty else { return }
        do {
            let outcomes = try await store.perform(batch.map(\.command))
            for (item, outcome) in zip(batch, outcomes) { item.reply(outcome) }
        } catch {
            // Unanswered, so the nodes repeat them.
            failed(error)
        }
    }
}
