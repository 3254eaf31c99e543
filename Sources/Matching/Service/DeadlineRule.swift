package import Domain

/// What becomes of orders with deadlines: who may wait, who is hopeless, and who makes way for whom.
///
/// An order waits for a free place up to the last moment at which it can start; then it may take the
/// place of leases that can be done again in time, of those for which the least work is lost. So
/// nobody's deadline is given up for another's, work is lost only where a deadline is won by it, and no
/// two orders take places from each other in turn: who makes way has more time left than whom it makes
/// way for. An order that cannot be in time any more waits no longer, for it would take from those who
/// can. What makes way for an order without a deadline is found by the same rule.
package enum DeadlineRule {
    package enum Verdict: Hashable, Sendable {
        /// A start later is in time too.
        case waits
        /// Now, or never in time.
        case mustStart
        /// Too late.
        case hopeless
    }

    /// - Parameter notice: milliseconds that those who make way are given.
    package static func verdict(
        _ deadline: Deadline?, at now: Timestamp, notice: Int64
    ) -> Verdict {
        guard let deadline, let latest = deadline.latestStart else { return .waits }
        if deadline.isMissed(at: now) { return .hopeless }
        return now.advanced(milliseconds: max(notice, 0)) >= latest ? .mustStart : .waits
    }

    /// A lease that has agreed to make way, as far as that decides whether it does.
    package struct Tenure: Hashable, Sendable {
        package let task: TaskID
        package let slice: Resources
        package let devices: [DeviceID]
        package let started: Timestamp
        package let deadline: Deadline?

        package init(
            task: TaskID, slice: Resources, devices: [DeviceID], started: Timestamp,
            deadline: Deadline?
        ) {
            self.task = task
            self.slice = slice
            self.devices = devices
            self.started = started
            self.deadline = deadline
        }

        /// Whether it can be done again from its beginning, and there is time left to wait for that.
        func isRedoable(at now: Timestamp) -> Bool {
            deadline?.latestStart.map { now < $0 } ?? true
        }

        /// Device-milliseconds; a lease of no device counts as one.
        func lost(at now: Timestamp) -> Int64 {
            Int64(max(devices.count, 1)) * max(now.millisecondsSince(started), 0)
        }
    }

    /// Leases that make way together, and the work that is lost by it, in device-milliseconds.
    package struct Room: Hashable, Sendable {
        package let leases: [Tenure]
        package let lost: Int64
    }

    /// The leases on an offer without which it takes the order: none that is not needed for it.
    ///
    /// - Returns: nil where it does not take it even without all that can make way.
    package static func room(
        for needs: Needs, on offer: Offer, among leases: [Tenure], at now: Timestamp
    ) -> Room? {
        let willing = leases.filter { $0.isRedoable(at: now) }
            .sorted { ($0.lost(at: now), $0.task) < ($1.lost(at: now), $1.task) }
        guard fits(needs, offer, without: willing, at: now) else { return nil }
        var chosen: [Tenure] = []
        var left = offer
        for lease in willing where Feasibility.check(needs, left, at: now) != nil {
            chosen.append(lease)
            left = left.returned(lease.slice, lease.devices)
        }
        for lease in chosen.reversed() {
            let others = chosen.filter { $0 != lease }
            if fits(needs, offer, without: others, at: now) { chosen = others }
        }
        return Room(leases: chosen, lost: chosen.reduce(0) { $0 + $1.lost(at: now) })
    }

    private static func fits(
        _ needs: Needs, _ offer: Offer, without leases: [Tenure], at now: Timestamp
    ) -> Bool {
        let slice = leases.reduce(Resources.zero) { $0.adding($1.slice) }
        let offer = offer.returned(slice, leases.flatMap(\.devices))
        return Feasibility.check(needs, offer, at: now) == nil
    }
}

extension Offer {
    /// The same with so much of it free besides.
    package func returned(_ slice: Resources, _ devices: [DeviceID]) -> Offer {
        var offer = self
        offer.free = free.adding(slice)
        offer.freeDevices = terms.devices.map(\.id).filter {
            freeDevices.contains($0) || devices.contains($0)
        }
        return offer
    }
}
