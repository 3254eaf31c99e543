package import Domain

/// One lease on an invoice: `charge = ceil(metered_s × micro_per_hour / 3600)` micro-units.
package struct InvoiceLineDTO: Codable, Hashable, Sendable {
    package let task: Int
    package let attempt: Int64
    package let lease: LeaseID
    package let node: NodeID
    package let provider: AccountID
    package let microPerHour: Int64
    package let meteredS: Int64
    package let charge: MoneyDTO
    package let endedBy: String
    /// What was given back before the charge was made, as the machine had promised more of its time; left out where
    /// nothing was promised, and while it runs.
    package let credit: MoneyDTO?

    package init(
        task: Int, attempt: Int64, lease: LeaseID, node: NodeID, provider: AccountID,
        microPerHour: Int64, meteredS: Int64, charge: MoneyDTO, endedBy: String,
        credit: MoneyDTO? = nil
    ) {
        self.credit = credit
        self.task = task
        self.attempt = attempt
        self.lease = lease
        self.node = node
        self.provider = provider
        self.microPerHour = microPerHour
        self.meteredS = meteredS
        self.charge = charge
        self.endedBy = endedBy
    }

    private enum CodingKeys: String, CodingKey {
        case task, attempt, lease, node, provider
        case microPerHour = "micro_per_hour"
        case
            meteredS = "metered_s"
        case charge, credit
        case endedBy = "ended_by"
    }
}

/// A job's invoice: its lines sum to `total`, and `total + refunded = budget` once it is over.
package struct InvoiceDTO: Codable, Hashable, Sendable {
    package let job: JobID
    package let name: String
    package let currency: String
    package let lines: [InvoiceLineDTO]
    package let total: MoneyDTO
    package let budget: MoneyDTO
    package let refunded: MoneyDTO
    /// Where the money came from, for example `operator-granted`.
    package let fundedBy: String
    /// True where the market signs for its payer; left out elsewhere.
    package let custodial: Bool?

    package init(
        job: JobID, name: String, currency: String, lines: [InvoiceLineDTO], total: MoneyDTO,
        budget: MoneyDTO, refunded: MoneyDTO, fundedBy: String,
        custodial: Bool? = nil
    ) {
        self.custodial = custodial
        self.job = job
        self.name = name
        self.currency = currency
        self.lines = lines
        self.total = total
        self.budget = budget
        self.refunded = refunded
        self.fundedBy = fundedBy
    }

    private enum CodingKeys: String, CodingKey {
        case job, name, currency, lines, total, budget, refunded, custodial
        case fundedBy = "funded_by"
    }
}
