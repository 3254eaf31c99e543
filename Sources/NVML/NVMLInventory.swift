/// The devices of this machine, at one time.
package struct NVMLInventory: Hashable, Sendable, Codable {
    /// For example `550.54.15`; empty where the library does not say.
    package let driverVersion: String
    package let nvmlVersion: String?
    /// The newest CUDA that the driver supports, for example `12.4`.
    package let cudaVersion: String?
    /// By ascending index; no two have the same UUID.
    package let devices: [NVMLDevice]
    /// Devices and instances that are there and could not be read; `call` ends in the index.
    package let failures: [NVMLFailure]

    package init(
        driverVersion: String, nvmlVersion: String?, cudaVersion: String?, devices: [NVMLDevice],
        failures: [NVMLFailure]
    ) {
        self.driverVersion = driverVersion
        self.nvmlVersion = nvmlVersion
        self.cudaVersion = cudaVersion
        self.devices = devices
        self.failures = failures
    }
}

/// A GPU. What is nil the driver or the device does not tell.
package struct NVMLDevice: Hashable, Sendable, Codable {
    /// The driver's number, which may be another one after a restart. The UUID stays.
    package let index: Int
    package let uuid: String
    package let name: String
    package let vramBytes: Int64
    /// For example `9.0`.
    package let computeCapability: String?
    /// Domain, bus, device and function in the driver's spelling: `00000000:01:00.0`.
    package let pciBus: String?
    /// The N of `/dev/nvidiaN`.
    package let minor: Int?
    package let isECCEnabled: Bool?
    package let isMIGEnabled: Bool?
    /// Empty unless MIG is enabled. While it is, work runs on the instances alone.
    package let instances: [NVMLInstance]

    package init(
        index: Int, uuid: String, name: String, vramBytes: Int64, computeCapability: String?,
        pciBus: String?, minor: Int?, isECCEnabled: Bool?, isMIGEnabled: Bool?,
        instances: [NVMLInstance]
    ) {
        self.index = index
        self.uuid = uuid
        self.name = name
        self.vramBytes = vramBytes
        self.computeCapability = computeCapability
        self.pciBus = pciBus
        self.minor = minor
        self.isECCEnabled = isECCEnabled
        self.isMIGEnabled = isMIGEnabled
        self.instances = instances
    }
}

/// A MIG instance: a part of a GPU with memory and compute units of its own.
package struct NVMLInstance: Hashable, Sendable, Codable {
    package let uuid: String
    package let name: String
    package let vramBytes: Int64
    package let gpuInstance: Int?
    package let computeInstance: Int?

    package init(
        uuid: String, name: String, vramBytes: Int64, gpuInstance: Int?, computeInstance: Int?
    ) {
        self.uuid = uuid
        self.name = name
        self.vramBytes = vramBytes
        self.gpuInstance = gpuInstance
        self.computeInstance = computeInstance
    }
}
