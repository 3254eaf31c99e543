/// What one GPU did at one time. What is nil the driver or the device does not tell.
package struct NVMLSample: Hashable, Sendable, Codable {
    package let uuid: String
    /// Why the device did not answer: its memory could not be asked. All below but `xids` is nil
    /// then, for nothing more was asked.
    package let failure: NVMLFailure?
    /// The driver's error reports since the last sample, oldest first; of several within a moment
    /// the driver may keep the last alone. Empty where events are not supported.
    package let xids: [Int]
    /// Percent of the time in which a kernel ran, over the device's own period (≤ 1 s).
    package let utilisation: Int?
    /// Percent of the time in which memory was read or written.
    package let memoryUtilisation: Int?
    /// Without what the driver keeps for itself, where the driver tells that apart.
    package let memoryUsedBytes: Int64?
    package let memoryFreeBytes: Int64?
    /// Degrees Celsius.
    package let temperature: Int?
    package let powerMilliwatts: Int64?
    /// Since the driver was loaded.
    package let energyMillijoules: Int64?
    package let smClockMHz: Int?
    package let memoryClockMHz: Int?
    /// Bits of `nvmlClocksEventReasons`: why the clocks are below their most.
    package let throttleReasons: UInt64?
    /// Ascending by pid.
    package let processes: [NVMLProcess]?

    package init(
        uuid: String, failure: NVMLFailure?, xids: [Int], utilisation: Int?,
        memoryUtilisation: Int?, memoryUsedBytes: Int64?, memoryFreeBytes: Int64? = nil,
        temperature: Int?, powerMilliwatts: Int64?, energyMillijoules: Int64?,
        smClockMHz: Int?, memoryClockMHz: Int?, throttleReasons: UInt64?,
        processes: [NVMLProcess]?
    ) {
        self.uuid = uuid
        self.failure = failure
        self.xids = xids
        self.utilisation = utilisation
        self.memoryUtilisation = memoryUtilisation
        self.memoryUsedBytes = memoryUsedBytes
        self.memoryFreeBytes = memoryFreeBytes
        self.temperature = temperature
        self.powerMilliwatts = powerMilliwatts
        self.energyMillijoules = energyMillijoules
        self.smClockMHz = smClockMHz
        self.memoryClockMHz = memoryClockMHz
        self.throttleReasons = throttleReasons
        self.processes = processes
    }

    /// A device that does not answer.
    package init(uuid: String, failure: NVMLFailure, xids: [Int]) {
        self.init(
            uuid: uuid, failure: failure, xids: xids, utilisation: nil, memoryUtilisation: nil,
            memoryUsedBytes: nil, temperature: nil, powerMilliwatts: nil, energyMillijoules: nil,
            smClockMHz: nil, memoryClockMHz: nil, throttleReasons: nil, processes: nil)
    }
}

/// A process that holds a context on a GPU, to compute or to draw.
package struct NVMLProcess: Hashable, Sendable, Codable {
    /// As the driver counts: of the machine, also when asked from inside a container.
    package let pid: Int32
    package let usedBytes: Int64?

    package init(pid: Int32, usedBytes: Int64?) {
        self.pid = pid
        self.usedBytes = usedBytes
    }
}
