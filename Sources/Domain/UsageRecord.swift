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

    package init(
        kind: Kind, lease: LeaseID, attempt: Int64, provider: AccountID, node: NodeID,
        deviceModel: String, seconds: Int64, rate: Rate, charge: Money, renterHash: [UInt8],
        jobHash: [UInt8], receipt: SignedReceipt
    ) {
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
        var writer = EntryWriter(type: .usageRecord)
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
        return writer.bytes
    }

    package init(bytes: [UInt8]) throws(MalformedEntry) {
        var reader = try EntryReader(bytes, type: .usageRecord)
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
        try reader.finish()
        guard attempt >= 1, seconds >= 0, charge >= .zero, renterHash.count == 32,
            jobHash.count == 32
        else { throw .badField("range") }
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
