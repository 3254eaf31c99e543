import Accounting
import Domain
import Marketplace
import Matching
import Testing

/// A market that never comes to rest, without a node or a network: orders come, are placed as the
/// placing says, and end when their leases may last no longer.
private struct Rush {
    static let hour: Int64 = 3_600_000
    /// Milliseconds between two looks at what there is to do.
    private static let step: Int64 = 60_000

    private(set) var tables = MemoryTables()
    private let market = Market(commission: BasisPoints(0)!)
    private(set) var placing = Placing()
    private(set) var now = Timestamp(milliseconds: 1_700_000_000_000)
    private var random: SeededGenerator
    private var ends: [(at: Timestamp, lease: LeaseID)] = []
    private var count = 0
    private var leases = 0
    /// Of each task that has been placed.
    private(set) var placed: [JobID: Timestamp] = [:]

    init(seed: UInt64, machines: [Int]) throws {
        random = SeededGenerator(seed: seed)
        for id in [Shop.ann, Shop.pete] {
            try run(.openAccount(Account(id: id, name: "", createdAt: now), keys: []))
        }
        try run(
            .credit(
                Shop.ann, try Money(micro: Money.limit / 2), reason: "gift",
                Idempotency(key: ReplayKey(account: Shop.ann, key: "gift"), bodyHash: "")))
        for (machine, devices) in machines.enumerated() {
            let node = try #require(NodeID("nod_\(machine)"))
            try run(
                .registerNode(
                    Node(id: node, provider: Shop.pete, name: "n", receiptKey: []), token: nil))
            let terms = OfferTerms(
                capacity: Resources(
                    milliCPU: 64_000, memoryBytes: 64 << 30, diskBytes: 64 << 30),
                devices: (0..<devices).map {
                    Device(id: DeviceID("GPU-\(machine)-\($0)")!, model: "H200", vramBytes: 1)
                }, ask: try Rate(microPerHour: 1_000_000), region: "TW", tier: .tested)
            try run(.advertise(node, terms))
        }
    }

    /// One transaction, as a store makes it; the placing follows what it changed.
    private mutating func run(_ command: Command) throws {
        var rows = Rows()
        while true {
            let missing = command.reads(given: rows).filter { !rows.has($0) }
            if missing.isEmpty { break }
            for read in missing { rows.add(tables.load(read), for: read) }
        }
        let decision = try market.decide(command, on: rows, at: now)
        tables.apply(decision)
        placing.take(decision.rows)
    }

    mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

    @discardableResult
    mutating func submit(devices: Int, seconds: Int64) throws -> JobID {
        count += 1
        let id = try #require(JobID("job_\(count)"))
        let needs = Needs(
            slice: Resources(milliCPU: 1, memoryBytes: 1, diskBytes: 0),
            devices: DeviceNeed(count: devices, models: [], vramBytes: 0), regions: [],
            minimumTier: .new, bid: try Rate(microPerHour: 1_000_000))
        let digest = try #require(BlobDigest("sha256:" + String(repeating: "0", count: 64)))
        let terms = JobTerms(
            name: "work",
            workload: Workload(
                image: .archive(name: "i", digest: digest), command: ["true"], environment: [],
                inputs: [], outputs: []), needs: needs, tasks: 1, parallel: 1, maxFailures: 0,
            budget: try Money(micro: 10_000_000), maxDuration: seconds, fence: 8)
        try run(
            .submit(
                SubmitJob(
                    id: id, renter: Shop.ann, terms: terms, salt: [],
                    idempotency: Idempotency(
                        key: ReplayKey(account: Shop.ann, key: "\(count)"), bodyHash: ""))))
        return id
    }

    /// How many orders wait.
    var waiting: Int { count - placed.count }

    /// A minute: leases end, and what is free is placed.
    mutating func pass() throws {
        now = now.advanced(milliseconds: Self.step)
        for (_, lease) in ends.filter({ $0.at <= now }) {
            try run(.endLease(lease, .stopped))
            try run(.verify(lease))
        }
        ends.removeAll { $0.at <= now }
        while true {
            var number = leases
            let steps = placing.round(at: now) {
                number += 1
                return LeaseID("lse_\(number)")!
            }
            leases = number
            if steps.isEmpty { return }
            for step in steps { try take(step) }
        }
    }

    private mutating func take(_ step: Placing.Step) throws {
        guard case .clear(let clearing) = step.command else { return try run(step.command) }
        try run(step.command)
        let job = clearing.task.job
        placed[job] = now
        let seconds = try #require(placing.jobs[job]).terms.maxDuration
        // Some end before they must.
        let share = Int64(1 + random.next() % 4)
        ends.append((now.advanced(milliseconds: seconds * 250 * share), clearing.lease))
    }
}

/// Age raises an order: a stream of small orders that never ends cannot keep a large one waiting.
struct StarvationTests {
    /// Of a small order, at most.
    private static let longest: Int64 = 2 * 3600

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `an order for many devices is served in bounded time, however many small ones come`(
        seed: UInt64
    ) throws {
        let devices = seed.isMultiple(of: 2) ? 8 : Int(2 + seed % 6)
        let machines = [devices] + (seed > 4 ? [devices, 1] : [])
        var rush = try Rush(seed: seed, machines: machines)
        let backlog = 2 * machines.reduce(0, +)
        func pass(_ minutes: Int, until job: JobID?) throws {
            for _ in 0..<minutes where job == nil || rush.placed[job!] == nil {
                // More come than can be served: somebody small always waits.
                while rush.waiting < backlog {
                    let seconds = 600 + Int64(rush.below(Int(Self.longest) - 600))
                    try rush.submit(devices: 1, seconds: seconds)
                }
                try rush.pass()
            }
        }
        try pass(180, until: nil)
        let came = rush.now
        let large = try rush.submit(devices: devices, seconds: 3600)
        // Its turn; then those who stand before it, two for each device, find a place, and its patience
        // is over; then what runs where its place is kept comes to its end.
        let turn = Int64(devices - 1) * Rush.hour
        let longest = Self.longest * 1000
        let bound =
            turn + max(OrderBook.reservedAfterMilliseconds, 2 * longest) + longest + 2 * 60_000
        try pass(Int(2 * bound / 60_000), until: large)
        let served = try #require(rush.placed[large], "seed \(seed)")
        let wait = served.millisecondsSince(came)
        let passed = rush.placed.count { job, moment in
            job != large && moment > came.advanced(milliseconds: turn)
        }
        print(
            "starvation: seed \(seed), \(devices) devices of \(machines), waited "
                + "\(wait / 60_000) of \(bound / 60_000) minutes, \(passed) small ones passed it")
        #expect(wait <= bound, "seed \(seed)")
        #expect(passed > 0, "seed \(seed): it had nobody to be passed by")
    }
}
