import Domain
import Marketplace

// Deadlines: nobody is placed too late, nobody waits in vain, and who was given up was late.
extension Auditor {
    mutating func noteDeadlines(_ evidence: Evidence, _ decision: Decision) {
        switch evidence.command {
        case .submit(let submit):
            guard case .success(let answer) = evidence.outcome, !answer.isReplayed,
                let job = answer.job
            else { return }
            latestStarts[job] = submit.terms.deadline.flatMap(Self.latestStart)
        case .expire(let job):
            let tasks = decision.rows.compactMap { row in
                if case .task(let task) = row { task.id } else { nil }
            }
            guard !tasks.isEmpty else { return }
            givenUp.formUnion(tasks)
            let latest = latestStarts[job]
            require(
                latest.map { $0 < evidence.at } ?? false, "who is given up is late",
                "\(job): by \(latest as Any), given up at \(evidence.at)")
        default: break  // nothing else is about deadlines
        }
    }

    /// From what its renter said, worked out once more.
    private static func latestStart(_ deadline: Deadline) -> Timestamp? {
        let expected = deadline.expectedMilliseconds ?? 0
        let moments = [
            deadline.startBy?.milliseconds, deadline.finishBy.map { $0.milliseconds - expected },
        ]
        return moments.compactMap(\.self).min().map { Timestamp(milliseconds: $0) }
    }

    mutating func checkInTime(_ lease: Lease, at now: Timestamp) {
        require(
            !givenUp.contains(lease.task), "who was given up is not placed", "\(lease.id)")
        guard let latest = latestStarts[lease.task.job] else { return }
        require(
            now <= latest, "nobody is placed too late",
            "\(lease.id) at \(now.milliseconds), in time until \(latest.milliseconds)")
    }

    /// - Parameter ticks: of a market's life; a young one may not have looked yet.
    mutating func checkNobodyLateWaits(at now: Timestamp, ticks: Int) {
        guard ticks >= 4 else {
            lateSince = [:]
            return
        }
        for id in jobOrder {
            guard let latest = latestStarts[id], let job = jobs[id], latest < now,
                job.life == .active, job.counts.queued + job.counts.open > 0
            else {
                lateSince[id] = nil
                continue
            }
            let since = lateSince[id] ?? now
            lateSince[id] = since
            require(
                now.millisecondsSince(since) <= 2000, "nobody waits for what is too late",
                "\(id): late since \(since.milliseconds)")
        }
    }
}

extension World {
    /// Of a bid, so that no draw more is needed: every fifth job says when, some so that only a place
    /// at once is in time. All of them in time at first.
    static func deadline(ofBid bid: Int64, _ seconds: Int64, at now: Timestamp) -> Deadline? {
        guard bid % 5 == 0 else { return nil }
        let start = now.advanced(milliseconds: 2_000 + bid / 5 % 40_000)
        switch bid / 5 % 3 {
        case 0:
            return try? Deadline(startBy: start, finishBy: nil, expectedMilliseconds: nil)
        case 1:
            return try? Deadline(
                startBy: nil, finishBy: start.advanced(seconds: seconds),
                expectedMilliseconds: seconds * 1000)
        default:
            return try? Deadline(
                startBy: start.advanced(seconds: 9), finishBy: start.advanced(seconds: seconds),
                expectedMilliseconds: seconds * 1000)
        }
    }

    func note(deadlines decision: Decision, of command: Command) {
        switch command {
        case .clear(let clearing) where auditor.latestStarts[clearing.task.job] != nil:
            report.reached.count(.deadlineKept)
        case .expire where !decision.rows.isEmpty: report.reached.count(.deadlineMissed)
        default: break  // nothing else is about deadlines
        }
    }
}

extension SubmitJob {
    /// The same order, at any time.
    var withoutDeadline: SubmitJob { asking(terms.needs, by: nil) }
}
