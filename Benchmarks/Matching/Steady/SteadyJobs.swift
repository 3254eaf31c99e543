import Domain
import Matching
import Simulation

/// The trace's pods as jobs for the machines of a market.
struct SteadyJobs {
    private let trace: SteadyTrace
    /// Of each pod its kind; nil where no machine could ever take it.
    private let kindOf: [Int?]
    let kinds: [SteadyWorld.Kind]

    init(_ trace: SteadyTrace, _ market: SteadyMarket) throws {
        self.trace = trace
        let offers = market.offers
        let models = Set(trace.machines.map(\.model)).sorted()
        // Above every price here: who waits, waits for a place and not for a price.
        let bid = try Rate(microPerHour: 1_000_000_000)
        var known: [Needs: Int?] = [:]
        var kinds: [SteadyWorld.Kind] = []
        kindOf = trace.pods.map { pod in
            let needs = Self.needs(pod, models, bid)
            if let kind = known[needs] { return kind }
            let start = Timestamp(milliseconds: 0)
            let isServed = offers.contains { Feasibility.check(needs, $0, at: start) == nil }
            guard isServed else {
                known[needs] = .some(nil)
                return nil
            }
            kinds.append(SteadyWorld.Kind(needs: needs))
            known[needs] = kinds.count - 1
            return kinds.count - 1
        }
        self.kinds = kinds
    }

    private static func needs(_ pod: SteadyTrace.Pod, _ all: [String], _ bid: Rate) -> Needs {
        let models = pod.models.isEmpty ? all : pod.models.sorted()
        var accepted = models
        if pod.devices == 1 {
            for profile in SteadyMarket.Profile.allCases
            where profile.thousandths >= pod.milliDevice {
                accepted += models.map { profile.name(of: $0) }.filter { $0.hasPrefix("G3 ") }
            }
        }
        return Needs(
            slice: Resources(
                milliCPU: pod.milliCPU, memoryBytes: pod.memoryBytes, diskBytes: 1 << 30),
            devices: pod.devices == 0
                ? .none : DeviceNeed(count: pod.devices, models: accepted, vramBytes: 0),
            regions: [], minimumTier: .new, bid: bid)
    }

    var left: Int { kindOf.count { $0 == nil } }

    /// Thousandths of whole devices times milliseconds: a pod of a part counts as the whole device that
    /// it takes where devices are not divided.
    var demand: Int64 {
        zip(trace.pods, kindOf).reduce(0) { sum, pod in
            pod.1 == nil ? sum : sum + Int64(pod.0.devices) * pod.0.seconds * 1_000_000
        }
    }

    /// Tenants by Zipf's law: the n-th has 1/n of the first one's jobs. Deadlines are 1.2 to 4 times the
    /// job's length after its submission.
    func draw(rounds: Int, horizon: Int64, seed: UInt64) -> [SteadyWorld.Job] {
        var random = Randomness(seed: seed, 2)
        let weights = (1...SteadyWorld.tenants).map { 1 / Double($0) }
        let total = weights.reduce(0, +)
        let moments = trace.moments
        var jobs: [SteadyWorld.Job] = []
        for round in 0..<rounds {
            for (number, pod) in trace.pods.enumerated() {
                guard let kind = kindOf[number] else { continue }
                let moment = (Double(round) + moments[number]) / Double(rounds)
                let submitted = Int64(Double(horizon) * moment)
                let length = pod.seconds * 1_000
                var rest = random.share() * total
                let tenant = weights.firstIndex { weight in
                    rest -= weight
                    return rest < 0
                }
                let slack = 1.2 + 2.8 * random.share()
                jobs.append(
                    SteadyWorld.Job(
                        submitted: submitted, length: length,
                        deadline: submitted + Int64(Double(length) * slack), kind: kind,
                        tenant: tenant ?? 0))
            }
        }
        return jobs
    }
}
