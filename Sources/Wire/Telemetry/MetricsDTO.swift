package import Domain

/// One quantity over time: as many elements as its series has moments; `null` where nothing was
/// told. Least and most are there where an element stands for more than one second.
package struct ColumnDTO: Codable, Hashable, Sendable {
    package let mean: [Int64?]
    package let min: [Int64?]?
    package let max: [Int64?]?

    package init(mean: [Int64?], min: [Int64?]? = nil, max: [Int64?]? = nil) {
        self.mean = mean
        self.min = min
        self.max = max
    }
}

/// A device's quantities over the moments of its series.
package struct DeviceColumnsDTO: Codable, Hashable, Sendable {
    package let device: DeviceDTO
    package let utilisationPercent: ColumnDTO
    package let memoryUsedBytes: ColumnDTO
    package let powerMilliwatts: ColumnDTO
    package let temperature: ColumnDTO
    package let smClockMHz: ColumnDTO
    /// Every reason that held at some time of the element.
    package let throttle: [ThrottleReasons?]

    package init(
        device: DeviceDTO, utilisationPercent: ColumnDTO, memoryUsedBytes: ColumnDTO,
        powerMilliwatts: ColumnDTO, temperature: ColumnDTO, smClockMHz: ColumnDTO,
        throttle: [ThrottleReasons?]
    ) {
        self.device = device
        self.utilisationPercent = utilisationPercent
        self.memoryUsedBytes = memoryUsedBytes
        self.powerMilliwatts = powerMilliwatts
        self.temperature = temperature
        self.smClockMHz = smClockMHz
        self.throttle = throttle
    }

    private enum CodingKeys: String, CodingKey {
        case device
        case utilisationPercent = "util_pct"
        case memoryUsedBytes = "memory_used_bytes"
        case powerMilliwatts = "power_mw"
        case temperature = "temp_c"
        case smClockMHz = "sm_clock_mhz"
        case throttle
    }
}

/// What one lease used, as its node saw it, and what it was billed so far.
package struct LeaseSeriesDTO: Codable, Hashable, Sendable {
    package let task: Int
    package let attempt: Int64
    package let lease: LeaseID
    package let node: NodeID
    /// Seconds and charge of its last accepted receipt.
    package let meteredS: Int64
    package let charge: MoneyDTO
    /// What its slice has.
    package let milliCPULimit: Int64
    package let memoryLimitBytes: Int64
    /// Samples that were lost to bounds on the node.
    package let dropped: Int64
    /// Ascending; each the beginning of its element. Where no sample came there is none.
    package let at: [TimeDTO]
    package let milliCPU: ColumnDTO
    package let memoryBytes: ColumnDTO
    package let devices: [DeviceColumnsDTO]
    /// Left out unless it is asked to leave now.
    package let leaving: LeavingDTO?

    package init(
        task: Int, attempt: Int64, lease: LeaseID, node: NodeID, meteredS: Int64,
        charge: MoneyDTO, milliCPULimit: Int64, memoryLimitBytes: Int64, dropped: Int64,
        at: [TimeDTO], milliCPU: ColumnDTO, memoryBytes: ColumnDTO, devices: [DeviceColumnsDTO],
        leaving: LeavingDTO? = nil
    ) {
        self.task = task
        self.attempt = attempt
        self.lease = lease
        self.node = node
        self.meteredS = meteredS
        self.charge = charge
        self.milliCPULimit = milliCPULimit
        self.memoryLimitBytes = memoryLimitBytes
        self.dropped = dropped
        self.at = at
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
        self.devices = devices
        self.leaving = leaving
    }

    private enum CodingKeys: String, CodingKey {
        case task, attempt, lease, node
        case meteredS = "metered_s"
        case charge
        case milliCPULimit = "milli_cpu_limit"
        case memoryLimitBytes = "memory_limit_bytes"
        case dropped, at
        case milliCPU = "milli_cpu"
        case memoryBytes = "memory_bytes"
        case devices, leaving
    }
}

/// `GET /v1/jobs/{job}/metrics`.
package struct MetricsDTO: Codable, Hashable, Sendable {
    package let job: JobID
    package let name: String
    package let state: JobState
    package let from: TimeDTO
    /// Not included.
    package let to: TimeDTO
    /// Seconds that one element stands for.
    package let stepS: Int64
    /// By task and attempt.
    package let series: [LeaseSeriesDTO]
    /// Whether there are leases beyond these: ask for one task.
    package let hasMore: Bool

    package init(
        job: JobID, name: String, state: JobState, from: TimeDTO, to: TimeDTO, stepS: Int64,
        series: [LeaseSeriesDTO], hasMore: Bool
    ) {
        self.job = job
        self.name = name
        self.state = state
        self.from = from
        self.to = to
        self.stepS = stepS
        self.series = series
        self.hasMore = hasMore
    }

    private enum CodingKeys: String, CodingKey {
        case job, name, state, from, to
        case stepS = "step_s"
        case series
        case hasMore = "has_more"
    }
}

/// One moment of a stream.
package struct TimedSampleDTO: Codable, Hashable, Sendable {
    package let at: TimeDTO
    package let milliCPU: Int64?
    package let memoryBytes: Int64?
    /// In the order of the event's devices.
    package let devices: [DeviceSampleDTO]

    package init(
        at: TimeDTO, milliCPU: Int64?, memoryBytes: Int64?, devices: [DeviceSampleDTO]
    ) {
        self.at = at
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
        self.devices = devices
    }

    private enum CodingKeys: String, CodingKey {
        case at
        case milliCPU = "milli_cpu"
        case memoryBytes = "memory_bytes"
        case devices
    }
}

/// `event: samples` of `GET /v1/jobs/{job}/metrics/stream`: what came at once from one lease.
package struct SamplesEventDTO: Codable, Hashable, Sendable {
    package let task: Int
    package let attempt: Int64
    package let lease: LeaseID
    package let meteredS: Int64
    package let charge: MoneyDTO
    package let milliCPULimit: Int64
    package let memoryLimitBytes: Int64
    package let devices: [DeviceDTO]
    /// Left out unless it is asked to leave now.
    package let leaving: LeavingDTO?
    package let samples: [TimedSampleDTO]

    package init(
        task: Int, attempt: Int64, lease: LeaseID, meteredS: Int64, charge: MoneyDTO,
        milliCPULimit: Int64, memoryLimitBytes: Int64, devices: [DeviceDTO],
        leaving: LeavingDTO? = nil, samples: [TimedSampleDTO]
    ) {
        self.task = task
        self.attempt = attempt
        self.lease = lease
        self.meteredS = meteredS
        self.charge = charge
        self.milliCPULimit = milliCPULimit
        self.memoryLimitBytes = memoryLimitBytes
        self.devices = devices
        self.leaving = leaving
        self.samples = samples
    }

    private enum CodingKeys: String, CodingKey {
        case task, attempt, lease
        case meteredS = "metered_s"
        case charge
        case milliCPULimit = "milli_cpu_limit"
        case memoryLimitBytes = "memory_limit_bytes"
        case devices, leaving, samples
    }
}
