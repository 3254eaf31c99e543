import Domain

/// A lease among those of its job.
struct LeasePlace: Hashable, Sendable {
    let id: LeaseID
    let task: Int
    let attempt: Int64
}

extension LeasePlace {
    init(_ lease: Lease) {
        self.init(id: lease.id, task: lease.task.index, attempt: lease.attempt)
    }

    /// Those that are told of where not all can be: of each task its latest attempt first, for that is
    /// what runs, then the attempts before it.
    static func latest(_ places: [LeasePlace], most: Int) -> [LeasePlace] {
        let ranked = Dictionary(grouping: places, by: \.task).values.flatMap { attempts in
            attempts.sorted { $0.attempt > $1.attempt }.enumerated()
                .map { (rank: $0.offset, place: $0.element) }
        }
        return ranked.sorted { ($0.rank, $0.place.task) < ($1.rank, $1.place.task) }
            .prefix(most).map(\.place)
    }
}

/// The leases of a job that one reader of its samples has heard of. A later attempt takes the place of
/// an earlier one where there is room for no more.
struct FollowedLeases: Sendable {
    let task: Int?
    let most: Int
    private var places: [LeasePlace] = []
    /// Every lease that is known, and whether its samples are told.
    private(set) var isTold: [LeaseID: Bool] = [:]

    /// - Parameters:
    ///   - task: the only one that is asked for; nil for all.
    ///   - most: leases at a time.
    init(task: Int?, most: Int) { (self.task, self.most) = (task, most) }

    /// - Parameter leases: those of the ids that the store knows.
    mutating func add(_ ids: [LeaseID], _ leases: [Lease]) {
        places += leases.map(LeasePlace.init).filter { task == nil || $0.task == task }
        for id in ids + places.map(\.id) { isTold[id] = false }
        for place in LeasePlace.latest(places, most: most) { isTold[place.id] = true }
    }
}
