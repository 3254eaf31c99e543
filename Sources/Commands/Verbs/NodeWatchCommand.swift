import NodeAgent
import Wire

extension LeafCommand {
    /// `orban node watch`: one lease's watcher, started by the node itself.
    static let nodeWatch = LeafCommand(
        "node watch", .helpNodeWatch, operands: [Operand("word", .many, .operandWord)],
        listing: .hidden
    ) { session in NodeWatch.run(session.arguments.operands) }

    /// `orban node scrub-device`: one scrub of one device, started by the node itself.
    static let nodeScrubDevice = LeafCommand(
        "node scrub-device", .helpNodeScrubDevice,
        operands: [Operand("word", .many, .operandWord)], listing: .hidden
    ) { session in DeviceScrub.run(session.arguments.operands) }
}
