import Domain
import Hosting
import Testing

/// Whatever happens, and wherever the program dies: a device goes from one tenant to the next, or is
/// offered, only when it was really wiped in between.
struct ScrubPropertyTests {
    static let gpus = 2

    /// A machine whose devices remember their tenants.
    struct Machine {
        var bench = Bench(gpus: ScrubPropertyTests.gpus)
        fileprivate var random: Seeded
        /// Whose data a device holds.
        var tenants: [DeviceID: LeaseID] = [:]
        var containers: [LeaseID: Dispatch] = [:]
        var dead: Set<LeaseID> = []
        /// Being started, also by a program that is dead.
        var starting: [Dispatch] = []
        /// Scrubs under way, and those whose program has died or given them up.
        var orders: [ScrubOrder] = []
        var journal = HostHistory()
        /// What the program has not been told yet.
        var news: [HostEvent] = []
        var isTelling = false
        /// Records to write until the program dies; nil: for ever.
        var recordsLeft: Int?
        /// How often the program was started.
        var runs = 0
        var count = 0
        var offered = 0
        var moved = 0
        var violations: [String] = []

        init(seed: UInt64) { random = Seeded(state: seed) }
    }

    @Test func `no tenant finds what another one left, whatever happens and whoever dies`() {
        var (offered, moved) = (0, 0)
        for seed in UInt64(1)...60 {
            var machine = Machine(seed: seed)
            machine.run(steps: 300)
            #expect(machine.violations.isEmpty, "seed \(seed): \(machine.violations)")
            offered += machine.offered
            moved += machine.moved
        }
        #expect(offered > 500 && moved > 500, "\(offered) offers, \(moved) changes of tenant")
    }

    @Test func `a death after any one record of the journal changes nothing of that`() {
        for seed in UInt64(1)...4 {
            for record in 0..<100 {
                var machine = Machine(seed: seed)
                machine.run(steps: 120, deathAfter: record)
                #expect(machine.runs == 2, "seed \(seed), record \(record)")
                #expect(
                    machine.violations.isEmpty,
                    "seed \(seed), record \(record): \(machine.violations)")
            }
        }
    }

    /// The positive control: a runtime that says that it has wiped and has not is seen.
    @Test func `a scrub that wipes nothing is noticed`() {
        var machine = Machine(seed: 1)
        machine.run(steps: 300, wipes: false)
        #expect(!machine.violations.isEmpty)
    }
}

extension ScrubPropertyTests.Machine {
    /// - Parameter deathAfter: the one record after which the program dies; nil: it dies often.
    mutating func run(steps: Int, deathAfter record: Int? = nil, wipes: Bool = true) {
        bench.scrubsByHand = true
        start()
        recordsLeft = record
        for _ in 0..<steps {
            if record == nil, recordsLeft == nil, random.happens(oneIn: 12) {
                recordsLeft = Int(random.next() % 6)
            }
            step(wipes: wipes)
        }
    }

    private mutating func start() {
        bench.host = Host(node: bench.host.node, terms: bench.host.terms)
        recordsLeft = nil
        runs += 1
        let now = bench.now
        let fences = containers.mapValues { _ in now.advanced(nanoseconds: 60 * Bench.second) }
        news = [.connected, .frame(.welcome)]
        act(bench.host.adopt(journal, fences: fences, lost: [], at: now))
        tellNews()
    }

    private mutating func tell(_ event: HostEvent) {
        news.append(event)
        tellNews()
    }

    /// One after the other, each with all that it asks for.
    private mutating func tellNews() {
        guard !isTelling else { return }
        isTelling = true
        while !news.isEmpty { act(bench.host.handle(news.removeFirst(), at: bench.now)) }
        isTelling = false
    }

    /// Writes and does until the program dies; what it had not written down is forgotten.
    private mutating func act(_ actions: [HostAction]) {
        for action in actions {
            if case .record(let record) = action {
                if let left = recordsLeft {
                    guard left > 0 else { return die() }
                    recordsLeft = left - 1
                }
                journal.apply(record)
            }
        }
        let run = runs
        for action in actions {
            carryOut(action)
            guard runs == run else { return }
        }
        if let left = recordsLeft, left == 0, random.happens(oneIn: 2) { die() }
    }

    private mutating func die() { start() }

    private mutating func carryOut(_ action: HostAction) {
        switch action {
        case .send(.hello(let terms, _, _)), .send(.terms(let terms, _)): hear(terms)
        case .send(.heartbeat(let number, _)):
            let leases = bench.host.leases.map {
                Renewal(lease: $0.id, attempt: $0.dispatch.attempt)
            }
            tell(.frame(.renewal(number: number, leases: leases)))
        case .prepare(let dispatch): tell(.prepared(dispatch.lease))
        case .start(let dispatch):
            if random.happens(oneIn: 4) { starting.append(dispatch) } else { occupy(dispatch) }
        case .kill(let lease): dead.insert(lease)
        case .save(let lease): tell(.saved(lease, .complete))
        case .remove(let lease):
            containers[lease] = nil
            dead.remove(lease)
            starting.removeAll { $0.lease == lease }
            tell(.removed(lease))
        case .claim(let receipt):
            tell(.frame(.receiptAccepted(receipt.lease, sequence: receipt.sequence)))
        case .scrub(let order): orders.append(order)
        case .send, .record, .moveFence, .freeze, .thaw, .notify, .attest, .tell, .reconnect: break
        }
    }

    private mutating func hear(_ terms: OfferTerms) {
        offered += terms.devices.count
        for device in terms.devices {
            let isHeld = bench.host.leases.contains {
                $0.dispatch.devices.contains(device.id) && $0.phase.mayHaveContainer
            }
            if let tenant = tenants[device.id], !isHeld {
                violations.append("\(device.id) is offered with what \(tenant) left")
            }
        }
    }

    private mutating func occupy(_ dispatch: Dispatch) {
        if containers[dispatch.lease] == nil {
            containers[dispatch.lease] = dispatch
            for device in dispatch.devices {
                if let tenant = tenants[device], tenant != dispatch.lease {
                    violations.append("\(dispatch.lease) finds what \(tenant) left on \(device)")
                }
                tenants[device] = dispatch.lease
                moved += 1
            }
        }
        if random.happens(oneIn: 10) { return }
        tell(
            random.happens(oneIn: 10)
                ? .startFailed(dispatch.lease, code: "container")
                : .started(dispatch.lease, at: bench.now))
    }

    private mutating func step(wipes: Bool) {
        bench.pass(milliseconds: 250)
        switch random.next() % 12 {
        case 0, 1:
            count += 1
            let gpus = random.happens(oneIn: 4) ? [0, 1] : [Int(random.next() % 2)]
            let dispatch = Bench.dispatch("\(count)", task: count, fence: 60, gpus: gpus)
            tell(.frame(.dispatch(EffectID("e\(count)"), dispatch)))
        case 2, 3:
            if let lease = containers.keys.sorted().first(where: { !dead.contains($0) }) {
                dead.insert(lease)
            }
        case 4, 5, 6: answerOne(wipes: wipes)
        case 7 where !starting.isEmpty: occupy(starting.removeFirst())
        case 7: bench.pass(milliseconds: Int64(random.next() % 60_000))
        case 8:
            if let lease = bench.host.leases.first {
                tell(.frame(.stop(EffectID("s\(lease.id)"), lease.id, .stopped)))
            }
        case 9 where random.happens(oneIn: 4):
            tell(.quarantineLifted(Bench.gpu(Int(random.next() % 2)).id))
        default: break
        }
        look()
    }

    private mutating func look() {
        let readings = (0..<ScrubPropertyTests.gpus).map { number in
            let sight: DeviceSight =
                switch random.next() % 30 {
                case 0: .silent
                case 1: .withheld(code: "in_use")
                default: .well
                }
            return DeviceReading(device: Bench.gpu(number).id, sight: sight)
        }
        tell(.devicesSeen(readings, askedAt: bench.now))
        let observations = containers.keys.sorted().map { lease in
            Observation(
                lease: lease,
                state: dead.contains(lease)
                    ? .exited(.exited(code: 0), at: bench.now) : .running,
                watched: nil, usage: .none)
        }
        tell(.sampled(observations))
    }

    /// Any scrub that was ever begun may end now; only one that finds nobody there wipes.
    private mutating func answerOne(wipes: Bool) {
        guard !orders.isEmpty else { return }
        let order = orders.remove(at: Int(random.next() % UInt64(orders.count)))
        let isUsed = containers.contains { lease, dispatch in
            !dead.contains(lease) && dispatch.devices.contains(order.device)
        }
        guard !isUsed, !random.happens(oneIn: 5) else {
            let fault = random.happens(oneIn: 9) ? ScrubFault.noCUDA : .contextsLeft
            let result = ScrubResult(evidence: Bench.done.evidence, failure: fault)
            return tell(.scrubbed(order.device, scrub: order.scrub, result))
        }
        if wipes { tenants[order.device] = nil }
        tell(.scrubbed(order.device, scrub: order.scrub, Bench.done))
    }
}

extension ScrubPropertyTests {
    /// SplitMix64.
    fileprivate struct Seeded {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }

        mutating func happens(oneIn count: UInt64) -> Bool { next() % count == 0 }
    }
}
