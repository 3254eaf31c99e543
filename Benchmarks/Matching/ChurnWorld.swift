import Domain
import Foundation
import Simulation

/// Offers and orders of a large market: 16 models in 32 countries, log-normal prices, one to eight
/// devices an offer, four tiers. The same seed draws the same market.
struct ChurnWorld {
    struct Model {
        let name: String
        let vram: Int64
        /// Micro-units per device and hour, the median.
        let price: Double
        let weight: Int
    }

    static let gibibyte: Int64 = 1 << 30
    static let models: [Model] = [
        Model(name: "NVIDIA GeForce RTX 3060", vram: 12, price: 80_000, weight: 10),
        Model(name: "NVIDIA GeForce RTX 3070", vram: 8, price: 90_000, weight: 8),
        Model(name: "NVIDIA GeForce RTX 3080", vram: 10, price: 130_000, weight: 9),
        Model(name: "NVIDIA GeForce RTX 3090", vram: 24, price: 220_000, weight: 12),
        Model(name: "NVIDIA GeForce RTX 4070", vram: 12, price: 160_000, weight: 7),
        Model(name: "NVIDIA GeForce RTX 4080", vram: 16, price: 250_000, weight: 6),
        Model(name: "NVIDIA GeForce RTX 4090", vram: 24, price: 420_000, weight: 14),
        Model(name: "NVIDIA GeForce RTX 5090", vram: 32, price: 700_000, weight: 6),
        Model(name: "NVIDIA RTX A4000", vram: 16, price: 150_000, weight: 4),
        Model(name: "NVIDIA RTX A6000", vram: 48, price: 500_000, weight: 4),
        Model(name: "NVIDIA L4", vram: 24, price: 400_000, weight: 4),
        Model(name: "NVIDIA L40S", vram: 48, price: 900_000, weight: 4),
        Model(name: "NVIDIA A100-SXM4-40GB", vram: 40, price: 1_000_000, weight: 3),
        Model(name: "NVIDIA A100-SXM4-80GB", vram: 80, price: 1_300_000, weight: 4),
        Model(name: "NVIDIA H100 80GB HBM3", vram: 80, price: 2_300_000, weight: 4),
        Model(name: "NVIDIA H200", vram: 141, price: 3_200_000, weight: 1),
    ]
    static let regions = [
        "TW", "JP", "KR", "SG", "HK", "MY", "TH", "VN", "IN", "AU", "US", "CA", "MX", "BR", "AR", "CL",
        "GB", "DE", "FR", "NL", "SE", "FI", "NO", "PL", "CZ", "ES", "PT", "IT", "CH", "AT", "IE", "ZA",
    ]

    var random: Randomness

    init(seed: UInt64) { random = Randomness(state: seed) }

    /// A thousand orders of the same world, other ones than those that come: the mix that is expected.
    static func expected(_ seed: UInt64) throws -> [Needs] {
        var other = ChurnWorld(seed: ~seed)
        return try (0..<1_000).map { _ in try other.needs() }
    }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[random.below(values.count)]
    }

    private mutating func share() -> Double {
        Double(random.next() >> 11) / Double(1 << 53)
    }

    /// e to a normal number of this deviation (Box and Muller).
    mutating func logNormal(_ deviation: Double) -> Double {
        let radius = (-2 * log(1 - share())).squareRoot()
        return exp(deviation * radius * cos(2 * .pi * share()))
    }

    private mutating func model() -> Model {
        var rest = random.below(Self.models.reduce(0) { $0 + $1.weight })
        for model in Self.models {
            rest -= model.weight
            if rest < 0 { return model }
        }
        return Self.models[0]
    }

    static func rate(_ micro: Double) throws -> Rate {
        try Rate(microPerHour: Int64(min(max(micro, 1), Double(Rate.limit))))
    }

    mutating func offer(_ number: Int) throws -> Offer {
        let model = model()
        let count = pick([1, 1, 1, 2, 2, 4, 8, 8])
        let devices = (0..<count).compactMap { device -> Device? in
            let text = String(number * 8 + device)
            let zeros = String(repeating: "0", count: max(0, 12 - text.count))
            return DeviceID("GPU-5eed0000-0000-0000-0000-" + zeros + text).map {
                Device(id: $0, model: model.name, vramBytes: model.vram * Self.gibibyte)
            }
        }
        let size = Resources(
            milliCPU: Int64(count) * pick([4_000, 8_000, 16_000]),
            memoryBytes: Int64(count) * pick([32, 64, 128]) * Self.gibibyte,
            diskBytes: Int64(count) * pick([100, 500, 1_000]) * Self.gibibyte)
        let terms = OfferTerms(
            capacity: size, devices: devices,
            ask: try Self.rate(model.price * Double(count) * logNormal(0.35)),
            region: pick(Self.regions), tier: pick([.new, .new, .tested, .verified, .attested]),
            network: pick([.none, .egress]))
        return Offer(
            node: NodeID("nod_\(number)") ?? NodeID(bytes: [0]),
            provider: AccountID("acc_\(number / 3)") ?? AccountID(bytes: [0]), version: 1,
            availability: .open, terms: terms, free: size, freeDevices: devices.map(\.id))
    }

    /// Three to six constraints each; every fifth cannot be met, every tenth is for several devices.
    mutating func needs() throws -> Needs {
        let first = model()
        let isMultiple = random.below(10) == 0
        let count = isMultiple ? pick([2, 4, 8]) : 1
        let cannot = random.below(5) == 0 ? random.below(3) : 3
        let byModel = random.below(3) > 0
        var names = byModel ? [first.name] : []
        if byModel { for _ in 0..<random.below(3) { names.append(model().name) } }
        var vram = byModel ? 0 : min(first.vram, 80)
        var bid = first.price * Double(count) * pick([1.1, 1.5, 3.0])
        switch cannot {
        case 0: bid = 0.02 * first.price * Double(count)
        case 1: vram = 192
        case 2: names = ["NVIDIA B200"]
        default: break
        }
        let places = (0..<pick([0, 0, 2, 4, 8])).map { _ in pick(Self.regions) }
        return Needs(
            slice: Resources(
                milliCPU: Int64(count) * pick([500, 1_000, 2_000, 4_000]),
                memoryBytes: Int64(count) * pick([4, 8, 16, 32]) * Self.gibibyte,
                diskBytes: Int64(count) * pick([10, 20, 50]) * Self.gibibyte),
            devices: DeviceNeed(count: count, models: names, vramBytes: vram * Self.gibibyte),
            regions: places, minimumTier: pick([.new, .new, .tested, .verified]),
            bid: try Self.rate(bid), network: pick([.none, .none, .egress]))
    }
}
