import Domain
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
        try session.show(offers) { OfferTable(session: session).lines(offers) }
        return ExitCode.done.rawValue
    }
}

/// Offers as rows.
private struct OfferTable {
    let session: Session

    func lines(_ offers: [OfferDTO]) -> [String] {
        guard !offers.isEmpty else { return [session.told(.offersEmpty)] }
        var table = Table([
            .init(session.told(.headingNode)), .init(session.told(.headingDevices)),
            .init(session.told(.headingCPU), .right), .init(session.told(.headingMemory), .right),
            .init(session.told(.headingDisk), .right), .init(session.told(.headingNetwork)),
            .init(session.told(.headingRegion)),
            .init(session.told(.headingTier)), .init(session.told(.headingAvailability)),
            .init(session.told(.headingPrice), .right),
        ])
        table.rows = offers.map(row)
        return table.lines + offers.flatMap(withheld)
    }

    private func withheld(_ offer: OfferDTO) -> [String] {
        offer.withheld.map { withheld in
            "! \(offer.node) \(withheld.device.id) \(withheld.device.model): "
                + Message.deviceState(withheld.reason, in: session.language)
        }
    }

    private func row(_ offer: OfferDTO) -> [String] {
        var models: [String] = []
        for device in offer.devices where !models.contains(device.model) {
            models.append(device.model)
        }
        let count = "\(offer.freeDevices)/\(offer.devices.count)× "
        let devices = models.isEmpty ? "–" : count + models.joined(separator: " + ")
        let cpus =
            Quantity.cpus(milli: offer.freeMilliCPU) + "/" + Quantity.cpus(milli: offer.milliCPU)
        return [
            offer.node.text, devices, cpus, Quantity.bytes(offer.memoryBytes),
            Quantity.bytes(offer.diskBytes), offer.network == .egress ? "egress" : "–",
            offer.region, offer.tier.rawValue,
            offer.closed?.text(in: session.language)
                ?? offer.availability.text(in: session.language),
            Quantity.money(offer.pricePerHour.money),
        ]
    }
}
