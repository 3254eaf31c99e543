package import Domain
import Verification

/// What happens to the market's sessions. A channel is named by a number that is never used again.
package enum SessionEvent: Sendable {
    /// An authenticated node's channel stands; nothing was said on it yet.
    case opened(Node, number: Int)
    case closed(NodeID, number: Int)
    case frame(NodeFrame, from: NodeID, number: Int)
    /// `Sessions.reads`, read anew: at the start, and when commits were missed.
    case rebuilt(Rows)
    /// What one commit changed; commits come in their order.
    case committed(rows: [Row], effects: [OutboxEntry], done: [EffectID])
    /// A work's outcomes, one for each of its commands.
    case performed(SessionWork, [Outcome])
    /// The store broke under a work: what it asked for is not known to be true.
    case failed(SessionWork)
    /// The time that `SessionAction.wake` named is over.
    case woke
    /// A second is over.
    case tick
    /// The market wants to hear no more of a node for now; it may connect again.
    case hangUp(NodeID, code: String)
    /// The market stops.
    case stopping
}

/// What the program has to do, in this order; works stand last.
package enum SessionAction: Hashable, Sendable {
    case send(MarketFrame, on: Int)
    /// After what was sent on it.
    case close(Int)
    /// Hand `.woke` in after so many milliseconds.
    case wake(milliseconds: Int64)
    /// Have the commands performed in one call, then hand `.performed` or `.failed` in.
    case perform(SessionWork)
}

/// Commands for the store, and what they are for.
package struct SessionWork: Hashable, Sendable {
    enum Purpose: Hashable, Sendable {
        case advertise(NodeID, number: Int)
        case disconnect(NodeID)
        /// Books the silence before a heartbeat that arrived `at`, and waits for its answer.
        case silence(NodeID, number: Int, beat: Int64, at: Timestamp)
        case meter([WaitingReceipt])
        case notice(NodeID)
        case drain(NodeID, number: Int)
        case acknowledge
        case scrub(NodeID, number: Int, DeviceID, scrub: Int64)
        /// Asked for `at`, with a sign of life.
        case upkeep(at: Timestamp)
    }

    package let commands: [Command]
    let purpose: Purpose
}

/// A receipt that waits for its transaction.
struct WaitingReceipt: Hashable, Sendable {
    let verified: VerifiedReceipt
    let number: Int
    let arrivedAt: Timestamp

    var command: Command { .meter(verified, arrivedAt: arrivedAt) }
}
