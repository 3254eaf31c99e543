import Domain
import Foundation
import Glibc
import NodeAgent
import Transparency
import Wire

extension LeafCommand {
    /// `orban audit evidence`: what other people's programs need to check the market, from its
    /// public interface alone.
    static let auditEvidence = LeafCommand(
        "audit evidence", .helpAuditEvidence, operands: [Operand("folder", .operandFolder)]
    ) { session in
        let path = session.surroundings.absolute(session.arguments.operands[0])
        try LocalFolder.make(path)
        let count = try await session.auditing {
            try await session.withMarket([]) { market in
                try await EvidenceFiles(folder: path, market: market).write()
            }
        }
        try session.show(count) {
            [
                session.told(
                    .auditEvidenceDone,
                    [
                        "receipts": String(count.receipts), "leases": String(count.leases),
                        "leaves": String(count.leaves), "path": path,
                    ])
            ]
        }
        return ExitCode.done.rawValue
    }
}

/// `receipts.jsonl`, `leases.jsonl`, `leaves.jsonl`, `head.txt` and `keys.json` in one folder.
struct EvidenceFiles {
    struct Count: Codable, Hashable {
        var receipts = 0
        var leases = 0
        var leaves = 0
    }

    private struct ReceiptLine: Codable {
        let lease: LeaseID
        let attempt: Int64
        let node: NodeID
        let seconds: Int64
        let bytes: Base64Bytes
        let signature: Base64Bytes
    }

    private struct LeafLine: Codable {
        let bytes: Base64Bytes
    }

    let folder: String
    let market: MarketClient

    func write() async throws -> Count {
        let log = PublicLog(market: market)
        let head = try await log.head()
        try write(head.bytes, to: "head.txt")
        try write(try WireJSON.encode(try await log.keys()), to: "keys.json")
        var count = Count()
        let receipts = try LineFile(folder + "/receipts.jsonl")
        let leaves = try LineFile(folder + "/leaves.jsonl")
        try await log.entries(from: 0, to: head.head.size) { _, bytes in
            try leaves.append(LeafLine(bytes: Base64Bytes(bytes)))
            count.leaves += 1
            guard case .usage(let record) = try LoggedEntry(bytes: bytes) else { return }
            try receipts.append(
                ReceiptLine(
                    lease: record.lease, attempt: record.attempt, node: record.node,
                    seconds: record.seconds, bytes: Base64Bytes(record.receipt.bytes),
                    signature: Base64Bytes(record.receipt.signature)))
            count.receipts += 1
        }
        let settlements: [SettlementDTO] = try await market.pages(
            "/v1/log/settlements", limit: Int.max, pageLimit: 1000)
        let leases = try LineFile(folder + "/leases.jsonl")
        for settlement in settlements { try leases.append(settlement) }
        count.leases = settlements.count
        return count
    }

    private func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(
            to: URL(fileURLWithPath: folder + "/" + name), options: .atomic)
    }
}

/// A file of JSON documents, one on each line; begins empty.
private final class LineFile {
    private let handle: FileHandle

    init(_ path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw FileFailure("make", path) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    }

    func append(_ value: some Encodable) throws {
        try handle.write(contentsOf: Data(try WireJSON.encode(value) + [UInt8(ascii: "\n")]))
    }

    deinit { try? handle.close() }
}
