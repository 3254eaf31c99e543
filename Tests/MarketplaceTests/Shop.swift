import Accounting
import Crypto
import Domain
import Marketplace
import Testing
import Verification

/// A market of one renter, one provider and one node, moved command by command.
///
/// A command that must succeed goes through `run`; one whose refusal is the point, through `try`.
struct Shop {
    static let ann = AccountID("acc_ann")!
    static let pete = AccountID("acc_pete")!
    static let node = NodeID("nod_1")!
    static let gpus = [DeviceID("GPU-0")!, DeviceID("GPU-1")!]
    static let start = Timestamp(milliseconds: 1_700_000_000_000)
    /// The renter's money to begin with: ten units.
    static let wealth: Int64 = 10_000_000
    static let everything = 100_000

    /// The market stands in Taipei.
    static let beacons = [
        Beacon(name: .market, url: Beacon.marketPath, place: Coordinates("25.033,121.565"))
    ]

    var tables = MemoryTables()
    var now = Shop.start
    let market: Market
    private var placed = 0

    private init(bps: Int64) throws {
        market = Market(
            commission: try #require(BasisPoints(bps)), startWindowSeconds: 900,
            beacons: Self.beacons)
    }

    /// Open for business: accounts, money, the node and its offer of 8 CPUs and two GPUs.
    static func open(
        bps: Int64 = 250, ask: Int64 = 3_600_000, level: ServiceLevel? = nil
    ) throws -> Shop {
        var shop = try Shop(bps: bps)
        for id in [ann, pete] {
            try shop.run(.openAccount(Account(id: id, name: id.text, createdAt: start), keys: []))
        }
        try shop.run(shop.credit("start", wealth))
        try shop.run(.registerNode(shop.machine(), token: nil))
        try shop.run(.advertise(node, shop.terms(ask: ask, level: level)))
        return shop
    }

    mutating func attempt(_ command: Command) -> Outcome {
        let outcomes = tables.perform([command], market: market, at: now)
        return outcomes.first ?? .failure(.termsImpossible("no outcome"))
    }

    @discardableResult
    mutating func run(_ command: Command) throws -> Answer { try attempt(command).get() }

    /// Expects this very refusal, and that the command changed nothing.
    mutating func refuses(
        _ command: Command, _ refusal: Refusal, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let before = snapshot()
        let outcome = attempt(command)
        #expect(outcome == .failure(refusal), sourceLocation: sourceLocation)
        #expect(snapshot() == before, "a refusal changes nothing", sourceLocation: sourceLocation)
    }

    /// Expects success, and that the command changed nothing.
    mutating func ignores(
        _ command: Command, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let before = snapshot()
        try run(command)
        #expect(snapshot() == before, sourceLocation: sourceLocation)
    }

    mutating func pass(seconds: Int64) { now = now.advanced(seconds: seconds) }

    private func snapshot() -> [[Row]] {
        let all = Self.everything
        let reads: [Read] = [
            .accounts(limit: all), .nodes(of: nil, limit: all), .offers(limit: all),
            .balances(limit: all), .openJobs(limit: all), .openTasks(limit: all),
            .unsettledLeases(limit: all), .settledLeases(after: nil, limit: all),
            .outbox(limit: all), .pending(limit: all), .transfers(after: 0, limit: all),
            .entries(from: 0, limit: all), .tree, .head, .alive,
            .jobs(of: Self.ann, before: nil, limit: all), .device(Self.gpus[0]),
            .device(Self.gpus[1]), .events(JobID("job_1")!, after: 0, limit: all),
        ]
        let rows = tables.read(reads)
        return reads.map { rows[$0] }
    }
}

/// Commands and their parts.
extension Shop {
    static let key: Curve25519.Signing.PrivateKey = {
        try! Curve25519.Signing.PrivateKey(rawRepresentation: [UInt8](repeating: 7, count: 32))
    }()

    func once(_ key: String, body: String? = nil, of account: AccountID = ann) -> Idempotency {
        Idempotency(key: ReplayKey(account: account, key: key), bodyHash: body ?? key)
    }

    func credit(_ key: String, _ micro: Int64, body: String? = nil) throws -> Command {
        .credit(Self.ann, try Money(micro: micro), reason: "gift", once(key, body: body))
    }

    func machine(
        _ id: NodeID = node, provider: AccountID = pete, key: Curve25519.Signing.PrivateKey = key
    ) -> Node {
        Node(
            id: id, provider: provider, name: "n",
            receiptKey: [UInt8](key.publicKey.rawRepresentation))
    }

    /// The node's terms while its owner keeps it, or does not.
    func advertised(closed: OfferClosing?) throws -> Command {
        let terms = try terms()
        return .advertise(
            Self.node,
            OfferTerms(
                capacity: terms.capacity, devices: terms.devices, ask: terms.ask,
                region: terms.region, tier: terms.tier, closed: closed))
    }

    func terms(
        ask: Int64 = 3_600_000, cpus: Int64 = 8, gpus: [DeviceID] = gpus, spotAsk: Int64? = nil,
        level: ServiceLevel? = nil
    ) throws -> OfferTerms {
        OfferTerms(
            capacity: Resources(milliCPU: cpus * 1000, memoryBytes: 8 << 30, diskBytes: 8 << 30),
            devices: gpus.map { Device(id: $0, model: "H200", vramBytes: 1 << 37) },
            ask: try Rate(microPerHour: ask), region: "TW", tier: .tested,
            spotAsk: try spotAsk.map { try Rate(microPerHour: $0) }, serviceLevel: level)
    }

    /// A job whose every task takes the whole price of the node: one micro-unit per millisecond at
    /// an ask of 3.6 units per hour.
    struct Wish {
        var job = "job_1"
        var renter = Shop.ann
        var tasks = 1
        var parallel = 1
        var maxFailures = 0
        var budget: Int64 = 1_000_000
        var maxDuration: Int64 = 600
        var fence: Int64 = 8
        var cpus: Int64 = 8
        var gpus = 0
        var bid: Int64 = 100_000_000
        var regions: [String] = []
        var latency: LatencyNeed?
        var deadline: Deadline?
        var formation: Formation?
        var spot: SpotTerms?
        var power: DevicePower?
        var stay: Int64?
        /// Whose deposit in the vault pays.
        var payer: ChainAddress?
        var settlement = Settlement.vouchers
        var key = "submit"
        var body: String?
    }

    func submit(_ wish: Wish = Wish()) throws -> Command {
        let digest = try #require(BlobDigest("sha256:" + String(repeating: "0", count: 64)))
        let needs = Needs(
            slice: Resources(milliCPU: wish.cpus * 1000, memoryBytes: 1 << 20, diskBytes: 0),
            devices: DeviceNeed(
                count: wish.gpus, models: [], vramBytes: 0, power: wish.power),
            regions: wish.regions, minimumTier: .new, bid: try Rate(microPerHour: wish.bid),
            latency: wish.latency, spot: wish.spot, stay: wish.stay,
            settlement: wish.payer == nil ? nil : wish.settlement)
        let terms = JobTerms(
            name: "work",
            workload: Workload(
                image: .archive(name: "i", digest: digest), command: ["true"],
                environment: [], inputs: [], outputs: []),
            needs: needs, tasks: wish.tasks, parallel: wish.parallel,
            maxFailures: wish.maxFailures, budget: try Money(micro: wish.budget),
            maxDuration: wish.maxDuration, fence: wish.fence, deadline: wish.deadline,
            formation: wish.formation, payer: wish.payer)
        return .submit(
            SubmitJob(
                id: try #require(JobID(wish.job)), renter: wish.renter, terms: terms,
                salt: [UInt8](repeating: 5, count: 16),
                idempotency: once(wish.key, body: wish.body, of: wish.renter)))
    }

    func job(_ text: String = "job_1") throws -> Job {
        let id = try #require(JobID(text))
        return try #require(tables.read([.job(id)]).job(id))
    }

    func task(_ index: Int = 1, of job: String = "job_1") throws -> JobTask {
        let id = TaskID(job: try #require(JobID(job)), index: index)
        return try #require(tables.read([.task(id)]).task(id))
    }

    func hold(_ job: String = "job_1") throws -> Hold {
        let id = try #require(JobID(job))
        return try #require(tables.read([.hold(id)]).hold(id))
    }

    func lease(_ id: LeaseID) throws -> Lease { try #require(tables.read([.lease(id)]).lease(id)) }

    func offer() throws -> Offer {
        try #require(tables.read([.offer(Self.node)]).offer(Self.node))
    }

    func balance(_ account: LedgerAccount) -> Int64 {
        tables.read([.balance(account)]).balance(account).micro
    }

    var effects: [EffectID] {
        tables.read([.outbox(limit: 100)])[.outbox(limit: 100)].compactMap { row in
            if case .outbox(let entry) = row { entry.id } else { nil }
        }
    }

    var transfers: [Transfer] {
        let read = Read.transfers(after: 0, limit: Self.everything)
        return tables.read([read])[read].compactMap { row in
            if case .transfer(let row) = row { row.transfer } else { nil }
        }
    }
}

/// The life of a lease, step by step.
extension Shop {
    /// A proposal for a task on the node as it is now.
    mutating func clearing(
        _ index: Int = 1, of job: String = "job_1", gpus: [DeviceID] = []
    ) throws -> Clearing {
        placed += 1
        let task = try task(index, of: job)
        return Clearing(
            lease: try #require(LeaseID("lse_\(placed)")), task: task.id, attempt: task.attempt,
            node: Self.node, offerVersion: try offer().version, devices: gpus)
    }

    mutating func place(
        _ index: Int = 1, of job: String = "job_1", gpus: [DeviceID] = []
    ) throws -> LeaseID {
        let clearing = try clearing(index, of: job, gpus: gpus)
        try run(.clear(clearing))
        return clearing.lease
    }

    func receipt(
        _ lease: LeaseID, _ sequence: Int64, seconds: Int64, _ status: RunStatus = .running,
        attempt: Int64 = 1, node: NodeID = node, arrivedAt: Timestamp? = nil
    ) throws -> Command {
        let receipt = Receipt(
            lease: lease, attempt: attempt, node: node, sequence: sequence, seconds: seconds,
            status: status, level: .live, cpuMilliseconds: 1, peakMemoryBytes: 1)
        let signed = SignedReceipt(
            bytes: receipt.bytes,
            signature: [UInt8](try Self.key.signature(for: receipt.bytes)))
        let verified = try VerifiedReceipt(
            signed, from: node, key: [UInt8](Self.key.publicKey.rawRepresentation))
        return .meter(verified, arrivedAt: arrivedAt ?? now)
    }

    /// Placed, and its start frame accepted now.
    mutating func begin(_ index: Int = 1, of job: String = "job_1") throws -> LeaseID {
        let id = try place(index, of: job)
        let attempt = try lease(id).attempt
        try run(receipt(id, 1, seconds: 0, attempt: attempt))
        return id
    }

    /// Ends a running lease after `seconds` more and settles it.
    mutating func finish(
        _ id: LeaseID, after seconds: Int64, _ reason: EndReason = .exited(code: 0)
    ) throws {
        pass(seconds: seconds)
        let lease = try lease(id)
        let reading = try #require(lease.life.reading)
        try run(
            receipt(
                id, reading.sequence + 1, seconds: reading.seconds + seconds, .ended(reason),
                attempt: lease.attempt))
        try run(.verify(id))
    }
}
