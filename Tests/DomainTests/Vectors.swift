import Domain
import Foundation

/// The vectors under `api/vectors`, which `derive.py` beside them computes on its own.
enum Vectors {
    struct ReceiptVector: Decodable {
        struct Fields: Decodable {
            let lease: LeaseID
            let attempt: Int64
            let node: NodeID
            let sequence: Int64
            let seconds: Int64
            let status: String
            let level: EvidenceLevel
            let cpuMs: Int64
            let peakMemoryBytes: Int64
        }
        let fields: Fields
        let bytes: String
        let signature: String
    }
    struct RecordVector: Decodable {
        struct Fields: Decodable {
            let kind: UsageRecord.Kind
            let lease: LeaseID
            let attempt: Int64
            let provider: AccountID
            let node: NodeID
            let deviceModel: String
            let seconds: Int64
            let microPerHour: Rate
            let chargeMicro: Money
        }
        let fields: Fields
        let bytes: String
    }
    struct PromiseVector: Decodable {
        struct Promise: Decodable {
            let availabilityBps: BasisPoints
            let creditBps: BasisPoints
            let commissionBps: BasisPoints
            let elapsed: Int64
            let creditMicro: Money
        }
        let fields: RecordVector.Fields
        let promise: Promise
        let bytes: String
    }
    struct NodeKeyVector: Decodable {
        let node: NodeID
        let provider: AccountID
        let bytes: String
    }
    struct MalformedVector: Decodable, CustomStringConvertible {
        let name: String
        let bytes: String
        var description: String { name }
    }
    struct ScrubVector: Decodable {
        struct Fields: Decodable {
            let node: NodeID
            let device: DeviceID
            let scrub: Int64
            let lease: String
            let outcome: String
            let method: ScrubMethod
            let totalBytes: Int64
            let overwrittenBytes: Int64
            let wordsSampled: Int64
            let wordsWrong: Int64
            let contextsSeen: Int64
            let contextsLeft: Int64
            let ms: Int64
            let seed: Int64
        }
        let fields: Fields
        let bytes: String
    }
    struct Entries: Decodable {
        let publicKey: String
        let receipts: [ReceiptVector]
        let usageRecords: [RecordVector]
        let promisedUsageRecords: [PromiseVector]
        let nodeKey: NodeKeyVector
        let malformedReceipts: [MalformedVector]
        let scrubs: [ScrubVector]
        let malformedScrubs: [MalformedVector]
    }

    static func entries() throws -> Entries {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: folder.appending(path: "api/vectors/entries.json"))
        return try decoder.decode(Entries.self, from: data)
    }

    static func bytes(_ hex: String) -> [UInt8] {
        var digits = hex[...]
        var bytes: [UInt8] = []
        while let byte = UInt8(digits.prefix(2), radix: 16), digits.count >= 2 {
            bytes.append(byte)
            digits = digits.dropFirst(2)
        }
        return bytes
    }
}
