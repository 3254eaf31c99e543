import Domain
import Hosting
import Marketplace

// Owners: they sit down at their machines, or take them back through the market.
extension World {
    static let ownerPolicy = OwnerPolicy(graceSeconds: 4, idleSeconds: 3, yieldsTo: [.desktop])
    /// Beyond the grace, for a program that looks four times a second and kills until it is dead.
    private static let promptMilliseconds: Int64 = 4_000

    func ownerComes(_ place: Int) {
        report.faults.count(.ownerComes)
        // Some only pass by: gone before the grace is over.
        let isShort = random.faults.happens(percent: 30)
        nodes[place].ownerThereUntil = now.after(
            milliseconds: random.faults.within(isShort ? 100...900 : 5_000...40_000))
    }

    func seeOwner(_ place: Int) {
        guard nodes[place].host != nil else { return }
        let since = now.nanoseconds - nodes[place].ownerThereUntil.nanoseconds
        let isThere = nodes[place].ownerThereUntil > now
        let before = notices(place)
        let run = nodes[place].run
        tell(
            place,
            .ownerSeen(
                OwnerSight(
                    schedule: hours(of: place),
                    desktopIdle: nodes[place].ownerThereUntil == .start
                        ? .max : isThere ? 0 : since)))
        // A program that dies in the middle of this has not seen them; the next one has its own grace.
        guard nodes[place].host != nil, nodes[place].run == run else { return }
        nodes[place].ownerWaitsSince = isThere ? nodes[place].ownerWaitsSince ?? now : nil
        let after = notices(place)
        if after.contains(where: { lease, notice in
            notice.isTakenBack && before[lease]?.isTakenBack == false
        }) {
            report.reached.count(.noticeTakenBack)
        }
    }

    private func notices(_ place: Int) -> [LeaseID: LeaveNotice] {
        var notices: [LeaseID: LeaveNotice] = [:]
        for lease in nodes[place].host?.leases ?? [] {
            if let notice = lease.progress.notice { notices[lease.id] = notice }
        }
        return notices
    }

    /// An owner who sits there long enough has the machine to themselves, if its program lives.
    func checkOwner(_ place: Int) {
        guard let since = nodes[place].ownerWaitsSince, nodes[place].host != nil else { return }
        let grace = Self.ownerPolicy.grace / 1_000_000
        guard now.millisecondsSince(since) > grace + Self.promptMilliseconds else { return }
        for container in nodes[place].containers.all where container.mayRun {
            fail("an owner has the machine after the grace", "\(container.lease)")
        }
    }

    /// Half of what is asked to leave has ears, and is done with what it does at once.
    func notify(_ place: Int, _ lease: LeaseID) {
        guard random.runtime.happens(percent: 50) else { return }
        let code = random.runtime.happens(percent: 30) ? 0 : 143
        report.reached.count(.leftInGrace)
        change(lease, on: place) { container in
            guard container.mayRun, container.outcome.isSuccess || code != 0 else { return }
            container.ending = .exited(
                .exited(code: code), at: nodes[place].clock.reading(at: now))
        }
    }

    func isGraceIgnored(_ place: Int, _ lease: LeaseID) -> Bool {
        guard options.planted == .graceIgnored, !isHealed,
            let held = nodes[place].host?.leases.first(where: { $0.id == lease })
        else { return false }
        if case .ending(.yielded, _, _, _) = held.phase { return true }
        return false
    }

    /// An owner pauses or drains the node at the market, and takes it back some time later.
    func wish(_ place: Int) {
        report.faults.count(.pause)
        let by = now.timestamp.advanced(milliseconds: random.faults.within(1_000...20_000))
        let wishes: [OwnerWish<Timestamp>] = [.paused, .drained(by: nil), .drained(by: by)]
        let wish = random.faults.pick(wishes)
        inMarket { () throws(MarketCrash) in try perform(.wish(nodes[place].id, wish)) }
        schedule(
            .undrain(node: place),
            at: now.after(milliseconds: random.faults.within(5000...40_000)))
    }

    func note(yielded decision: Decision) {
        for case .lease(let lease) in decision.rows {
            if case .ended(.yielded, _, let reading, _) = lease.life, reading?.seconds == 0 {
                report.reached.count(.yieldedUnstarted)
            }
        }
        for news in decision.news {
            if case .requeued = news.fact { report.reached.count(.placedAnew) }
        }
    }
}
