import Domain
import NodeAgent
import Wire

extension LeafCommand {
    /// `orban offers`: what nodes advertise now, cheapest first; needs no key.
    static let offerList = LeafCommand(
        "offer list", shortcut: "offers", .helpOffers, options: [Option.limit.form]
    ) { session in
        let limit = try session.arguments.value(Option.limit) ?? 200
        let list: ListDTO<OfferDTO> = try await session.withMarket([]) {
            try await $0.get("/v1/offers?limit=\(limit)")
        }
        let offers = list.data.sorted {
            ($0.microPerHour, $0.node) < ($1.microPerHour, $1.node)
        }
        try session.show(offers) { OfferTable(language: session.language).lines(offers) }
        return ExitCode.done.rawValue
    }
}

/// Whether something can be had, in the same words wherever it is told, with the stable code of why
/// not.
struct OfferState {
    private let closed: ClosedDTO?
    private let availability: Offer.Availability
    private let isConnected: Bool

    init(_ closed: ClosedDTO?, _ availability: Offer.Availability, isConnected: Bool) {
        self.closed = closed
        self.availability = availability
        self.isConnected = isConnected
    }

    var isOpen: Bool { closed == nil && availability == .open && isConnected }

    /// For example `closed: its owner uses the GPU (owner_gpu)`. A node that does not answer says
    /// nothing of its owner any more.
    func text(in language: Language) -> String {
        if let closed, isConnected {
            let text = closed.text(in: language)
            return text == closed.code ? text : text + " (\(closed.code))"
        }
        guard isConnected || !availability.isConnected else {
            return Offer.Availability.down.text(in: language)
        }
        return availability.text(in: language)
    }
}

extension RegionRefutation {
    /// What is wrong with a node's declared country, for people.
    func line(of node: NodeID, in language: Language) -> String {
        "! "
            + Message.offerRefuted.text(
                in: language,
                [
                    "node": node.text, "region": region, "beacon": beacon.text,
                    "time": Quantity.latency(microseconds: microseconds),
                    "within": String(withinKilometres), "away": String(awayKilometres),
                ])
    }
}

/// Offers as rows.
struct OfferTable {
    let language: Language

    func lines(_ offers: [OfferDTO]) -> [String] {
        guard !offers.isEmpty else { return [told(.offersEmpty)] }
        var table = Table([
            .init(told(.headingNode)), .init(told(.headingDevices)),
            .init(told(.headingCPU), .right), .init(told(.headingMemory), .right),
            .init(told(.headingDisk), .right), .init(told(.headingNetwork)),
            .init(told(.headingRegion)),
            .init(told(.headingTier)), .init(told(.headingUseful), .right),
            .init(told(.headingAvailability)), .init(told(.headingPrice), .right),
            .init(told(.headingSpotPrice), .right),
        ])
        table.rows = offers.map(row)
        return table.lines + offers.compactMap(promise) + offers.flatMap(withheld)
            + offers.compactMap { $0.regionRefuted?.line(of: $0.node, in: language) }
    }

    private func promise(_ offer: OfferDTO) -> String? {
        guard let level = offer.serviceLevel else { return nil }
        return Message.offerPromise.text(
            in: language,
            [
                "node": offer.node.text, "share": Quantity.percent(level.availabilityBPS),
                "credit": Quantity.percent(level.creditBPS),
            ])
    }

    private func withheld(_ offer: OfferDTO) -> [String] {
        offer.withheld.map { withheld in
            "! \(offer.node) \(withheld.device.id) \(withheld.device.model): "
                + Message.deviceState(withheld.reason, in: language)
                + " (\(withheld.reason))"
        }
    }

    private func row(_ offer: OfferDTO) -> [String] {
        var models: [String] = []
        for text in offer.devices.map(\.text) where !models.contains(text) { models.append(text) }
        let count = "\(offer.freeDevices)/\(offer.devices.count)× "
        let devices = models.isEmpty ? "–" : count + models.joined(separator: " + ")
        let cpus =
            Quantity.cpus(milli: offer.freeMilliCPU) + "/" + Quantity.cpus(milli: offer.milliCPU)
        return [
            offer.node.text, devices, cpus,
            Quantity.part(offer.freeMemoryBytes, of: offer.memoryBytes),
            Quantity.part(offer.freeDiskBytes, of: offer.diskBytes),
            offer.network == .egress ? "egress" : "–",
            offer.regionRefuted == nil ? offer.region : offer.region + " ✗", offer.tier.rawValue,
            offer.usefulPerMille.map { Quantity.percent(perMille: $0) } ?? "–", state(offer),
            Quantity.money(offer.pricePerHour.money),
            Quantity.money((offer.spotPricePerHour ?? offer.pricePerHour).money),
        ]
    }

    /// Its state, and until when where its owner's hours are over some time.
    private func state(_ offer: OfferDTO) -> String {
        let state = OfferState(
            offer.closed, offer.availability, isConnected: offer.availability.isConnected)
        let what = state.text(in: language)
        guard state.isOpen, let end = offer.openUntil else { return what }
        let time = MomentText.text(of: end.timestamp, in: .ofMachine)
        return Message.offerOpenUntil.text(in: language, ["what": what, "time": time])
    }

    private func told(_ message: Message) -> String { message.text(in: language) }
}

extension DeviceDTO {
    /// Its model and what is known of what it can do: `NVIDIA L4 (8.9, 30.3 TFLOPS)`.
    fileprivate var text: String {
        let speed = gigaflops.map { Quantity.teraflops(gigaflops: $0) + " TFLOPS" }
        let known = [computeCapability, speed].compactMap { $0 }
        return known.isEmpty ? model : "\(model) (\(known.joined(separator: ", ")))"
    }
}
