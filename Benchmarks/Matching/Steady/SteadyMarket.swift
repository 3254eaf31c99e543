import Domain
import Foundation
import Simulation

/// The machines of one seed, and who offers them at what price and with which reliability.
struct SteadyMarket {
    /// Micro-units per device and hour: about what such devices rent for, G2 taken as an A10 and G3 as
    /// an A100, as they are not named in the trace. Policies see prices, not this table.
    static let prices: [String: Double] = [
        "T4": 250_000, "P100": 300_000, "V100M16": 500_000, "V100M32": 700_000, "A10": 600_000,
        "G2": 600_000, "G3": 1_600_000,
    ]
    private static let divisible = "G3"
    /// Legal divisions of an A100 of 80 GB: names and sevenths of the compute, the smallest first.
    private static let layouts: [[Profile]] = [
        [Profile](repeating: .one, count: 7), [.two, .two, .two], [.three, .four],
    ]

    /// Of an A100 of 80 GB.
    enum Profile: String, CaseIterable {
        case one = "1g.10gb"
        case two = "2g.20gb"
        case three = "3g.40gb"
        case four = "4g.40gb"

        var thousandths: Int64 {
            switch self {
            case .one: 142
            case .two: 285
            case .three: 428
            case .four: 571
            }
        }

        func name(of model: String) -> String { "\(model) MIG \(rawValue)" }
    }

    private struct Provider {
        let id: AccountID
        let meanUptime: Double
    }

    private struct Part {
        let model: String
        let thousandths: Int64
    }

    private struct Place {
        let offer: Offer
        let weights: [Int64]
        let provider: Int
    }

    /// How long a machine is away when it leaves, in milliseconds on average: twenty minutes.
    private static let meanOutage = 1_200_000.0

    private let seed: UInt64
    private let providers: [Provider]
    private let places: [Place]

    /// - Throws: when a price is none.
    init(_ trace: SteadyTrace, count: Int, seed: UInt64) throws {
        self.seed = seed
        var random = Randomness(seed: seed, 1)
        // Mean time between departures: 8 to 800 hours, so that some lose half of the longest jobs.
        providers = (0..<max(count / 5, 2)).map { number in
            Provider(
                id: AccountID("acc_\(number)") ?? AccountID(bytes: [0]),
                meanUptime: 8 * 3_600_000 * pow(100, random.share()))
        }
        let sample = Self.sample(trace.machines, count, &random)
        var places: [Place] = []
        for (number, machine) in sample.enumerated() {
            let provider = random.below(providers.count)
            places.append(
                try Self.place(number, machine, (provider, providers[provider].id), &random))
        }
        self.places = places
    }

    private static func sample(
        _ machines: [SteadyTrace.Machine], _ count: Int, _ random: inout Randomness
    ) -> [SteadyTrace.Machine] {
        let shuffled = random.shuffled(machines).enumerated().sorted {
            ($0.element.model, $0.offset) < ($1.element.model, $1.offset)
        }.map(\.element)
        let chosen = min(count, shuffled.count)
        let phase = random.share()
        let sampled = (0..<chosen).map { number in
            let place = (Double(number) + phase) * Double(shuffled.count) / Double(chosen)
            return shuffled[min(Int(place), shuffled.count - 1)]
        }
        return random.shuffled(sampled)
    }

    private static func place(
        _ number: Int, _ machine: SteadyTrace.Machine, _ provider: (Int, AccountID),
        _ random: inout Randomness
    ) throws -> Place {
        let isDivided = machine.model == divisible && random.below(2) == 0
        let layout = layouts[random.below(layouts.count)]
        let price = (prices[machine.model] ?? 500_000) * random.logNormal(0.35)
        let parts =
            isDivided
            ? layout.map { Part(model: $0.name(of: machine.model), thousandths: $0.thousandths) }
            : [Part(model: machine.model, thousandths: 1_000)]
        let all = repeatElement(parts, count: machine.devices).flatMap(\.self)
            .sorted { $0.thousandths < $1.thousandths }
        let devices = all.enumerated().compactMap { index, part in
            DeviceID("GPU-\(number)-\(index)").map {
                Device(id: $0, model: part.model, vramBytes: 0)
            }
        }
        let size = Resources(
            milliCPU: machine.milliCPU, memoryBytes: machine.memoryBytes, diskBytes: 1 << 40)
        let terms = OfferTerms(
            capacity: size, devices: devices,
            ask: try Rate(microPerHour: Int64(price * Double(machine.devices))), region: "TW",
            tier: .new)
        let offer = Offer(
            node: NodeID("nod_\(number)") ?? NodeID(bytes: [0]), provider: provider.1, version: 1,
            availability: .open, terms: terms, free: size, freeDevices: devices.map(\.id))
        return Place(offer: offer, weights: all.map(\.thousandths), provider: provider.0)
    }

    var offers: [Offer] { places.map(\.offer) }

    /// Thousandths of devices that are there on average.
    var capacity: Double {
        places.reduce(0) { sum, place in
            let uptime = providers[place.provider].meanUptime
            let share = uptime / (uptime + Self.meanOutage)
            return sum + Double(place.weights.reduce(0, +)) * share
        }
    }

    /// With outages up to that moment: the same ones, however far they are drawn.
    func nodes(until end: Int64) -> [SteadyWorld.Node] {
        places.enumerated().map { number, place in
            var random = Randomness(seed: seed, 1_000 + UInt64(number))
            var outages: [Range<Int64>] = []
            var now: Int64 = 0
            while now < end {
                let uptime = random.exponential(mean: providers[place.provider].meanUptime)
                let leaves = now + Int64(uptime) + 1
                now = leaves + Int64(random.exponential(mean: Self.meanOutage)) + 1
                outages.append(leaves..<now)
            }
            return SteadyWorld.Node(offer: place.offer, weights: place.weights, outages: outages)
        }
    }
}
