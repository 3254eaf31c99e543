/// What travels on the node channel: one frame with its number, or none, and in either case how far
/// the frames of the other side were taken.
package struct FrameEnvelope<Frame: Sendable>: Sendable {
    /// From 1 with a frame, 0 without.
    package let sequence: UInt64
    package let acknowledged: UInt64
    package let frame: Frame?

    package init(sequence: UInt64, acknowledged: UInt64, frame: Frame?) {
        self.sequence = sequence
        self.acknowledged = acknowledged
        self.frame = frame
    }

    /// - Throws: `MalformedFrame` for a frame without a number or a number without a frame.
    init(checking sequence: UInt64, acknowledged: UInt64, frame: Frame?) throws(MalformedFrame) {
        guard (sequence > 0) == (frame != nil) else { throw MalformedFrame("sequence") }
        self.init(sequence: sequence, acknowledged: acknowledged, frame: frame)
    }
}
