import Crypto
import Domain

/// One entry of the log, read.
enum LoggedEntry: Hashable {
    case usage(UsageRecord)
    case nodeKey(NodeKeyRecord)

    /// - Throws: `RecordFault.unreadable`.
    init(bytes: [UInt8]) throws(RecordFault) {
        do throws(MalformedEntry) {
            switch bytes.count > 1 ? EntryType(rawValue: bytes[1]) : nil {
            case .usageRecord, .promisedUsage: self = .usage(try UsageRecord(bytes: bytes))
            case .nodeKey: self = .nodeKey(try NodeKeyRecord(bytes: bytes))
            case .receipt, .scrub, nil: throw MalformedEntry.wrongType
            }
        } catch {
            throw .unreadable
        }
    }
}

/// Follows the log from its beginning and believes no entry that does not follow from signatures
/// and arithmetic: each receipt signed by the node's logged key, each charge
/// `ceil(seconds × rate / 3600)`, each credit what was promised, seconds never going back, terms never
/// changing within a lease.
struct EntryAudit {
    /// What is known of a lease so far.
    struct LeaseSoFar: Hashable {
        let node: NodeID
        let attempt: Int64
        let rate: Rate
        var seconds: Int64
        var charge: Money
        var isFinal: Bool
        /// Of a lease whose provider promises something.
        var promise: UsageRecord.Promise?

        /// What the renter pays: as long as it goes on, without what may yet go back.
        var payable: Money {
            get throws(MoneyOverflow) {
                guard let promise else { return charge }
                guard !isFinal else { return charge.excess(over: promise.credit) }
                let commission = EntryAudit.commission(of: charge.micro, at: promise.commission)
                return try Money(micro: commission + EntryAudit.certainPay(of: charge, promise))
            }
        }
    }

    private(set) var keys: [NodeID: [UInt8]] = [:]
    private(set) var leases: [LeaseID: LeaseSoFar] = [:]
    private(set) var records = 0

    /// Checks the next entry.
    ///
    /// - Throws: the first `RecordFault` found in it.
    mutating func take(_ bytes: [UInt8]) throws(RecordFault) {
        switch try LoggedEntry(bytes: bytes) {
        case .nodeKey(let record):
            guard keys[record.node] == nil else { throw .nodeKeyTwice(record.node) }
            keys[record.node] = record.key
        case .usage(let record):
            try check(record)
            try follow(record)
            records += 1
        }
    }

    private func check(_ record: UsageRecord) throws(RecordFault) {
        let receipt: Receipt
        do throws(MalformedEntry) {
            receipt = try Receipt(bytes: record.receipt.bytes)
        } catch {
            throw .receiptUnreadable
        }
        guard receipt.lease == record.lease, receipt.node == record.node,
            receipt.attempt == record.attempt, receipt.seconds == record.seconds
        else { throw .receiptDiffers }
        guard let key = keys[record.node] else { throw .nodeKeyMissing(record.node) }
        guard Self.isSigned(record.receipt, by: key) else { throw .receiptForged }
        let expected = Self.charge(seconds: record.seconds, rate: record.rate)
        guard record.charge.micro == expected else {
            throw .chargeWrong(found: record.charge.micro, expected: expected ?? -1)
        }
        guard record.kind == .final, let promise = record.promise else { return }
        let credit = Self.credit(of: record.charge, record.seconds, promise)
        guard promise.credit.micro == credit else {
            throw .creditWrong(found: promise.credit.micro, expected: credit)
        }
    }

    private mutating func follow(_ record: UsageRecord) throws(RecordFault) {
        if let before = leases[record.lease] {
            guard !before.isFinal else { throw .afterFinal }
            guard before.node == record.node, before.attempt == record.attempt,
                before.rate == record.rate, before.promise?.level == record.promise?.level,
                before.promise?.commission == record.promise?.commission
            else { throw .termsChanged }
            guard record.seconds >= before.seconds else { throw .secondsBack }
        }
        leases[record.lease] = LeaseSoFar(
            node: record.node, attempt: record.attempt, rate: record.rate,
            seconds: record.seconds, charge: record.charge, isFinal: record.kind == .final,
            promise: record.promise)
    }

    /// Ed25519 (RFC 8032) over the receipt's bytes.
    static func isSigned(_ receipt: SignedReceipt, by key: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else {
            return false
        }
        return key.isValidSignature(receipt.signature, for: receipt.bytes)
    }

    /// Whether a node itself has named whom vouchers pay for what runs on it.
    static func isSigned(_ payee: SignedPayee, by node: NodeID, key: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: key) else {
            return false
        }
        let statement = SignedPayee.message(node: node, address: payee.address)
        return key.isValidSignature(payee.signature, for: statement)
    }

    /// `floor(charge × bps / 10 000)` micro-units, as `charge` is computed here.
    static func commission(of charge: Int64, at points: BasisPoints) -> Int64 {
        Int64(Int128(max(charge, 0)) * Int128(points.value) / 10_000)
    }

    /// `min(floor(charge × credit_bps / 10 000), charge − commission)` micro-units where less than what was promised
    /// of the time was billed.
    static func credit(
        of charge: Money, _ seconds: Int64, _ promise: UsageRecord.Promise
    ) -> Int64 {
        let least = Int128(promise.level.availability.value) * Int128(promise.elapsed)
        guard Int128(seconds) * 10_000 < least else { return 0 }
        let share = commission(of: charge.micro, at: promise.level.credit)
        return min(share, charge.micro - commission(of: charge.micro, at: promise.commission))
    }

    /// What a provider gets of a charge whatever its lease comes to.
    static func certainPay(of charge: Money, _ promise: UsageRecord.Promise) -> Int64 {
        let share = 10_000 - promise.commission.value - promise.level.credit.value
        guard share > 0, let points = BasisPoints(share) else { return 0 }
        return commission(of: charge.micro, at: points)
    }

    /// `ceil(seconds × rate / 3600)` micro-units, computed here and not taken from the market's
    /// code; nil when it leaves the range of numbers.
    static func charge(seconds: Int64, rate: Rate) -> Int64? {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: rate.microPerHour)
        guard !overflow, product >= 0, product <= Int64.max - 3599 else { return nil }
        return (product + 3599) / 3600
    }
}
