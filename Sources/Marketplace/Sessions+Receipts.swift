import Domain
import Verification

/// Receipts that wait for company: those that arrive within the window share a transaction.
struct ReceiptQueue: Sendable {
    static let windowMilliseconds: Int64 = 200
    /// More than this are not written in one transaction.
    static let batch = 1000
    /// Beyond this many they are not kept: unanswered, the nodes repeat them.
    static let limit = 10_000

    var waiting: [WaitingReceipt] = []
    var isWakeAsked = false
    /// One batch is with the store at a time, so that receipts are metered as they arrived.
    var isBatchOut = false
    /// Somebody waits for what lies here: the next batch leaves as soon as it may.
    var isUrgent = false
}

extension Sessions {
    /// Takes a node's claim into the next transaction, or refuses it whole.
    ///
    /// While a silence of the node is not booked its claims are not even looked at: they could hold
    /// seconds that the booking will take. The node repeats what is not answered.
    mutating func take(_ signed: SignedReceipt, _ session: Session, at now: Timestamp) {
        let node = session.node
        guard liveness.silence(of: node.id, at: now) <= Liveness.shortestFenceMilliseconds,
            !booking.contains(node.id)
        else { return }
        do throws(Refusal) {
            let verified = try VerifiedReceipt(signed, from: node.id, key: node.receiptKey)
            keep(WaitingReceipt(verified: verified, number: session.number, arrivedAt: now))
        } catch {
            guard let receipt = try? Receipt(bytes: signed.bytes) else { return }
            send(
                .receiptRefused(receipt.lease, sequence: receipt.sequence, code: error.code),
                on: session.number)
        }
    }

    private mutating func keep(_ receipt: WaitingReceipt) {
        guard receipts.waiting.count < ReceiptQueue.limit else { return }
        receipts.waiting.append(receipt)
        // A start or an end is what somebody waits for; it does not wait for company.
        var isUrgent = receipt.verified.receipt.sequence == 1
        if case .ended = receipt.verified.receipt.status { isUrgent = true }
        if isUrgent || receipts.waiting.count >= ReceiptQueue.batch { return flushReceipts() }
        flushLater()
    }

    private mutating func flushLater() {
        guard !receipts.isWakeAsked else { return }
        receipts.isWakeAsked = true
        wake(milliseconds: ReceiptQueue.windowMilliseconds)
    }

    mutating func flushAfterWake() {
        receipts.isWakeAsked = false
        flushReceipts()
    }

    mutating func flushReceipts() {
        guard !receipts.waiting.isEmpty else { return }
        guard !receipts.isBatchOut else {
            receipts.isUrgent = true
            return
        }
        let batch = Array(receipts.waiting.prefix(ReceiptQueue.batch))
        receipts.waiting.removeFirst(batch.count)
        receipts.isBatchOut = true
        receipts.isUrgent = !receipts.waiting.isEmpty
        perform(batch.map(\.command), for: .meter(batch))
    }

    /// A batch that the store has lost stays unanswered. What waits behind it leaves a window later.
    mutating func loseBatch() {
        receipts.isBatchOut = false
        receipts.isUrgent = false
        if !receipts.waiting.isEmpty { flushLater() }
    }

    /// Answers a batch.
    mutating func metered(_ batch: [WaitingReceipt], _ outcomes: [Outcome]) {
        receipts.isBatchOut = false
        for (waited, outcome) in zip(batch, outcomes) {
            let receipt = waited.verified.receipt
            let frame: MarketFrame =
                switch outcome {
                case .success: .receiptAccepted(receipt.lease, sequence: receipt.sequence)
                case .failure(let refusal):
                    .receiptRefused(receipt.lease, sequence: receipt.sequence, code: refusal.code)
                }
            answer(frame, to: receipt.node, waited.number)
        }
        if receipts.isUrgent { flushReceipts() }
    }
}
