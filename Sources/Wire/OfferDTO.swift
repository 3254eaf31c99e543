package import Domain

/// One device of an offer.
package struct DeviceDTO: Codable, Hashable, Sendable {
    package let id: DeviceID
    package let model: String
    package let vramBytes: Int64
    /// CUDA compute capability, `8.9`; left out where it is not known.
    package let computeCapability: String?
    /// Measured multiply-adds of 32 bits: 10⁹ operations a second; left out where nobody has.
    package let gigaflops: Int64?

    package init(
        id: DeviceID, model: String, vramBytes: Int64, computeCapability: String? = nil,
        gigaflops: Int64? = nil
    ) {
        self.computeCapability = computeCapability
        self.gigaflops = gigaflops
        self.id = id
        self.model = model
        self.vramBytes = vramBytes
    }

    private enum CodingKeys: String, CodingKey {
        case id, model, gigaflops
        case vramBytes = "vram_bytes"
        case computeCapability = "compute_capability"
    }

    /// Whether a node may say it.
    var isPossible: Bool {
        model.utf8.count <= 128 && (0...1 << 50).contains(vramBytes)
            && computeCapability.map { DevicePower.tenths(ofCapability: $0) != nil } ?? true
            && gigaflops.map(DevicePower.speeds.contains) ?? true
    }

    package init(_ device: Device) {
        self.init(
            id: device.id, model: device.model, vramBytes: device.vramBytes,
            computeCapability: device.power?.capability.map { Quantity.capability(tenths: $0) },
            gigaflops: device.power?.gigaflops)
    }
}

/// What a provider gives back of a lease that was billed for less of its time than it has promised. Hundredths of a
/// percent.
package struct ServiceLevelDTO: Codable, Hashable, Sendable {
    /// Of the time from start to end.
    package let availabilityBPS: Int64
    /// Of the charge.
    package let creditBPS: Int64

    package init(_ level: ServiceLevel) {
        availabilityBPS = level.availability.value
        creditBPS = level.credit.value
    }

    /// - Throws: for numbers that no promise has.
    package var level: ServiceLevel {
        get throws {
            guard let availability = BasisPoints(availabilityBPS),
                let credit = BasisPoints(creditBPS),
                let level = ServiceLevel(availability: availability, credit: credit)
            else { throw WireError.parameterInvalid(name: "service_level") }
            return level
        }
    }

    private enum CodingKeys: String, CodingKey {
        case availabilityBPS = "availability_bps"
        case creditBPS = "credit_bps"
    }
}

/// A device that its node does not offer now; the reason is a stable code, as `ended_by` has it.
package struct WithheldDTO: Codable, Hashable, Sendable {
    package let device: DeviceDTO
    package let reason: String

    package init(_ withheld: WithheldDevice) {
        device = DeviceDTO(withheld.device)
        reason = withheld.reason
    }
}

/// What a node offers now. `milli_cpu` are thousandths of a CPU; `free_*` is what no lease holds.
package struct OfferDTO: Codable, Hashable, Sendable {
    package let node: NodeID
    package let provider: AccountID
    /// ISO 3166-1 alpha-2, declared by the node.
    package let region: String
    package let tier: Tier
    package let availability: Offer.Availability
    /// Why its owner keeps it now.
    package let closed: ClosedDTO?
    /// When its owner's hours close it next; left out where they do not.
    package let openUntil: TimeDTO?
    /// Seconds of work that stand, of a thousand paid ones, as placing reckons: what its leases have
    /// lost so far, and what is believed of a machine that nobody knows.
    package let usefulPerMille: Int64?
    package let milliCPU: Int64
    package let memoryBytes: Int64
    package let diskBytes: Int64
    package let freeMilliCPU: Int64
    package let freeMemoryBytes: Int64
    package let freeDiskBytes: Int64
    package let freeDevices: Int
    package let devices: [DeviceDTO]
    package let withheld: [WithheldDTO]
    /// The most that a job's container gets; an offer without it gives none.
    package let network: NetworkAccess?
    /// Whom vouchers pay for what runs there; left out where it takes none.
    package let payee: ChainAddress?
    /// What it promises of a lease's time; left out where that is nothing.
    package let serviceLevel: ServiceLevelDTO?
    /// Why its declared country cannot be; left out unless its round trips refute it.
    package let regionRefuted: RegionRefutation?
    /// For the whole offer; a lease pays the share of its scarcest resource.
    package let pricePerHour: MoneyDTO
    package let microPerHour: Int64
    /// The same for spot leases; left out where they pay the whole price.
    package let spotPricePerHour: MoneyDTO?

    package init(
        node: NodeID, provider: AccountID, region: String, tier: Tier,
        availability: Offer.Availability, closed: ClosedDTO?, openUntil: TimeDTO? = nil,
        usefulPerMille: Int64? = nil, milliCPU: Int64,
        memoryBytes: Int64, diskBytes: Int64, freeMilliCPU: Int64, freeMemoryBytes: Int64,
        freeDiskBytes: Int64, freeDevices: Int,
        devices: [DeviceDTO], withheld: [WithheldDTO], network: NetworkAccess? = nil,
        regionRefuted: RegionRefutation? = nil, pricePerHour: MoneyDTO, microPerHour: Int64,
        spotPricePerHour: MoneyDTO? = nil, payee: ChainAddress? = nil,
        serviceLevel: ServiceLevelDTO? = nil
    ) {
        self.serviceLevel = serviceLevel
        self.payee = payee
        self.openUntil = openUntil
        self.usefulPerMille = usefulPerMille
        self.spotPricePerHour = spotPricePerHour
        self.regionRefuted = regionRefuted
        self.node = node
        self.provider = provider
        self.region = region
        self.tier = tier
        self.availability = availability
        self.closed = closed
        self.milliCPU = milliCPU
        self.memoryBytes = memoryBytes
        self.diskBytes = diskBytes
        self.freeMilliCPU = freeMilliCPU
        self.freeMemoryBytes = freeMemoryBytes
        self.freeDiskBytes = freeDiskBytes
        self.freeDevices = freeDevices
        self.devices = devices
        self.withheld = withheld
        self.network = network
        self.pricePerHour = pricePerHour
        self.microPerHour = microPerHour
    }

    private enum CodingKeys: String, CodingKey {
        case node, provider, region, tier, availability, closed
        case milliCPU = "milli_cpu"
        case
            memoryBytes = "memory_bytes"
        case diskBytes = "disk_bytes"
        case freeMilliCPU = "free_milli_cpu"
        case
            freeMemoryBytes = "free_memory_bytes"
        case freeDiskBytes = "free_disk_bytes"
        case
            freeDevices = "free_devices"
        case devices, withheld, network, payee
        case regionRefuted = "region_refuted"
        case openUntil = "open_until"
        case usefulPerMille = "useful_per_mille"
        case pricePerHour = "price_per_hour"
        case
            microPerHour = "micro_per_hour"
        case spotPricePerHour = "spot_price_per_hour"
        case serviceLevel = "service_level"
    }

    /// A device whose last lease's scrub the market has not heard of is withheld by the market.
    package init(_ offer: Offer) {
        let terms = offer.terms
        let (hygiene, free) = (offer.hygiene, offer.freeDevices)
        let unscrubbed = Set(
            terms.devices.map(\.id).filter { hygiene.isUnscrubbed($0) && !free.contains($0) })
        let shown = terms.withholding(unscrubbed, reason: "unscrubbed")
        self.init(
            node: offer.node, provider: offer.provider, region: terms.region, tier: terms.tier,
            availability: offer.availability, closed: offer.closing.map(ClosedDTO.init),
            openUntil: terms.openUntil.map { TimeDTO($0) },
            usefulPerMille: offer.record.usefulPerMille,
            milliCPU: terms.capacity.milliCPU,
            memoryBytes: terms.capacity.memoryBytes, diskBytes: terms.capacity.diskBytes,
            freeMilliCPU: offer.free.milliCPU, freeMemoryBytes: offer.free.memoryBytes,
            freeDiskBytes: offer.free.diskBytes, freeDevices: offer.freeDevices.count,
            devices: shown.devices.map(DeviceDTO.init),
            withheld: shown.withheld.map(WithheldDTO.init), network: terms.network,
            regionRefuted: offer.refutation,
            pricePerHour: MoneyDTO(terms.ask),
            microPerHour: terms.ask.microPerHour,
            spotPricePerHour: terms.spotAsk.map { MoneyDTO($0) }, payee: terms.payee?.address,
            serviceLevel: terms.serviceLevel.map(ServiceLevelDTO.init))
    }
}
