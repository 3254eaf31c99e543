/// What runs in a task's container.
package struct Workload: Hashable, Sendable, Codable {
    /// A file or folder given to the container, read-only, by content.
    package struct Input: Hashable, Sendable, Codable {
        package let digest: BlobDigest
        package let path: String
        package let form: BlobForm

        package init(digest: BlobDigest, path: String, form: BlobForm) {
            self.digest = digest
            self.path = path
            self.form = form
        }
    }

    package struct Variable: Hashable, Sendable, Codable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package let image: ImageReference
    package let command: [String]
    package let environment: [Variable]
    package let inputs: [Input]
    /// Absolute folders whose content is kept after the run.
    package let outputs: [String]

    package init(
        image: ImageReference, command: [String], environment: [Variable], inputs: [Input],
        outputs: [String]
    ) {
        self.image = image
        self.command = command
        self.environment = environment
        self.inputs = inputs
        self.outputs = outputs
    }
}

/// SHA-256 of a blob's bytes as `sha256:` and 64 lower-case hex digits.
package struct BlobDigest: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let text: String

    package init?(_ text: String) {
        guard text.hasPrefix("sha256:"), text.utf8.count == 71 else { return nil }
        let isHex = text.utf8.dropFirst(7).allSatisfy {
            (48...57).contains($0) || (97...102).contains($0)
        }
        guard isHex else { return nil }
        self.text = text
    }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let digest = BlobDigest(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a sha256 digest"))
        }
        self = digest
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }
    package static func < (left: BlobDigest, right: BlobDigest) -> Bool { left.text < right.text }
}

/// How a blob becomes files in a container.
package enum BlobForm: String, Hashable, Sendable, Codable {
    case file
    /// A POSIX tar archive that unpacks to a folder.
    case folder
}

/// What a renter asked for: one budget, one invoice, 1…10 000 tasks.
package struct JobTerms: Hashable, Sendable, Codable {
    package static let maximumTasks = 10_000
    /// Leases of one job: each task as often as it may be placed.
    package static let mostLeases = maximumTasks * Int(JobTask.mostAttempts)

    package let name: String
    package let workload: Workload
    package let needs: Needs
    package let tasks: Int
    /// Most tasks on leases at once.
    package let parallel: Int
    /// More failed tasks than this stop the rest.
    package let maxFailures: Int
    package let budget: Money
    /// Seconds a task may run.
    package let maxDuration: Int64
    /// Seconds a node may run it unrenewed, 3…86 400.
    package let fence: Int64
    /// By when each task is to run or be done; nil where that does not matter.
    package let deadline: Deadline?
    /// How its tasks stand to one another; nil where each is placed alone.
    package let formation: Formation?
    /// Whose money on a chain pays, by `needs.settlement`; nil: the renter's balance with the market.
    package let payer: ChainAddress?

    package init(
        name: String, workload: Workload, needs: Needs, tasks: Int, parallel: Int,
        maxFailures: Int, budget: Money, maxDuration: Int64, fence: Int64,
        deadline: Deadline? = nil, formation: Formation? = nil, payer: ChainAddress? = nil
    ) {
        self.payer = payer
        self.deadline = deadline
        self.formation = formation
        self.name = name
        self.workload = workload
        self.needs = needs
        self.tasks = tasks
        self.parallel = parallel
        self.maxFailures = maxFailures
        self.budget = budget
        self.maxDuration = maxDuration
        self.fence = fence
    }

    /// Whether each of its leases waits for its price to be locked.
    package var isLocked: Bool { payer != nil && needs.settlement == .lock }
}

/// How a job ended.
package enum JobOutcome: String, Hashable, Sendable, Codable {
    case succeeded, failed, stopped
}

package enum JobLife: Hashable, Sendable, Codable {
    case active
    /// No task is placed any more; live leases run out or are being stopped.
    case closing(JobOutcome)
    case closed(JobOutcome, at: Timestamp)

    /// The life after `event`. Total.
    package func after(_ event: JobEvent) throws(IllegalTransition) -> JobLife {
        switch (self, event) {
        case (.active, .close(let outcome)): .closing(outcome)
        case (.closing(let outcome), .drained(let now)): .closed(outcome, at: now)
        case (.closed, .reopened): .active
        case (.active, _), (.closing, _), (.closed, _):
            throw IllegalTransition(state: "\(self)", event: "\(event)")
        }
    }
}

package enum JobEvent: Hashable, Sendable {
    case close(JobOutcome)
    case drained(at: Timestamp)
    case reopened
}

/// A life was asked for a move that it does not have: our defect, never the caller's.
package struct IllegalTransition: Error, Hashable {
    package let state: String
    package let event: String

    package init(state: String, event: String) {
        self.state = state
        self.event = event
    }
}

/// How many tasks of a job stand where. The sum is the job's task count.
package struct TaskCounts: Hashable, Sendable, Codable {
    package var queued: Int
    package var open: Int
    package var leased: Int
    package var succeeded: Int
    package var failed: Int
    package var stopped: Int

    package init(
        queued: Int, open: Int, leased: Int = 0, succeeded: Int = 0, failed: Int = 0,
        stopped: Int = 0
    ) {
        self.queued = queued
        self.open = open
        self.leased = leased
        self.succeeded = succeeded
        self.failed = failed
        self.stopped = stopped
    }

    package var unfinished: Int { queued + open + leased }
}

package struct Job: Hashable, Sendable, Codable {
    package let id: JobID
    package let renter: AccountID
    package let terms: JobTerms
    package let submittedAt: Timestamp
    /// 16 random bytes that hide renter and job in the public log; the owner's to show.
    package let salt: [UInt8]
    package var life: JobLife
    package var counts: TaskCounts
    /// Places that spot leases are asked to leave for its open tasks, by task; nil where there are none,
    /// so that a row of an older form is still what it was.
    package private(set) var awaited: [AwaitedPlace]?
    /// When its renter first asked for its end; nil: not, or not since it was run again.
    package var stoppedAt: Timestamp?

    package init(
        id: JobID, renter: AccountID, terms: JobTerms, submittedAt: Timestamp, salt: [UInt8],
        life: JobLife, counts: TaskCounts
    ) {
        self.id = id
        self.renter = renter
        self.terms = terms
        self.submittedAt = submittedAt
        self.salt = salt
        self.life = life
        self.counts = counts
    }

    /// At most one place is awaited for a task.
    package mutating func awaitPlace(on node: NodeID?, for task: Int) {
        var places = (awaited ?? []).filter { $0.task != task }
        if let node { places.append(AwaitedPlace(task: task, node: node)) }
        awaited = places.isEmpty ? nil : places.sorted { $0.task < $1.task }
    }

    package mutating func awaitNothing() { awaited = nil }
}

/// A place that is being freed for a task.
package struct AwaitedPlace: Hashable, Sendable, Codable {
    /// Its index.
    package let task: Int
    package let node: NodeID

    package init(task: Int, node: NodeID) {
        self.task = task
        self.node = node
    }
}

package enum TaskLife: Hashable, Sendable, Codable {
    /// Waits for its turn under `parallel`.
    case queued
    /// Its order is on the book.
    case open(since: Timestamp)
    case leased(LeaseID)
    case finished(EndReason)

    package func after(_ event: TaskEvent) throws(IllegalTransition) -> TaskLife {
        switch (self, event) {
        case (.queued, .opened(let now)): .open(since: now)
        case (.open, .matched(let lease)): .leased(lease)
        case (.leased, .ended(let reason)): .finished(reason)
        case (.leased, .yielded): .queued
        case (.queued, .cancelled(let reason)), (.open, .cancelled(let reason)):
            .finished(reason)
        case (.finished, .retried): .queued
        case (.queued, _), (.open, _), (.leased, _), (.finished, _):
            throw IllegalTransition(state: "\(self)", event: "\(event)")
        }
    }
}

package enum TaskEvent: Hashable, Sendable {
    case opened(at: Timestamp)
    case matched(LeaseID)
    case ended(EndReason)
    /// Its lease made way for a machine's owner or an on-demand order; it is placed anew.
    case yielded
    /// It will not be placed, for that reason.
    case cancelled(EndReason)
    case retried
}

/// One element of a job's array.
package struct JobTask: Hashable, Sendable, Codable {
    /// A run that makes way for an owner is followed by another one up to this attempt: a node that
    /// takes orders and yields them at once does not go on for ever.
    package static let mostAttempts: Int64 = 100

    package let id: TaskID
    /// The fencing number of the lease it has or will have next; grows by one per lease.
    package var attempt: Int64
    package var life: TaskLife

    package init(id: TaskID, attempt: Int64, life: TaskLife) {
        self.id = id
        self.attempt = attempt
        self.life = life
    }
}
