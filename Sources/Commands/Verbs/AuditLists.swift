import Domain
import Transparency
import Wire

/// One entry of the log as it is listed.
struct EntryLine: Codable, Hashable {
    let index: Int64
    let type: String
    let lease: LeaseID?
    let node: NodeID
    let meteredS: Int64?
    let chargeMicro: Int64?

    private enum CodingKeys: String, CodingKey {
        case index, type, lease, node
        case meteredS = "metered_s"
        case chargeMicro = "charge_micro"
    }

    init(_ entry: LoggedEntry, at index: Int64) {
        self.index = index
        switch entry {
        case .usage(let record):
            type = "usage_\(record.kind.rawValue)"
            lease = record.lease
            node = record.node
            meteredS = record.seconds
            chargeMicro = record.charge.micro
        case .nodeKey(let record):
            type = "node_key"
            lease = nil
            node = record.node
            meteredS = nil
            chargeMicro = nil
        }
    }
}

extension LeafCommand {
    /// `orban audit log`: the newest entries of the public log.
    static let auditLog = LeafCommand(
        "audit log", .helpAuditLog, options: [Option.limit.form]
    ) { session in
        let limit = Int64(try session.arguments.value(Option.limit) ?? 50)
        let lines = try await session.withMarket([]) { market in
            let log = PublicLog(market: market)
            let size = try await log.head().head.size
            var lines: [EntryLine] = []
            try await log.entries(from: max(0, size - limit), to: size) { index, bytes in
                lines.append(EntryLine(try LoggedEntry(bytes: bytes), at: index))
            }
            return lines
        }
        try session.show(lines) {
            var table = Table([
                .init(session.told(.headingSequence), .right), .init(session.told(.headingKind)),
                .init(session.told(.headingLease)), .init(session.told(.headingNode)),
                .init(session.told(.headingMetered), .right),
                .init(session.told(.headingCharge), .right),
            ])
            table.rows = lines.map { line in
                let charge = line.chargeMicro.flatMap { try? Money(micro: $0) }
                return [
                    String(line.index), line.type, line.lease?.text ?? "–", line.node.text,
                    line.meteredS.map(String.init) ?? "–", charge.map(Quantity.money) ?? "–",
                ]
            }
            return table.lines
        }
        return ExitCode.done.rawValue
    }

    /// `orban audit ledger`: every line of the ledger, and their sum, which is zero.
    static let auditLedger = LeafCommand("audit ledger", .helpAuditLedger) { session in
        let lines: [LedgerLineDTO] = try await session.withMarket([.operator]) { market in
            try await market.pages("/v1/ledger", limit: Int.max, pageLimit: 1000)
        }
        let sum = lines.reduce(Int128(0)) { $0 + Int128($1.micro) }
        try session.show(lines) {
            var table = Table([
                .init(session.told(.headingSequence), .right), .init(session.told(.headingTime)),
                .init(session.told(.headingAccount)), .init(session.told(.headingAmount), .right),
                .init(session.told(.headingKind)), .init(session.told(.headingLease)),
            ])
            table.rows = lines.map { line in
                [
                    String(line.sequence), line.at.description, line.account,
                    (try? Money(micro: line.micro))?.description ?? "–", line.kind,
                    line.lease?.text ?? "–",
                ]
            }
            return table.lines + [session.told(.auditLedgerSum, ["sum": String(sum)])]
        }
        return sum == 0 ? ExitCode.done.rawValue : ExitCode.unverified.rawValue
    }
}
