import Domain
import Hummingbird
import Marketplace
import Wire

extension API {
    mutating func addNodes() {
        let market = market
        add(.get, "/v1/offers", .anyone) { request, _ in
            let limit = try Self.limit(request, default: 200, most: 1000)
            let read = Read.offers(limit: limit)
            let rows = try await market.store.read([read])[read]
            let offers = rows.compactMap { row -> OfferDTO? in
                if case .offer(let offer) = row { OfferDTO(offer) } else { nil }
            }
            return try Self.json(ListDTO(data: offers, hasMore: false))
        }
        add(.get, "/v1/nodes", .roles([.provider, .operator])) { request, call in
            let limit = try Self.limit(request, default: 200, most: 1000)
            let provider: AccountID? = call.isOperator ? nil : try call.account
            let read = Read.nodes(of: provider, limit: limit)
            let rows = try await market.store.read([read])[read]
            var nodes: [NodeDTO] = []
            for case .node(let node) in rows { nodes.append(try await market.view(node)) }
            return try Self.json(ListDTO(data: nodes, hasMore: false))
        }
        addWish("drain") { request in
            .drained(by: try await Self.moment(of: request, at: market.clock.now()))
        }
        add(.post, "/v1/nodes/:node/release", .roles([.provider, .operator])) { request, call in
            let node = try await market.node(call)
            let body = try Self.decode(ReleaseDTO.self, try await Self.body(request))
            try await market.store.perform(.release(body.device, of: node.id))
            return try Self.json(try await market.view(node))
        }
        addWish("pause") { _ in .paused }
        addWish("resume") { _ in .open }
        add(.put, "/v1/images/:image", .roles([.operator])) { request, call in
            let name = try call.parameter("image")
            let body = try Self.decode(ImageDTO.self, try await Self.body(request))
            guard case .archive(name, let digest) = body.reference,
                (1...200).contains(name.utf8.count), RegistryImage(name) == nil
            else { throw WireError.parameterInvalid(name: "image") }
            let rows = try await market.store.read([.blob(digest)])
            guard !rows[.blob(digest)].isEmpty else { throw WireError.notFound(digest.text) }
            try await market.store.perform(.nameImage(NamedImage(name: name, digest: digest)))
            return try Self.json(body)
        }
    }
}

extension API {
    /// A drain names a moment that is still to come, within a year.
    private static let furthestDrainSeconds: Int64 = 366 * 86_400

    /// What an owner asks of a node.
    private mutating func addWish(
        _ verb: String, _ read: @escaping @Sendable (Request) async throws -> OwnerWish<Timestamp>
    ) {
        let market = market
        add(.post, "/v1/nodes/:node/\(verb)", .roles([.provider, .operator])) { request, call in
            let node = try await market.node(call)
            try await market.store.perform(.wish(node.id, try await read(request)))
            return try Self.json(try await market.view(node), status: .accepted)
        }
    }

    /// - Throws: `WireError.bodyMalformed`, `.parameterInvalid`.
    private static func moment(
        of request: Request, at now: Timestamp
    ) async throws -> Timestamp? {
        let body = try await Self.body(request)
        guard !body.isEmpty, let by = try decode(DrainDTO.self, body).by?.timestamp else {
            return nil
        }
        guard by > now, by <= now.advanced(seconds: furthestDrainSeconds) else {
            throw WireError.parameterInvalid(name: "by")
        }
        return by
    }
}

extension MarketServices {
    func view(_ node: Node) async throws -> NodeDTO {
        let offer = try await store.read([.offer(node.id)]).offer(node.id)
        return NodeDTO(
            id: node.id, name: node.name, provider: node.provider,
            connected: await sessions.health(of: node.id) != .silent,
            availability: offer?.availability ?? .down,
            closed: offer?.closing.map(ClosedDTO.init),
            leases: await sessions.liveLeases(on: node.id),
            duplicates: offer?.duplicates ?? [],
            contested: await sessions.isContested(node.id),
            roundTrips: offer.flatMap { $0.terms.roundTrips.isEmpty ? nil : $0.terms.roundTrips },
            regionRefuted: offer?.refutation)
    }

    /// - Throws: `Refusal.nodeUnknown`, also for other people's nodes.
    func node(_ call: Call) async throws -> Node {
        guard let id = NodeID(try call.parameter("node")) else {
            throw WireError.parameterInvalid(name: "node")
        }
        guard let node = try await store.read([.node(id)]).node(id),
            try call.isOperator || node.provider == call.account
        else { throw Refusal.nodeUnknown(id) }
        return node
    }
}
