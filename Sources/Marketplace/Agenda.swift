import Domain

/// Jobs with tasks that wait and have to start by some moment: who is late is found at once.
struct Agenda: Sendable {
    private struct Entry: Hashable, Comparable, Sendable {
        /// At which a start is still in time.
        let latest: Timestamp
        let job: JobID

        static func < (left: Entry, right: Entry) -> Bool {
            (left.latest, left.job) < (right.latest, right.job)
        }
    }

    /// The one that is late first stands last.
    private var entries: [Entry] = []

    /// Follows a job's row: it is here as long as something of it waits.
    mutating func follow(_ job: Job) {
        guard let latest = job.terms.deadline?.latestStart else { return }
        let entry = Entry(latest: latest, job: job.id)
        let index = place(of: entry)
        let isKnown = index < entries.count && entries[index] == entry
        let waits = job.life == .active && job.counts.queued + job.counts.open > 0
        if waits, !isKnown { entries.insert(entry, at: index) }
        if !waits, isKnown { entries.remove(at: index) }
    }

    func isLate(at now: Timestamp) -> Bool { entries.last.map { $0.latest < now } ?? false }

    /// Those that are late, taken off: they come again with news of them.
    mutating func takeLate(at now: Timestamp, limit: Int) -> [JobID] {
        var late: [JobID] = []
        while late.count < limit, isLate(at: now), let entry = entries.popLast() {
            late.append(entry.job)
        }
        return late
    }

    private func place(of entry: Entry) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = low + (high - low) / 2
            if entries[middle] <= entry { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
