import Domain
import Matching

/// The rules of proposing, restated as plainly as possible and without `Matching`'s own code.
enum Oracle {
    struct Refused: Sendable {
        var offers: [NodeID] = []
        var orders: [TaskID] = []
        var pairs: [(task: TaskID, node: NodeID)] = []

        func allows(_ order: Order, _ offer: Offer) -> Bool {
            !offers.contains(offer.node) && !orders.contains(order.task)
                && !pairs.contains { $0.task == order.task && $0.node == offer.node }
        }
    }

    static func proposals(
        offers: [Offer], orders: [Order], limit: Int, refused: Refused = Refused()
    ) -> [Proposal] {
        var offers = offers
        var proposals: [Proposal] = []
        for order in orders.sorted(by: isFirst) {
            let candidates = offers.indices.filter {
                fits(order.needs, offers[$0]) && refused.allows(order, offers[$0])
            }
            let best = candidates.min { better(order.needs, offers[$0], offers[$1]) }
            guard proposals.count < limit, let best else { continue }
            let devices = suitable(order.needs.devices, offers[best])
                .prefix(order.needs.devices.count)
            proposals.append(
                Proposal(
                    task: order.task, attempt: order.attempt, node: offers[best].node,
                    offerVersion: offers[best].version, rate: rate(order.needs, offers[best]),
                    devices: Array(devices)))
            offers[best].free = offers[best].free.subtracting(order.needs.slice)
            offers[best].freeDevices.removeAll { devices.contains($0) }
            offers[best].version += 1
            offers[best].waitingSince = next(offers[best])
        }
        return proposals
    }

    /// Behind all that have waited until now, also twice within one millisecond.
    static func next(_ offer: Offer) -> Timestamp {
        let later = offer.waitingSince.milliseconds + 1
        return Timestamp(milliseconds: max(Sample.now.milliseconds, later))
    }

    /// On demand before spot.
    private static func isFirst(_ left: Order, _ right: Order) -> Bool {
        let (late, early) = (left.needs.spot != nil, right.needs.spot != nil)
        guard late == early else { return early }
        return (turn(left), left.task) < (turn(right), right.task)
    }

    /// An hour later for each device beyond the first.
    private static func turn(_ order: Order) -> Int64 {
        order.since.milliseconds + 3_600_000 * Int64(max(order.needs.devices.count, 1) - 1)
    }

    static func fits(_ needs: Needs, _ offer: Offer) -> Bool {
        let listed = offer.terms.devices.filter { accepts(needs.devices, $0) }.count
        return offer.availability == .open
            && needs.slice.fits(in: offer.free) && needs.slice.fits(in: offer.terms.capacity)
            && listed >= needs.devices.count
            && suitable(needs.devices, offer).count >= needs.devices.count
            && (needs.regions.isEmpty || needs.regions.contains(offer.terms.region))
            && offer.terms.tier >= needs.minimumTier
            && (needs.network == .none || offer.terms.network == .egress)
            && isPlaced(needs, offer) && isOpenLongEnough(needs, offer)
            && rate(needs, offer) <= needs.bid
    }

    private static func isPlaced(_ needs: Needs, _ offer: Offer) -> Bool {
        if !needs.regions.isEmpty, offer.refutation != nil { return false }
        guard let latency = needs.latency else { return true }
        let ways = latency.measured.readings.flatMap { mine in
            offer.terms.roundTrips.readings.filter { $0.beacon == mine.beacon }
                .map { $0.microseconds + mine.microseconds }
        }
        return ways.contains { $0 <= latency.ceiling }
    }

    private static func accepts(_ need: DeviceNeed, _ device: Device) -> Bool {
        if let least = need.power?.capability {
            guard let known = device.power?.capability, known >= least else { return false }
        }
        if let least = need.power?.gigaflops {
            guard let known = device.power?.gigaflops, known >= least else { return false }
        }
        return device.vramBytes >= need.vramBytes
            && (need.models.isEmpty || need.models.contains(device.model))
    }

    private static func isOpenLongEnough(_ needs: Needs, _ offer: Offer) -> Bool {
        guard let stay = needs.stay, let end = offer.terms.openUntil else { return true }
        return end.milliseconds - Sample.now.milliseconds >= stay
    }

    private static func suitable(_ need: DeviceNeed, _ offer: Offer) -> [DeviceID] {
        offer.terms.devices.filter { accepts(need, $0) && offer.freeDevices.contains($0.id) }
            .map(\.id)
    }

    private static func rate(_ needs: Needs, _ offer: Offer) -> Rate {
        let terms = offer.terms
        let cheaper = OfferTerms(
            capacity: terms.capacity, devices: terms.devices, ask: terms.spotAsk ?? terms.ask,
            region: terms.region, tier: terms.tier, withheld: terms.withheld)
        return (needs.spot == nil ? terms : cheaper)
            .rate(of: needs.slice, deviceCount: needs.devices.count)
    }

    private static func better(_ needs: Needs, _ left: Offer, _ right: Offer) -> Bool {
        (cost(needs, left), left.waitingSince, end(left))
            < (cost(needs, right), right.waitingSince, end(right))
    }

    /// Of an ID, as a number.
    static func end(_ offer: Offer) -> UInt64 {
        offer.node.text.utf8.dropFirst(4).suffix(3).reduce(0) { $0 * 256 + UInt64($1) }
    }

    /// The rate, and a little for what is left free: a machine of 128 CPUs or of eight devices that is
    /// wholly free costs 3 % of a device, a quarter of which counts. In 1/1024 micro-units, where no
    /// demand is known.
    private static func cost(_ needs: Needs, _ offer: Offer) -> Int64 {
        let cpu = offer.free.milliCPU - needs.slice.milliCPU
        let devices = offer.freeDevices.count - needs.devices.count
        let left = 1_000_000 * cpu / 128_000 + 1_000_000 * Int64(devices) * 1_000 / 8_000
        let all = Int64(offer.terms.deviceCountAll)
        let value = max(all > 0 ? offer.terms.ask.microPerHour / all : 0, 64)
        let price = (value << 26) / 1_000_000_000 * 256 / 1_024
        // A machine that nobody knows is believed to lose a hundredth of its work.
        return rate(needs, offer).microPerHour * (1_024 * 100 / 99) + (30 * left * price) >> 16
    }
}

/// A small random book. Values are few and coarse, so that ties and full nodes are common.
struct Scenario {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: values.indices, using: &generator)]
    }

    mutating func count(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &generator)
    }

    mutating func offers() -> [Offer] {
        (0..<count(0...12)).map { offer($0) }.shuffled(using: &generator)
    }

    mutating func orders() -> [Order] {
        let few = (0..<count(1...4)).map { _ in needs() }
        return (0..<count(0...12)).map { index in
            Sample.order(
                index, attempt: Int64(count(1...3)), needs: pick(few), since: Int64(count(0...3)))
        }.shuffled(using: &generator)
    }

    mutating func offer(_ number: Int) -> Offer {
        let size = Sample.size(cpu: pick([2000, 4000]), memory: pick([4, 8]), disk: pick([4, 8]))
        let devices = (0..<pick([0, 0, 1, 2, 4])).map { index in
            Sample.device(
                "dev-\(number)-\(index)", model: pick(["L4", "A100"]), vram: pick([24, 80]))
        }
        let taken = Sample.size(cpu: pick([0, 0, 1000]), memory: pick([0, 0, 2]), disk: 0)
        var offer = Sample.offer(
            number, version: Int64(count(1...9)),
            availability: pick([.open, .open, .open, .open, .open, .draining, .down, .drainingDown]
            ),
            size: size, devices: devices, ask: pick([1000, 2000, 4000, 8000]),
            region: pick(["TW", "TW", "JP"]), tier: pick(Tier.allCases),
            free: size.subtracting(taken),
            freeDevices: devices.map(\.id).filter { _ in count(0...3) > 0 },
            network: pick(NetworkAccess.allCases), spotAsk: pick([nil, nil, 500, 2000]))
        offer.waitingSince = Timestamp(milliseconds: Int64(count(0...3)))
        return offer
    }

    /// Its next version, with more or less of it free, or not open.
    mutating func changing(_ offer: Offer) -> Offer {
        var next = offer
        next.version += 1
        next.availability = pick([.open, .open, .open, .open, .down])
        let whole = next.terms.capacity
        next.free = pick([
            whole, offer.free, offer.free.subtracting(Sample.size(cpu: 1000, memory: 1, disk: 1)),
        ])
        let devices = next.terms.devices.map(\.id)
        next.freeDevices = pick([devices, offer.freeDevices, Array(offer.freeDevices.dropFirst())])
        return next
    }

    mutating func needs() -> Needs {
        let devices = DeviceNeed(
            count: pick([0, 0, 1, 2]), models: pick([[], [], ["L4"], ["A100", "L4"]]),
            vramBytes: pick([0, 0, 24, 80]) * Sample.gibibyte)
        return Sample.needs(
            size: Sample.size(cpu: pick([500, 1000, 2000]), memory: pick([1, 2]), disk: 1),
            devices: devices, regions: pick([[], [], ["TW"], ["JP", "TW"]]),
            tier: pick([.new, .new, .tested]), bid: pick([500, 2000, 4000, 8000]),
            network: pick([.none, .none, .egress]), spot: pick([nil, nil, SpotTerms()]))
    }
}
