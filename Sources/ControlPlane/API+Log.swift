import Domain
import Foundation
import HTTPTypes
import Hummingbird
import Marketplace
import Transparency
import Wire

extension API {
    /// The public log as static C2SP tlog-tiles under `/v1/log`, without login.
    mutating func addLog() {
        let market = market
        add(.get, "/v1/log/checkpoint", .anyone) { _, _ in
            guard let head = try await market.head() else { throw WireError.notFound("checkpoint") }
            return Self.text(head.note, type: "text/plain; charset=utf-8")
        }
        add(.get, "/v1/log/tile/**", .anyone) { _, call in
            let path = "tile/" + call.context.parameters.getCatchAll().joined(separator: "/")
            let bytes = try await market.tile(path)
            var response = Self.text(bytes, type: "application/octet-stream")
            response.headers[.cacheControl] = "public, max-age=31536000, immutable"
            return response
        }
        add(.get, "/v1/log/anchor", .anyone) { _, _ in
            guard let (head, anchor) = try await market.anchored() else { throw Refusal.noChain }
            return try Self.json(
                AnchoredHeadDTO(head: String(decoding: head.note, as: UTF8.self), anchor: anchor))
        }
        add(.post, "/v1/log/anchors", .roles([.operator])) { _, _ in
            try await market.store.perform(.anchor(.now))
            guard let head = try await market.head() else {
                throw WireError.notFound("checkpoint")
            }
            return try Self.json(AnchorWishDTO(size: head.size), status: .accepted)
        }
        add(.get, "/v1/log/keys", .anyone) { _, _ in
            try Self.json(try await market.logKeys())
        }
        add(.get, "/v1/log/settlements", .anyone) { request, _ in
            let limit = try Self.limit(request, default: 200, most: 1000)
            let after = request.uri.queryParameters["cursor"].flatMap { LeaseID(String($0)) }
            let read = Read.settledLeases(after: after, limit: limit + 1)
            let leases = try await market.store.read([read]).leases(read)
            let page = leases.prefix(limit)
            let more = leases.count > limit
            return try Self.json(
                ListDTO(
                    data: page.map(SettlementDTO.init), hasMore: more,
                    nextCursor: more ? page.last?.id.text : nil))
        }
    }
}

extension SettlementDTO {
    init(_ lease: Lease) {
        let posted = lease.posted
        self.init(
            lease: lease.id, microPerHour: lease.rate.microPerHour,
            commissionBPS: lease.commission.value, chargedMicro: posted.charge.micro,
            paidMicro: posted.pay.micro, commissionMicro: posted.commission.micro,
            creditMicro: lease.serviceLevel == nil ? nil : posted.credit.micro)
    }
}

extension MarketServices {
    func head() async throws -> PublishedHead? {
        try await store.read([.head]).head
    }

    func logKeys() async throws -> LogKeysDTO {
        let read = Read.nodes(of: nil, limit: 1_000_000)
        var nodes: [String: Base64Bytes] = [:]
        for case .node(let node) in try await store.read([read])[read] {
            nodes[node.id.text] = Base64Bytes(node.receiptKey)
        }
        return LogKeysDTO(nodes: nodes, log: Base64Bytes(signer.verifier.publicKey))
    }

    /// The bytes of a published tile or entry bundle; nothing beyond the published head.
    ///
    /// - Throws: `WireError.notFound`.
    func tile(_ text: String) async throws -> [UInt8] {
        guard let path = try? TilePath(parsing: text), let head = try await head(),
            path.isCovered(bySize: head.size)
        else { throw WireError.notFound(text) }
        switch path.kind {
        case .entries:
            let first = path.index * Int64(TilePath.fullWidth)
            let read = Read.entries(from: first, limit: path.width)
            let entries = try await store.read([read])[read].compactMap { row -> [UInt8]? in
                if case .entry(let entry) = row { entry.bytes } else { nil }
            }
            guard entries.count == path.width else { throw WireError.notFound(text) }
            return try EntryBundle(entries).bytes
        default:
            let nodes = try await nodes(of: path)
            return try HashTile(at: path, size: head.size) { level, index in
                guard let hash = nodes[Read.logNode(level: level, index: index)] else {
                    throw WireError.notFound(text)
                }
                return hash
            }.bytes
        }
    }

    /// The stored nodes that make up one hash tile.
    private func nodes(of path: TilePath) async throws -> [Read: LogHash] {
        let first = path.index * Int64(TilePath.fullWidth)
        let reads = (0..<Int64(path.width)).map {
            Read.logNode(level: path.level * 8, index: first + $0)
        }
        let rows = try await store.read(reads)
        var nodes: [Read: LogHash] = [:]
        for read in reads {
            if case .logNode(let node)? = rows[read].first { nodes[read] = node.hash }
        }
        return nodes
    }
}
