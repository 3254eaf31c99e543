/// The log's entry for one lease and one period: what ran, for how long, at what price, with the
/// node's own signed receipt. Renter and job only as salted hashes, whose salt the owner holds.
package struct UsageRecord: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, Codable {
        /// A period of a running lease.
        case period
        /// The lease's last record.
        case final
    }

    package let kind: Kind
    package let lease: LeaseID
    package let attempt: Int64
    package let provider: AccountID
    package let node: NodeID
    /// Models of the leased devices joined by `+`, or `cpu`.
    package let deviceModel: String
    package let seconds: Int64
    package let rate: Rate
    /// Cumulative: `ceil(seconds × rate / 3600)`.
    package let charge: Money
    package let renterHash: [UInt8]
    package let jobHash: [UInt8]
    package let receipt: SignedReceipt
    /// What its provider promises, and what came of it; nil: nothing is promised.
    package let promise: Promise?

    /// What a provider has promised of a lease, and how it was kept.
    package struct Promise: Hashable, Sendable {
        package let level: ServiceLevel
        /// The market's part of the charge, of which nothing goes back.
        package let commission: BasisPoints
        /// Whole seconds from start to end by the market's clock; 0 while the lease goes on.
        package let elapsed: Int64
        /// What of the charge goes back to the renter; zero while the lease goes on.
        package let credit: Money

        package init(
            level: ServiceLevel, commission: BasisPoints, elapsed: Int64, credit: Money
        ) {
            self.level = level
            self.commission = commission
            self.elapsed = elapsed
            self.credit = credit
        }
    }

    package init(
        kind: Kind, lease: LeaseID, attempt: Int64, provider: AccountID, node: NodeID,
        deviceModel: String, seconds: Int64, rate: Rate, charge: Money, renterHash: [UInt8],
        jobHash: [UInt8], receipt: SignedReceipt, promise: Promise? = nil
    ) {
        self.promise = promise
        self.kind = kind
        self.lease = lease
        self.attempt = attempt
        self.provider = provider
        self.node = node
        self.deviceModel = deviceModel
        self.seconds = seconds
        self.rate = rate
        self.charge = charge
        self.renterHash = renterHash
        self.jobHash = jobHash
        self.receipt = receipt
    }

    package var bytes: [UInt8] {
        var writer = EntryWriter(type: promise == nil ? .usageRecord : .promisedUsage)
        writer.append(kind.rawValue)
        writer.append(lease.text)
        writer.append(attempt)
        writer.append(provider.text)
        writer.append(node.text)
        writer.append(deviceModel)
        writer.append(seconds)
        writer.append(rate.microPerHour)
        writer.append(charge.micro)
        writer.append(renterHash)
        writer.append(jobHash)
        writer.append(receipt.bytes)
        writer.append(receipt.signature)
        if let promise {
            writer.append(promise.level.availability.value)
            writer.append(promise.level.credit.value)
            writer.append(promise.commission.value)
            writer.append(promise.elapsed)
            writer.append(promise.credit.micro)
        }
        return writer.bytes
    }

    package init(bytes: [UInt8]) throws(MalformedEntry) {
        let isPromised = bytes.count > 1 && bytes[1] == EntryType.promisedUsage.rawValue
        var reader = try EntryReader(bytes, type: isPromised ? .promisedUsage : .usageRecord)
        guard let kind = Kind(rawValue: try reader.text("kind")) else { throw .badField("kind") }
        self.kind = kind
        lease = try reader.id("lease")
        attempt = try reader.number("attempt")
        provider = try reader.id("provider")
        node = try reader.id("node")
        deviceModel = try reader.text("device_model")
        seconds = try reader.number("seconds")
        let microPerHour = try reader.number("micro_per_hour")
        guard let rate = try? Rate(microPerHour: microPerHour) else {
            throw .badField("micro_per_hour")
        }
        self.rate = rate
        let chargeMicro = try reader.number("charge_micro")
        guard let charge = try? Money(micro: chargeMicro) else {
            throw .badField("charge_micro")
        }
        self.charge = charge
        renterHash = try reader.field()
        jobHash = try reader.field()
        receipt = SignedReceipt(bytes: try reader.field(), signature: try reader.field())
        promise = isPromised ? try Promise(&reader, of: kind, charge: charge) : nil
        try reader.finish()
        guard attempt >= 1, seconds >= 0, charge >= .zero, renterHash.count == 32,
            jobHash.count == 32
        else { throw .badField("range") }
    }
}

extension UsageRecord.Promise {
    fileprivate init(
        _ reader: inout EntryReader, of kind: UsageRecord.Kind, charge: Money
    ) throws(MalformedEntry) {
        guard let availability = BasisPoints(try reader.number("availability_bps")),
            let share = BasisPoints(try reader.number("credit_bps")),
            let level = ServiceLevel(availability: availability, credit: share)
        else { throw .badField("service_level") }
        guard let commission = BasisPoints(try reader.number("commission_bps")) else {
            throw .badField("commission_bps")
        }
        self.level = level
        self.commission = commission
        elapsed = try reader.number("elapsed")
        let creditMicro = try reader.number("credit_micro")
        guard let credit = try? Money(micro: creditMicro), credit >= .zero, credit <= charge,
            kind == .final ? elapsed >= 1 : elapsed == 0 && credit == .zero
        else { throw .badField("credit_micro") }
        self.credit = credit
    }
}

/// The log's entry that binds a node to the key that signs its receipts.
package struct NodeKeyRecord: Hashable, Sendable {
    package let node: NodeID
    package let provider: AccountID
    /// Raw 32-byte Ed25519 public key.
    package let key: [UInt8]

    package init(node: NodeID, provider: AccountID, key: [UInt8]) {
        self.node = node
        self.provider = provider
        self.key = key
    }

    package var bytes: [UInt8] {
        var writer = EntryWriter(type: .nodeKey)
        writer.append(node.text)
        writer.append(provider.text)
        writer.append(key)
        return writer.bytes
    }

    package init(bytes: [UInt8]) throws(MalformedEntry) {
        var reader = try EntryReader(bytes, type: .nodeKey)
        node = try reader.id("node")
        provider = try reader.id("provider")
        key = try reader.field()
        try reader.finish()
        guard key.count == 32 else { throw .badField("key") }
    }
}
