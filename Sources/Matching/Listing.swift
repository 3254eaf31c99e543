package import Domain

/// Whether the market has refused what the book believes of an offer or an order.
enum Standing: Hashable, Sendable {
    case live
    /// Proposed, and not answered yet: an order is proposed once.
    case proposed
    /// Nothing is proposed with it until it changes.
    case stale
}

/// A node's offer as it lies on the book: as it was committed, and as it will be if what is proposed on
/// it is taken.
struct Listing: Hashable, Sendable {
    /// What a proposal takes, and the version that the offer has once it is taken.
    struct Pending: Hashable, Sendable {
        let task: TaskID
        let slice: Resources
        let devices: [DeviceID]
        let version: Int64
        let moment: Timestamp
    }

    /// What an order is kept, as far as it is free by now: nobody else is shown it, but who was kept
    /// something before.
    struct Kept: Hashable, Sendable {
        let task: TaskID
        let slice: Resources
        let devices: DeviceNeed
    }

    private(set) var offer: Offer
    private(set) var pending: [Pending] = []
    /// One for each order.
    private(set) var kept: [Kept] = []
    var standing = Standing.live
    /// As it was committed; nil where nothing is proposed beyond that.
    private var base: Offer?

    init(_ offer: Offer) { self.offer = offer }

    /// The version that the market last told of.
    var committedVersion: Int64 { base?.version ?? offer.version }

    /// Whether no order is placed on it now.
    var isClosed: Bool {
        standing == .stale || offer.availability != .open || offer.closing != nil
    }

    /// Takes what was committed. What is proposed beyond it stays, as long as the versions may meet.
    ///
    /// - Returns: whether that changes what may be had of it.
    mutating func take(_ new: Offer) -> Bool {
        guard new.version >= committedVersion else { return false }
        guard base != nil else {
            guard new != offer else { return false }
            offer = new
            standing = .live
            return true
        }
        guard new != base else { return false }
        let before = offer
        let wasStale = standing == .stale
        base = new
        standing = .live
        pending.removeAll { $0.version <= new.version }
        predict()
        return wasStale || before != offer
    }

    // MARK: Kept places

    /// The offer without what others are kept; of those that were kept something there after `task` was,
    /// nothing.
    ///
    /// - Parameter task: the order that looks; nil where it is kept nothing.
    func shown(to task: TaskID?) -> Offer {
        guard !kept.isEmpty else { return offer }
        var shown = offer
        for each in kept {
            // If each saw what the other is kept, neither ever had a place.
            if each.task == task { break }
            guard !pending.contains(where: { $0.task == each.task }) else { continue }
            shown = shown.hiding(each.slice, each.devices)
        }
        return shown
    }

    mutating func keep(_ needs: Needs, for task: TaskID) {
        kept.removeAll { $0.task == task }
        kept.append(Kept(task: task, slice: needs.slice, devices: needs.devices))
    }

    /// - Returns: whether anything was.
    mutating func unkeep(_ task: TaskID) -> Bool {
        let count = kept.count
        kept.removeAll { $0.task == task }
        return kept.count != count
    }

    // MARK: Proposals

    /// Takes an order's devices and slice away until the market has answered.
    mutating func propose(_ order: Order, for rate: Rate, at now: Timestamp) -> Proposal {
        let devices = Feasibility.freeDevices(order.needs.devices, in: shown(to: order.task))
        let proposal = Proposal(
            task: order.task, attempt: order.attempt, node: offer.node,
            offerVersion: offer.version, rate: rate, devices: devices)
        if base == nil { base = offer }
        let taken = Pending(
            task: order.task, slice: order.needs.slice, devices: devices,
            version: offer.version + 1, moment: now)
        pending.append(taken)
        apply(taken)
        return proposal
    }

    /// Whether what is proposed for this task is still on the version that it was proposed on: nothing
    /// proposed before it has been withdrawn. Nil where nothing is proposed for it.
    func stands(_ task: TaskID) -> Bool? {
        guard let place = pending.firstIndex(where: { $0.task == task }) else { return nil }
        return pending[place].version == committedVersion + Int64(place) + 1
    }

    /// What stood in the way of a later proposal goes with it: an offer that was marked stale by that
    /// one, because this one was committed without taking anything, is as it was.
    /// - Returns: whether something was proposed for this task.
    mutating func withdraw(_ task: TaskID) -> Bool {
        guard let place = pending.firstIndex(where: { $0.task == task }) else { return false }
        if standing == .stale, stands(task) ?? false { standing = .live }
        pending.remove(at: place)
        predict()
        return true
    }

    private mutating func predict() {
        guard let base else { return }
        offer = base
        for each in pending { apply(each) }
        if pending.isEmpty { self.base = nil }
    }

    private mutating func apply(_ taken: Pending) {
        offer.version += 1
        offer.takeTurn(at: taken.moment)
        offer.free = offer.free.subtracting(taken.slice)
        guard !taken.devices.isEmpty else { return }
        offer.freeDevices.removeAll(where: taken.devices.contains)
    }
}

extension Offer {
    /// The same without so much of it, as far as that is free.
    package func hiding(_ slice: Resources, _ need: DeviceNeed) -> Offer {
        var offer = self
        offer.free = Resources(
            milliCPU: max(free.milliCPU - slice.milliCPU, 0),
            memoryBytes: max(free.memoryBytes - slice.memoryBytes, 0),
            diskBytes: max(free.diskBytes - slice.diskBytes, 0))
        let devices = Feasibility.freeDevices(need, in: self)
        if !devices.isEmpty { offer.freeDevices.removeAll(where: devices.contains) }
        return offer
    }
}
