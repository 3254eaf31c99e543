import Domain
import NodeAgent
import Wire

extension LeafCommand {
    /// `orban node list`: an operator sees every node, a provider their own.
    static let nodeList = LeafCommand(
        "node list", .helpNodeList, options: [Option.limit.form]
    ) { session in
        let limit = try session.arguments.value(Option.limit) ?? 200
        let list: ListDTO<NodeDTO> = try await session.withMarket([.operator, .provider]) {
            try await $0.get("/v1/nodes?limit=\(limit)")
        }
        try session.show(list.data) { session.lines(list.data) }
        return ExitCode.done.rawValue
    }

    /// `orban node drain`: nothing new; what runs may end by itself, or is gone at a moment.
    static let nodeDrain = LeafCommand(
        "node drain", .helpNodeDrain, operands: [Operand("node", .operandNode)],
        options: [Option<String>.by.form]
    ) { session in
        let by = try session.moment(.by)
        let node = try await session.ask("drain", DrainDTO(by: by.map { TimeDTO($0) }))
        try session.show(node) {
            let told =
                by.map {
                    session.told(.nodeDrainingBy, ["time": MomentText.text(of: $0, in: .ofMachine)])
                } ?? session.told(.nodeDraining)
            return ["\(node.id)  \(told)"]
        }
        return ExitCode.done.rawValue
    }

    /// `orban node pause`: nothing new, and what runs leaves after its grace.
    static let nodePause = LeafCommand(
        "node pause", .helpNodePause, operands: [Operand("node", .operandNode)]
    ) { session in
        let node = try await session.ask("pause", DrainDTO(by: nil))
        try session.show(node) { ["\(node.id)  \(session.told(.nodePaused))"] }
        return ExitCode.done.rawValue
    }

    /// `orban node resume`: takes a pause or a drain back, whoever asked for it.
    static let nodeResume = LeafCommand(
        "node resume", .helpNodeResume, operands: [Operand("node", .operandNode)]
    ) { session in
        let node = try await session.ask("resume", DrainDTO(by: nil))
        try session.show(node) { ["\(node.id)  \(session.told(.nodeResumed))"] }
        return ExitCode.done.rawValue
    }
}

extension LeafCommand {
    /// `orban node release`: a device that was taken out of a machine, or whose machine is gone.
    static let nodeRelease = LeafCommand(
        "node release", .helpNodeRelease,
        operands: [Operand("node", .operandNode), Operand("device", .operandDevice)]
    ) { session in
        let words = session.arguments.operands
        guard let device = DeviceID(words[1]) else { throw UsageFault.deviceNameNeeded(words[1]) }
        let node: NodeDTO = try await session.withMarket([.provider, .operator]) {
            try await $0.post(
                "/v1/nodes/\(words[0].pathSegment)/release", ReleaseDTO(device: device),
                idempotencyKey: nil)
        }
        try session.show(node) { ["\(node.id)  \(session.told(.nodeReleased))"] }
        return ExitCode.done.rawValue
    }
}

extension Option where Value == String {
    static let by = Option("by", "12:00|2h", .optionBy)
}

extension Session {
    /// Asks something of the node that the command names.
    fileprivate func ask(_ verb: String, _ wish: DrainDTO) async throws -> NodeDTO {
        let path = "/v1/nodes/\(arguments.operands[0].pathSegment)/\(verb)"
        return try await withMarket([.provider, .operator]) { market in
            wish.by == nil
                ? try await market.postAgain(path) : try await market.postAgain(path, wish)
        }
    }
}

extension Session {
    fileprivate func lines(_ nodes: [NodeDTO]) -> [String] {
        guard !nodes.isEmpty else { return [told(.nodesEmpty)] }
        var table = Table([
            .init(told(.headingNode)), .init(told(.headingName)), .init(told(.headingProvider)),
            .init(told(.headingConnected)), .init(told(.headingAvailability)),
            .init(told(.headingLeases), .right),
        ])
        table.rows = nodes.map {
            [
                $0.id.text, $0.name, $0.provider.text, $0.connected ? "✓" : "✗",
                OfferState($0.closed, $0.availability, isConnected: $0.connected).text(
                    in: language),
                String($0.leases),
            ]
        }
        let duplicates = nodes.flatMap { node in
            node.duplicates.map { duplicate in
                "! "
                    + told(
                        .nodeDuplicate,
                        [
                            "node": node.id.text, "other": duplicate.node.text,
                            "device": duplicate.device.text,
                        ])
            }
        }
        let contested = nodes.filter(\.contested).map {
            "! " + told(.nodeContested, ["node": $0.id.text])
        }
        let refuted = nodes.compactMap { $0.regionRefuted?.line(of: $0.id, in: language) }
        return table.lines + duplicates + contested + refuted
    }
}
