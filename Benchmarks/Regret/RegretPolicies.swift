/// Each order in its turn on the node that asks least; equal asks: the node's number.
struct CheapestFirst: RegretPolicy {
    func choose(
        _ batch: Range<Int>, _ market: RegretMarket
    ) throws -> [(order: Int, node: Int)] {
        let nodes = market.world.nodes
        return try market.inTurn(batch) { order, fitting in
            fitting.min { (nodes[$0].ask, $0) < (nodes[$1].ask, $1) }
        }
    }
}

/// Each order in its turn where it gains most over the prices that hindsight puts on capacity, if it gains
/// anything: as well as posted prices can do that know all that is to come.
struct PostedPrices: RegretPolicy {
    /// Of each node: moment, micro-units for a device from then to the next moment.
    private let prices: [[(moment: Int64, price: Double)]]

    init(_ duals: [[Double]], nodes: Int) {
        var prices = [[(moment: Int64, price: Double)]](repeating: [], count: nodes)
        for dual in duals { prices[Int(dual[0])].append((Int64(dual[1]), dual[2])) }
        self.prices = prices
    }

    func choose(
        _ batch: Range<Int>, _ market: RegretMarket
    ) throws -> [(order: Int, node: Int)] {
        try market.inTurn(batch) { order, fitting in
            let gains = fitting.map { (node: $0, gain: gain(order, on: $0, market.world)) }
            let best = gains.max { ($0.gain, -$0.node) < ($1.gain, -$1.node) }
            // To a micro-unit: the prices are of a solver that computes with fractions.
            return best.flatMap { $0.gain > -1 ? $0.node : nil }
        }
    }

    private func gain(_ order: Int, on node: Int, _ world: RegretWorld) -> Double {
        let arrival = world.arrivals[order]
        let price = prices[node].reduce(0.0) { sum, dual in
            dual.moment >= arrival.start && dual.moment < arrival.end ? sum + dual.price : sum
        }
        return Double(world.surplus(order, on: node)) - price * Double(arrival.devices)
    }
}

/// The best assignment of each batch, as if nothing came after it.
struct IntegerBatches: RegretPolicy {
    let solver: RegretSolver
    private(set) var elsewhere: Double? = 0

    init(_ solver: RegretSolver) { self.solver = solver }

    mutating func choose(
        _ batch: Range<Int>, _ market: RegretMarket
    ) throws -> [(order: Int, node: Int)] {
        let world = market.world
        let orders = batch.map { order in
            RegretSolver.Order(
                start: 0, end: 1, devices: world.arrivals[order].devices,
                values: world.nodes.indices.filter { market.takes(order, on: $0) }
                    .map { ($0, world.surplus(order, on: $0)) })
        }
        let answer = try solver.solve(
            RegretSolver.Problem(
                capacity: market.free, limitS: 10, gap: 0, duals: false, orders: orders))
        elsewhere = answer.seconds * 1000
        return zip(batch, answer.choices).filter { $1 >= 0 }.map { ($0, $1) }
    }
}

extension RegretMarket {
    /// One order after the other, each with what those before it have left.
    fileprivate func inTurn(
        _ batch: Range<Int>, _ choice: (Int, [Int]) -> Int?
    ) throws -> [(order: Int, node: Int)] {
        var market = self
        return try batch.compactMap { order in
            let fitting = world.nodes.indices.filter { market.takes(order, on: $0) }
            guard let node = choice(order, fitting) else { return nil }
            try market.place(order, on: node)
            return (order, node)
        }
    }
}
