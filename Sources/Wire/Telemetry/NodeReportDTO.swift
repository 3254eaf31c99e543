package import Domain

/// How one device of a node stands; a reason is a stable code, as `withheld` of an offer has it.
package struct DeviceStandingDTO: Codable, Hashable, Sendable {
    package let device: DeviceDTO
    /// Why the node does not offer it; left out when it is well.
    package let reason: String?
    /// The newest sample; nothing in it where the device does not answer.
    package let sample: DeviceSampleDTO

    package init(device: DeviceDTO, reason: String?, sample: DeviceSampleDTO) {
        self.device = device
        self.reason = reason
        self.sample = sample
    }
}

/// What a node tells of itself every few seconds.
package struct NodeReportDTO: Codable, Hashable, Sendable {
    package static let mostAdvisories = 64

    /// The GPU driver's version, as the library gives it; left out without GPUs.
    package let driver: String?
    /// What the machine's software is open to.
    package let advisories: [String]
    package let devices: [DeviceStandingDTO]
    package let batch: SampleBatchDTO

    package init(
        driver: String?, advisories: [String], devices: [DeviceStandingDTO], batch: SampleBatchDTO
    ) {
        self.driver = driver
        self.advisories = advisories
        self.devices = devices
        self.batch = batch
    }

    /// The same without what happened in each second.
    package var withoutSamples: NodeReportDTO {
        NodeReportDTO(
            driver: driver, advisories: advisories, devices: devices,
            batch: SampleBatchDTO(
                boot: batch.boot, sentSecond: batch.sentSecond, dropped: batch.dropped,
                devices: batch.devices, samples: []))
    }

    /// - Throws: `WireError.parameterInvalid`.
    package func check() throws(WireError) {
        try batch.check()
        guard batch.devices == devices.map(\.device.id),
            devices.allSatisfy({
                $0.device.isPossible && $0.reason?.utf8.count ?? 0 <= 64 && $0.sample.isPossible
            })
        else { throw .parameterInvalid(name: "devices") }
        guard driver?.utf8.count ?? 0 <= 128 else { throw .parameterInvalid(name: "driver") }
        guard advisories.count <= Self.mostAdvisories,
            advisories.allSatisfy({ $0.utf8.count <= 128 })
        else { throw .parameterInvalid(name: "advisories") }
    }
}

/// `POST /v1/nodes/{node}/samples`: a report as bytes, and the node's signature over them.
package struct SignedReportDTO: Codable, Hashable, Sendable {
    /// JSON of a `NodeReport`.
    package let report: Base64Bytes
    /// Ed25519 by the node's receipt key over `signedBytes`.
    package let signature: Base64Bytes

    package init(report: Base64Bytes, signature: Base64Bytes) {
        self.report = report
        self.signature = signature
    }

    /// What is signed: nothing else that the key signs begins like this.
    package static func signedBytes(_ report: [UInt8], of node: NodeID) -> [UInt8] {
        Array("orban node report v1\n\(node)\n".utf8) + report
    }
}

/// A live lease as the owner of its node sees it: nothing of who rents, or what runs.
package struct NodeLeaseDTO: Codable, Hashable, Sendable {
    package let lease: LeaseID
    package let devices: [DeviceID]
    package let milliCPU: Int64
    package let memoryBytes: Int64
    package let meteredS: Int64
    /// The provider's price.
    package let microPerHour: Int64
    /// Left out unless it is asked to leave now.
    package let leaving: LeavingDTO?

    package init(
        lease: LeaseID, devices: [DeviceID], milliCPU: Int64, memoryBytes: Int64, meteredS: Int64,
        microPerHour: Int64, leaving: LeavingDTO? = nil
    ) {
        self.lease = lease
        self.devices = devices
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
        self.meteredS = meteredS
        self.microPerHour = microPerHour
        self.leaving = leaving
    }

    private enum CodingKeys: String, CodingKey {
        case lease, devices
        case milliCPU = "milli_cpu"
        case memoryBytes = "memory_bytes"
        case meteredS = "metered_s"
        case microPerHour = "micro_per_hour"
        case leaving
    }
}

/// `GET /v1/nodes/{node}`: a node with all that its owner may know.
package struct NodeDetailDTO: Codable, Hashable, Sendable {
    package let node: NodeDTO
    /// Left out before the node has offered anything.
    package let offer: OfferDTO?
    package let leases: [NodeLeaseDTO]
    /// When the node last told of itself; left out when it has not since the market started.
    package let reportedAt: TimeDTO?
    package let driver: String?
    package let advisories: [String]
    package let devices: [DeviceStandingDTO]
    /// Samples that were lost to bounds on the node.
    package let dropped: Int64
    /// The last ten minutes, an element for each ten seconds.
    package let at: [TimeDTO]
    /// As many as `devices`, in their order.
    package let series: [DeviceColumnsDTO]

    package init(
        node: NodeDTO, offer: OfferDTO?, leases: [NodeLeaseDTO], reportedAt: TimeDTO?,
        driver: String?, advisories: [String], devices: [DeviceStandingDTO], dropped: Int64,
        at: [TimeDTO], series: [DeviceColumnsDTO]
    ) {
        self.node = node
        self.offer = offer
        self.leases = leases
        self.reportedAt = reportedAt
        self.driver = driver
        self.advisories = advisories
        self.devices = devices
        self.dropped = dropped
        self.at = at
        self.series = series
    }

    private enum CodingKeys: String, CodingKey {
        case node, offer, leases
        case reportedAt = "reported_at"
        case driver, advisories, devices, dropped, at, series
    }
}
