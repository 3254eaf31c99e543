import Domain
import Matching

/// The book, and what is leased on it.
struct ChurnBook: ChurnSide {
    private struct Live {
        let node: NodeID
        let slice: Resources
        let devices: [DeviceID]
    }

    private var world: ChurnWorld
    private var book: OrderBook
    private var nodes: [NodeID] = []
    private var live: [Live] = []
    private var devices = 0
    private var leased = 0
    private var orders = 0
    var placed = 0

    var load: Double { Double(leased) / Double(max(devices, 1)) }

    init(_ size: Int, seed: UInt64, _ weights: ScoreWeights) throws {
        book = OrderBook(weights: weights)
        world = ChurnWorld(seed: seed)
        for number in 0..<size {
            let offer = try world.offer(number)
            nodes.append(offer.node)
            devices += offer.terms.devices.count
            book.put(offer)
        }
        book.expect(try ChurnWorld.expected(seed).map { ($0, 1) })
    }

    mutating func nextOrder() throws -> Order {
        orders += 1
        return Order(
            task: TaskID(job: JobID("job_\(orders)") ?? JobID(bytes: [0]), index: 1), attempt: 1,
            needs: try world.needs(), since: Timestamp(milliseconds: Int64(orders)))
    }

    mutating func decide(_ order: Order) {
        book.add(order)
        if let proposal = book.proposals(limit: 1, at: order.since).first,
            let offer = book.offer(of: proposal.node)
        {
            commit(proposal, offer, order)
        }
        book.removeOrder(order.task)
    }

    private mutating func commit(_ proposal: Proposal, _ offer: Offer, _ order: Order) {
        // The market's row is what the book expects of it, where nothing else has happened.
        book.put(offer)
        live.append(
            Live(node: offer.node, slice: order.needs.slice, devices: proposal.devices))
        leased += proposal.devices.count
        placed += 1
    }

    /// Leases end as fast as they are made; every twentieth decision somebody changes a price.
    mutating func upkeep(_ number: Int) throws {
        while load > 0.9, !live.isEmpty { release() }
        guard number % 20 == 0, var offer = book.offer(of: nodes[world.random.below(nodes.count)])
        else { return }
        let terms = offer.terms
        offer.version += 1
        offer.terms = OfferTerms(
            capacity: terms.capacity, devices: terms.devices,
            ask: try ChurnWorld.rate(Double(terms.ask.microPerHour) * world.logNormal(0.05)),
            region: terms.region, tier: terms.tier, network: terms.network)
        book.put(offer)
    }

    private mutating func release() {
        let place = world.random.below(live.count)
        live.swapAt(place, live.count - 1)
        let lease = live.removeLast()
        guard var offer = book.offer(of: lease.node) else { return }
        offer.version += 1
        offer.free = offer.free.adding(lease.slice)
        offer.freeDevices = offer.terms.devices.map(\.id).filter {
            offer.freeDevices.contains($0) || lease.devices.contains($0)
        }
        book.put(offer)
        leased -= lease.devices.count
    }

    /// Whether the book's choice costs as little as that of asking every offer.
    func agrees(_ order: Order) -> Bool {
        var copy = book
        copy.add(order)
        guard let ours = copy.proposals(limit: 1, at: order.since).first else {
            return !book.offers.contains {
                Feasibility.check(order.needs, $0, at: order.since) == nil
            }
        }
        copy = book
        let chosen = copy.cost(of: order.needs, on: ours.node)
        let least = book.offers.lazy
            .filter { Feasibility.check(order.needs, $0, at: order.since) == nil }
            .compactMap { copy.cost(of: order.needs, on: $0.node) }.min()
        return chosen == least
    }
}
