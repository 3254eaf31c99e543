import Domain
import Matching

/// The market's own rule on a `RegretWorld`: `Feasibility` says what fits, `SupplyPrices` what capacity is
/// worth beside its ask, `Assignment` who gets it.
///
/// The one place where the world becomes offers and orders: each node is an offer, its reliability a tier;
/// each arrival's needs are whole devices of the models and regions that it accepts, below its bid.
struct RegretOrban: RegretPolicy {
    private let needs: [Needs]
    private let offers: [Offer]
    private var seen: [SupplyPrices.Seen] = []
    /// When the first of `seen` came.
    private var moments: [Int64] = []

    init(_ world: RegretWorld) throws {
        needs = try world.arrivals.map(Self.needs)
        offers = try world.nodes.enumerated().map { try Self.offer($0, $1) }
    }

    mutating func choose(
        _ batch: Range<Int>, _ market: RegretMarket
    ) throws -> [(order: Int, node: Int)] {
        for order in batch { try remember(order, market) }
        let open = market.open(offers)
        var prices = SupplyPrices(
            of: market.supply, seen: seen, elapsed: market.now - (moments.first ?? 0))
        let waiting = try batch.map { order in
            Assignment.Waiting(
                slice: needs[order].slice, devices: needs[order].devices.count,
                candidates: try candidates(order, open, market, &prices))
        }
        let choices = Assignment.best(
            waiting,
            on: open.map { Assignment.Free(resources: $0.free, devices: $0.freeDevices.count) })
        return zip(batch, choices.offers).compactMap { order, node in node.map { (order, $0) } }
    }

    private func candidates(
        _ order: Int, _ open: [Offer], _ market: RegretMarket, _ prices: inout SupplyPrices
    ) throws -> [Assignment.Candidate] {
        let duration = market.world.arrivals[order].duration
        return try open.indices.compactMap { node in
            guard Feasibility.check(needs[order], open[node], at: Self.moment(market)) == nil else {
                return nil
            }
            let price = prices.price(of: needs[order].devices.count, for: duration, on: node)
            let surplus = Self.total(try hourly(order, node), for: duration) - price
            return Assignment.Candidate(offer: node, surplus: try Money(micro: surplus))
        }
    }

    private mutating func remember(_ order: Int, _ market: RegretMarket) throws {
        let options = try offers.indices.compactMap { node -> SupplyPrices.Seen.Option? in
            guard Feasibility.check(needs[order], offers[node], at: Self.moment(market)) == nil
            else { return nil }
            return SupplyPrices.Seen.Option(
                offer: node, units: needs[order].devices.count, hourly: try hourly(order, node))
        }
        seen.append(
            SupplyPrices.Seen(duration: market.world.arrivals[order].duration, options: options))
        moments.append(seen.count == 1 ? 0 : market.now)
        guard seen.count > SupplyPrices.mostSeen else { return }
        seen.removeFirst()
        moments.removeFirst()
    }

    private static func moment(_ market: RegretMarket) -> Timestamp {
        Timestamp(milliseconds: market.now)
    }

    /// Micro-units.
    private func hourly(_ order: Int, _ node: Int) throws -> Int64 {
        let rate = offers[node].terms.rate(
            of: needs[order].slice, deviceCount: needs[order].devices.count)
        return needs[order].bid.microPerHour - rate.microPerHour
    }

    private static func total(_ hourly: Int64, for duration: Int64) -> Int64 {
        Int64(clamping: Int128(hourly) * Int128(duration) / Int128(RegretWorld.hour))
    }
}

extension RegretOrban {
    private static let regions = ["TW", "JP", "DE", "US"]
    private static let perDevice = Resources(
        milliCPU: 4_000, memoryBytes: 16 << 30, diskBytes: 100 << 30)

    private static func size(_ devices: Int) -> Resources {
        let count = Int64(devices)
        return Resources(
            milliCPU: count * perDevice.milliCPU, memoryBytes: count * perDevice.memoryBytes,
            diskBytes: count * perDevice.diskBytes)
    }

    private static func needs(_ arrival: RegretWorld.Arrival) throws -> Needs {
        let models = arrival.models.indices.filter { arrival.models[$0] }.map { "model \($0)" }
        return Needs(
            slice: size(arrival.devices),
            devices: DeviceNeed(count: arrival.devices, models: models, vramBytes: 0),
            regions: arrival.region.map { [regions[$0]] } ?? [],
            minimumTier: arrival.wantsReliable ? .tested : .new,
            bid: try Rate(microPerHour: arrival.most * Int64(arrival.devices)))
    }

    private static func offer(_ number: Int, _ node: RegretWorld.Node) throws -> Offer {
        let devices = try (0..<node.devices).map { device in
            let text = String(number * 8 + device)
            let zeros = String(repeating: "0", count: 12 - text.count)
            let id = DeviceID("GPU-5eed0000-0000-0000-0000-" + zeros + text)
            return Device(
                id: try required(id, "device"), model: "model \(node.model)", vramBytes: 24 << 30)
        }
        let terms = OfferTerms(
            capacity: size(node.devices), devices: devices,
            ask: try Rate(microPerHour: node.ask * Int64(node.devices)),
            region: regions[node.region], tier: node.isReliable ? .tested : .new)
        return Offer(
            node: try required(NodeID("nod_\(number)"), "node"),
            provider: try required(AccountID("acc_\(number)"), "account"), version: 1,
            availability: .open, terms: terms, free: terms.capacity,
            freeDevices: devices.map(\.id))
    }
}

extension RegretMarket {
    /// The offers with what is let taken off.
    fileprivate func open(_ offers: [Offer]) -> [Offer] {
        var offers = offers
        for node in offers.indices where free[node] < world.nodes[node].devices {
            let slice = offers[node].terms.capacity
            let (part, whole) = (Int64(free[node]), Int64(world.nodes[node].devices))
            offers[node].free = Resources(
                milliCPU: slice.milliCPU / whole * part,
                memoryBytes: slice.memoryBytes / whole * part,
                diskBytes: slice.diskBytes / whole * part)
            offers[node].freeDevices = Array(offers[node].freeDevices.prefix(free[node]))
        }
        return offers
    }

    fileprivate var supply: [SupplyPrices.Supply] {
        var lets = [[SupplyPrices.Supply.Let]](repeating: [], count: world.nodes.count)
        for lease in leases {
            lets[lease.node].append(
                SupplyPrices.Supply.Let(units: lease.devices, remaining: lease.end - now))
        }
        return zip(world.nodes, lets).map { SupplyPrices.Supply(units: $0.devices, lets: $1) }
    }
}
