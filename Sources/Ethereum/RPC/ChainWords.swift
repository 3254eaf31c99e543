/// What nodes tell of a chain, read strictly: only what is used, and each of it in bounds.
package enum ChainWordRefusal: Error, Hashable {
    /// A member is missing or of the wrong form.
    case member(String)
}

/// A block, as far as it is needed.
package struct BlockHeader: Hashable, Sendable {
    package let number: UInt64
    package let hash: Hash256
    package let parent: Hash256
    /// Since 1970, by who made it.
    package let second: UInt64

    package init(number: UInt64, hash: Hash256, parent: Hash256, second: UInt64) {
        self.number = number
        self.hash = hash
        self.parent = parent
        self.second = second
    }

    package init(_ json: JSON) throws(ChainWordRefusal) {
        number = try json.uint64("number")
        hash = try json.hash("hash")
        parent = try json.hash("parentHash")
        second = try json.uint64("timestamp")
    }
}

/// What a contract noted while a transaction ran.
package struct Log: Hashable, Sendable {
    package let address: Address
    package let topics: [Hash256]
    package let data: [UInt8]
    package let blockNumber: UInt64
    package let blockHash: Hash256
    package let transaction: Hash256
    /// Its place in the block.
    package let index: UInt64

    package init(
        address: Address, topics: [Hash256], data: [UInt8], blockNumber: UInt64,
        blockHash: Hash256, transaction: Hash256, index: UInt64
    ) {
        self.address = address
        self.topics = topics
        self.data = data
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.transaction = transaction
        self.index = index
    }

    package init(_ json: JSON) throws(ChainWordRefusal) {
        address = try json.address("address")
        guard let items = json["topics"]?.asArray, items.count <= 4 else {
            throw .member("topics")
        }
        var topics: [Hash256] = []
        for item in items {
            guard let topic = item.asString.flatMap({ Hash256($0) }) else {
                throw .member("topics")
            }
            topics.append(topic)
        }
        self.topics = topics
        data = try json.bytes("data")
        blockNumber = try json.uint64("blockNumber")
        blockHash = try json.hash("blockHash")
        transaction = try json.hash("transactionHash")
        index = try json.uint64("logIndex")
    }
}

/// What became of a transaction in a block.
package struct Receipt: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        case succeeded
        case reverted
    }

    package let transaction: Hash256
    package let blockNumber: UInt64
    package let blockHash: Hash256
    package let outcome: Outcome
    package let gasUsed: UInt64
    package let effectiveGasPrice: Wei
    package let created: Address?
    package let logs: [Log]

    package init(
        transaction: Hash256, blockNumber: UInt64, blockHash: Hash256, outcome: Outcome,
        gasUsed: UInt64, effectiveGasPrice: Wei, created: Address?, logs: [Log]
    ) {
        self.transaction = transaction
        self.blockNumber = blockNumber
        self.blockHash = blockHash
        self.outcome = outcome
        self.gasUsed = gasUsed
        self.effectiveGasPrice = effectiveGasPrice
        self.created = created
        self.logs = logs
    }

    package init(_ json: JSON) throws(ChainWordRefusal) {
        transaction = try json.hash("transactionHash")
        blockNumber = try json.uint64("blockNumber")
        blockHash = try json.hash("blockHash")
        switch try json.uint64("status") {
        case 1: outcome = .succeeded
        case 0: outcome = .reverted
        default: throw .member("status")
        }
        gasUsed = try json.uint64("gasUsed")
        effectiveGasPrice = Wei(try json.quantity("effectiveGasPrice"))
        let contract = json["contractAddress"] ?? .null
        created = contract.isNull ? nil : try json.address("contractAddress")
        guard let items = json["logs"]?.asArray else { throw .member("logs") }
        logs = try items.map { (item) throws(ChainWordRefusal) in try Log(item) }
    }
}

// MARK: - Members

extension JSON {
    func quantity(_ name: String) throws(ChainWordRefusal) -> UInt256 {
        guard let value = self[name]?.asQuantity else { throw .member(name) }
        return value
    }

    func uint64(_ name: String) throws(ChainWordRefusal) -> UInt64 {
        guard let value = self[name]?.asCount else { throw .member(name) }
        return value
    }

    func hash(_ name: String) throws(ChainWordRefusal) -> Hash256 {
        guard let hash = self[name]?.asString.flatMap({ Hash256($0) }) else { throw .member(name) }
        return hash
    }

    func bytes(_ name: String) throws(ChainWordRefusal) -> [UInt8] {
        guard let bytes = self[name]?.asString.flatMap({ Hex.bytes(of: $0) }) else {
            throw .member(name)
        }
        return bytes
    }

    func address(_ name: String) throws(ChainWordRefusal) -> Address {
        guard let text = self[name]?.asString, let address = try? Address(text) else {
            throw .member(name)
        }
        return address
    }

    /// Of blocks, transactions, gas, seconds: below 2^63, which no chain reaches, so that one more always fits.
    var asCount: UInt64? {
        asQuantity?.asUInt64.flatMap { $0 <= UInt64(Int64.max) ? $0 : nil }
    }

    package var asQuantity: UInt256? { asString.flatMap { UInt256(hexadecimal: $0) } }

    static func quantity(_ number: UInt64) -> JSON { .string(UInt256(number).quantity) }
    static func data(_ bytes: [UInt8]) -> JSON { .string(Hex.text(of: bytes)) }
}
