package import Domain

/// Why something is as it is.
package struct ReasonDTO: Codable, Hashable, Sendable {
    package let code: String
    /// A sentence in the reader's language.
    package let text: String
    /// What would help; left out where nothing is known to.
    package let fixes: [FixDTO]?
    /// Of a job that waits for what runs to end; left out where that is not what it waits for.
    package let expectedStart: ExpectedStartDTO?

    package init(
        code: String, text: String, fixes: [FixDTO]? = nil, expectedStart: ExpectedStartDTO? = nil
    ) {
        self.code = code
        self.text = text
        self.fixes = fixes
        self.expectedStart = expectedStart
    }

    private enum CodingKeys: String, CodingKey {
        case code, text, fixes
        case expectedStart = "expected_start"
    }
}

/// When a job that waits will have a place, if what runs runs on as long as it may, and spot leases make
/// way for it where they can.
package struct ExpectedStartDTO: Codable, Hashable, Sendable {
    package let latest: TimeDTO
    /// Orders that may take the place before.
    package let ordersAhead: Int
    /// Whether spot leases make way for it; left out where they do not.
    package let spotMakesWay: Bool?

    package init(latest: TimeDTO, ordersAhead: Int, spotMakesWay: Bool? = nil) {
        self.spotMakesWay = spotMakesWay
        self.latest = latest
        self.ordersAhead = ordersAhead
    }

    private enum CodingKeys: String, CodingKey {
        case latest
        case ordersAhead = "orders_ahead"
        case spotMakesWay = "spot_makes_way"
    }

    package func text(in language: Language) -> String {
        let message: Message = spotMakesWay == true ? .expectedStartSpot : .expectedStart
        return message.text(
            in: language, ["time": latest.description, "ahead": String(ordersAhead)])
    }
}

/// How many tasks of a job stand where.
package struct TaskCountsDTO: Codable, Hashable, Sendable {
    package let queued: Int
    package let open: Int
    package let leased: Int
    package let succeeded: Int
    package let failed: Int
    package let stopped: Int

    package init(queued: Int, open: Int, leased: Int, succeeded: Int, failed: Int, stopped: Int) {
        self.queued = queued
        self.open = open
        self.leased = leased
        self.succeeded = succeeded
        self.failed = failed
        self.stopped = stopped
    }

    package init(_ counts: TaskCounts) {
        self.init(
            queued: counts.queued, open: counts.open, leased: counts.leased,
            succeeded: counts.succeeded, failed: counts.failed, stopped: counts.stopped)
    }
}

/// One element of a job's array and its attempt: the one that runs, ended it, or is to come. What
/// earlier ones were stands in the job's events and its invoice.
package struct TaskDTO: Codable, Hashable, Sendable {
    package let index: Int
    package let state: TaskState
    package let attempt: Int64
    /// The program's own, once it ended by itself.
    package let exitCode: Int?
    /// `EndReason.text`: `exit:0`, `oom`, `limit`, `budget`, `stopped`, `lost`, …
    package let endedBy: String?
    /// Of that attempt; left out before it has a lease.
    package let node: NodeID?
    package let lease: LeaseID?
    /// Of that lease; left out where it has none.
    package let devices: [DeviceID]?
    /// Left out unless that lease is asked to leave now.
    package let leaving: LeavingDTO?
    /// The container's id on its node, while one is known.
    package let container: String?
    /// Of all its attempts so far.
    package let charged: MoneyDTO

    package init(
        index: Int, state: TaskState, attempt: Int64, exitCode: Int? = nil, endedBy: String? = nil,
        node: NodeID? = nil, lease: LeaseID? = nil, devices: [DeviceID]? = nil,
        leaving: LeavingDTO? = nil, container: String? = nil, charged: MoneyDTO
    ) {
        self.index = index
        self.state = state
        self.attempt = attempt
        self.exitCode = exitCode
        self.endedBy = endedBy
        self.node = node
        self.lease = lease
        self.devices = devices
        self.leaving = leaving
        self.container = container
        self.charged = charged
    }

    private enum CodingKeys: String, CodingKey {
        case index, state, attempt
        case exitCode = "exit_code"
        case endedBy = "ended_by"
        case node, lease, devices, leaving, container, charged
    }
}

/// A job: one budget, one invoice, 1…10 000 tasks.
package struct JobDTO: Codable, Hashable, Sendable {
    package let id: JobID
    package let name: String
    package let state: JobState
    package let reason: ReasonDTO?
    package let submittedAt: TimeDTO
    package let tasks: Int
    package let counts: TaskCountsDTO
    package let budget: MoneyDTO
    /// What of the budget is still set aside.
    package let held: MoneyDTO
    package let charged: MoneyDTO
    package let refunded: MoneyDTO
    /// Whole billed seconds: the sum over its leases.
    package let billedSeconds: Int64
    /// What a waiting command ends with, once the job is over.
    package let exitCode: Int?
    package let image: ImageDTO
    /// Left out where it has none.
    package let network: NetworkAccess?
    /// Left out where it has no schedule.
    package let deadline: DeadlineDTO?
    /// Whose deposit in the vault pays; left out where the renter's balance does.
    package let payer: ChainAddress?
    /// True where the price of each lease is locked in the escrow before it starts; left out elsewhere.
    package let isLocked: Bool?
    /// True where the market signs for its payer; left out elsewhere.
    package let custodial: Bool?
    package let taskList: [TaskDTO]

    package init(
        id: JobID, name: String, state: JobState, reason: ReasonDTO? = nil, submittedAt: TimeDTO,
        tasks: Int, counts: TaskCountsDTO, budget: MoneyDTO, held: MoneyDTO, charged: MoneyDTO,
        refunded: MoneyDTO, billedSeconds: Int64, exitCode: Int? = nil, image: ImageDTO,
        network: NetworkAccess? = nil, deadline: DeadlineDTO? = nil, payer: ChainAddress? = nil,
        custodial: Bool? = nil, isLocked: Bool? = nil, taskList: [TaskDTO] = []
    ) {
        self.isLocked = isLocked
        self.payer = payer
        self.custodial = custodial
        self.deadline = deadline
        self.id = id
        self.name = name
        self.state = state
        self.reason = reason
        self.submittedAt = submittedAt
        self.tasks = tasks
        self.counts = counts
        self.budget = budget
        self.held = held
        self.charged = charged
        self.refunded = refunded
        self.billedSeconds = billedSeconds
        self.exitCode = exitCode
        self.image = image
        self.network = network
        self.taskList = taskList
    }

    private enum CodingKeys: String, CodingKey {
        case id, name, state, reason
        case submittedAt = "submitted_at"
        case tasks, counts, budget, held,
            charged, refunded
        case billedSeconds = "billed_seconds"
        case exitCode = "exit_code"
        case image, network, deadline, payer, custodial
        case isLocked = "locked"
        case
            taskList = "task_list"
    }
}
