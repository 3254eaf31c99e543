import NodeAgent
import Wire

extension LeafCommand {
    /// `orban node watch`: one lease's watcher, started by the node itself.
    static let nodeWatch = LeafCommand(
        "node watch", .helpNodeWatch, operands: [Operand("word", .many, .operandWord)],
        listing: .hidden
    ) { session in NodeWatch.run(session.arguments.operands) }
}
