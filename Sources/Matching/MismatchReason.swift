package import Domain

/// Why an offer does not serve an order; the value is what the order asked for.
///
/// The cases stand in the order in which they are checked: first what lasts until the order or the
/// node's terms change, with the price as the last of it, then what passes by itself. So an offer
/// counted under `price` fits in everything else that lasts, and an order that is refused only for
/// `window`, `owner`, `draining`, `down`, `busy` and `sibling` is served once it has waited long enough.
package enum MismatchReason: Hashable, Sendable {
    /// Fewer thousandths of a CPU than this.
    case cpu(milli: Int64)
    /// Less memory, in bytes.
    case memory(bytes: Int64)
    /// Less disk, in bytes.
    case disk(bytes: Int64)
    /// Fewer devices of any kind.
    case deviceCount(Int)
    /// Too few devices of these models.
    case deviceModel([String])
    /// Too few devices of the accepted models with this much memory, in bytes.
    case deviceMemory(bytes: Int64)
    /// Too few of those that are known to have this CUDA compute capability, times ten.
    case deviceCapability(tenths: Int)
    /// Too few of those that were measured to be this fast, in 10⁹ operations a second.
    case deviceSpeed(gigaflops: Int64)
    /// In none of these countries.
    case region([String])
    /// Declares one of the accepted countries, and its own round trips say that it is not there.
    case regionRefuted
    /// No beacon was measured by the renter and by the node.
    case latencyUnknown
    /// May be farther than this, there and back, in microseconds.
    case latency(microseconds: Int64)
    /// A standing below this tier.
    case tier(Tier)
    /// Gives its containers no network.
    case network
    /// Takes no vouchers.
    case settlement
    /// The slice costs more than this bid.
    case price(Rate)
    /// Its owner's hours close it before so many milliseconds are over.
    case window(milliseconds: Int64)
    /// Its owner uses it now.
    case owner
    /// Takes nothing new.
    case draining
    /// The node does not answer.
    case down
    /// The node has the capacity, but it is taken now.
    case busy
    /// Another task of its job is there, and the job keeps them apart. It is asked of the order's job,
    /// not of its needs: `Feasibility` never answers it.
    case sibling

    /// The name on the wire and in the message catalogue.
    package var code: String { kind.rawValue }

    /// Position in the order of checks.
    var rank: Int { kind.rank }
}

extension MismatchReason {
    private enum Kind: String, Codable, CaseIterable {
        case cpu, memory, disk
        case deviceCount = "device_count"
        case deviceModel = "device_model"
        case deviceMemory = "device_memory"
        case deviceCapability = "device_capability"
        case deviceSpeed = "device_speed"
        case region
        case regionRefuted = "region_refuted"
        case latencyUnknown = "latency_unknown"
        case latency, tier, network, settlement, price, window, owner, draining, down, busy, sibling

        var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
    }

    private var kind: Kind {
        switch self {
        case .cpu: .cpu
        case .memory: .memory
        case .disk: .disk
        case .deviceCount: .deviceCount
        case .deviceModel: .deviceModel
        case .deviceMemory: .deviceMemory
        case .deviceCapability: .deviceCapability
        case .deviceSpeed: .deviceSpeed
        case .region: .region
        case .regionRefuted: .regionRefuted
        case .latencyUnknown: .latencyUnknown
        case .latency: .latency
        case .tier: .tier
        case .network: .network
        case .settlement: .settlement
        case .price: .price
        case .window: .window
        case .owner: .owner
        case .draining: .draining
        case .down: .down
        case .busy: .busy
        case .sibling: .sibling
        }
    }
}

/// An object with `code` and at most one value: `{"code": "memory", "bytes": 8589934592}`.
extension MismatchReason: Codable {
    private enum Key: String, CodingKey {
        case code, bytes, count, models, regions, tier, microseconds, tenths, gigaflops
        case milliseconds
        case milliCPU = "milli_cpu"
        case microPerHour = "micro_per_hour"
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        switch try values.decode(Kind.self, forKey: .code) {
        case .cpu: self = .cpu(milli: try values.decode(Int64.self, forKey: .milliCPU))
        case .memory: self = .memory(bytes: try values.decode(Int64.self, forKey: .bytes))
        case .disk: self = .disk(bytes: try values.decode(Int64.self, forKey: .bytes))
        case .deviceCount: self = .deviceCount(try values.decode(Int.self, forKey: .count))
        case .deviceModel: self = .deviceModel(try values.decode([String].self, forKey: .models))
        case .deviceMemory:
            self = .deviceMemory(bytes: try values.decode(Int64.self, forKey: .bytes))
        case .deviceCapability:
            self = .deviceCapability(tenths: try values.decode(Int.self, forKey: .tenths))
        case .deviceSpeed:
            self = .deviceSpeed(gigaflops: try values.decode(Int64.self, forKey: .gigaflops))
        case .window:
            self = .window(milliseconds: try values.decode(Int64.self, forKey: .milliseconds))
        case .region: self = .region(try values.decode([String].self, forKey: .regions))
        case .regionRefuted: self = .regionRefuted
        case .latencyUnknown: self = .latencyUnknown
        case .latency:
            self = .latency(microseconds: try values.decode(Int64.self, forKey: .microseconds))
        case .tier: self = .tier(try values.decode(Tier.self, forKey: .tier))
        case .price: self = .price(try values.decode(Rate.self, forKey: .microPerHour))
        case .network: self = .network
        case .settlement: self = .settlement
        case .owner: self = .owner
        case .draining: self = .draining
        case .down: self = .down
        case .busy: self = .busy
        case .sibling: self = .sibling
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(kind, forKey: .code)
        switch self {
        case .cpu(let milli): try values.encode(milli, forKey: .milliCPU)
        case .memory(let bytes), .disk(let bytes), .deviceMemory(let bytes):
            try values.encode(bytes, forKey: .bytes)
        case .deviceCount(let count): try values.encode(count, forKey: .count)
        case .deviceCapability(let tenths): try values.encode(tenths, forKey: .tenths)
        case .deviceSpeed(let speed): try values.encode(speed, forKey: .gigaflops)
        case .window(let stay): try values.encode(stay, forKey: .milliseconds)
        case .deviceModel(let models): try values.encode(models, forKey: .models)
        case .region(let regions): try values.encode(regions, forKey: .regions)
        case .latency(let microseconds):
            try values.encode(microseconds, forKey: .microseconds)
        case .tier(let tier): try values.encode(tier, forKey: .tier)
        case .price(let bid): try values.encode(bid, forKey: .microPerHour)
        case .regionRefuted, .latencyUnknown, .network, .settlement, .owner, .draining, .down,
            .busy, .sibling:
            break
        }
    }
}
