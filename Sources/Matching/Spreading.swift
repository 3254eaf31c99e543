import Domain

/// Where an order does not go, because another task of its job is there.
struct ClosedPlaces: Hashable, Sendable {
    static let none = ClosedPlaces()

    private(set) var nodes: Set<NodeID> = []
    private(set) var providers: Set<AccountID> = []

    var isEmpty: Bool { nodes.isEmpty && providers.isEmpty }

    func has(_ offer: Offer) -> Bool {
        nodes.contains(offer.node) || providers.contains(offer.provider)
    }

    mutating func close(_ place: Spreading.Place, for spread: Formation.Spread) {
        switch spread {
        case .node: nodes.insert(place.node)
        case .provider: providers.insert(place.provider)
        }
    }
}

/// Where the tasks of jobs are that keep them apart: on leases, and where they are proposed.
struct Spreading: Hashable, Sendable {
    struct Place: Hashable, Sendable {
        let node: NodeID
        let provider: AccountID
    }

    private struct Tasks: Hashable, Sendable {
        var leased: [LeaseID: Place] = [:]
        var proposed: [TaskID: Place] = [:]

        var isEmpty: Bool { leased.isEmpty && proposed.isEmpty }
    }

    /// Looked up; of one job's places it does not matter which comes first.
    private var jobs: [JobID: Tasks] = [:]

    func closed(to job: JobID, by spread: Formation.Spread) -> ClosedPlaces {
        var closed = ClosedPlaces.none
        guard let tasks = jobs[job] else { return closed }
        for place in tasks.leased.values { closed.close(place, for: spread) }
        for place in tasks.proposed.values { closed.close(place, for: spread) }
        return closed
    }

    mutating func occupy(_ place: Place, by lease: LeaseID, of job: JobID) {
        jobs[job, default: Tasks()].leased[lease] = place
    }

    /// - Returns: whether it was there.
    mutating func vacate(_ lease: LeaseID, of job: JobID) -> Bool {
        guard jobs[job]?.leased.removeValue(forKey: lease) != nil else { return false }
        forget(job)
        return true
    }

    mutating func propose(_ task: TaskID, at place: Place) {
        jobs[task.job, default: Tasks()].proposed[task] = place
    }

    mutating func withdraw(_ task: TaskID) {
        guard jobs[task.job] != nil else { return }
        jobs[task.job]?.proposed[task] = nil
        forget(task.job)
    }

    private mutating func forget(_ job: JobID) {
        if jobs[job]?.isEmpty == true { jobs[job] = nil }
    }
}
