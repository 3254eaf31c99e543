import ControlPlane
import Domain
import Wire

extension LeafCommand {
    /// `orban retry`: failed tasks, of a gang all tasks, start again under what is left of the budget.
    static let jobRetry = LeafCommand(
        "job retry", shortcut: "retry", .helpRetry, operands: [Operand("job", .operandJob)]
    ) { session in
        let name = session.arguments.operands[0].pathSegment
        let (before, after) = try await session.withMarket([.renter]) { market in
            let before: JobDTO = try await market.get("/v1/jobs/\(name)")
            let after: JobDTO = try await market.post(
                "/v1/jobs/\(before.id)/retry", JSONValue.object([:]),
                idempotencyKey: "retry-" + FreshKey.make())
            return (before, after)
        }
        let again = before.counts.ended - after.counts.ended
        try session.show(after) {
            [session.told(.retryDone, ["count": String(again), "job": after.name])]
        }
        return ExitCode.done.rawValue
    }
}

extension TaskCountsDTO {
    fileprivate var ended: Int { succeeded + failed + stopped }
}
