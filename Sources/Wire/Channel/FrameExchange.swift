package import Domain
import Synchronization

/// One end of a connection: what is said is queued here for the one writer, what arrives is counted
/// here by the one reader. Does no I/O; both ends of the channel pump the same rules.
///
/// A queue that is full closes the exchange instead of growing: the connection ends, and all that
/// still matters is said again on the next one.
package final class FrameExchange<Outgoing: Sendable>: Sendable {
    private struct State {
        var queue = FrameQueue<Outgoing>()
        var arrivals = FrameSequence()
        var isClosed = false
    }

    private let state = Mutex(State())
    /// An element whenever there may be something to write; ends when the exchange is closed, after
    /// which `next` gives what was queued before.
    package let wakes: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation
    /// Ends when the exchange is closed, for those who do not write.
    package let closed: AsyncStream<Never>
    private let closing: AsyncStream<Never>.Continuation

    package init() {
        (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (closed, closing) = AsyncStream.makeStream()
    }

    /// Queues a frame.
    ///
    /// - Returns: false when the exchange is closed, or was full and is closed by this.
    @discardableResult
    package func send(_ frame: Outgoing) -> Bool {
        let isQueued = state.withLock { state in
            guard !state.isClosed else { return false }
            do { try state.queue.append(frame) } catch { return false }
            return true
        }
        if isQueued { wake.yield() } else { close() }
        return isQueued
    }

    /// Nothing is queued from here on; what was queued may still be written.
    package func close() {
        state.withLock { $0.isClosed = true }
        wake.finish()
        closing.finish()
    }

    /// The next envelope to write; nil when there is none now.
    package func next() -> FrameEnvelope<Outgoing>? {
        state.withLock { state in
            let numbered = state.queue.next()
            guard numbered != nil || state.arrivals.isAcknowledgementDue else { return nil }
            return FrameEnvelope(
                sequence: numbered?.sequence ?? 0,
                acknowledged: state.arrivals.acknowledgement(), frame: numbered?.frame)
        }
    }

    /// Notes what an envelope that arrived says of the order of frames.
    ///
    /// - Returns: its frame, unless it carries none or has arrived before.
    /// - Throws: `FrameQueueFault`; the connection is to end.
    package func receive<Incoming: Sendable>(
        _ envelope: FrameEnvelope<Incoming>
    ) throws(FrameQueueFault) -> NumberedFrame<Incoming>? {
        let outcome = state.withLock { state -> Result<FrameSequence.Arrival, FrameQueueFault> in
            do throws(FrameQueueFault) {
                try state.queue.acknowledge(through: envelope.acknowledged)
                guard envelope.sequence > 0 else { return .success(.duplicate) }
                return .success(try state.arrivals.arrive(envelope.sequence))
            } catch {
                return .failure(error)
            }
        }
        guard case .fresh = try outcome.get(), let frame = envelope.frame else { return nil }
        return NumberedFrame(sequence: envelope.sequence, frame: frame)
    }

    /// The frame of that number was dealt with.
    package func took(_ sequence: UInt64) {
        let isDue = state.withLock { state in
            state.arrivals.take(sequence)
            return state.arrivals.isAcknowledgementDue
        }
        if isDue { wake.yield() }
    }
}
