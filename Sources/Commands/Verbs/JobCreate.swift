import Domain
import Wire

extension Flag {
    static let detach = Flag("detach", short: "d", .optionDetach)
}

extension LeafCommand {
    /// `orban run`: plan, confirm, upload, buy, attach, fetch the outputs.
    static let jobCreate = LeafCommand(
        "job create", shortcut: "run", .helpRun, operands: [JobSource.operand],
        rest: .taken("command"),
        options: JobSource.options + [Flag.yes.form, Flag.detach.form]
    ) { session in
        let source = try JobSource(session)
        let run = JobRun(session: session, source: source)
        try run.checkConfirmation()
        return try await session.withMarket([.renter]) { try await run.run(on: $0) }
    }
}

/// One `orban run`.
private struct JobRun {
    let session: Session
    let source: JobSource

    private var spec: JobSpec { source.spec }
    private var terminal: Terminal { session.terminal }

    /// Before anything is asked or sent: a run that could only hang ends here.
    func checkConfirmation() throws {
        let isYes = session.arguments.has(.yes)
        guard spec.budget != nil else {
            throw isYes ? UsageFault.budgetNeededForYes : Refusal.budgetMissing as any Error
        }
        guard isYes || session.canAsk else { throw WireError.confirmRequired(upTo: spec.budget) }
    }

    func run(on market: MarketClient) async throws -> Int32 {
        let trips = try await session.measured(for: spec, market)
        guard try await agree(market, trips) else {
            terminal.note(session.told(.confirmDeclined))
            return ExitCode.failure.rawValue
        }
        // Asked before anything is bought: what is bought is remembered without asking anybody.
        let vault: VaultDTO? =
            spec.payment == .balance ? nil : try await market.get("/v1/vault")
        let inputs = try await InputUpload(session: session, market: market).upload(source)
        let job: JobDTO = try await market.patient(.seconds(30)).post(
            "/v1/jobs", SubmitRequest(spec: spec.text, inputs: inputs, roundTrips: trips),
            idempotencyKey: "run-" + FreshKey.make())
        try remember(job, vault)
        terminal.progress(
            "✓ " + session.told(.runSubmitted, ["name": job.name, "job": job.id.text]))
        if session.arguments.has(.detach) {
            try session.show(job) { [job.id.text] }
            return ExitCode.done.rawValue
        }
        terminal.progress(session.told(.runLeavesRunning))
        return try await JobAttachment(session: session, market: market, job: job)
            .run(outputs: spec.outputs, under: source.folder)
    }

    /// `orban wallet sign` signs for nothing that is not remembered here.
    private func remember(_ job: JobDTO, _ vault: VaultDTO?) throws {
        guard let vault, let payer = job.payer else { return }
        try VoucherFolder(
            chain: vault.chainID, vault: vault.vault, user: payer, session.settings
        ).accept(
            VoucherBook.Mandate(
                job.id, budget: spec.budget ?? .zero, atMost: spec.bid,
                commission: vault.commissionBPS, lockedFor: spec.longestLock))
        terminal.progress(session.told(spec.payment == .lock ? .runLockNote : .runSignNote))
    }

    private func agree(_ market: MarketClient, _ trips: RoundTrips?) async throws -> Bool {
        let isYes = session.arguments.has(.yes)
        if isYes, !terminal.isErrorTerminal { return true }
        let plan: PlanDTO = try await market.post(
            "/v1/plans", PlanRequest(spec: spec.text, roundTrips: trips), idempotencyKey: "plan")
        let page = PlanPage(plan: plan, spec: spec, language: session.language)
        for line in page.lines { terminal.note(line) }
        guard !isYes else { return true }
        let question = session.told(
            .confirmBuy,
            [
                "amount": Quantity.money(plan.budget.money),
                "context": try session.context().name,
            ])
        return try session.confirm(question, upTo: plan.budget.money)
    }
}
