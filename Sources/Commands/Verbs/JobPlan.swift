import Domain
import Wire

extension LeafCommand {
    /// `orban plan`: what a job would cost at worst; nothing is bought.
    static let jobPlan = LeafCommand(
        "job plan", shortcut: "plan", .helpPlan, operands: [JobSource.operand],
        rest: .taken("command"), options: JobSource.options
    ) { session in
        let source = try JobSource(session)
        guard source.spec.budget != nil else { throw Refusal.budgetMissing }
        let plan: PlanDTO = try await session.withMarket([.renter]) { market in
            let trips = try await session.measured(for: source.spec, market)
            return try await market.post(
                "/v1/plans", PlanRequest(spec: source.spec.text, roundTrips: trips),
                idempotencyKey: "plan")
        }
        try session.show(plan) {
            let page = PlanPage(plan: plan, spec: source.spec, language: session.language)
            let command = session.arguments.line(
                "run", JobSource.options + [Option<String>.context.form])
            return page.lines + ["", session.told(.planNothingBought, ["command": command])]
        }
        return ExitCode.done.rawValue
    }
}
