import Domain
import Matching

/// The index alone, as the book uses it, and what is leased in it. Orders come in its own numbers.
struct ChurnIndex: ChurnSide {
    private struct Live {
        let handle: OfferIndex.Handle
        let order: OrderFigures
    }

    private var world: ChurnWorld
    private var index: OfferIndex
    private var live: [Live] = []
    private var devices = 0
    private var leased = 0
    var placed = 0

    var load: Double { Double(leased) / Double(max(devices, 1)) }

    init(_ size: Int, seed: UInt64, _ weights: ScoreWeights) throws {
        world = ChurnWorld(seed: seed)
        index = OfferIndex(weights: weights)
        for number in 0..<size {
            let offer = try world.offer(number)
            devices += offer.terms.devices.count
            _ = index.insert(Self.figures(of: offer, number))
        }
        index.expect(
            DemandMix(
                try ChurnWorld.expected(seed).map { needs in
                    let order = try Self.figures(of: needs)
                    return DemandMix.Entry(order.kind, models: order.models, count: 1)
                }))
    }

    private static func figures(of offer: Offer, _ number: Int) -> OfferFigures {
        let terms = offer.terms
        let count = terms.devices.count
        var figures = OfferFigures(
            capacity: terms.capacity, free: offer.free,
            models: bits(terms.devices.prefix(1).map(\.model), ChurnWorld.models.map(\.name)),
            devices: count, whole: count, ask: terms.ask,
            value: terms.ask.microPerHour / Int64(max(count, 1)), tie: UInt64(number))
        figures.leastVRAM = terms.devices.first?.vramBytes ?? 0
        figures.mostVRAM = figures.leastVRAM
        figures.tier = terms.tier.rank
        figures.region = bits([terms.region], ChurnWorld.regions)
        figures.isConnected = terms.network == .egress
        figures.burden = offer.record.burden
        return figures
    }

    private static func bits(_ names: [String], _ all: [String]) -> UInt64 {
        names.reduce(0) { bits, name in
            bits | (all.firstIndex(of: name).map { 1 << UInt64($0) } ?? 0)
        }
    }

    mutating func nextOrder() throws -> OrderFigures {
        try Self.figures(of: try world.needs())
    }

    private static func figures(of needs: Needs) throws -> OrderFigures {
        let kind = try required(
            OrderKind(milliCPU: needs.slice.milliCPU, count: needs.devices.count), "order")
        let names = needs.devices.models
        return OrderFigures(
            kind, memory: needs.slice.memoryBytes, disk: needs.slice.diskBytes,
            models: names.isEmpty ? .max : Self.bits(names, ChurnWorld.models.map(\.name)),
            vram: needs.devices.vramBytes,
            regions: needs.regions.isEmpty ? .max : Self.bits(needs.regions, ChurnWorld.regions),
            needsNetwork: needs.network != .none, tier: needs.minimumTier.rank, bid: needs.bid)
    }

    mutating func decide(_ order: OrderFigures) {
        guard let choice = index.best(for: order, where: { _ in true }),
            var offer = index[choice.handle], offer.take(order)
        else { return }
        index.update(choice.handle, offer)
        live.append(Live(handle: choice.handle, order: order))
        leased += order.kind.count
        placed += 1
    }

    /// Leases end as fast as they are made; every twentieth decision somebody changes a price.
    mutating func upkeep(_ number: Int) throws {
        while load > 0.9, !live.isEmpty {
            let place = world.random.below(live.count)
            live.swapAt(place, live.count - 1)
            let lease = live.removeLast()
            guard var offer = index[lease.handle], offer.give(lease.order) else { continue }
            index.update(lease.handle, offer)
            leased -= lease.order.kind.count
        }
        let handle = world.random.below(index.count)
        guard number % 20 == 0, var offer = index[handle] else { return }
        offer.ask = try ChurnWorld.rate(
            Double(offer.ask.microPerHour) * world.logNormal(0.05))
        // Nobody of this world asks less of spot orders, and none may ask more.
        offer.spotAsk = offer.ask
        index.update(handle, offer)
    }

    /// Whether the index's choice costs as little as that of asking every offer.
    func agrees(_ order: OrderFigures) -> Bool {
        var copy = index
        let fitting = (0..<copy.count).filter { handle in
            copy[handle].map { Self.fits(order, $0) } ?? false
        }
        let chosen = copy.best(for: order, where: { _ in true })
            .flatMap { copy.cost(of: order, with: $0.handle) }
        return chosen == fitting.compactMap { copy.cost(of: order, with: $0) }.min()
    }

    /// By the rules alone.
    private static func fits(_ order: OrderFigures, _ offer: OfferFigures) -> Bool {
        let (kind, free) = (order.kind, offer.free)
        return free.milliCPU >= kind.milliCPU && free.memoryBytes >= order.memory
            && free.diskBytes >= order.disk && offer.whole >= kind.count
            && offer.models & order.models != 0 && offer.leastVRAM >= order.vram
            && offer.region & order.regions != 0 && offer.tier >= order.tier
            && (!order.needsNetwork || offer.isConnected) && offer.rate(of: order) <= order.bid
    }
}
