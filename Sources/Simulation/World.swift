import Accounting
import Crypto
import Domain
import Hosting
import Marketplace
import Transparency

/// One market, its nodes and renters, and all that goes wrong between them. One thread, virtual
/// time: takes the next event, lets it happen, looks whether all is still true.
final class World {
    struct Streams {
        var setUp: Randomness
        var renters: Randomness
        var network: Randomness
        var runtime: Randomness
        var faults: Randomness
        var crashes: Randomness
        var lies: Randomness
        var identifiers: Randomness
        var store: Randomness
        var scrubs: Randomness
        var chain: Randomness

        init(seed: UInt64) {
            setUp = Randomness(seed: seed, stream: .setUp)
            renters = Randomness(seed: seed, stream: .renters)
            network = Randomness(seed: seed, stream: .network)
            runtime = Randomness(seed: seed, stream: .runtime)
            faults = Randomness(seed: seed, stream: .faults)
            crashes = Randomness(seed: seed, stream: .crashes)
            lies = Randomness(seed: seed, stream: .lies)
            identifiers = Randomness(seed: seed, stream: .identifiers)
            store = Randomness(seed: seed, stream: .store)
            scrubs = Randomness(seed: seed, stream: .scrubs)
            chain = Randomness(seed: seed, stream: .chain)
        }
    }

    /// Micro per hour of the dearest node.
    static let dearestAsk: Int64 = 3_000_000
    /// After everything has healed, work may go on so long before renters stop the rest of it,
    /// and then all must come to rest within ten minutes.
    private static let patienceSeconds: Int64 = 900
    private static let restSeconds: Int64 = 600
    /// No renter asks for more.
    static let longestRunSeconds: Int64 = 100

    let options: SimulationOptions
    let cheapest: Rate
    let workload: Workload
    let foreignKey: Curve25519.Signing.PrivateKey
    let logSigner: NoteSigner

    var report: SimulationReport
    var now = Moment.start
    var random: Streams
    var trace = Trace()
    var store: SimulatedStore
    var auditor: Auditor
    /// Nil while the market's program is dead.
    var market: MarketMemory?
    var marketRun = 0
    var nodes: [NodeProcess] = []
    var places: [NodeID: Int] = [:]
    var renters: [Renter] = []
    var connections = 0
    var placeOfConnection: [Int: Int] = [:]
    /// Nodes of which a silence is with the store.
    var pendingSilences: Set<NodeID> = []
    /// Until then the store fails whatever the sessions ask of it.
    var storeFailsUntil = Moment.start
    /// When the sessions hear of the newest commit.
    var lastNewsAt = Moment.start
    /// What a planted bug has sent once.
    var sentEffects: Set<EffectID> = []
    var isHealed = false
    var vault = VaultModel()
    var vaultTicks = 0
    /// The market hears nothing of the chain until then.
    var chainAwayUntil = Moment.start
    private var queue = EventQueue()
    private var hasStoppedAll = false

    init(_ options: SimulationOptions) {
        self.options = options
        report = SimulationReport(seed: options.seed)
        var random = Streams(seed: options.seed)
        let parts = Parts(&random.setUp)
        cheapest = parts.cheapest
        workload = parts.workload
        foreignKey = parts.foreignKey
        logSigner = parts.logSigner
        store = SimulatedStore(
            market: Market(
                commission: parts.commission, startWindowSeconds: 20, lockWindowSeconds: 40,
                unsignedLimit: (try? Money(micro: Self.unsignedLimit)) ?? .zero,
                redeemWithin: 20),
            planted: options.planted)
        auditor = Auditor(commission: parts.commission)
        self.random = random
        populate()
    }

    var mayFail: Bool { !isHealed && options.faultEverySeconds != nil }

    func schedule(_ event: Event, at moment: Moment) {
        queue.schedule(event, at: max(moment, now))
    }

    func fail(_ rule: String, _ detail: String) { auditor.fail(rule, detail) }

    // MARK: Running

    func run() {
        while let item = queue.next() {
            if item.at > now { auditor.timePasses() }
            now = item.at
            report.steps += 1
            trace.note(now.nanoseconds)
            happen(item.event)
            if auditor.finding != nil || isOver { break }
        }
        if auditor.finding == nil { checkAtTheEnd() }
        finish()
    }

    private func finish() {
        report.virtualSeconds = now.seconds
        report.jobs = auditor.jobOrder.count
        report.leases = auditor.leaseOrder.count
        for id in auditor.leaseOrder { auditor.leases[id].map { note($0) } }
        trace.note(UInt64(report.leases))
        report.traceHash = trace.hash
        guard let finding = auditor.finding else { return }
        report.violation = Violation(
            seed: options.seed, virtualMilliseconds: now.nanoseconds / 1_000_000,
            rule: finding.rule, detail: finding.detail)
    }

    private func note(_ lease: Lease) {
        trace.note(lease.id.text)
        guard case .settled(let reason, let seconds, let posted, _) = lease.life else { return }
        trace.note(seconds)
        trace.note(posted.net.micro)
        if lease.serviceLevel != nil {
            report.reached.count(posted.credit > .zero ? .creditGiven : .promiseKept)
        }
        if lease.excusedMilliseconds ?? 0 > 0 { report.reached.count(.silenceExcused) }
        switch reason {
        case .budgetExhausted: report.reached.count(.budgetExhausted)
        case .overran: report.reached.count(.overran)
        case .startFailed: report.reached.count(.startFailed)
        case .killed: report.reached.count(.killed)
        case .deviceLost: report.reached.count(.deviceLost)
        case .yielded: report.reached.count(.yielded)
        case .exited, .outOfMemory, .stopped, .nodeLost: break
        }
    }

    // MARK: The end

    /// Nothing is left to do: every job is closed, every node has forgotten its leases and takes
    /// orders again.
    private var isOver: Bool {
        guard isHealed, auditor.jobOrder.allSatisfy({ isClosed($0) }) else { return false }
        let isIdle = nodes.allSatisfy {
            $0.host?.leases.isEmpty == true && $0.containers.all.isEmpty
        }
        let areOpen = nodes.allSatisfy { isConnected($0.id) }
        return isIdle && areOpen && isVaultAtRest && store.tables.load(.pending(limit: 1)).isEmpty
            && store.tables.load(.outbox(limit: 1)).isEmpty
    }

    private func isConnected(_ node: NodeID) -> Bool {
        store.tables.read([.offer(node)]).offer(node)?.availability.isConnected == true
    }

    private func isClosed(_ id: JobID) -> Bool {
        if case .closed? = auditor.jobs[id]?.life { true } else { false }
    }

    func everySecond() {
        schedule(.everySecond, at: now.after(milliseconds: 1000))
        auditor.checkLedger(store.tables, renters: renters.map(\.account))
        auditor.checkCapacity(store.tables)
        auditor.checkVaultHolds()
        if market != nil { auditor.checkHellos(at: now.timestamp) }
        auditor.checkNobodyLateWaits(at: now.timestamp, ticks: market?.ticks ?? 0)
        guard isHealed else { return }
        stopHopeless()
        let rest = now.seconds - options.activeSeconds - Self.patienceSeconds
        if rest >= 0, !hasStoppedAll { stopAll() }
        if rest > Self.restSeconds {
            fail("all comes to rest", unrest)
        }
    }

    private func stopAll() {
        hasStoppedAll = true
        for id in auditor.jobOrder where !isClosed(id) {
            inMarket { () throws(MarketCrash) in try perform(.stop(id)) }
        }
    }

    /// What is still open, for the report.
    private var unrest: String {
        let jobs = auditor.jobOrder.filter { !isClosed($0) }.prefix(3)
        let open = jobs.map { id in
            "\(id) \(auditor.jobs[id]?.life as Any): "
                + (auditor.unsettled[id] ?? []).map { lease in
                    "\(lease) \(auditor.leases[lease]?.life as Any)"
                }.joined(separator: ", ")
        }
        let held = nodes.flatMap { node in
            (node.host?.leases ?? []).map { "\(node.id) \($0.id) \($0.phase)" }
        }
        let outbox = store.tables.load(.outbox(limit: 3)).map { "\($0)" }
        let down = nodes.map(\.id).filter { !isConnected($0) }.map { "\($0) is down" }
        return (open + held + outbox + down).joined(separator: "; ")
    }

    private func checkAtTheEnd() {
        auditor.checkLedger(store.tables, renters: renters.map(\.account))
        auditor.checkLog(store.tables)
        for id in auditor.jobOrder {
            guard case .closed(let outcome, _)? = auditor.jobs[id]?.life else {
                fail("all comes to rest", "\(id)")
                continue
            }
            switch outcome {
            case .succeeded: report.reached.count(.jobSucceeded)
            case .failed: report.reached.count(.jobFailed)
            case .stopped: report.reached.count(.jobStopped)
            }
        }
    }
}
