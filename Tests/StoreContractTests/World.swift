import Accounting
import Crypto
import Domain
import Marketplace
import Transparency
import Verification

/// A small market with a seeded crowd: it draws commands, realistic and hostile, from the state that
/// the oracle is in.
struct World {
    struct Machine {
        let id: NodeID
        let key: Curve25519.Signing.PrivateKey
    }

    var random: SeededGenerator
    var oracle = MemoryTables()
    var now = Timestamp(milliseconds: 1_700_000_000_000)
    let accounts: [AccountID]
    let machines: [Machine]
    let devices: [DeviceID]
    var jobs: [JobID] = []
    var leases: [LeaseID] = []
    var names = 0

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        accounts = (1...4).map { AccountID("acc_A\($0)")! }
        machines = try (1...3).map { number in
            Machine(
                id: NodeID("nod_N\(number)")!,
                key: try Curve25519.Signing.PrivateKey(
                    rawRepresentation: [UInt8](repeating: UInt8(number), count: 32)))
        }
        devices = (1...5).map { DeviceID("GPU-\($0)")! }
    }

    /// Accounts, money, nodes and offers to begin with.
    mutating func opening() -> [Command] {
        var commands: [Command] = accounts.dropLast().map {
            .openAccount(Account(id: $0, name: "ä \($0)", createdAt: now), keys: [])
        }
        commands += accounts.dropLast().map {
            .credit($0, money(50_000_000), reason: "start", once($0, "start", "body"))
        }
        for (index, machine) in machines.dropLast().enumerated() {
            commands.append(.registerNode(node(machine, of: accounts[index]), token: nil))
            commands.append(.advertise(machine.id, terms(devices: [devices[index]])))
        }
        return commands
    }

    mutating func perform(_ commands: [Command]) -> [Outcome] {
        oracle.perform(commands, market: testMarket, at: now)
    }

    /// The next batch; time moves on before it.
    mutating func nextBatch() throws -> [Command] {
        now = now.advanced(milliseconds: Int64(random.below(12_000)))
        return try (0...random.below(4)).map { _ in try nextCommand() }
    }

    func money(_ micro: Int64) -> Money { (try? Money(micro: micro)) ?? .zero }

    func once(_ account: AccountID, _ key: String, _ body: String) -> Idempotency {
        Idempotency(key: ReplayKey(account: account, key: key), bodyHash: body)
    }

    func node(_ machine: Machine, of provider: AccountID) -> Node {
        Node(
            id: machine.id, provider: provider, name: "n\u{0}1",
            receiptKey: [UInt8](machine.key.publicKey.rawRepresentation))
    }

    mutating func terms(devices: [DeviceID]) -> OfferTerms {
        OfferTerms(
            capacity: Resources(
                milliCPU: Int64(random.below(8) * 1000), memoryBytes: 8 << 30, diskBytes: 64 << 30),
            devices: devices.map { Device(id: $0, model: "H200", vramBytes: 1 << 37) },
            ask: (try? Rate(microPerHour: Int64(1 + random.below(4_000_000)))) ?? lowestRate,
            region: random.isOneIn(8) ? "IS" : "TW", tier: .tested, closed: closing(),
            roundTrips: random.isOneIn(2) ? trips() : .none,
            spotAsk: random.isOneIn(3) ? lowestRate : nil)
    }

    private mutating func trips() -> RoundTrips {
        let readings = [BeaconName.market, BeaconName("tokyo")!].map {
            RoundTrips.Reading(beacon: $0, microseconds: Int64(1 + random.below(200_000)))
        }
        return RoundTrips(readings) ?? .none
    }

    private mutating func closing() -> OfferClosing? {
        guard random.isOneIn(8) else { return nil }
        return OfferClosing(
            random.pick(OwnerCode.allCases) ?? .schedule,
            until: random.isOneIn(2) ? now.advanced(seconds: 60) : nil)
    }

    var lowestRate: Rate { try! Rate(microPerHour: 1) }
}

extension World {
    private mutating func nextCommand() throws -> Command {
        switch random.below(100) {
        case 0..<6: people()
        case 6..<10: credit()
        case 10..<18: offering()
        case 18..<30: submit()
        case 30..<48: clear()
        case 48..<50: preempt()
        case 50..<66: try meter() ?? .keepAlive
        case 66..<72: files()
        case 72..<74: try scrub() ?? .keepAlive
        case 74..<75: random.isOneIn(2) ? silence() : notice()
        case 75..<77: preempt()
        case 77..<78: .endLease(liveLease() ?? anyLease(), random.isOneIn(2) ? .nodeLost : .stopped)
        case 78..<84: .verify(endedLease() ?? anyLease())
        case 84..<87: .closePeriod(anyLease())
        case 87..<90: .stop(liveJob() ?? anyJob())
        case 90..<92: .expire(lateJob() ?? anyJob())
        case 92..<94: retry()
        case 94..<96: effectDone()
        case 96..<98: .sequence(limit: random.below(6))
        default: head()
        }
    }

    private mutating func anyNode() -> NodeID { random.pick(machines)?.id ?? machines[0].id }
    private mutating func anyAccount() -> AccountID { random.pick(accounts) ?? accounts[0] }
    private mutating func anyLease() -> LeaseID {
        random.pick(Array(leases.suffix(12))) ?? LeaseID("lse_none")!
    }
    private mutating func anyJob() -> JobID {
        random.pick(Array(jobs.suffix(6))) ?? JobID("job_none")!
    }

    private mutating func endedLease() -> LeaseID? {
        let ended = oracle.read([.unsettledLeases(limit: 50)]).leases(.unsettledLeases(limit: 50))
            .filter { !$0.life.isLive }
        return random.pick(ended)?.id
    }

    /// Of all lengths, some that end before they begin.
    private mutating func silence() -> Command {
        let from = now.advanced(milliseconds: -Int64(random.below(400_000)))
        return .silence(
            anyNode(), from: from,
            until: from.advanced(milliseconds: Int64(random.below(400_000)) - 1000))
    }

    /// Some of what runs is asked to leave, and what is not named may stay.
    private mutating func notice() -> Command {
        let node = anyNode()
        let named = liveLeases().filter { $0.node == node && random.isOneIn(2) }
        return .notice(
            node,
            named.map {
                LeaveCall(
                    lease: $0.id, code: (random.pick(OwnerCode.allCases) ?? .paused).rawValue,
                    until: now.advanced(seconds: Int64(random.below(100)) - 10))
            })
    }

    /// Mostly who is spot makes way for who is not and finds no place, sometimes anybody for anybody.
    private mutating func preempt() -> Command {
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

    private func liveLeases() -> [Lease] {
        oracle.read([.unsettledLeases(limit: 50)]).leases(.unsettledLeases(limit: 50))
            .filter(\.life.isLive)
    }

    private mutating func liveLease() -> LeaseID? { random.pick(liveLeases())?.id }

    /// A job that has something to stop, perhaps again.
    private func liveJob() -> JobID? { liveLeases().first?.task.job }

    /// A job of which something waits and can no longer start in time, perhaps.
    private func lateJob() -> JobID? {
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

    private mutating func name(_ prefix: String) -> String {
        names += 1
        return "\(prefix)\(names)"
    }

    private mutating func people() -> Command {
        let account = anyAccount()
        let key = APIKey(
            hash: KeyHash(hex: "\(random.below(9))"), account: anyAccount(),
            role: random.pick(Role.allCases) ?? .renter, label: "k\u{1A}'\"\\")
        switch random.below(5) {
        case 0:
            return .openAccount(Account(id: account, name: "", createdAt: now), keys: [key])
        case 1: return .addKey(key)
        case 2:
            return .addJoinToken(
                JoinToken(
                    id: "t\(random.below(3))", secretHash: KeyHash(hex: "s"), provider: account,
                    expiresAt: now.advanced(seconds: Int64(random.below(60)) - 10),
                    usesLeft: random.below(3)))
        default:
            let machine = random.pick(machines) ?? machines[0]
            let token = random.isOneIn(3) ? nil : "t\(random.below(4))"
            return .registerNode(node(machine, of: account), token: token)
        }
    }

    private mutating func credit() -> Command {
        let amounts: [Int64] = [0, -5, 1, 7_000_000, Money.limit]
        let account = anyAccount()
        return .credit(
            account, money(random.pick(amounts) ?? 1), reason: "gift",
            once(account, "c\(random.below(12))", "b\(random.below(2))"))
    }

    private mutating func offering() -> Command {
        if random.isOneIn(8) {
            return .release(random.pick(devices) ?? devices[0], of: anyNode())
        }
        if random.isOneIn(8) { return .wish(anyNode(), wish()) }
        if random.isOneIn(4) {
            let event = random.pick(Offer.Event.allCases) ?? .connected
            return .changeAvailability(anyNode(), event)
        }
        let count = random.below(3)
        let chosen = (0..<count).compactMap { _ in random.pick(devices) }
        return .advertise(anyNode(), terms(devices: chosen))
    }

    private mutating func wish() -> OwnerWish<Timestamp> {
        let by = now.advanced(seconds: Int64(random.below(9000)) - 100)
        return random.pick([.open, .open, .paused, .drained(by: nil), .drained(by: by)]) ?? .open
    }

    private mutating func submit(onDemand milliCPU: Int64? = nil) -> Command {
        let id = random.isOneIn(12) ? anyJob() : JobID(name("job_J"))!
        jobs.append(id)
        let renter = anyAccount()
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
            spot: random.isOneIn(2) && milliCPU == nil ? SpotTerms(noticeMilliseconds: 7_000) : nil)
        let isGang = random.isOneIn(4)
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
                ? Formation(gang: isGang ? members : nil, spread: spread) : nil)
        return .submit(
            SubmitJob(
                id: id, renter: renter, terms: terms, salt: random.bytes(16),
                idempotency: once(renter, "s\(random.below(60))", "b\(random.below(3))")))
    }

    private mutating func clear() -> Command {
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

    private mutating func retry() -> Command {
        .retry(
            random.isOneIn(3) ? anyJob() : overJob() ?? anyJob(),
            once(anyAccount(), "r\(random.below(30))", "b\(random.below(2))"))
    }

    private mutating func effectDone() -> Command {
        let effects = oracle.read([.outbox(limit: 50)])[.outbox(limit: 50)].compactMap { row in
            if case .outbox(let entry) = row { entry.id } else { nil }
        }
        return .effectDone(random.pick(effects) ?? EffectID("dispatch:none"))
    }

    private mutating func head() -> Command {
        let tree = oracle.read([.tree]).tree
        // Far above anything that this batch may still number.
        let size = random.isOneIn(4) ? tree.size + 1000 : tree.size
        return .publishHead(
            PublishedHead(size: size, root: tree.root ?? .emptyTree, note: random.bytes(40)))
    }

    private mutating func files() -> Command {
        let digest = BlobDigest(
            "sha256:" + String(repeating: random.isOneIn(2) ? "b" : "c", count: 64))!
        switch random.below(8) {
        case 3, 4:
            return .beginUpload(
                BlobKey(digest: digest, owner: anyAccount()),
                totalBytes: Int64(random.below(110)) - 2)
        case 5:
            return .dropUpload(
                BlobKey(digest: digest, owner: anyAccount()),
                untouchedSince: now.advanced(seconds: Int64(random.below(60)) - 40))
        case 0: return .nameImage(NamedImage(name: "i\(random.below(3))'", digest: digest))
        case 1:
            return .addBlob(
                Blob(digest: digest, size: Int64(random.below(99)), owner: anyAccount()))
        default:
            let lease = random.isOneIn(4) ? anyLease() : liveLease() ?? anyLease()
            let task = oracle.read([.lease(lease)]).lease(lease)?.task
            return .addOutputs(
                lease,
                [
                    TaskOutput(
                        lease: lease, task: task ?? TaskID(job: anyJob(), index: 1),
                        path: "/out/\(random.below(3))", digest: digest, size: 5)
                ])
        }
    }
}

extension World {
    /// A signed receipt for some lease: mostly the next honest one, sometimes a lie.
    private mutating func meter() throws -> Command? {
        let live = oracle.read([.unsettledLeases(limit: 50)]).leases(.unsettledLeases(limit: 50))
        guard let lease = random.pick(live) else { return nil }
        let (since, sequence, seconds) = progress(of: lease)
        let elapsed = max(now.millisecondsSince(since) / 1000, 0)
        var claim = since == now ? 0 : min(max(seconds, elapsed - Int64(random.below(3))), elapsed)
        claim = min(claim, Bill.seconds(paidBy: lease.escrow, rate: lease.rate))
        var number = sequence + 1
        var attempt = lease.attempt
        var machine = machines.first { $0.id == lease.node } ?? machines[0]
        switch random.below(14) {
        case 0: claim += 1 + Int64(random.below(1000))
        case 1: number = max(sequence, 1)
        case 2: attempt += 1
        case 3: machine = random.pick(machines) ?? machine
        default: break
        }
        let receipt = Receipt(
            lease: lease.id, attempt: attempt, node: machine.id, sequence: number, seconds: claim,
            status: status(), level: .live, cpuMilliseconds: 12, peakMemoryBytes: 1 << 20)
        let signed = SignedReceipt(
            bytes: receipt.bytes, signature: [UInt8](try machine.key.signature(for: receipt.bytes)))
        let verified = try VerifiedReceipt(
            signed, from: machine.id, key: [UInt8](machine.key.publicKey.rawRepresentation))
        return .meter(verified, arrivedAt: random.isOneIn(5) ? now.advanced(seconds: 9) : now)
    }

    private func progress(of lease: Lease) -> (since: Timestamp, sequence: Int64, seconds: Int64) {
        switch lease.life {
        case .running(let since, let reading, _): (since, reading.sequence, reading.seconds)
        case .ended(_, let since, let reading?, _): (since, reading.sequence, reading.seconds)
        case .reserved, .ended, .settled: (now, 0, 0)
        }
    }

    /// A receipt of a device that waits for it, or of any.
    private mutating func scrub() throws -> Command? {
        let offers = oracle.read([.offers(limit: 10)])[.offers(limit: 10)].compactMap { row in
            if case .offer(let offer) = row { offer } else { nil }
        }
        let node = random.isOneIn(6) ? random.pick(machines)?.id : random.pick(offers)?.node
        guard let machine = machines.first(where: { $0.id == node }) else { return nil }
        let tenants = offers.first { $0.node == node }?.hygiene.tenants ?? []
        let tenant = random.pick(tenants)
        // Sometimes after a lease that only the node knows.
        let last = random.isOneIn(5) ? LeaseID("lse_none") : tenant?.lease ?? anyLease()
        let receipt = ScrubReceipt(
            node: machine.id, device: tenant?.device ?? random.pick(devices) ?? devices[0],
            scrub: Int64(1 + random.below(9)), lease: random.isOneIn(4) ? nil : last,
            result: ScrubResult(evidence: ScrubEvidence(method: .contextsOnly)))
        let signed = SignedReceipt(
            bytes: receipt.bytes, signature: [UInt8](try machine.key.signature(for: receipt.bytes)))
        return .scrubbed(
            try VerifiedScrub(
                signed, from: machine.id, key: [UInt8](machine.key.publicKey.rawRepresentation)))
    }

    private mutating func status() -> RunStatus {
        switch random.below(10) {
        case 0: .frozen
        case 1: .ended(.exited(code: 0))
        case 2:
            .ended(
                random.pick([
                    .outOfMemory, .killed, .exited(code: 3), .stopped, .yielded(code: "paused"),
                    .yielded(code: "schedule"),
                ]) ?? .killed)
        default: .running
        }
    }
}
