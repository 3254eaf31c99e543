import Domain
import Marketplace

// What renters ask for, and what the book proposes.
extension World {
    /// Mostly who is spot makes way for who is not and finds no place, sometimes anybody for anybody.
    mutating func preempt() -> Command {
        let open = Read.openTasks(limit: 40)
        let (live, rows) = (liveLeases(), oracle.read([open, .offers(limit: 10)]))
        let isWild = random.isOneIn(5)
        let tasks = rows.tasks(open)
        var ways: [(JobTask, NodeID)] = []
        var full: Int64?
        for case .offer(let offer) in rows[.offers(limit: 10)] {
            let spot = live.filter { $0.node == offer.node && $0.spot != nil }
            guard !spot.isEmpty, offer.availability == .open, offer.closing == nil else { continue }
            let after = spot.reduce(offer.free) { $0.adding($1.slice) }
            full = min(after.milliCPU, offer.terms.capacity.milliCPU)
            ways += tasks.filter { isWild || isShort($0, of: offer, spot) }.map { ($0, offer.node) }
        }
        // Somebody comes who needs all of it.
        if ways.isEmpty, let full { return submit(onDemand: full) }
        let way = random.pick(ways)
        let node = way?.1 ?? anyNode()
        let asked = live.filter { $0.node == node && (isWild || $0.spot != nil) }
        return .preempt(
            Preemption(
                task: way?.0.id ?? TaskID(job: anyJob(), index: 1), attempt: way?.0.attempt ?? 1,
                node: node, leases: asked.map(\.id)))
    }

    /// Whether it has no place there unless these leases make it.
    private func isShort(_ task: JobTask, of offer: Offer, _ spot: [Lease]) -> Bool {
        guard let needs = oracle.read([.job(task.id.job)]).job(task.id.job)?.terms.needs,
            needs.spot == nil
        else { return false }
        let after = spot.reduce(offer.free) { $0.adding($1.slice) }
        let devices = offer.freeDevices.count + spot.reduce(0) { $0 + $1.devices.count }
        let fitsNow =
            needs.slice.fits(in: offer.free) && needs.devices.count <= offer.freeDevices.count
        return !fitsNow && needs.slice.fits(in: after) && needs.devices.count <= devices
    }

    /// A job of which something waits and can no longer start in time, perhaps.
    func lateJob() -> JobID? {
        let rows = oracle.read([.openTasks(limit: 40)])
        return rows.tasks(.openTasks(limit: 40)).map(\.id.job).first { id in
            let terms = oracle.read([.job(id)]).job(id)?.terms
            return terms?.deadline?.latestStart.map { $0 < now } ?? false
        }
    }

    private mutating func deadline() -> Deadline? {
        guard random.isOneIn(4) else { return nil }
        let start = now.advanced(seconds: Int64(random.below(40)) - 4)
        return try? Deadline(
            startBy: random.isOneIn(2) ? start : nil, finishBy: start.advanced(seconds: 60),
            expectedMilliseconds: random.isOneIn(2) ? 60_000 : nil)
    }

    mutating func submit(onDemand milliCPU: Int64? = nil) -> Command {
        let id = random.isOneIn(12) ? anyJob() : JobID(name("job_J"))!
        jobs.append(id)
        let renter = anyAccount()
        let payer = random.isOneIn(2) ? payer(of: renter) : nil
        // Of the jobs whose prices are locked most are of those that may be.
        let isLocked = payer != nil && random.isOneIn(2)
        let isPlain = isLocked && !random.isOneIn(6)
        let deviceCount = random.isOneIn(3) && milliCPU == nil ? 1 + random.below(2) : 0
        let latency =
            random.isOneIn(6) ? LatencyNeed(ceiling: 300_000, measured: trips()) : nil
        let needs = Needs(
            slice: Resources(
                milliCPU: milliCPU ?? Int64(random.below(5) * 500), memoryBytes: 1 << 28,
                diskBytes: 0),
            devices: DeviceNeed(count: deviceCount, models: [], vramBytes: 0),
            regions: random.isOneIn(8) ? ["IS", "TW"] : [],
            minimumTier: .new, bid: try! Rate(microPerHour: 5_000_000), latency: latency,
            spot: !isPlain && random.isOneIn(2) && milliCPU == nil
                ? SpotTerms(noticeMilliseconds: 7_000) : nil,
            settlement: payer == nil ? nil : isLocked ? .lock : .vouchers)
        let isGang = !isPlain && random.isOneIn(4)
        let members = isGang ? 2 + random.below(2) : random.pick([0, 1, 1, 2, 3, 7, 10_001]) ?? 1
        let spread = random.pick([nil, nil, Formation.Spread.node, .provider]) ?? nil
        let digest = BlobDigest("sha256:" + String(repeating: "a", count: 64))!
        let pulled = RegistryImage("registry.example:5000/a/b@\(digest)")!
        let terms = JobTerms(
            name: "job \(random.below(3)) 作業",
            workload: Workload(
                image: deviceCount > 0 ? .registry(pulled) : .archive(name: "a", digest: digest),
                command: ["sh", "-c", "x\n\u{0}"],
                environment: [.init(name: "A", value: "\\\"")], inputs: [], outputs: ["/out"]),
            needs: needs, tasks: members,
            parallel: isGang ? members : random.pick([0, 1, 2, 4, 100]) ?? 1,
            maxFailures: isGang ? (random.isOneIn(8) ? 1 : 0) : random.below(3),
            budget: money(random.pick([0, 1, 400, 90_000, 5_000_000, 400_000_000]) ?? 1),
            maxDuration: random.pick([0, 30, 600, 100_000]) ?? 600, fence: 8,
            deadline: deadline(),
            formation: isGang || spread != nil
                ? Formation(gang: isGang ? members : nil, spread: spread) : nil, payer: payer)
        return .submit(
            SubmitJob(
                id: id, renter: renter, terms: terms, salt: random.bytes(16),
                idempotency: once(renter, "s\(random.below(60))", "b\(random.below(3))")))
    }

    mutating func clear() -> Command {
        let rows = oracle.read([.openTasks(limit: 40), .offers(limit: 10)])
        let task = random.pick(rows.tasks(.openTasks(limit: 40)))
        let offers = rows[.offers(limit: 10)].compactMap { row in
            if case .offer(let offer) = row { offer } else { nil }
        }
        let offer = random.pick(offers)
        let wanted = task.flatMap { oracle.read([.job($0.id.job)]).job($0.id.job) }
        if let wanted, let gang = wanted.terms.formation?.gang, !random.isOneIn(12) {
            return clearGang(wanted, random.isOneIn(12) ? gang - 1 : gang, offers)
        }
        let count = wanted?.terms.needs.devices.count ?? 0
        var chosen = Array((offer?.freeDevices ?? []).prefix(count))
        if random.isOneIn(8) { chosen += [devices[0]] }
        if random.isOneIn(8), let first = chosen.first { chosen = chosen.map { _ in first } }
        let lease = random.isOneIn(15) ? anyLease() : LeaseID(name("lse_L"))!
        leases.append(lease)
        return .clear(
            Clearing(
                lease: lease, task: task?.id ?? TaskID(job: anyJob(), index: random.below(3)),
                attempt: (task?.attempt ?? 1) + (random.isOneIn(15) ? 1 : 0),
                node: offer?.node ?? anyNode(),
                offerVersion: (offer?.version ?? 1) - (random.isOneIn(10) ? 1 : 0),
                devices: chosen))
    }

    /// All of them on one offer, or each where it falls.
    private mutating func clearGang(_ job: Job, _ members: Int, _ offers: [Offer]) -> Command {
        var left = offers
        let isTogether = random.isOneIn(2)
        let first = random.below(max(left.count, 1))
        let clearings = (1...members).map { index in
            let task = TaskID(job: job.id, index: index)
            let place = isTogether ? first : random.below(max(left.count, 1))
            let isThere = left.indices.contains(place)
            let count = job.terms.needs.devices.count
            let chosen = isThere ? Array(left[place].freeDevices.prefix(count)) : []
            let version = isThere ? left[place].version - (random.isOneIn(12) ? 1 : 0) : 1
            let node = isThere ? left[place].node : anyNode()
            if isThere {
                left[place].freeDevices.removeAll(where: chosen.contains)
                left[place].version += 1
            }
            let lease = LeaseID(name("lse_L"))!
            leases.append(lease)
            return Clearing(
                lease: lease, task: task,
                attempt: oracle.read([.task(task)]).task(task)?.attempt ?? 1, node: node,
                offerVersion: version, devices: chosen)
        }
        return .clearGang(clearings)
    }

    /// One of which something may be tried again.
    private mutating func overJob() -> JobID? {
        let over = jobs.suffix(20).filter { id in
            guard let job = oracle.read([.job(id)]).job(id), case .closed = job.life else {
                return false
            }
            return job.counts.failed + job.counts.stopped > 0
        }
        return random.pick(Array(over))
    }

    mutating func retry() -> Command {
        .retry(
            random.isOneIn(3) ? anyJob() : overJob() ?? anyJob(),
            once(anyAccount(), "r\(random.below(30))", "b\(random.below(2))"))
    }
}
