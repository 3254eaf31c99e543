package import Domain

/// Where a job stands, in one word; the same list in every interface.
package enum JobState: String, Hashable, Sendable, Codable, CaseIterable {
    case waiting, matching, starting, running, stopping, finished, failed, stopped

    /// - Parameter started: live leases whose container has been heard of.
    package init(life: JobLife, counts: TaskCounts, started: Int) {
        switch life {
        case .active where started > 0: self = .running
        case .active where counts.leased > 0: self = .starting
        case .active: self = .waiting
        case .closing: self = .stopping
        case .closed(.succeeded, at: _): self = .finished
        case .closed(.failed, at: _): self = .failed
        case .closed(.stopped, at: _): self = .stopped
        }
    }

    package var isOver: Bool {
        switch self {
        case .waiting, .matching, .starting, .running, .stopping: false
        case .finished, .failed, .stopped: true
        }
    }
}

/// Where one task stands; the words of `TaskCounts`.
package enum TaskState: String, Hashable, Sendable, Codable, CaseIterable {
    case queued, open, leased, succeeded, failed, stopped

    package init(_ life: TaskLife) {
        switch life {
        case .queued: self = .queued
        case .open: self = .open
        case .leased: self = .leased
        case .finished(.stopped): self = .stopped
        case .finished(let reason): self = reason.isSuccess ? .succeeded : .failed
        }
    }
}

/// Which of a container's outputs a line came from; `system` is the node speaking.
package enum LogStream: String, Hashable, Sendable, Codable, CaseIterable {
    case out, err, system
}
