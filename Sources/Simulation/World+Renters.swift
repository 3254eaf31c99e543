import Accounting
import Domain
import Marketplace

/// Somebody who asks for work, changes their mind, and repeats what got no answer.
struct Renter {
    /// A request under one idempotency key; repeated as it is until an answer comes.
    struct Request {
        let terms: JobTerms
        let once: Idempotency
    }

    let account: AccountID
    var requests: [Request] = []
    /// Places in `requests` of those that got no answer yet.
    var unanswered: [Int] = []
    var jobs: [JobID] = []
    var count = 0
}

extension World {
    func renterActs(_ place: Int) {
        guard !isHealed else { return }
        schedule(
            .renterActs(place), at: now.after(milliseconds: random.renters.within(300...2500)))
        guard market != nil else { return }
        if let waiting = renters[place].unanswered.first {
            renters[place].unanswered.removeFirst()
            return submit(place, waiting)
        }
        switch random.renters.within(0...99) {
        case 0..<40: submitNew(place)
        case 40..<46: repeatOld(place)
        case 46..<49: reuseKey(place)
        case 49..<55: stopOne(place)
        default: retryOne(place)
        }
    }

    // MARK: Submit

    private func submitNew(_ place: Int) {
        let open = renters[place].jobs.suffix(12).filter { job in
            if case .closed? = auditor.jobs[job]?.life { false } else { true }
        }
        guard open.count < 3 else { return retryOne(place) }
        renters[place].count += 1
        let key = ReplayKey(account: renters[place].account, key: "job-\(renters[place].count)")
        let once = Idempotency(key: key, bodyHash: "body-\(renters[place].count)")
        var terms = drawTerms()
        if random.chain.happens(percent: 30) {
            let mayLock = terms.formation?.gang == nil && terms.needs.spot == nil
            let isLocked = mayLock && random.chain.happens(percent: 40)
            terms = terms.paid(by: Self.user(place), isLocked ? .lock : .vouchers)
        }
        renters[place].requests.append(Renter.Request(terms: terms, once: once))
        submit(place, renters[place].requests.count - 1)
    }

    private func submit(_ place: Int, _ index: Int) {
        let request = renters[place].requests[index]
        // The market names a job anew for each request that reaches it.
        let command = Command.submit(
            SubmitJob(
                id: JobID(bytes: random.identifiers.bytes(16)), renter: renters[place].account,
                terms: request.terms, salt: random.identifiers.bytes(16),
                idempotency: request.once))
        var answer: Outcome?
        inMarket { () throws(MarketCrash) in answer = try perform(command) }
        // The answer is lost with the market, or on its way.
        guard let answer, !random.renters.happens(percent: 6) else {
            return renters[place].unanswered.append(index)
        }
        switch answer {
        case .success(let answer):
            if answer.isReplayed { report.reached.count(.submitReplayed) }
            guard let job = answer.job, !renters[place].jobs.contains(job) else { return }
            renters[place].jobs.append(job)
        case .failure(.balanceTooLow): report.reached.count(.balanceTooLow)
        case .failure: break
        }
    }

    private func repeatOld(_ place: Int) {
        guard !renters[place].requests.isEmpty else { return }
        submit(place, random.renters.count(0...(renters[place].requests.count - 1)))
    }

    /// The same key with another body is refused, whatever became of the first.
    private func reuseKey(_ place: Int) {
        guard !renters[place].requests.isEmpty else { return }
        let old = random.renters.pick(renters[place].requests)
        let command = Command.submit(
            SubmitJob(
                id: JobID(bytes: random.identifiers.bytes(16)), renter: renters[place].account,
                terms: old.terms, salt: random.identifiers.bytes(16),
                idempotency: Idempotency(key: old.once.key, bodyHash: "another")))
        // One that was refused left the key free: the other body would be its first.
        guard auditor.jobOfKey[old.once.key] != nil else { return }
        inMarket { () throws(MarketCrash) in
            let outcome = try perform(command)
            report.reached.count(.otherBodyRefused)
            if outcome != .failure(.duplicateKeyOtherBody) {
                fail("one key, one body", "\(old.once.key.text) took another body")
            }
        }
    }

    // MARK: Stop and retry

    private func stopOne(_ place: Int) {
        guard !renters[place].jobs.isEmpty else { return }
        let job = random.renters.pick(renters[place].jobs.suffix(4).map { $0 })
        inMarket { () throws(MarketCrash) in try perform(.stop(job)) }
    }

    private func retryOne(_ place: Int) {
        let failed = renters[place].jobs.suffix(10).filter { id in
            guard let job = auditor.jobs[id], case .closed(let outcome, _) = job.life else {
                return false
            }
            return outcome == .failed
        }
        guard let job = failed.last, random.renters.happens(percent: 70) else { return }
        renters[place].count += 1
        let key = ReplayKey(account: renters[place].account, key: "retry-\(renters[place].count)")
        let once = Idempotency(key: key, bodyHash: job.text)
        for _ in 0..<random.renters.within(1...2) {
            inMarket { () throws(MarketCrash) in
                if case .success = try perform(.retry(job, once)) {
                    report.reached.count(.jobRetried)
                }
            }
        }
    }

    // MARK: Terms

    private func drawTerms() -> JobTerms {
        let tasks = random.renters.pick([1, 1, 1, 1, 2, 3, 5, 8])
        let duration = random.renters.within(4...Self.longestRunSeconds)
        let formation = drawFormation(tasks)
        let needs = drawNeeds(isGang: formation?.gang != nil)
        let (parallel, failures) = (random.renters.count(1...4), random.renters.count(0...3))
        let isGang = formation?.gang != nil
        return JobTerms(
            name: "work", workload: workload, needs: needs, tasks: tasks,
            parallel: isGang ? tasks : parallel, maxFailures: isGang ? 0 : failures,
            budget: drawBudget(tasks: tasks, seconds: duration),
            maxDuration: duration, fence: random.renters.pick([3, 5, 8, 12, 20, 25]),
            deadline: Self.deadline(ofBid: needs.bid.microPerHour, duration, at: now.timestamp),
            formation: formation)
    }

    /// A gang, apart from one another, both, or neither.
    private func drawFormation(_ tasks: Int) -> Formation? {
        let isGang = Formation.members.contains(tasks) && random.renters.happens(percent: 50)
        let spread = random.renters.pick([nil, nil, Formation.Spread.node, .provider])
        guard isGang || spread != nil else { return nil }
        return Formation(gang: isGang ? tasks : nil, spread: spread)
    }

    private func drawNeeds(isGang: Bool) -> Needs {
        let isOnDevice = random.renters.happens(percent: 30)
        let isStingy = random.renters.happens(percent: 4)
        let bid = isStingy ? 1 : random.renters.within(4_000_000...90_000_000)
        return Needs(
            slice: Resources(
                milliCPU: random.renters.within(250...3000),
                memoryBytes: random.renters.within(64...6000) << 20,
                diskBytes: random.renters.within(0...20) << 30),
            devices: isOnDevice
                ? DeviceNeed(
                    count: random.renters.count(1...2), models: [], vramBytes: 8 << 30,
                    power: Self.floor(ofBid: bid)) : .none,
            regions: [], minimumTier: .new,
            bid: (try? Rate(microPerHour: bid)) ?? cheapest, latency: Self.latency(ofBid: bid),
            spot: isGang ? nil : drawSpot(), stay: Self.stay(ofBid: bid))
    }

    /// Some are told in good time, some have none.
    private func drawSpot() -> SpotTerms? {
        guard random.renters.happens(percent: 45) else { return nil }
        let isAtOnce = random.renters.happens(percent: 15)
        return SpotTerms(noticeMilliseconds: isAtOnce ? 0 : random.renters.within(500...15_000))
    }

    /// Ample, scarce, or not enough for one second.
    private func drawBudget(tasks: Int, seconds: Int64) -> Money {
        let ample = Int64(tasks) * (seconds * World.dearestAsk / 3600 + 1)
        let micro: Int64 =
            switch random.renters.within(0...99) {
            case 0..<5: random.renters.within(1...50)
            case 5..<30: max(1, ample / random.renters.within(5...100))
            case 30..<32: ample * 1_000_000
            default: ample
            }
        return (try? Money(micro: micro)) ?? .zero
    }
}

extension JobTerms {
    /// The same job, from money on a chain; nil: from the renter's balance.
    func paid(by payer: ChainAddress?, _ settlement: Settlement = .vouchers) -> JobTerms {
        let old = needs
        let needs = Needs(
            slice: old.slice, devices: old.devices, regions: old.regions,
            minimumTier: old.minimumTier, bid: old.bid, network: old.network,
            latency: old.latency, spot: old.spot, stay: old.stay,
            settlement: payer == nil ? nil : settlement)
        return JobTerms(
            name: name, workload: workload, needs: needs, tasks: tasks, parallel: parallel,
            maxFailures: maxFailures, budget: budget, maxDuration: maxDuration, fence: fence,
            deadline: deadline, formation: formation, payer: payer)
    }
}
