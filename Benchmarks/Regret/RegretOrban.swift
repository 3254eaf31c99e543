import Domain
import Matching

/// The market's own book on a `RegretWorld`, with its weights.
///
/// The one place where the world becomes offers and orders: each node is an offer, its reliability a tier;
/// each arrival's needs are whole devices of the models and regions that it accepts, below its bid. Whom
/// the book places nowhere at once is lost, as the measure has it.
struct RegretOrban: RegretPolicy {
    private let needs: [Needs]
    private let offers: [Offer]

    init(_ world: RegretWorld) throws {
        needs = try world.arrivals.map(Self.needs)
        offers = try world.nodes.enumerated().map { try Self.offer($0, $1) }
    }

    mutating func choose(
        _ batch: Range<Int>, _ market: RegretMarket
    ) throws -> [(order: Int, node: Int)] {
        var book = OrderBook()
        for offer in market.open(offers) { book.put(offer) }
        for order in batch {
            book.add(
                Order(
                    task: Self.task(order), attempt: 1, needs: needs[order],
                    since: Timestamp(milliseconds: market.now),
                    deadline: try Deadline(
                        startBy: nil, finishBy: nil,
                        expectedMilliseconds: market.world.arrivals[order].duration)))
        }
        let number = Dictionary(uniqueKeysWithValues: offers.enumerated().map { ($1.node, $0) })
        return book.proposals(
            limit: batch.count, at: Timestamp(milliseconds: market.now)
        ).compactMap { proposal in
            number[proposal.node].map { (proposal.task.index - 1, $0) }
        }
    }

    private static let job = JobID("job_regret") ?? JobID(bytes: [0])

    private static func task(_ order: Int) -> TaskID { TaskID(job: job, index: order + 1) }
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
}
