import Domain
import Wire

extension LeafCommand {
    /// `orban node show`: one page about a node; as JSON the market's own object.
    static let nodeShow = LeafCommand(
        "node show", .helpNodeShow, operands: [Operand("node", .operandNode)]
    ) { session in
        let name = session.arguments.operands[0].pathSegment
        let node: NodeDetailDTO = try await session.withMarket([.provider, .operator]) {
            try await $0.get("/v1/nodes/\(name)")
        }
        try session.show(node) { NodePage(node: node, language: session.language).lines }
        return ExitCode.done.rawValue
    }
}

/// A node as its owner reads it.
struct NodePage {
    let node: NodeDetailDTO
    let language: Language

    var lines: [String] {
        [head] + Table.aligned(facts) + devices + leases + advisories
    }

    private var head: String {
        let mark = node.node.connected ? "✓" : "✗"
        let state = offerState.text(in: language)
        return "\(node.node.name)  \(node.node.id)  \(mark) \(state)"
    }

    private var offerState: OfferState {
        OfferState(
            node.node.closed, node.node.availability, isConnected: node.node.connected)
    }

    private var facts: [[String]] {
        var rows: [[String]] = []
        if let offer = node.offer {
            let free =
                "\(Quantity.cpus(milli: offer.freeMilliCPU))/\(Quantity.cpus(milli: offer.milliCPU))"
                + " CPU · \(Quantity.part(offer.freeMemoryBytes, of: offer.memoryBytes))"
            rows.append([told(.headingFree), free])
            let price = try? Rate(microPerHour: offer.microPerHour)
            rows.append([told(.headingPrice), price.map(Quantity.rate).orDash])
            rows.append([told(.headingTier), offer.tier.rawValue])
        }
        rows.append([
            told(.nodeReported), node.reportedAt.map(\.description) ?? told(.nodeNotReported),
        ])
        if let trips = node.node.roundTrips {
            let each = trips.readings.map {
                "\($0.beacon) \(Quantity.latency(microseconds: $0.microseconds))"
            }
            rows.append([told(.nodeRoundTrips), each.joined(separator: " · ")])
        }
        if let driver = node.driver { rows.append([told(.nodeDriver), driver]) }
        return rows
    }

    // MARK: Devices

    private var devices: [String] {
        guard !node.devices.isEmpty else { return [] }
        let times = node.at.map(\.timestamp.milliseconds)
        let end = (times.last ?? 0) + 10_000
        let buckets = TimeBuckets(
            from: times.first ?? end - 10_000, to: end, leastSeconds: 10)
        var standings = Table([
            .init(told(.headingDevices)), .init("UUID"), .init(told(.headingVRAM), .right),
            .init(told(.headingState)),
        ])
        var uses = Table([.init(told(.headingDevices))] + DeviceCells.columns(language))
        for (place, standing) in node.devices.enumerated() {
            let device = standing.device
            standings.rows.append([
                device.model, device.id.text, Quantity.bytes(device.vramBytes),
                state(of: standing),
            ])
            let series = place < node.series.count ? node.series[place] : nil
            let samples = series.map { series in times.indices.map(series.sample) } ?? []
            // The newest is of this second, not the mean of ten.
            let cells = DeviceCells(
                device: device, samples: samples + [standing.sample],
                times: (series == nil ? [] : times) + [end - 1], buckets: buckets,
                language: language
            ).cells
            uses.rows.append([device.model] + cells)
        }
        return [""] + standings.lines + [""] + uses.lines
    }

    /// What keeps it from being offered: what the offer says, which is of now, or without one what the
    /// node has last told of itself.
    private func state(of standing: DeviceStandingDTO) -> String {
        let id = standing.device.id
        let lease = node.leases.first { $0.devices.contains(id) }
        let reason = node.offer.map { offer in
            offer.withheld.first { $0.device.id == id }?.reason
        }
        if let reason = reason ?? standing.reason {
            return "✗ " + Message.deviceState(reason, in: language) + " (\(reason))"
        }
        guard lease == nil else { return "✓ " + told(.deviceLeased) }
        return offerState.isOpen
            ? "✓ " + told(.deviceOffered) : "✗ " + offerState.text(in: language)
    }

    // MARK: Leases

    private var leases: [String] {
        guard !node.leases.isEmpty else { return [] }
        var table = Table([
            .init(told(.headingLease)), .init(told(.headingCPU), .right),
            .init(told(.headingMemory), .right), .init(told(.headingMetered), .right),
            .init(told(.headingPrice), .right), .init(told(.headingDevices)),
        ])
        table.rows = node.leases.map { lease in
            [
                lease.lease.text, Quantity.cpus(milli: lease.milliCPU),
                Quantity.bytes(lease.memoryBytes), String(lease.meteredS),
                (try? Rate(microPerHour: lease.microPerHour)).map(Quantity.rate).orDash,
                lease.devices.isEmpty ? "–" : lease.devices.map(\.text).joined(separator: " "),
            ]
        }
        let leaving = node.leases.compactMap { lease in
            lease.leaving.map { "! \(lease.lease)  \($0.text(in: language))" }
        }
        return [""] + table.lines + leaving
    }

    private var advisories: [String] {
        let dropped =
            node.dropped > 0 ? ["! " + told(.topDropped, ["count": String(node.dropped)])] : []
        let duplicates = node.node.duplicates.map {
            "! "
                + told(
                    .nodeDuplicate,
                    [
                        "node": node.node.id.text, "other": $0.node.text,
                        "device": $0.device.text,
                    ])
        }
        let contested =
            node.node.contested
            ? ["! " + told(.nodeContested, ["node": node.node.id.text])] : []
        let refuted =
            node.node.regionRefuted.map { [$0.line(of: node.node.id, in: language)] } ?? []
        return node.advisories.map { "! " + told(.nodeAdvisory, ["advisory": $0]) } + duplicates
            + contested + refuted + dropped
    }

    private func told(_ message: Message, _ values: [String: String] = [:]) -> String {
        message.text(in: language, values)
    }
}
