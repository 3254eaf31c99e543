package import Domain

/// Which run of which task an event is about.
package struct RunMark: Hashable, Sendable, Codable {
    package let task: Int
    package let attempt: Int64
    package let lease: LeaseID

    package init(_ lease: Lease) {
        task = lease.task.index
        attempt = lease.attempt
        self.lease = lease.id
    }
}

/// What became true of a job.
package enum JobFact: Hashable, Sendable, Codable {
    case submitted(tasks: Int, budget: Money)
    case placed(RunMark, node: NodeID, rate: Rate)
    /// The container was heard of: the first accepted receipt, unless it ends what never ran.
    case started(RunMark)
    /// What a running lease has cost by the end of a period.
    case metered(RunMark, seconds: Int64, charge: Money)
    /// The machine's owner needs it, or an on-demand order takes its place: that run is asked to leave,
    /// and is gone by then.
    case leaving(RunMark, code: String, until: Timestamp)
    /// Its owner needs the machine no more: it may stay.
    case staying(RunMark)
    case ended(RunMark, EndReason)
    case settled(RunMark, seconds: Int64, charge: Money)
    /// That run made way; its task is placed anew.
    case requeued(RunMark)
    /// So many waiting tasks could no longer start in time; they are over.
    case expired(tasks: Int)
    /// Nothing is placed any more; waiting tasks were cancelled.
    case closing(JobOutcome, cancelled: Int)
    case refunded(Money)
    case closed(JobOutcome)
    case reopened(tasks: Int)
}

/// A fact with its moment: written in the decision that makes it true, never later and never alone.
package struct JobNews: Hashable, Sendable {
    package let job: JobID
    package let at: Timestamp
    package let fact: JobFact

    package init(job: JobID, at: Timestamp, fact: JobFact) {
        self.job = job
        self.at = at
        self.fact = fact
    }
}

/// A fact with its number among the job's facts, from 1 without a gap.
package struct EventRow: Hashable, Sendable, Codable {
    package let job: JobID
    package let sequence: Int64
    package let at: Timestamp
    package let fact: JobFact

    package init(_ news: JobNews, sequence: Int64) {
        self.init(job: news.job, sequence: sequence, at: news.at, fact: news.fact)
    }

    package init(job: JobID, sequence: Int64, at: Timestamp, fact: JobFact) {
        self.job = job
        self.sequence = sequence
        self.at = at
        self.fact = fact
    }
}
