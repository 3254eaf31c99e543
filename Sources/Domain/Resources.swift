/// Divisible capacity: thousandths of a CPU and bytes. Never negative.
package struct Resources: Hashable, Sendable, Codable {
    package static let zero = Resources(milliCPU: 0, memoryBytes: 0, diskBytes: 0)
    /// Far above any machine, far below overflow of sums.
    package static let limit: Int64 = 1 << 52

    package let milliCPU: Int64
    package let memoryBytes: Int64
    package let diskBytes: Int64

    package init(milliCPU: Int64, memoryBytes: Int64, diskBytes: Int64) {
        func clamped(_ value: Int64) -> Int64 { min(max(value, 0), Self.limit) }
        self.milliCPU = clamped(milliCPU)
        self.memoryBytes = clamped(memoryBytes)
        self.diskBytes = clamped(diskBytes)
    }

    package func fits(in other: Resources) -> Bool {
        milliCPU <= other.milliCPU && memoryBytes <= other.memoryBytes
            && diskBytes <= other.diskBytes
    }

    package func adding(_ other: Resources) -> Resources {
        Resources(
            milliCPU: milliCPU + other.milliCPU, memoryBytes: memoryBytes + other.memoryBytes,
            diskBytes: diskBytes + other.diskBytes)
    }

    /// Each part less `other`'s, at least zero.
    package func subtracting(_ other: Resources) -> Resources {
        Resources(
            milliCPU: milliCPU - other.milliCPU, memoryBytes: memoryBytes - other.memoryBytes,
            diskBytes: diskBytes - other.diskBytes)
    }
}

/// The exclusive unit: a GPU or a MIG instance. At most one live lease each.
package struct Device: Hashable, Sendable, Codable {
    package let id: DeviceID
    package let model: String
    package let vramBytes: Int64
    /// What it can do, as far as its node knows.
    package let power: DevicePower?

    package init(id: DeviceID, model: String, vramBytes: Int64, power: DevicePower? = nil) {
        self.id = id
        self.model = model
        self.vramBytes = vramBytes
        self.power = power.flatMap { $0 == .none ? nil : $0 }
    }
}

/// What a device can do, or is at least to be able to do.
package struct DevicePower: Hashable, Sendable, Codable {
    /// Nothing of it is known, or asked for.
    package static let none = DevicePower(capability: nil, gigaflops: nil)
    /// 1.0 to 99.9.
    package static let capabilities = 10...999
    /// Up to 10⁶ TFLOPS.
    package static let speeds: ClosedRange<Int64> = 1...1_000_000_000

    /// CUDA compute capability times ten: 89 is 8.9. Nil where it is not known, or does not matter.
    package let capability: Int?
    /// Measured, of 32-bit floating-point multiply-adds, two operations each: 10⁹ a second.
    package let gigaflops: Int64?

    package init(capability: Int?, gigaflops: Int64?) {
        self.capability = capability
        self.gigaflops = gigaflops
    }

    /// Whether a device of which this is known can do what is asked; what is not known meets no floor.
    package func meets(_ floor: DevicePower) -> Bool {
        (capability ?? 0) >= (floor.capability ?? 0) && (gigaflops ?? 0) >= (floor.gigaflops ?? 0)
    }

    /// Ten times the capability that NVIDIA writes as `8.9`; nil for what is none.
    package static func tenths(ofCapability text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let major = number(parts[0], atMost: 2),
            let minor = parts.count == 2 ? number(parts[1], atMost: 1) : 0
        else { return nil }
        let tenths = major * 10 + minor
        return capabilities.contains(tenths) ? tenths : nil
    }

    private static func number(_ digits: some StringProtocol, atMost count: Int) -> Int? {
        guard (1...count).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int(digits)
    }
}

/// What an order asks of devices; count 0 means a CPU order.
package struct DeviceNeed: Hashable, Sendable, Codable {
    package static let none = DeviceNeed(count: 0, models: [], vramBytes: 0)

    package let count: Int
    /// Accepted models in any order; empty accepts every model.
    package let models: [String]
    /// Least memory of each device.
    package let vramBytes: Int64
    /// What each is at least to be able to do; nil where that does not matter.
    package let power: DevicePower?

    package init(count: Int, models: [String], vramBytes: Int64, power: DevicePower? = nil) {
        self.power = power.flatMap { $0 == .none ? nil : $0 }
        self.count = max(0, count)
        self.models = models
        self.vramBytes = max(0, vramBytes)
    }

    package func accepts(_ device: Device) -> Bool {
        device.vramBytes >= vramBytes && (models.isEmpty || models.contains(device.model))
            && (power.map { (device.power ?? .none).meets($0) } ?? true)
    }
}

/// A provider's standing, from least to most proven.
package enum Tier: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case new, tested, verified, attested

    /// From 0.
    package var rank: Int {
        switch self {
        case .new: 0
        case .tested: 1
        case .verified: 2
        case .attested: 3
        }
    }
    package static func < (left: Tier, right: Tier) -> Bool { left.rank < right.rank }
}
