import Domain
import Foundation
import Simulation

/// What the policies of `bench steady` and `bench deadline` are given, drawn from the trace by the seed:
/// machines with prices, providers and outages, and jobs with tenants and deadlines.
///
/// - Machines are a sample of the trace's, every k-th of each model in a shuffled order, so that a trace
///   of 8,152 pods fills them for much longer than its longest pod stays. Half of the MIG-capable ones
///   (G3, whose geometry is taken as that of an A100) are divided, each in one legal way.
/// - A pod that asks for a part of a device takes the smallest MIG instance or any larger one, or a whole
///   device of any model that it accepts; every other pod takes whole devices only.
/// - Time is scaled so that what the pods demand is `load` times what the machines have while they are
///   there; durations are the trace's own.
struct SteadyWorld {
    struct Node {
        let offer: Offer
        /// Thousandths of a whole device that each of its devices is.
        let weights: [Int64]
        /// When it is away: milliseconds, ascending, apart.
        let outages: [Range<Int64>]
    }

    /// What a job asks for; jobs of one kind differ in nothing that decides where they fit.
    struct Kind: Hashable {
        let needs: Needs
        var devices: Int { needs.devices.count }
    }

    struct Job {
        /// Milliseconds.
        let submitted: Int64
        let length: Int64
        let deadline: Int64
        let kind: Int
        let tenant: Int

        /// The last moment at which it can start and be done in time.
        var latestStart: Int64 { deadline - length }

        /// As its order says it, with the length for its expected time.
        var promise: Deadline? {
            try? Deadline(
                startBy: nil, finishBy: Timestamp(milliseconds: deadline),
                expectedMilliseconds: length)
        }
    }

    static let tenants = 20

    let load: Double
    let seed: UInt64
    let nodes: [Node]
    let kinds: [Kind]
    /// In the order of their submission.
    let jobs: [Job]
    /// Milliseconds in which jobs arrive.
    let horizon: Int64
    /// Pods that fit on no machine of the sample.
    let left: Int

    struct Size {
        let nodes: Int
        /// How often the trace is played, one time after the other.
        let rounds: Int
    }

    init(_ trace: SteadyTrace, _ size: Size, load: Double, seed: UInt64) throws {
        (self.load, self.seed) = (load, seed)
        let market = try SteadyMarket(trace, count: size.nodes, seed: seed)
        let drawer = try SteadyJobs(trace, market)
        let demand = drawer.demand * Int64(size.rounds)
        let horizon = Int64(Double(demand) / (load * market.capacity))
        self.horizon = horizon
        nodes = market.nodes(until: horizon * 4)
        jobs = drawer.draw(rounds: size.rounds, horizon: horizon, seed: seed)
        kinds = drawer.kinds
        left = drawer.left
    }
}

extension Randomness {
    /// One stream of draws for one purpose, apart from all others of the seed.
    init(seed: UInt64, _ purpose: UInt64) {
        var mixer = Randomness(state: seed &* 0x9E37_79B9_7F4A_7C15 ^ purpose)
        self.init(state: mixer.next())
    }

    /// From 0 to 1, without 1.
    mutating func share() -> Double { Double(next() >> 11) / Double(1 << 53) }

    mutating func exponential(mean: Double) -> Double { -mean * log(1 - share()) }

    /// e to a normal number of this deviation (Box and Muller).
    mutating func logNormal(_ deviation: Double) -> Double {
        let radius = (-2 * log(1 - share())).squareRoot()
        return exp(deviation * radius * cos(2 * .pi * share()))
    }
}
