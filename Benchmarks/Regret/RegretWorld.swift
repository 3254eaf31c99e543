import Foundation
import Simulation

/// One market for a few hours, drawn by a seed: 60 nodes and the orders that come to them.
///
/// - Nodes: 1, 2, 4 or 8 GPUs (20, 30, 20, 30 %) of one of four models in one of four regions, equally
///   likely. The ask for a GPU and hour is the model's 0.30, 0.60, 1.20 or 2.50 times a log-normal number
///   of deviation 0.25. Reliability is uniform in 0.9…1.
/// - Orders: Poisson arrivals over `hours`, at a rate with which `load` times the market's GPU-hours are
///   asked for. 1, 2, 4 or 8 whole GPUs of one node (75, 12, 8, 5 %); each model is accepted with even
///   chance, one at least; one region or, by one chance in five, any; half of them ask for a reliability
///   of 0.95. The most that a GPU and hour may cost is log-normal of median 1.65 and deviation 0.5. They
///   run for 12 minutes and an exponential time of mean 4 hours, and give everything back then.
/// - Batches: orders are decided when `batch` of them have come, start then, and are lost if they are not
///   placed then. So each batch size is a market of its own and has an optimum of its own.
///
/// A placed order is worth (most it may cost − ask) × GPUs × hours of its whole duration, also beyond the
/// last arrival.
struct RegretWorld {
    struct Node {
        let devices: Int
        let model: Int
        let region: Int
        let isReliable: Bool
        /// Micro-units for a GPU and hour.
        let ask: Int64
    }

    struct Arrival {
        let devices: Int
        let models: [Bool]
        /// Nil accepts all.
        let region: Int?
        let wantsReliable: Bool
        /// Micro-units for a GPU and hour.
        let most: Int64
        /// Milliseconds.
        let duration: Int64
        /// When it came; from the end of its batch on, when that is decided.
        var start: Int64
        var end: Int64 { start + duration }
    }

    /// What the generator is told.
    struct Setting {
        var nodes = 60
        var hours = 8.0
        /// Asked for, by what there is.
        var load = 1.0
        /// Of the exponential part of a duration, in hours.
        var meanHours = 4.0
    }

    static let most = 60
    static let hour: Int64 = 3_600_000
    private static let medians = [0.30, 0.60, 1.20, 2.50]
    private static let sizes = [(1, 75), (2, 12), (4, 8), (8, 5)]

    let nodes: [Node]
    /// In the order in which they came.
    let arrivals: [Arrival]
    /// Arrivals that are decided together, in this order.
    let batches: [Range<Int>]

    init(seed: UInt64, batch: Int, _ setting: Setting = Setting()) {
        var random = RegretDraw(seed: seed)
        let nodes = (0..<setting.nodes).map { _ in Self.node(&random) }
        let devices = Double(nodes.reduce(0) { $0 + $1.devices })
        let size = Self.sizes.reduce(0.0) { $0 + Double($1.0 * $1.1) } / 100
        let rate = devices * setting.load / (size * (0.2 + setting.meanHours))
        var arrivals: [Arrival] = []
        var time = random.exponential(1 / rate)
        while time < setting.hours {
            arrivals.append(
                Self.arrival(&random, at: Int64(time * Double(Self.hour)), setting.meanHours))
            time += random.exponential(1 / rate)
        }
        batches = stride(from: 0, to: arrivals.count, by: batch).map {
            $0..<min($0 + batch, arrivals.count)
        }
        for batch in batches {
            let decided = arrivals[batch.upperBound - 1].start
            for order in batch { arrivals[order].start = decided }
        }
        self.nodes = nodes
        self.arrivals = arrivals
    }

    private static func node(_ random: inout RegretDraw) -> Node {
        let model = random.below(4)
        return Node(
            devices: random.pick([(1, 20), (2, 30), (4, 20), (8, 30)]), model: model,
            region: random.below(4), isReliable: random.share() >= 0.5,
            ask: Int64(medians[model] * random.logNormal(0.25) * 1e6))
    }

    private static func arrival(
        _ random: inout RegretDraw, at moment: Int64, _ mean: Double
    ) -> Arrival {
        let devices = random.pick(sizes)
        var models = (0..<4).map { _ in random.below(2) == 0 }
        if !models.contains(true) { models[random.below(4)] = true }
        let place = random.below(5)
        return Arrival(
            devices: devices, models: models, region: place == 4 ? nil : place,
            wantsReliable: random.below(2) == 0,
            most: Int64(1.65 * random.logNormal(0.5) * 1e6),
            duration: Int64((0.2 + random.exponential(mean)) * Double(hour)), start: moment)
    }

    /// Whether the node could ever serve the order.
    func fits(_ order: Int, on node: Int) -> Bool {
        let (order, node) = (arrivals[order], nodes[node])
        return order.models[node.model] && node.devices >= order.devices
            && (order.region == nil || order.region == node.region)
            && (!order.wantsReliable || node.isReliable) && order.most >= node.ask
    }

    /// Micro-units that the order is better off on the node than nowhere, rounded down.
    func surplus(_ order: Int, on node: Int) -> Int64 {
        let order = arrivals[order]
        let perHour = Int128(order.most - nodes[node].ask) * Int128(order.devices)
        return Int64(clamping: perHour * Int128(order.duration) / Int128(Self.hour))
    }
}

/// The distributions of the generator over SplitMix64.
private struct RegretDraw {
    private var random: Randomness

    init(seed: UInt64) { random = Randomness(state: seed) }

    mutating func below(_ bound: Int) -> Int { random.below(bound) }

    /// Uniform in 0..<1.
    mutating func share() -> Double { Double(random.next() >> 11) / Double(1 << 53) }

    mutating func exponential(_ mean: Double) -> Double { -mean * log(1 - share()) }

    /// e to a normal number of this deviation (Box and Muller).
    mutating func logNormal(_ deviation: Double) -> Double {
        let radius = (-2 * log(1 - share())).squareRoot()
        return exp(deviation * radius * cos(2 * .pi * share()))
    }

    /// A value by its weight in a hundred.
    mutating func pick(_ values: [(Int, Int)]) -> Int {
        var rest = random.below(100)
        for (value, weight) in values {
            rest -= weight
            if rest < 0 { return value }
        }
        return values[0].0
    }
}
