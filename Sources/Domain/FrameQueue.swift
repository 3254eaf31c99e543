/// The frames that one side sends on one connection: numbered 1, 2, 3, … in the order in which they
/// were appended, at most 1 000 of them not yet taken by the other side.
///
/// Numbers live and die with their connection; the next one starts again at 1 and nothing is
/// carried over. What must arrive is kept where a crash cannot reach it, and is said again from
/// there after each `hello`: effects lie in the market's outbox until their node has acknowledged
/// them by their own id, and a node repeats each receipt until it is answered. Both are applied once
/// by what they name, however often they come; a heartbeat or a renewal of an older connection
/// would mean nothing. So a queue that outlived its connection could only repeat what is already
/// repeated, and would be lost with its process all the same.
package struct FrameQueue<Frame: Sendable>: Sendable {
    private var waiting: [Frame] = []
    private var sent: UInt64 = 0
    private var taken: UInt64 = 0

    package init() {}

    /// Frames that the other side has not taken: on their way, or still waiting to be sent.
    package var inFlight: Int { Int(sent - taken) + waiting.count }

    /// - Throws: `FrameQueueFault.full` at `FrameQueueFault.limit` frames in flight.
    package mutating func append(_ frame: Frame) throws(FrameQueueFault) {
        guard inFlight < FrameQueueFault.limit else { throw .full }
        waiting.append(frame)
    }

    /// The oldest waiting frame, with its number; it is on its way from here on.
    package mutating func next() -> NumberedFrame<Frame>? {
        guard !waiting.isEmpty else { return nil }
        sent += 1
        return NumberedFrame(sequence: sent, frame: waiting.removeFirst())
    }

    /// The other side has taken every frame up to `sequence`. Repeating an older word changes
    /// nothing.
    ///
    /// - Throws: `FrameQueueFault.neverSent` for a frame that is not on its way.
    package mutating func acknowledge(through sequence: UInt64) throws(FrameQueueFault) {
        guard sequence <= sent else { throw .neverSent }
        taken = max(taken, sequence)
    }
}

/// A frame and its place among the frames of its side of a connection, from 1.
package struct NumberedFrame<Frame: Sendable>: Sendable {
    package let sequence: UInt64
    package let frame: Frame

    package init(sequence: UInt64, frame: Frame) {
        self.sequence = sequence
        self.frame = frame
    }
}

/// The frames that arrive on one connection: each is taken once, in the order of its number.
package struct FrameSequence: Hashable, Sendable {
    package enum Arrival: Hashable, Sendable {
        case fresh
        /// It has arrived before; drop it.
        case duplicate
    }

    /// So many frames taken and not yet acknowledged are worth an envelope of their own.
    package static let acknowledgeEvery: UInt64 = 100

    private var arrived: UInt64 = 0
    /// Every frame up to this one was taken.
    package private(set) var taken: UInt64 = 0
    private var told: UInt64 = 0

    package init() {}

    /// - Throws: `FrameQueueFault.gap` when a frame before it is missing, `.full` when the other
    ///   side has more in flight than it may.
    package mutating func arrive(_ sequence: UInt64) throws(FrameQueueFault) -> Arrival {
        guard sequence > arrived else { return .duplicate }
        guard sequence == arrived + 1 else { throw .gap }
        guard arrived - taken < UInt64(FrameQueueFault.limit) else { throw .full }
        arrived = sequence
        return .fresh
    }

    /// What arrived as `sequence` was dealt with, and all before it.
    package mutating func take(_ sequence: UInt64) {
        taken = max(taken, min(sequence, arrived))
    }

    package var isAcknowledgementDue: Bool { taken - told >= Self.acknowledgeEvery }

    /// The number to acknowledge in the envelope that leaves now.
    package mutating func acknowledgement() -> UInt64 {
        told = taken
        return taken
    }
}

/// What ends a connection: a side that cannot keep up, or does not keep the rules.
package enum FrameQueueFault: Error, Hashable, Sendable {
    /// Most frames in flight in one direction.
    package static let limit = 1_000

    case full
    case neverSent
    case gap
}
