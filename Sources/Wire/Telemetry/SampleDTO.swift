package import Domain

/// What one device did in one second. What is left out its driver does not tell; of a MIG instance
/// nothing is told that speaks of the whole GPU and so of other people's work.
package struct DeviceSampleDTO: Codable, Hashable, Sendable {
    package static let nothing = DeviceSampleDTO()

    package var utilisationPercent: Int?
    package var memoryUsedBytes: Int64?
    package var powerMilliwatts: Int64?
    /// Degrees Celsius.
    package var temperature: Int?
    package var smClockMHz: Int?
    package var throttle: ThrottleReasons?

    package init(
        utilisationPercent: Int? = nil, memoryUsedBytes: Int64? = nil,
        powerMilliwatts: Int64? = nil, temperature: Int? = nil, smClockMHz: Int? = nil,
        throttle: ThrottleReasons? = nil
    ) {
        self.utilisationPercent = utilisationPercent
        self.memoryUsedBytes = memoryUsedBytes
        self.powerMilliwatts = powerMilliwatts
        self.temperature = temperature
        self.smClockMHz = smClockMHz
        self.throttle = throttle
    }

    /// Whether a device could be so: what is beyond is a node's mistake, or meant to harm.
    var isPossible: Bool {
        (0...100).contains(utilisationPercent ?? 0) && (0...1 << 50).contains(memoryUsedBytes ?? 0)
            && (0...1 << 31).contains(powerMilliwatts ?? 0)
            && (-200...1_000).contains(temperature ?? 0)
            && (0...1 << 31).contains(smClockMHz ?? 0)
    }

    private enum CodingKeys: String, CodingKey {
        case utilisationPercent = "util_pct"
        case memoryUsedBytes = "memory_used_bytes"
        case powerMilliwatts = "power_mw"
        case temperature = "temp_c"
        case smClockMHz = "sm_clock_mhz"
        case throttle
    }
}

/// One second of one lease on its node, or of a node's devices.
package struct SampleDTO: Codable, Hashable, Sendable {
    /// The whole second of the node's boot-time clock: it numbers the sample.
    package let second: Int64
    /// Thousandths of a CPU in use; left out for a node.
    package let milliCPU: Int64?
    package let memoryBytes: Int64?
    /// In the order of the batch's devices.
    package let devices: [DeviceSampleDTO]

    package init(
        second: Int64, milliCPU: Int64?, memoryBytes: Int64?, devices: [DeviceSampleDTO]
    ) {
        self.second = second
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
        self.devices = devices
    }

    var isPossible: Bool {
        (0...1 << 32).contains(milliCPU ?? 0) && (0...1 << 50).contains(memoryBytes ?? 0)
            && devices.allSatisfy(\.isPossible)
    }

    private enum CodingKeys: String, CodingKey {
        case second
        case milliCPU = "milli_cpu"
        case memoryBytes = "memory_bytes"
        case devices
    }
}

/// `POST /v1/leases/{lease}/samples`: evidence, never price. Seconds grow from batch to batch; one
/// that came before is passed over, so a repeated batch is one batch.
package struct SampleBatchDTO: Codable, Hashable, Sendable {
    /// At most ten minutes' samples; a node that was cut off sends several.
    package static let mostSamples = 600
    package static let mostDevices = 64

    /// Names the boot in which the seconds count.
    package let boot: String
    /// The second in which this is sent: the market dates samples by their age, never by a node's
    /// wall clock.
    package let sentSecond: Int64
    /// Samples lost to bounds so far in this boot; shown, never hidden.
    package let dropped: Int64
    package let devices: [DeviceID]
    package let samples: [SampleDTO]

    package init(
        boot: String, sentSecond: Int64, dropped: Int64, devices: [DeviceID], samples: [SampleDTO]
    ) {
        self.boot = boot
        self.sentSecond = sentSecond
        self.dropped = dropped
        self.devices = devices
        self.samples = samples
    }

    private enum CodingKeys: String, CodingKey {
        case boot
        case sentSecond = "sent_second"
        case dropped, devices, samples
    }

    /// - Throws: `WireError.parameterInvalid` with what is not as it must be.
    package func check() throws(WireError) {
        guard (1...64).contains(boot.utf8.count) else { throw .parameterInvalid(name: "boot") }
        guard sentSecond >= 0, sentSecond < 1 << 40 else {
            throw .parameterInvalid(name: "sent_second")
        }
        guard dropped >= 0 else { throw .parameterInvalid(name: "dropped") }
        guard devices.count <= Self.mostDevices, Set(devices).count == devices.count else {
            throw .parameterInvalid(name: "devices")
        }
        let isRight = samples.allSatisfy {
            (0...sentSecond).contains($0.second) && $0.devices.count == devices.count
                && $0.isPossible
        }
        let isAscending = zip(samples, samples.dropFirst()).allSatisfy { $0.second < $1.second }
        guard samples.count <= Self.mostSamples, isRight, isAscending else {
            throw .parameterInvalid(name: "samples")
        }
    }
}
