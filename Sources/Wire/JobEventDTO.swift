package import Domain

/// What can be told of a job; the same words as `event:` on the wire.
package enum JobEventKind: String, Hashable, Sendable, Codable, CaseIterable {
    case submitted, placed, started, metered, leaving, staying, ended, settled, requeued, expired
    case closing, refunded, closed, reopened
}

/// One event of a job. A field is there when its kind says so; seconds and charge are cumulative
/// of the lease.
package struct JobEventDTO: Codable, Hashable, Sendable {
    package let event: JobEventKind
    package let at: TimeDTO
    package var task: Int?
    package var attempt: Int64?
    package var lease: LeaseID?
    package var node: NodeID?
    package var microPerHour: Int64?
    package var meteredS: Int64?
    package var charge: MoneyDTO?
    /// The budget of `submitted`, the rest of `refunded`.
    package var amount: MoneyDTO?
    /// Of `ended` and `expired` as `ended_by` has it; of `leaving` what it will end with.
    package var reason: String?
    /// Of `leaving`: when it is to be gone.
    package var until: TimeDTO?
    package var outcome: String?
    /// Tasks of `submitted` and `reopened`, cancelled ones of `closing` and `expired`.
    package var tasks: Int?

    package init(_ event: JobEventKind, at: TimeDTO) {
        self.event = event
        self.at = at
    }

    private enum CodingKeys: String, CodingKey {
        case event, at, task, attempt, lease, node
        case microPerHour = "micro_per_hour"
        case meteredS = "metered_s"
        case charge, amount, reason, until, outcome, tasks
    }
}

/// The explicit end of a stream of a job: a dropped connection is never mistaken for it.
package struct JobEndDTO: Codable, Hashable, Sendable {
    package let state: JobState
    package let exitCode: Int?

    package init(state: JobState, exitCode: Int?) {
        self.state = state
        self.exitCode = exitCode
    }

    private enum CodingKeys: String, CodingKey {
        case state
        case exitCode = "exit_code"
    }
}
