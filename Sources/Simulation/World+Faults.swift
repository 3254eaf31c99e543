import Domain
import Hosting
import Marketplace

// What goes wrong, and when. All of it ends with `heal`.
extension World {
    func strike() {
        guard mayFail, let mean = options.faultEverySeconds else { return }
        schedule(
            .fault, at: now.after(milliseconds: random.faults.within(100...(mean * 2000))))
        let place = random.faults.count(0...(nodes.count - 1))
        switch random.faults.within(0...99) {
        case 0..<9: crash()
        case 9..<31: partition(place)
        case 31..<41:
            report.faults.count(.networkLossy)
            nodes[place].link.isPoorUntil = now.after(
                milliseconds: random.faults.within(3000...40_000))
        case 41..<47: resetConnection(place)
        case 47..<59:
            guard nodes[place].host != nil else { return }
            report.faults.count(.agentCrash)
            crashAgent(place, forMilliseconds: drawSpan())
        case 59..<68:
            report.faults.count(.agentPause)
            nodes[place].ownerWaitsSince = nil
            nodes[place].pausedUntil = now.after(milliseconds: drawSpan())
        case 68..<72:
            report.faults.count(.powerLoss)
            losePower(place, forMilliseconds: drawSpan())
        case 72..<79: hitContainer(place)
        case 79..<84: hitDevice()
        case 84..<88: drain(place)
        case 88..<91: cloneNode(place)
        case 91..<95: ownerComes(place)
        default: nodes[place].link.latencyMilliseconds = random.faults.within(1...250)
        }
    }

    /// Mostly within a fence, sometimes far beyond it.
    private func drawSpan() -> Int64 {
        random.faults.happens(percent: 60)
            ? random.faults.within(100...7000) : random.faults.within(4000...60_000)
    }

    private func crash() {
        guard market != nil else { return }
        report.faults.count(.marketCrash)
        crashMarket(forMilliseconds: drawSpan())
    }

    private func partition(_ place: Int) {
        let until = now.after(milliseconds: drawSpan())
        nodes[place].link.cut = random.faults.happens(percent: 50) ? .drops : .holdsBack
        switch random.faults.within(0...9) {
        case 0..<3:
            report.faults.count(.partition)
            nodes[place].link.upCutUntil = until
            nodes[place].link.downCutUntil = until
        case 3..<5:
            report.faults.count(.oneWayPartition)
            nodes[place].link.upCutUntil = until
        case 5..<8:
            report.faults.count(.oneWayPartition)
            nodes[place].link.downCutUntil = until
        default:
            report.faults.count(.flapping)
            flap(place, timesLeft: random.faults.count(2...5))
        }
    }

    /// Short cuts of one direction, one after the other.
    func flap(_ place: Int, timesLeft: Int) {
        guard timesLeft > 0, mayFail else { return }
        let until = now.after(milliseconds: random.faults.within(200...3000))
        if random.faults.happens(percent: 50) {
            nodes[place].link.upCutUntil = until
        } else {
            nodes[place].link.downCutUntil = until
        }
        schedule(
            .flap(node: place, timesLeft: timesLeft - 1),
            at: now.after(milliseconds: random.faults.within(500...6000)))
    }

    private func resetConnection(_ place: Int) {
        guard nodes[place].connection != nil else { return }
        report.faults.count(.connectionReset)
        disconnect(place)
    }

    private func hitContainer(_ place: Int) {
        let open = nodes[place].containers.all.filter { $0.ending == .pending }
        guard !open.isEmpty else { return }
        let lease = random.faults.pick(open).lease
        guard random.faults.happens(percent: 50) else {
            report.faults.count(.containerKilled)
            return end(lease, on: place, .killed)
        }
        report.faults.count(.containerPaused)
        change(lease, on: place) { $0.isPaused = true }
        schedule(
            .pauseEnds(node: place, boot: nodes[place].boot, lease),
            at: now.after(milliseconds: random.faults.within(2500...20_000)))
    }

    private func drain(_ place: Int) {
        guard nodes[place].connection != nil else { return }
        if random.faults.happens(percent: 50) { return wish(place) }
        report.faults.count(.drain)
        tell(place, .drainAsked)
        schedule(
            .undrain(node: place),
            at: now.after(milliseconds: random.faults.within(5000...40_000)))
    }

    /// Another machine says hello with the node's identity.
    private func cloneNode(_ place: Int) {
        report.faults.count(.clonedNode)
        connections += 1
        placeOfConnection[connections] = place
        schedule(
            .marketHeardOpen(node: place, connection: connections),
            at: now.after(milliseconds: 20))
        schedule(
            .toMarket(
                node: place, connection: connections,
                .hello(terms: nodes[place].terms, leases: [])),
            at: now.after(milliseconds: 20))
    }

    /// The owner lets a drained node take orders again, when the market is there and has heard all
    /// that the node had to say.
    func undrain(_ place: Int) {
        guard market != nil, nodes[place].host?.isDrainUnanswered == false else {
            return schedule(.undrain(node: place), at: now.after(milliseconds: 5000))
        }
        inMarket { () throws(MarketCrash) in
            try perform(.changeAvailability(nodes[place].id, .resumed))
        }
    }

    /// Renters take back what no node will ever do.
    func stopHopeless() {
        for id in auditor.jobOrder {
            guard let job = auditor.jobs[id], job.life == .active,
                job.terms.needs.bid == cheapest || isTooLarge(job)
            else { continue }
            inMarket { () throws(MarketCrash) in try perform(.stop(id)) }
        }
    }

    /// A gang that has not started when the longest run of anybody else is over never will: no renter
    /// asked whether there is room for it.
    private func isTooLarge(_ job: Job) -> Bool {
        job.terms.isGang && job.counts.leased == 0
            && now.seconds >= options.activeSeconds + Self.longestRunSeconds
    }

    /// From here on nothing goes wrong any more, and nobody asks for more.
    func heal() {
        isHealed = true
        for place in nodes.indices {
            nodes[place].link.upCutUntil = now
            nodes[place].link.downCutUntil = now
            nodes[place].link.isPoorUntil = now
            nodes[place].link.latencyMilliseconds = 20
            nodes[place].pausedUntil = min(nodes[place].pausedUntil, now)
            nodes[place].ownerThereUntil = min(nodes[place].ownerThereUntil, now)
            for device in nodes[place].terms.devices { setDevice(device.id, on: place, away: nil) }
            liftQuarantines(place)
            // A drained node would be waited for in vain.
            schedule(.undrain(node: place), at: now.after(milliseconds: 30_000))
        }
    }
}
