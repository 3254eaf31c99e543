package import Accounting
package import Domain
package import Transparency

/// What a decision makes true, in one transaction.
package struct Decision: Hashable, Sendable {
    /// Rows to insert or replace by their key.
    package var rows: [Row] = []
    package var droppedUploads: [BlobKey] = []
    package var transfers: [Transfer] = []
    package var effects: [OutboxEntry] = []
    package var doneEffects: [EffectID] = []
    package var newEntries: [PendingEntry] = []
    /// Pending entries that got their number; they leave the waiting list.
    package var numbered: [LogEntry] = []
    package var logNodes: [LogNode] = []
    /// Get their numbers, in this order, where they are stored.
    package var news: [JobNews] = []
    package var answer: Answer = .done

    package init() {}

    package init(answer: Answer) { self.answer = answer }

    mutating func tell(_ fact: JobFact, of job: JobID, at now: Timestamp) {
        news.append(JobNews(job: job, at: now, fact: fact))
    }

    package mutating func apply(_ ledger: Ledger) {
        transfers += ledger.transfers
        rows += ledger.changedBalances.map(Row.balance)
    }
}

/// What a command answers its caller.
package enum Answer: Hashable, Sendable, Codable {
    case done
    case job(JobID)
    /// The same command was answered before; nothing was changed now.
    indirect case replayed(Answer)

    package var isReplayed: Bool {
        if case .replayed = self { true } else { false }
    }
    package var job: JobID? {
        switch self {
        case .job(let id): id
        case .replayed(let answer): answer.job
        case .done: nil
        }
    }
}
