import Domain
import Wire

extension LeafCommand {
    /// `orban cost`: what each job was charged so far.
    static let billingSummary = LeafCommand(
        "billing summary", shortcut: "cost", .helpCost, options: [Option.limit.form]
    ) { session in
        let limit = try session.arguments.value(Option.limit) ?? 1000
        let jobs = try await session.withMarket([.renter]) { try await $0.jobs(limit: limit) }
        let total = try jobs.reduce(Money.zero) { try $0.adding($1.charged.money) }
        try session.show(jobs) {
            var table = Table([
                .init(session.told(.headingName)), .init(session.told(.headingState)),
                .init(session.told(.headingMetered), .right),
                .init(session.told(.headingCharge), .right),
                .init(session.told(.headingBudget), .right),
            ])
            table.rows = jobs.map {
                [
                    $0.name, JobTable.state($0.state, session.language), String($0.billedSeconds),
                    Quantity.money($0.charged.money), Quantity.money($0.budget.money),
                ]
            }
            table.rows.append([
                session.told(.invoiceTotal), "", "", Quantity.money(total), "",
            ])
            return table.lines
        }
        return ExitCode.done.rawValue
    }

    /// `orban invoice`: a job's lines, each recomputable from its seconds and its rate.
    static let invoiceGet = LeafCommand(
        "billing invoice", shortcut: "invoice", .helpInvoice,
        operands: [Operand("job", .operandJob)]
    ) { session in
        let name = session.arguments.operands[0].pathSegment
        let invoice: InvoiceDTO = try await session.withMarket([.renter, .operator]) {
            try await $0.get("/v1/jobs/\(name)/invoice")
        }
        try session.show(invoice) { try InvoicePage(session: session, invoice: invoice).lines() }
        return ExitCode.done.rawValue
    }

    /// `orban balance`.
    static let billingBalance = LeafCommand("billing balance", shortcut: "balance", .helpBalance) {
        session in
        let balance: BalanceDTO = try await session.withMarket([.renter, .provider, .operator]) {
            try await $0.get("/v1/balance")
        }
        try session.show(balance) {
            Table.aligned([
                [session.told(.headingAccount), balance.account.text],
                [session.told(.balanceAvailable), Quantity.money(balance.available.money)],
                [session.told(.balanceHeld), Quantity.money(balance.held.money)],
            ])
        }
        return ExitCode.done.rawValue
    }
}

/// An invoice as people read it.
private struct InvoicePage {
    let session: Session
    let invoice: InvoiceDTO

    func lines() throws -> [String] {
        [session.told(.invoiceTitle, ["name": invoice.name, "job": invoice.job.text]), ""]
            + table.lines + [""] + Table.aligned(try sums()) + ["", session.told(.invoiceRule)]
    }

    private var table: Table {
        var table = Table([
            .init(session.told(.headingTask), .right),
            .init(session.told(.headingAttempt), .right), .init(session.told(.headingNode)),
            .init(session.told(.headingMetered), .right),
            .init(session.told(.headingPrice), .right), .init(session.told(.headingCharge), .right),
            .init(session.told(.headingEndedBy)),
        ])
        table.rows = invoice.lines.map { line in
            let rate = (try? Rate(microPerHour: line.microPerHour)).map(Quantity.rate) ?? "–"
            return [
                String(line.task), String(line.attempt), line.node.text, String(line.meteredS),
                rate, Quantity.money(line.charge.money), line.endedBy,
            ]
        }
        return table
    }

    private func sums() throws -> [[String]] {
        let credit = try invoice.lines.compactMap { $0.credit?.money }
            .reduce(Money.zero) { try $0.adding($1) }
        let given =
            credit == .zero ? [] : [[session.told(.invoiceCredit), Quantity.money(credit)]]
        return [[session.told(.invoiceTotal), Quantity.money(invoice.total.money)]] + given + [
            [session.told(.headingBudget), Quantity.money(invoice.budget.money)],
            [session.told(.invoiceRefunded), Quantity.money(invoice.refunded.money)],
            [
                session.told(.invoiceFundedBy, ["source": invoice.fundedBy]),
                invoice.custodial == true ? session.told(.paidCustodial) : "",
            ],
        ]
    }
}
