import Domain
import Matching

/// One play of a `RegretWorld`: what is let, batch by batch.
struct RegretMarket {
    struct Lease {
        let order: Int
        let node: Int
        let devices: Int
        let end: Int64
    }

    struct Outcome {
        var welfare: Int64 = 0
        var placed = 0
        /// CPU milliseconds of the batch that took longest.
        var worstBatch = 0.0
    }

    let world: RegretWorld
    private(set) var free: [Int]
    private(set) var leases: [Lease] = []
    private(set) var now: Int64 = 0

    init(_ world: RegretWorld) {
        self.world = world
        free = world.nodes.map(\.devices)
    }

    func takes(_ order: Int, on node: Int) -> Bool {
        free[node] >= world.arrivals[order].devices && world.fits(order, on: node)
    }

    mutating func place(_ order: Int, on node: Int) throws {
        let arrival = world.arrivals[order]
        guard takes(order, on: node) else { throw Oversold(order: order, node: node) }
        free[node] -= arrival.devices
        leases.append(
            Lease(order: order, node: node, devices: arrival.devices, end: arrival.end))
    }

    /// What ended gives its devices back.
    private mutating func advance(to moment: Int64) {
        now = moment
        for lease in leases where lease.end <= moment { free[lease.node] += lease.devices }
        leases.removeAll { $0.end <= moment }
    }

    /// Plays the world to its end; what a policy chooses is checked before it counts.
    static func play(_ world: RegretWorld, _ policy: inout some RegretPolicy) throws -> Outcome {
        var market = RegretMarket(world)
        var outcome = Outcome()
        for batch in world.batches {
            market.advance(to: world.arrivals[batch.lowerBound].start)
            let began = processMilliseconds()
            let choices = try policy.choose(batch, market)
            outcome.worstBatch = max(
                outcome.worstBatch, policy.elsewhere ?? (processMilliseconds() - began))
            for (order, node) in choices {
                try market.place(order, on: node)
                outcome.welfare += world.surplus(order, on: node)
                outcome.placed += 1
            }
        }
        return outcome
    }

    struct Oversold: Error, CustomStringConvertible {
        let order: Int
        let node: Int
        var description: String { "order \(order) does not fit on node \(node)" }
    }
}

/// Who gets what, batch by batch, blind to later arrivals unless it says otherwise.
protocol RegretPolicy {
    /// Milliseconds that the last choice took in another process; nil where it was made in this one.
    var elsewhere: Double? { get }

    /// Orders of the batch and their nodes.
    mutating func choose(
        _ batch: Range<Int>, _ market: RegretMarket
    ) throws -> [(order: Int, node: Int)]
}

extension RegretPolicy {
    var elsewhere: Double? { nil }
}
