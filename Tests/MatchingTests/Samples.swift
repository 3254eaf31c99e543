import Domain
import Matching
import Testing

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Small values for tests; what a test does not name is generous.
enum Sample {
    static let gibibyte: Int64 = 1 << 30

    static func node(_ number: Int) -> NodeID { NodeID("nod_\(number)")! }
    static func task(_ index: Int) -> TaskID { TaskID(job: JobID("job_A")!, index: index) }
    static func rate(_ micro: Int64) -> Rate { try! Rate(microPerHour: micro) }

    static func size(cpu: Int64 = 1000, memory: Int64 = 1, disk: Int64 = 1) -> Resources {
        Resources(
            milliCPU: cpu, memoryBytes: memory * gibibyte, diskBytes: disk * gibibyte)
    }

    /// When tests ask, if they do not say.
    static let now = Timestamp(milliseconds: 1_800_000_000_000)

    static func device(
        _ name: String, model: String = "L4", vram: Int64 = 24, power: DevicePower? = nil
    ) -> Device {
        Device(id: DeviceID(name)!, model: model, vramBytes: vram * gibibyte, power: power)
    }

    static func offer(
        _ number: Int = 1, version: Int64 = 1, availability: Offer.Availability = .open,
        size: Resources = size(cpu: 8000, memory: 16, disk: 100), devices: [Device] = [],
        ask: Int64 = 800_000, region: String = "TW", tier: Tier = .verified,
        free: Resources? = nil, freeDevices: [DeviceID]? = nil, network: NetworkAccess = .none,
        closed: OfferClosing? = nil, wish: OwnerWish<Timestamp> = .open,
        trips: RoundTrips = .none, refutation: RegionRefutation? = nil, provider: String = "acc_P",
        openUntil: Timestamp? = nil, spotAsk: Int64? = nil
    ) -> Offer {
        let terms = OfferTerms(
            capacity: size, devices: devices, ask: rate(ask), region: region, tier: tier,
            network: network, closed: closed, roundTrips: trips, spotAsk: spotAsk.map(rate),
            openUntil: openUntil)
        return Offer(
            node: node(number), provider: AccountID(provider)!, version: version,
            availability: availability, terms: terms, free: free ?? size,
            freeDevices: freeDevices ?? devices.map(\.id),
            wish: wish == .open ? .none : NumberedWish(number: 1, wish: wish),
            refutation: refutation)
    }

    static func needs(
        size: Resources = size(), devices: DeviceNeed = .none, regions: [String] = [],
        tier: Tier = .new, bid: Int64 = 10_000_000, network: NetworkAccess = .none,
        latency: LatencyNeed? = nil, spot: SpotTerms? = nil, stay: Int64? = nil
    ) -> Needs {
        Needs(
            slice: size, devices: devices, regions: regions, minimumTier: tier, bid: rate(bid),
            network: network, latency: latency, spot: spot, stay: stay)
    }

    /// Milliseconds to beacons.
    static func trips(_ milliseconds: KeyValuePairs<String, Int64>) -> RoundTrips {
        RoundTrips(
            milliseconds.map { .init(beacon: BeaconName($0)!, microseconds: $1 * 1_000) })!
    }

    static func within(_ milliseconds: Int64, of trips: RoundTrips) -> LatencyNeed {
        LatencyNeed(ceiling: milliseconds * 1_000, measured: trips)
    }

    static func order(
        _ index: Int = 1, attempt: Int64 = 1, needs: Needs = needs(), since: Int64 = 0
    ) -> Order {
        Order(
            task: task(index), attempt: attempt, needs: needs,
            since: Timestamp(milliseconds: since))
    }
}

extension OrderBook {
    /// What the book would lease now; asking changes nothing.
    func proposed(_ limit: Int) -> [Proposal] {
        var copy = self
        return copy.proposals(limit: limit)
    }

    mutating func proposals(limit: Int) -> [Proposal] { proposals(limit: limit, at: Sample.now) }

    mutating func reserve(overdueSince moment: Timestamp, _ occupied: [Occupation]) {
        reserve(overdueSince: moment, occupied, at: Sample.now)
    }

    func explain(_ needs: Needs) -> Explanation { explain(needs, at: Sample.now) }

    func expectedStart(
        of needs: Needs, as task: TaskID?, _ occupied: [Occupation]
    ) -> ExpectedStart? {
        expectedStart(of: needs, as: task, occupied, at: Timestamp(milliseconds: 0))
    }
}

extension Feasibility {
    static func check(_ needs: Needs, _ offer: Offer) -> MismatchReason? {
        check(needs, offer, at: Sample.now)
    }

    static func checkIgnoringPrice(_ needs: Needs, _ offer: Offer) -> MismatchReason? {
        checkIgnoringPrice(needs, offer, at: Sample.now)
    }
}
